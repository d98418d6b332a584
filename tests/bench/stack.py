"""What is measured: a whole demo with one person launched, and the questions its dashboard asks, to be asked without it."""

import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from fhirportal.access.policy import Interaction, decide
from fhirportal.access.viewer import Authority, Kind, Origin, Viewer
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.results_page import Filters
from fhirportal.records.summary import get_summary
from fhirportal.upstream.addresses import address_of
from fhirportal.upstream.quirks import generic
from tests.bench.measuring import NotMeasured, children_of, command_of
from tests.e2e.living_demo import Demo

PERSON, HOSPITAL = "orla", "alder"
CHANGES = re.compile(r'name="csrf_token" value="[^"]*"|\b\d{1,2}:\d\d\b(\s?[ap]\.?m\.?)?|datetime="[^"]*"')
TROUBLE = ("could not load", "can’t reach", "can't reach", "does not offer")


class Stack:
    """Close it. `page(path)` is one correct answer or NotMeasured; `ask(url)` the same of the hospital itself."""

    def __init__(self, folder: Path, latency_ms: float) -> None:
        self.demo = Demo(folder)
        walker = self.demo.person(PERSON)
        self.cookies, self.chart = walker.session.cookies, f"{self.demo.portal}/c/{walker.chart}/"
        self.fhir = next(h["fhir"] for h in self.demo.hospitals if h["slug"] == HOSPITAL)
        self.patient = next(p["patient"] for p in self.demo.people if p["key"] == PERSON and p["hospital"] == HOSPITAL)
        self.worker = self._worker()
        self._latency_ms = latency_ms
        # the dashboard sends its person's token; the bare client has none, and is asked for none
        self.control(latency_ms=latency_ms, enforce_tokens=False)
        self._expected: dict[str, str] = {}
        self._expected_lock = threading.Lock()
        self._sessions = threading.local()
        self.questions = self._questions()
        self.pool = ThreadPoolExecutor(max_workers=max(32, len(self.questions)))

    def control(self, **switches: object) -> None:
        headers = {"Authorization": f"Bearer {self.demo.json['control_token']}"}
        address = f"{self.demo.sandbox}/{HOSPITAL}/_control"
        answer = requests.post(address, json=switches, headers=headers, timeout=10)
        if not answer.ok:
            raise NotMeasured(f"the sandbox refused {switches}: {answer.text}")

    def page(self, path: str = "") -> None:
        answer = self._session().get(self.chart + path, timeout=30, allow_redirects=False)
        if answer.status_code != 200:
            raise NotMeasured(f"{path or 'dashboard'}: status {answer.status_code}")
        body = CHANGES.sub("", answer.text)
        with self._expected_lock:
            wanted = self._expected.setdefault(path, body)
        if any(word in body for word in TROUBLE):
            raise NotMeasured(f"{path or 'dashboard'}: a part is missing")
        if body != wanted:
            raise NotMeasured(f"{path or 'dashboard'}: another body than before")

    def ask(self, url: str) -> None:
        answer = self._session(bare=True).get(url, timeout=30, headers={"Accept": "application/fhir+json"})
        if answer.status_code != 200 or answer.json().get("resourceType") != "Bundle":
            raise NotMeasured(f"the hospital answered {answer.status_code}")

    def ask_all(self) -> None:
        """All the dashboard's questions at once, by a client that does nothing with the answers."""
        for asked in [self.pool.submit(self.ask, url) for url in self.questions]:
            asked.result()

    def close(self) -> None:
        self.pool.shutdown()
        self.demo.close()

    def _session(self, *, bare: bool = False) -> requests.Session:
        name = "bare" if bare else "browser"
        if not hasattr(self._sessions, name):
            session = requests.Session()
            session.trust_env = False
            if not bare:
                session.cookies = self.cookies
            setattr(self._sessions, name, session)
        made: requests.Session = getattr(self._sessions, name)
        return made

    def _worker(self) -> int:
        """The process that answers pages."""
        served = next(pid for pid in self.demo.children() if " serve --settings" in command_of(pid))
        (worker,) = [pid for pid in children_of(served) if "resource_tracker" not in command_of(pid)]
        return worker

    def _questions(self) -> list[str]:
        """The addresses of the dashboard's searches, made by the portal's own access room and address maker."""
        asked: list[Query] = []

        class Listener:
            def gather(self, *queries: Query) -> list[Found]:
                asked.extend(queries)
                return [Found(q.type, Source.OK, (), {}, now) for q in queries]

        now = datetime.now(UTC)
        get_summary(Listener(), Filters(zone=UTC, seen=None, seen_reports=None), now, "EUR", ())  # type: ignore[arg-type]
        viewer = Viewer(
            hospital=HOSPITAL, fhir_base=self.fhir, patient=self.patient, kind=Kind.SELF, origin=Origin.EHR_LAUNCH,
            actor=f"Patient/{self.patient}", account_id=None, session_id="", handle="", authority=Authority("user-token", ""),
            scopes=frozenset({"patient/*.rs"}), expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        return [self._address(decide(viewer, Interaction("search", q.type, params=q.params)), q.limit) for q in asked]

    def _address(self, decision: object, limit: int) -> str:
        address = address_of(self.fhir, decision)  # type: ignore[arg-type]
        size = min(limit, generic.PROFILE.page_size)
        return address if "_count=" in address else f"{address}{'&' if '?' in address else '?'}_count={size}"


def require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise NotMeasured("the bench reads /proc: it needs Linux")

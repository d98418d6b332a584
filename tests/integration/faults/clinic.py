"""The whole portal in this process, in front of a sandbox hospital on a real socket: launch, fetch pages, turn faults."""

import base64
import datetime
import os
import re
import threading
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from fhirportal.app import Parts, create_app
from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.demo_data import generate
from fhirportal.sandbox.serving import serve_in_thread
from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.demo_people import demo_people
from fhirportal.sandbox.smart.launches import create_launch
from fhirportal.settings import Branding, Contacts, Hospital, Secret, Settings
from fhirportal.settings import Client as PortalClient
from fhirportal.storage import migrate
from tests.e2e.page_check import Page, require_good_page

CONTROL = "control-token"
PORTAL = "http://localhost:8000"
LISTS = ("", "results", "appointments", "medicines", "bills", "bills/statements", "profile")
TODAY = datetime.datetime.now(datetime.UTC).date()


@dataclass(frozen=True)
class Got:
    """One page: `words` is what a person reads, `seconds` how long they waited."""

    status: int
    html: str
    words: str
    seconds: float


class Clinic:
    """One hospital, "alder", with the demo family, and the portal in front of it. `base` and `hospital` change either side."""

    def __init__(self, folder, *, base=None, hospital=None, scopes=None):
        self.running = serve_in_thread(_sandbox(folder / "sandbox", base or {}))
        self.house = self.running.app.extensions["sandbox"]["alder"]
        self.house.store.put_all(generate(TODAY))
        self.parts = Parts(_settings(folder, f"{self.running.url}/alder/fhir", hospital or {}, scopes))
        migrate.upgrade(self.parts.engine)
        self.app = create_app(self.parts)
        self.gateway.refresh_capabilities()

    @property
    def gateway(self):
        return self.parts.gateways.for_("alder")

    def turn(self, **switches):
        self._post("_control", switches)

    def fault(self, kind, **values):
        self.turn(faults=[{"kind": kind, **values}])

    def smart(self, **switches):
        self._post("auth/_control", switches)

    def _post(self, path, body):
        headers = {"Authorization": f"Bearer {CONTROL}"}
        answer = requests.post(f"{self.running.url}/alder/{path}", json=body, headers=headers, timeout=10)
        assert answer.ok, answer.text

    def heal(self):
        """All faults off, and the breaker's rest cut short: the next call finds out that all is well."""
        self.turn(reset=True)
        breaker = self.gateway._exchange.breaker
        with breaker._lock:
            breaker._until = min(breaker._until, time.monotonic())
        assert self.gateway.refresh_capabilities().known and not self.gateway.resting

    def visitor(self, key="orla", as_="patient"):
        return Visitor(self, create_launch(self.house.ehr, key, as_, "fhirportal"))

    def close(self):
        self.turn(reset=True)
        self.parts.close()
        self.parts.engine.dispose()
        self.running.close()
        self.house.store.close()
        self.house.ehr.state.close()


class Visitor:
    """Somebody signed in, with a chart open."""

    def __init__(self, clinic, launch):
        self.client = clinic.app.test_client()
        self._ehr = requests.Session()
        address, answer = self._follow(launch)
        if match := re.search(r'action="(/signin/[^"]+/terms/[^"]+)"', answer):
            token = re.search(r'name="csrf_token" value="([^"]+)"', answer)[1]
            headers = {"Origin": PORTAL}
            posted = self.client.post(match[1], base_url=PORTAL, data={"csrf_token": token, "agree": "yes"}, headers=headers)
            address, answer = self._follow(urljoin(PORTAL, posted.headers["Location"]))
        found = re.match(r"/c/[^/]+/", urlsplit(address).path)
        assert found, (address, Page(answer).words[:400])
        self.chart, self.first = found[0], answer

    def _follow(self, address):
        for _ in range(15):
            if address.startswith(PORTAL):
                parts = urlsplit(address)
                answer = self.client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path, base_url=PORTAL)
                status, location, html = answer.status_code, answer.headers.get("Location"), answer.text
            else:
                answer = self._ehr.get(address, allow_redirects=False, timeout=15)
                status, location, html = answer.status_code, answer.headers.get("Location"), answer.text
            if status not in (301, 302, 303, 307, 308):
                return address, html
            address = urljoin(address, location)
        raise AssertionError("too many redirects")

    def get(self, page="", good=True) -> Got:
        begun = time.monotonic()
        answer = self.client.get(self.chart + page, base_url=PORTAL)
        seconds = time.monotonic() - begun
        if "text/html" not in answer.content_type:
            return Got(answer.status_code, "", "", seconds)
        if good and answer.status_code == 200:
            require_good_page(answer.text, answer.headers, status=200)
        return Got(answer.status_code, answer.text, Page(answer.text).words, seconds)

    def links(self, html):
        """The pages of this chart that a page leads to."""
        return list(dict.fromkeys(re.findall(rf'href="{re.escape(self.chart)}([^"#]+)', html)))

    def walk(self, each=2):
        """Every list, and what it leads to: at most `each` of one kind."""
        seen, kinds, waiting = {}, {}, list(LISTS)
        while waiting:
            page = waiting.pop(0)
            kind = re.sub(r"/[^/]*\d[^/]*|\?.*", "/x", page)
            if page in seen or (kinds.get(kind, 0) >= each and page not in LISTS):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            seen[page] = self.get(page)
            waiting += self.links(seen[page].html)
        return seen


def settle(most, seconds=10.0):
    """Waits until no more than `most` threads of this process are left; how many there are."""
    end = time.monotonic() + seconds
    while (left := busy_threads()) > most and time.monotonic() < end:
        time.sleep(0.05)
    return left


def busy_threads():
    """Threads that somebody's request keeps: the pools' own stay for ever and wait for work."""
    return sum(not t.name.startswith(("fanout", "lookup")) for t in threading.enumerate())


def _sandbox(folder, changes):
    portal = Client(
        client_id="fhirportal",
        name="fhirportal",
        redirect_uris=(f"{PORTAL}/signin/alder/callback",),
        launch_uri=f"{PORTAL}/launch/alder",
    )
    base = Base(**{"slug": "alder", "name": "Alder Quay Hospital", "people": demo_people(), "clients": (portal,), **changes})
    return SandboxConfig(data_dir=folder, public_url="", bases=(base,), control_token=CONTROL)


def _settings(folder, fhir, changes, scopes):
    hospital = {
        "slug": "alder",
        "name": "Alder Quay Hospital",
        "fhir_base": fhir,
        "issuers": (fhir,),
        "client": PortalClient(client_id="fhirportal", **({"scopes": scopes} if scopes else {})),
        "branding": Branding(theme="alder"),
        "contacts": Contacts(emergency_number="112", help_phone="01 555 0140", help_hours="8 to 6"),
        "time_zone": "Europe/Dublin",
        "currency": "EUR",
        "country": "IE",
        "allow_private_addresses": True,
        "relatives": "unsafe-without-age-rules",
        "clinician_preview": True,
    }
    return Settings(
        mode="demo",
        public_url=PORTAL,
        data_dir=folder,
        hospitals={"alder": Hospital(**(hospital | changes))},
        master_key=Secret(base64.b64encode(os.urandom(32)).decode()),
    )

"""The pages about medicines in a Flask app with the real web frame, sessions and SQLite, over a hospital in memory."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from memory_hospital import NOW, Answer, MemoryHospital

from fhirportal import web
from fhirportal.access.viewer import Authority, Kind, Origin
from fhirportal.accounts.assembly import make_sessions
from fhirportal.accounts.session import Chart, Living
from fhirportal.errors import UpstreamError
from fhirportal.layout import jinja
from fhirportal.portal.medicines.routes import blueprint
from fhirportal.records.reader import Reader
from fhirportal.settings import Client, Contacts, Hospital, Secret, Settings
from fhirportal.storage import accounts, migrate
from fhirportal.storage.accounts import ChartLink
from fhirportal.storage.engine import make_engine
from fhirportal.storage.kv_sql import SqlKV

CONTACTS = Contacts(emergency_number="112", help_phone="01 555 0140", help_hours="8am to 6pm", privacy="p", complaints="c")
SETUP = {"slug": "alder", "name": "Alder Quay Hospital", "fhir_base": "https://ehr.example/fhir", "contacts": CONTACTS}


@dataclass
class Pharmacy(MemoryHospital):
    """A hospital in memory that searches by type and id, as every server can."""

    def search(self, ask: Any, authority: Any, deadline: float, request_id: str, limit: int) -> Answer:
        if ask.type in self.down:
            raise UpstreamError("down")
        ids = next((value.split(",") for name, value in ask.params if name == "_id"), None)
        return Answer([r for r in self.resources if r["resourceType"] == ask.type and (ids is None or r.get("id") in ids)])


@dataclass
class Portal:
    """One deployment. `open(...)` signs somebody in and gives a browser and the chart's handle."""

    app: Flask
    services: web.Services
    hospital: MemoryHospital
    handles: int = 0

    def open(
        self, *, patient: str = "p1", kind: Kind = Kind.SELF, language: str = "en", scopes: str = "patient/*.rs"
    ) -> "Browser":
        self.handles += 1
        chart = Chart(
            handle=f"h{self.handles}", hospital="alder", patient=patient, kind=kind, origin=Origin.EHR_LAUNCH,
            actor=f"Patient/{patient}", authority=Authority("user-token", "t"), scopes=frozenset(scopes.split()),
            expires_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        living = Living(last_seen=NOW, locale=language, terms=frozenset({"alder@1"}))
        opened = self.services.sessions.open(self._account(patient, kind), None, chart, living)
        client = self.app.test_client()
        client.set_cookie("fhirportal", opened.secret, domain="localhost")
        return Browser(client, f"/c/{chart.handle}", opened.secret)

    def _account(self, patient: str, kind: Kind) -> str | None:
        if kind not in (Kind.SELF, Kind.TRUSTED):
            return None
        link = ChartLink("alder", patient, kind.value)
        return accounts.enter_account(self.services.engine, "https://ehr.example", patient, link, NOW).id


@dataclass
class Browser:
    client: Any
    chart: str
    secret: str

    def get(self, page: str = "medicines") -> Any:
        return self.client.get(f"{self.chart}/{page}", base_url="http://localhost:8000")


@pytest.fixture
def make_portal(tmp_path) -> Iterator[Any]:
    engines = []

    def make(*resources: dict[str, Any], setup: dict[str, Any] | None = None, **hospital: Any) -> Portal:
        memory = Pharmacy(list(resources), **hospital)
        engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
        kv_engine = make_engine(f"sqlite:///{tmp_path / 'kv.db'}", durable=False)
        engines.extend((engine, kv_engine))
        migrate.upgrade(engine)
        at = Hospital(client=Client(client_id="x"), languages=("en", "es", "ar"), **(SETUP | (setup or {})))
        key = Secret(base64.b64encode(os.urandom(32)).decode())
        settings = Settings(
            mode="demo", public_url="http://localhost:8000", data_dir=tmp_path, master_key=key, hospitals={"alder": at}
        )
        kv = SqlKV(kv_engine, lambda: NOW)
        absent: Any = None
        services = web.Services(
            settings=settings, clock=lambda: NOW, engine=engine, kv=kv, keyring=absent, audit=absent, tokens=absent,
            sessions=make_sessions(settings, kv, engine, lambda: NOW), gateways=absent, launching=absent, entrance=absent,
            make_reader=lambda viewer, request_id: Reader(viewer, memory, memory, NOW, 1e9, request_id),
        )  # fmt: skip
        app = Flask("portal-under-test", static_folder=None)
        web.install(app, services)
        jinja.install(app)
        app.register_blueprint(blueprint)
        return Portal(app, services, memory)

    yield make
    for engine in engines:
        engine.dispose()

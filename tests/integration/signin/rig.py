"""The portal's real parts round the sign-in door, in one process, over the tiny EHR: real SQLite, real HTTP, own clock."""

import base64
import os
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from flask import Flask, request

from fhirportal import signin, web
from fhirportal.accounts import assembly
from fhirportal.audit import Audit
from fhirportal.http import Door, ProtocolHttp
from fhirportal.layout import jinja
from fhirportal.records.reader import Reader
from fhirportal.settings import Branding, Client, Contacts, Hospital, Secret, Settings
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv_sealed import SealedKV
from fhirportal.storage.kv_sql import SqlKV
from fhirportal.storage.tokens import TokenStore
from fhirportal.upstream.auth import UserTokens
from fhirportal.upstream.client import Gateways


class Rig:
    """`portal` is the app; `now` can be moved; `browser()` is one more browser."""

    def __init__(self, tmp_path, hospitals, public_url="http://localhost:8000", **settings):
        self.now = datetime.now(UTC)
        self.settings = Settings(
            mode="demo",
            public_url=public_url,
            data_dir=tmp_path,
            hospitals={h.slug: h for h in hospitals},
            master_key=Secret(base64.b64encode(os.urandom(32)).decode()),
            **settings,
        )
        self.engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
        migrate.upgrade(self.engine)
        self.keyring = KeyRing(self.engine, self.settings.master_key, self.clock)
        self.kv = SealedKV(SqlKV(make_engine(f"sqlite:///{tmp_path / 'kv.db'}", durable=False), self.clock), self.keyring)
        self.tokens = TokenStore(self.engine, self.keyring, self.clock)
        self.audit = Audit(self.engine)
        self.door = Door(self.settings)
        self.services = self._services()
        self.portal = self._app()

    def clock(self):
        return self.now

    def later(self, **by):
        self.now += timedelta(**by)

    def _services(self):
        def http_for(hospital):
            return ProtocolHttp(self.door, allow_private=hospital.allow_private_addresses)

        def address(path):
            return lambda slug: web.public_address(self.settings, path.format(slug))

        launching = assembly.make_launching(
            self.kv,
            self.clock,
            self.keyring,
            http_for,
            callback_of=address("/signin/{}/callback"),
            jwks_of=address("/signin/{}/jwks.json"),
        )
        user_tokens = UserTokens(self.tokens, self.kv, assembly.make_refresh(launching, self.settings.hospitals), self.clock)
        self.gateways = Gateways(self.settings, self.door, user_tokens, self.clock, kept=self.kv)
        sessions = assembly.make_sessions(self.settings, self.kv, self.engine, self.clock)
        entrance = assembly.make_entrance(
            self.settings,
            self.clock,
            self.engine,
            sessions=sessions,
            tokens=self.tokens,
            launching=launching,
            audit=self.audit,
            server_for=self.gateways.for_,
        )

        def make_reader(viewer, request_id):
            import time

            return Reader(viewer, self.gateways.for_(viewer.hospital), self.audit, self.now, time.monotonic() + 4, request_id)

        return web.Services(
            settings=self.settings,
            clock=self.clock,
            engine=self.engine,
            kv=self.kv,
            keyring=self.keyring,
            audit=self.audit,
            tokens=self.tokens,
            sessions=sessions,
            gateways=self.gateways,
            launching=launching,
            entrance=entrance,
            make_reader=make_reader,
        )

    def _app(self):
        app = Flask("portal-under-test", static_folder=None)
        web.install(app, self.services)
        jinja.install(app)
        app.register_blueprint(signin.blueprint)

        @app.route("/c/<handle>/", methods=["GET", "POST"])
        @app.route("/c/<handle>/<path:page>", methods=["GET", "POST"])
        def page(handle, page=""):
            seen = web.visit(handle)
            written = request.form.get("message", "")
            return {
                "patient": seen.viewer.patient,
                "kind": seen.viewer.kind,
                "page": page,
                "actor": seen.viewer.actor,
                "account": seen.viewer.account_id,
                "hospital": seen.hospital.slug,
                "csrf": seen.session.csrf,
                "read_only": seen.viewer.read_only,
                "written": written,
                "token": seen.viewer.authority.token_id,
            }

        @app.get("/c/<handle>/record/<id_>")
        def record(handle, id_):
            return web.visit(handle).reader.read("Observation", id_)

        @app.get("/c/<handle>/drawn")
        def drawn(handle):
            web.visit(handle)
            return web.render("base.html")

        @app.get("/bug")
        def bug():
            raise RuntimeError("name of a patient")

        return app

    def browser(self, **environ):
        return Browser(self, environ)

    def close(self):
        self.audit.close()
        self.gateways.close()
        self.door.close()


class Browser:
    """A Flask test client that also walks through the EHR."""

    def __init__(self, rig, environ):
        self.rig, self.client = rig, rig.portal.test_client()
        self.base = rig.settings.public_url
        self.environ = environ

    def get(self, path, **kwargs):
        return self.client.get(path, base_url=self.base, environ_overrides=self.environ, **kwargs)

    def post(self, path, data=None, **kwargs):
        return self.client.post(path, base_url=self.base, data=data or {}, environ_overrides=self.environ, **kwargs)

    def launch(self, ehr, slug="alder", launch="abc"):
        """EHR launch up to the callback's address (path and query)."""
        answer = self.get(f"/launch/{slug}?{urlencode({'iss': ehr.fhir, 'launch': launch})}")
        assert answer.status_code == 302, answer.text
        return self.through(answer)

    def start(self, slug="alder"):
        page = self.get(f"/signin/{slug}").text
        answer = self.post(f"/signin/{slug}/start", {"csrf_token": token_in(page)})
        assert answer.status_code == 303, answer.text
        return self.through(answer)

    def through(self, answer):
        back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
        parts = urlsplit(back)
        return f"{parts.path}?{parts.query}"

    def enter(self, ehr, slug="alder", agree=True):
        """Launch, come back, agree to the terms; the chart's path."""
        answer = self.get(self.launch(ehr, slug))
        assert answer.status_code == 303, answer.text
        return self.agree(answer.headers["Location"]) if agree else answer.headers["Location"]

    def agree(self, path):
        answer = self.get(path)
        if answer.status_code == 303:
            terms = answer.headers["Location"]
            done = self.post(terms, {"csrf_token": token_in(self.get(terms).text)})
            assert done.status_code == 303, done.text
            return done.headers["Location"]
        return path

    def cookie(self, name="fhirportal"):
        found = self.client.get_cookie(name, domain=urlsplit(self.base).hostname)
        return found.value if found else None


def token_in(html):
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]


def state_in(path):
    return parse_qs(urlsplit(path).query)["state"][0]


def hospital(ehr, slug="alder", **changes):
    values = {
        "slug": slug,
        "name": "Alder Quay Hospital",
        "fhir_base": ehr.fhir,
        "issuers": (ehr.fhir,),
        "client": Client(client_id="portal"),
        "branding": Branding(theme="alder"),
        "contacts": Contacts(emergency_number="112", help_phone="01 555 0140", help_hours="8 to 6"),
        "languages": ("en", "es"),
        "allow_private_addresses": True,
    }
    return Hospital(**(values | changes))

"""The wiring: makes every part once, hands each the parts it needs, and hangs the doors on one Flask app.

It is the only module besides `cli` and `worker` that knows everybody. It decides nothing else.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from fhirportal import logs, signin, web
from fhirportal.access import rules
from fhirportal.access.viewer import Viewer
from fhirportal.accounts import assembly
from fhirportal.accounts.launching import Launching
from fhirportal.audit import Audit
from fhirportal.http import Door, ProtocolHttp
from fhirportal.layout import jinja
from fhirportal.ops.routes import blueprint as ops
from fhirportal.portal.appointments.routes import blueprint as appointments
from fhirportal.portal.bills.routes import blueprint as bills
from fhirportal.portal.dashboard.routes import blueprint as dashboard
from fhirportal.portal.info.routes import blueprint as info
from fhirportal.portal.medicines.routes import blueprint as medicines
from fhirportal.portal.profile.routes import blueprint as profile
from fhirportal.portal.results.routes import blueprint as results
from fhirportal.records.reader import Reader
from fhirportal.settings import Hospital, Settings
from fhirportal.settings_file import load
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.kv_sealed import SealedKV
from fhirportal.storage.tokens import TokenStore
from fhirportal.upstream.auth import UserTokens
from fhirportal.upstream.client import Gateways

DOORS = (signin.blueprint, ops, info, dashboard, results, appointments, medicines, bills, profile)
SETTINGS_VARIABLE = "FHIRPORTAL_SETTINGS"
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """Everything of one process, made when first asked for; the web app, the worker and the commands take what they need."""

    settings: Settings
    clock: Clock = utc_now

    @cached_property
    def engine(self) -> Engine:
        return make_engine(database_url(self.settings))

    @cached_property
    def keyring(self) -> KeyRing:
        return KeyRing(self.engine, self.settings.master_key, self.clock)

    @cached_property
    def kv(self) -> KV:
        return SealedKV(make_kv(self.settings, self.engine, self.clock), self.keyring)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.engine)

    @cached_property
    def tokens(self) -> TokenStore:
        return TokenStore(self.engine, self.keyring, self.clock)

    @cached_property
    def door(self) -> Door:
        return Door(self.settings)

    @cached_property
    def launching(self) -> Launching:
        return assembly.make_launching(
            self.kv,
            self.clock,
            self.keyring,
            self._http_for,
            callback_of=lambda slug: web.public_address(self.settings, f"/signin/{slug}/callback"),
            jwks_of=lambda slug: web.public_address(self.settings, f"/signin/{slug}/jwks.json"),
        )

    @cached_property
    def gateways(self) -> Gateways:
        refresh = assembly.make_refresh(self.launching, self.settings.hospitals)
        user_tokens = UserTokens(self.tokens, self.kv, refresh, self.clock)
        return Gateways(self.settings, self.door, user_tokens, self.clock, kept=self.kv)

    @cached_property
    def services(self) -> web.Services:
        sessions = assembly.make_sessions(self.settings, self.kv, self.engine, self.clock)
        entrance = assembly.make_entrance(
            self.settings,
            self.clock,
            self.engine,
            sessions=sessions,
            tokens=self.tokens,
            launching=self.launching,
            audit=self.audit,
            server_for=self.gateways.for_,
        )
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
            launching=self.launching,
            entrance=entrance,
            make_reader=self.make_reader,
        )

    def make_reader(self, viewer: Viewer, request_id: str) -> Reader:
        """A Reader for one request: its time budget begins now."""
        deadline = time.monotonic() + self.settings.upstream_budget_seconds
        gateway = self.gateways.for_(viewer.hospital)
        return Reader(viewer, gateway, self.audit, self.clock(), deadline, request_id)

    def close(self) -> None:
        """Lets go of what was made; nothing that was accepted is lost."""
        for name in ("audit", "gateways", "door"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def _http_for(self, hospital: Hospital) -> ProtocolHttp:
        return ProtocolHttp(self.door, allow_private=hospital.allow_private_addresses)


def create_app(parts: Parts) -> Flask:
    """The portal as a WSGI application. Raises RulesError where the rules table cannot be believed."""
    rules.table()
    app = Flask("fhirportal", static_folder=None)
    web.install(app, parts.services)
    jinja.install(app)
    for door in DOORS:
        app.register_blueprint(door)
    for gateway in parts.gateways.list_():
        gateway.capabilities()  # starts to read what the hospital can do, without waiting for it
    return app


def from_environment() -> Flask:
    """The factory a web server calls: the settings file is named by FHIRPORTAL_SETTINGS."""
    named = os.environ.get(SETTINGS_VARIABLE)
    settings = load(Path(named) if named else None, os.environ)
    logs.setup(settings.log_level)
    parts = Parts(settings)
    parts.keyring.check()
    return create_app(parts)


def database_url(settings: Settings) -> str:
    """What database_url says, else SQLite in data_dir."""
    if settings.database_url:
        return settings.database_url
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(settings.data_dir / 'portal.sqlite').resolve()}"


def make_kv(settings: Settings, engine: Engine, clock: Clock) -> KV:
    """Redis by address, "sql" for the main database, else a SQLite file of its own."""
    from fhirportal.storage.kv_sql import SqlKV

    if settings.kv_url.startswith(("redis://", "rediss://", "unix://")):
        from fhirportal.storage.kv_redis import RedisKV

        return RedisKV(settings.kv_url)
    if settings.kv_url == "sql":
        return SqlKV(engine, clock)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqlKV(make_engine(f"sqlite:///{(settings.data_dir / 'kv.sqlite').resolve()}", durable=False), clock)

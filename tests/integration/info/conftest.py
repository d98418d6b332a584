"""A portal with nothing but its information pages, over the real frame."""

import base64
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fhirportal import web
from fhirportal.layout import jinja
from fhirportal.portal.info.routes import blueprint
from fhirportal.settings import Branding, Client, Contacts, Hospital, Secret, Settings

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


class NoSessions:
    """Nobody is signed in."""

    def find(self, secret: str | None) -> None:
        return None


class NoCounts:
    def count(self, key: str, ttl: float) -> int:
        return 1


def hospital(**changes: Any) -> Hospital:
    contacts = Contacts(
        emergency_number="112",
        help_phone="01 555 0140",
        help_hours="8am to 6pm",
        help_email="help@example.org",
        privacy="privacy@example.org",
        complaints="https://example.org/complain",
        security="security@example.org",
    )
    basics: dict[str, Any] = {"slug": "alder", "name": "Alder Quay Hospital", "fhir_base": "http://127.0.0.1/fhir"}
    basics |= {"client": Client(client_id="x"), "contacts": contacts, "languages": ("en", "es", "ar")}
    return Hospital(**(basics | changes))


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Flask]:
    def make(at: Hospital | None = None) -> Flask:
        at = at or hospital(branding=Branding(pages_dir=tmp_path, logo="mark.svg", theme="harbour"))
        settings = Settings(
            mode="demo",
            public_url="http://localhost",
            data_dir=tmp_path,
            master_key=Secret(base64.b64encode(b"k" * 32).decode()),
            hospitals={"alder": at},
        )
        parts: dict[str, Any] = {field.name: None for field in fields(web.Services)}
        parts |= {"settings": settings, "clock": lambda: NOW, "sessions": NoSessions(), "kv": NoCounts()}
        app = Flask("info-under-test", static_folder=None)
        web.install(app, web.Services(**parts))
        jinja.install(app)
        app.register_blueprint(blueprint)
        return app

    return make

"""The pages before sign-in, the error page and the entry page in Chromium: readable, narrow, no axe violation."""

import base64
import os
import threading
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from fhirportal import web
from fhirportal.errors import UpstreamDown
from fhirportal.layout import jinja
from fhirportal.portal.info.routes import blueprint
from fhirportal.settings import Branding, Client, Contacts, Hospital, Secret, Settings

pytestmark = pytest.mark.browser
PATHS = ("about/alder/about", "about/alder/help", "about/alder/cookies", "about/alder/nothing", "down", "down?again=1")


class Nothing:
    """Nobody signed in, nothing counted."""

    def find(self, secret: str | None) -> None:
        return None

    def count(self, key: str, ttl: float) -> int:
        return 1


def site(folder: Path) -> Flask:
    contacts = Contacts(emergency_number="112", help_phone="01 555 0140", help_hours="8am to 6pm, Monday to Friday")
    hospital = Hospital(
        slug="alder",
        name="Alder Quay Hospital",
        fhir_base="http://127.0.0.1/fhir",
        client=Client(client_id="x"),
        contacts=contacts,
        branding=Branding(theme="fenwick"),
        languages=("en", "es", "ar"),
    )
    key = Secret(base64.b64encode(b"k" * 32).decode())
    settings = Settings(
        mode="demo", public_url="http://localhost", data_dir=folder, master_key=key, hospitals={"alder": hospital}
    )
    parts: dict[str, Any] = {field.name: None for field in fields(web.Services)}
    parts |= {"settings": settings, "clock": lambda: datetime.now(UTC), "sessions": Nothing(), "kv": Nothing()}
    app = Flask("info-in-chromium", static_folder=None)
    web.install(app, web.Services(**parts))
    jinja.install(app)
    app.register_blueprint(blueprint)

    @app.get("/down")
    def down() -> str:
        raise UpstreamDown("tested")

    return app


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site(tmp_path_factory.mktemp("site")), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en", "light", 1280), ("ar", "dark", 320), ("es", "dark", 390)])
@pytest.mark.parametrize("path", PATHS)
def test_pages_before_sign_in(chromium: Browser, address: str, path: str, locale: str, scheme: Any, width: int) -> None:
    context = chromium.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    refused: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"{address}/{path}")
        if folder := os.environ.get("FHIRPORTAL_SHOTS"):
            name = path.replace("/", "-").replace("?", "-")
            page.screenshot(path=f"{folder}/info-{name}-{locale}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not refused
    finally:
        context.close()

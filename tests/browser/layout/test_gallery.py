"""Every macro and chart in Chromium: no axe violation, no sideways scroll, in light, dark, high contrast and right to left."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, g, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from fhirportal.layout import jinja
from fhirportal.layout.charts import NumberLine, Point, Sparkline, Trend
from fhirportal.layout.frame import Acting, Frame, Person
from fhirportal.layout.navigation import list_items
from fhirportal.settings import Branding, Client, Contacts, Hospital
from fhirportal.words import translator

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
CASES = [
    ("en", "", "alder", ""),
    ("en", "dark", "alder", ""),
    ("en", "contrast", "alder", ""),
    ("ar", "", "alder", ""),
    ("en", "", "fenwick", "acting"),
    ("en", "dark", "marisol", "preview"),
    ("ar", "dark", "fenwick", ""),
    ("es", "", "marisol", ""),
]


def hospital(theme: str = "alder") -> Hospital:
    contacts = Contacts(emergency_number="112", help_phone="01 555 0140", help_hours="8am to 6pm, Monday to Friday")
    return Hospital(
        slug="alder",
        name="Alder Quay Hospital",
        fhir_base="http://127.0.0.1/fhir",
        client=Client(client_id="x"),
        branding=Branding(theme=theme),
        contacts=contacts,
        time_zone="Europe/Dublin",
        zone_name="Irish time",
        languages=("en", "es", "ar"),
    )


def trend(words: Any) -> Trend:
    rows = [
        (date(2021, 10, 12), 38, 23, 43),
        (date(2022, 11, 9), 40, 23, 43),
        (date(2023, 11, 14), 43, 23, 43),
        (date(2024, 11, 5), 43, 20, 41),
        (date(2025, 5, 13), 47, 20, 41),
        (date(2025, 11, 11), 46, 20, 41),
        (date(2026, 11, 17), 44, 20, 41),
    ]
    points = tuple(
        Point(
            at=at,
            value=D(v),
            label=str(v),
            low=D(lo),
            high=D(hi),
            range_label=f"{lo} to {hi}",
            side="above" if v > hi else "in",
        )
        for at, v, lo, hi in rows
    )
    return Trend(
        points=points, title="HbA1c from 2021 to 2026", description="38 in October 2021 …", unit="mmol/mol", words=words
    )


def many(words: Any) -> Trend:
    points = tuple(
        Point(
            at=datetime(2026, 11, 17, 6 + i // 2, 30 * (i % 2), tzinfo=UTC),
            value=D(1200 + (i * 37) % 190),
            label=f"{1200 + (i * 37) % 190:,}",
        )
        for i in range(24)
    )
    return Trend(points=points, title="Steps", description="", words=words)


def context(words: Any) -> dict[str, Any]:
    line = {
        "title": "Your HbA1c is 44",
        "description": "A line",
        "words": words,
        "low_label": "20",
        "high_label": "41",
        "range_label": "This report’s range",
    }
    return {
        "visit": datetime(2026, 12, 8, 10, 40, tzinfo=UTC),
        "now": NOW,
        "owed": D("184.5"),
        "spark": Sparkline(
            values=tuple(map(D, (38, 40, 43, 43, 47, 46, 44))),
            low=D(20),
            high=D(41),
            out=True,
            title="Last 7 results",
            words=words,
        ),
        "spark2": Sparkline(values=tuple(map(D, ("3.6", "2.9", "2.4"))), high=D(3), title="Last 3 results of LDL", words=words),
        "line": NumberLine(value=D(44), label="You 44", low=D(20), high=D(41), out=True, **line),
        "line_in": NumberLine(
            value=D("4.3"),
            label="You 4.3",
            low=D("3.5"),
            high=D("5.1"),
            **(line | {"title": "In", "low_label": "3.5", "high_label": "5.1"}),
        ),
        "line_open": NumberLine(
            value=D("2.4"), label="You 2.4", high=D("3.0"), **(line | {"title": "Open", "high_label": "3.0"})
        ),
        "trend": trend(words),
        "trend_many": many(words),
    }


def gallery() -> Flask:
    app = Flask(__name__)
    jinja.install(app)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent / "templates")])

    @app.get("/")
    def show() -> str:
        tag, theme, look, who = (request.args.get(k, "") for k in ("lang", "theme", "look", "who"))
        g.words = translator(tag or "en", "Europe/Dublin", "Irish time")
        site = hospital(look or "alder")
        g.frame = Frame(
            hospital=site,
            person=Person("Orla Devane", "14 March 1979"),
            home="/",
            sign_out="/x",
            switch_person="/y",
            acting=Acting("Leo", "your son", "/") if who == "acting" else None,
            notice="preview" if who == "preview" else "",
            theme=theme,
            languages=site.languages,
            printed="24 November 2026, 9:05am",
            items=list_items("h", g.words, current="home", counts={"results": 2}),
            flashes=(("good", "Saved."),),
        )
        return render_template("gallery.html", **context(g.words))

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_gallery_is_accessible_and_fits(chromium: Browser, address: str, case: tuple[str, ...], width: int) -> None:
    lang, theme, look, who = case
    page = chromium.new_page(viewport={"width": width, "height": 900})
    try:
        page.goto(f"{address}/?lang={lang}&theme={theme}&look={look}&who={who}")
        if folder := os.environ.get("FHIRPORTAL_SHOTS"):
            page.screenshot(path=f"{folder}/gallery-{'-'.join(case)}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    finally:
        page.close()

"""The first page and the addresses without a chart: to the only record that is open, or the question which one.

It decides when there is nothing to ask. It must not know what is on the pages it leads to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from fhirportal import web
from fhirportal.access.viewer import Kind
from fhirportal.accounts.session import Session
from fhirportal.layout.navigation import ENTRIES


@dataclass(frozen=True)
class OpenChart:
    """One choice: `name` is "" where no page has asked the hospital for it yet."""

    href: str
    name: str
    hospital: str
    kind: Kind


def add_routes(blueprint: Blueprint) -> None:
    """/, /c and each page's name alone."""
    blueprint.add_url_rule("/", view_func=first)
    blueprint.add_url_rule("/c", view_func=choose)
    for entry in ENTRIES:
        if entry.path:
            blueprint.add_url_rule(f"/{entry.path}", endpoint=f"alone_{entry.key}", view_func=_alone(entry.path))


def first() -> ResponseReturnValue:
    """Where everything begins: the open record, the only hospital's sign-in, or the choice of a hospital."""
    session = web.current_session()
    if session and session.charts:
        return _to_chart(session, "")
    hospitals = list(web.services().settings.hospitals.values())
    if len(hospitals) == 1:
        return web.see_other(f"/signin/{hospitals[0].slug}")
    return web.render("signin/hospitals.html", hospitals=hospitals)


def choose() -> ResponseReturnValue:
    """Every record that is open in this browser."""
    session = web.current_session()
    if session is None or not session.charts:
        raise web.to_sign_in("")
    return _chooser(session, "")


def _alone(page: str) -> Callable[[], ResponseReturnValue]:
    def alone() -> ResponseReturnValue:
        session = web.current_session()
        if session is None or not session.charts:
            raise web.to_sign_in(page)
        return _to_chart(session, page)

    return alone


def _to_chart(session: Session, page: str) -> ResponseReturnValue:
    if len(session.charts) == 1:
        return web.see_other(web.chart_path(next(iter(session.charts.values())), page))
    return _chooser(session, page)


def _chooser(session: Session, page: str) -> str:
    hospitals = web.services().settings.hospitals
    charts = [
        OpenChart(web.chart_path(chart, page), web.find_name(session, chart.handle), hospitals[chart.hospital].name, chart.kind)
        for chart in session.charts.values()
        if chart.hospital in hospitals
    ]
    return web.render("signin/charts.html", charts=charts)

"""The terms of use: read and agreed to before a record opens, again when they change. Never in a frame.

It decides where agreeing leads. It must not know the words of the terms: layout's information pages have them.
"""

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from fhirportal import web
from fhirportal.accounts.session import Chart, Session
from fhirportal.errors import NotFound, NotSignedIn
from fhirportal.layout.information import get_page
from fhirportal.settings import Hospital
from fhirportal.signin import framing
from fhirportal.signin.hospitals import get_hospital
from fhirportal.web.looks import locale_for, words_for


def add_routes(blueprint: Blueprint) -> None:
    """/signin/<slug>/terms/<handle>, to read and to agree."""
    blueprint.add_url_rule("/signin/<slug>/terms/<handle>", view_func=show)
    blueprint.add_url_rule("/signin/<slug>/terms/<handle>", view_func=agree, methods=["POST"])


def show(slug: str, handle: str) -> ResponseReturnValue:
    """What one agrees to, in short, and where the whole of it stands."""
    hospital, session, chart = _open_chart(slug, handle)
    if web.framed():
        return framing.tab_for(session, hospital, handle)
    return web.render(
        "signin/terms.html",
        hospital=hospital,
        info=get_page(hospital, "terms", words_for(hospital, session)),
        version=hospital.terms_version,
        handle=chart.handle,
        changed=any(mark.startswith(f"{slug}@") for mark in session.terms),
    )


def agree(slug: str, handle: str) -> Response:
    """Keep it, then on to the page that was wanted."""
    hospital, session, chart = _open_chart(slug, handle)
    web.terms().accept(session, hospital, locale_for(hospital, session))
    page = web.find_page(session.key) or ""
    web.forget_page(session.key)
    return make_response(web.see_other(web.chart_path(chart, page)))


def _open_chart(slug: str, handle: str) -> tuple[Hospital, Session, Chart]:
    hospital, session = get_hospital(slug), web.current_session()
    if session is None:
        raise NotSignedIn("no session")
    chart = session.charts.get(handle)
    if chart is None or chart.hospital != slug:
        raise NotFound("no such chart in this session", code="no-such-chart")
    return hospital, session, chart

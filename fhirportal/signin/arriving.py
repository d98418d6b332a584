"""Where the hospital's sign-in sends the browser back to: one address per hospital, each answer good once.

It decides what an answer may look like and where the person goes afterwards: to the page they wanted, never to an address from
the answer. It must not know the protocol or who may see what.
"""

import time

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from fhirportal import web
from fhirportal.access.viewer import Origin
from fhirportal.accounts.entering import Arrival, Entered
from fhirportal.accounts.session import Living
from fhirportal.errors import NotAllowed
from fhirportal.settings import Hospital
from fhirportal.signin import beginning
from fhirportal.signin.hospitals import get_hospital
from fhirportal.web.looks import parse_theme
from smart_launch.errors import AuthorizationError

ARRIVE_SECONDS = 12.0
PARAMS = ("state", "code", "iss", "error")


def add_routes(blueprint: Blueprint) -> None:
    """/signin/<slug>/callback."""
    blueprint.add_url_rule("/signin/<slug>/callback", view_func=callback)


def callback(slug: str) -> ResponseReturnValue:
    """The answer of the authorization endpoint (RFC 6749 section 4.1.2, RFC 9207)."""
    web.hide_address()
    web.limited("callback", web.peer(), beginning.PER_MINUTE)
    hospital = get_hospital(slug)
    params = _params()
    launching, browser = web.services().launching, web.find_browser_secret()
    if browser is None and params.get("state"):
        raise NotAllowed("callback without our cookie", code="cookies-off")
    remembered = launching.take(hospital, params.get("state", ""), browser)
    deadline = time.monotonic() + ARRIVE_SECONDS
    launched = launching.finish(hospital, remembered, params, deadline)
    arrival = Arrival(
        hospital=hospital,
        launched=launched,
        origin=Origin.EHR_LAUNCH if remembered.pending.from_ehr else Origin.STANDALONE_LAUNCH,
        embedded=remembered.embedded,
        request_id=web.request_id(),
        deadline=deadline,
        look=_look(),
    )
    entered = web.services().entrance.enter(arrival, web.current_session())
    return _welcome(entered, hospital, remembered.wanted)


def _params() -> dict[str, str]:
    """The parameters that count, each at most once: a doubled one is somebody's trick."""
    values = {name: request.args.getlist(name) for name in PARAMS}
    if any(len(value) > 1 for value in values.values()):
        raise AuthorizationError("a parameter came twice")
    return {name: value[0] for name, value in values.items() if value}


def _look() -> Living:
    locale, theme = web.read_look()
    return Living(web.request_time(), locale or None, parse_theme(theme) or "")


def _welcome(entered: Entered, hospital: Hospital, wanted: str) -> ResponseReturnValue:
    page = web.parse_chart_page(wanted) or ""
    response = make_response(web.see_other(web.chart_path(entered.chart, page)))
    web.set_session_cookie(response, entered.secret, entered.chart.embedded and bool(hospital.frame_ancestors))
    if browser := web.find_browser_secret():
        web.forget_page(browser)
    return response

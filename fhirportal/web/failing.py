"""One place turns an error into a page: what happened, one way on, whom to call, a reference number.

It decides status, words and that a page about trouble needs nothing that may be in trouble itself. It must not show an
exception's text: that goes to the log, in our own words.
"""

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from fhirportal.errors import BadInput, NotAllowed, NotFound, NotSignedIn, PortalError, TooMany
from fhirportal.layout.frame import Frame
from fhirportal.settings import Hospital
from fhirportal.web.addresses import parse_chart_page
from fhirportal.web.asking import framed, number_request
from fhirportal.web.cookies import browser_secret
from fhirportal.web.guarding import FIELDS, SAFE
from fhirportal.web.heads import allow_frame
from fhirportal.web.looks import offered_languages, theme_for, words_for
from fhirportal.web.problems import Problem, find_problem
from fhirportal.web.rendering import Around, known_hospital, known_session, render
from fhirportal.web.services import services
from fhirportal.web.visiting import chart_path, find_visit
from fhirportal.web.waiting import remember_page
from smart_launch.errors import LaunchError

_log = logging.getLogger(__name__)
MOST_POSTED = 20_000


@dataclass(frozen=True)
class Posted:
    """What somebody typed into a form that was not used: shown back, so that nothing written is lost (AB40)."""

    field: str
    text: str


class WrongMethod(PortalError):
    """The address exists, for another method."""

    status = 405
    code = "wrong-method"


class TooLarge(PortalError):
    """More was sent than we take."""

    status = 413
    code = "too-large"


def install_handlers(app: Flask) -> None:
    """Every PortalError, LaunchError, HTTP error and surprise ends here."""
    app.register_error_handler(PortalError, answer_error)
    app.register_error_handler(LaunchError, _answer_launch_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_surprise)


def answer_error(error: PortalError) -> ResponseReturnValue:
    """The page for one of our own errors."""
    _write_log(error)
    if "request_id" not in g:
        number_request()
    if framed():
        allow_frame(known_hospital(known_session()))
    response = make_response(_page(error), error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def as_portal_error(error: LaunchError) -> PortalError:
    """The protocol's errors in our own terms: same code, a status that says whose fault it was."""
    status = {
        "discovery_failed": 502, "pkce_unsupported": 502, "token_error": 502, "token_unreachable": 503,
        "unknown_issuer": 403, "access_denied": 403, "session_ended": 401, "context_changed": 401,
    }.get(error.code, 400)  # fmt: skip
    told = PortalError(f"{error.code} {error.reason} {error.server_error or ''}".strip(), code=error.code)
    told.status = status
    return told


def _answer_launch_error(error: LaunchError) -> ResponseReturnValue:
    _log.warning("a launch failed", exc_info=error, extra={"event": "launch-failed", "code": error.code})
    return answer_error(as_portal_error(error))


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    ours: dict[int, type[PortalError]] = {
        400: BadInput, 403: NotAllowed, 404: NotFound, 405: WrongMethod, 413: TooLarge, 429: TooMany,
    }  # fmt: skip
    status = error.code or 500
    told = ours.get(status, PortalError if status >= 500 else BadInput)(f"http {status}")
    answer = make_response(answer_error(told))
    if isinstance(allowed := getattr(error, "valid_methods", None), list | tuple | set):
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _answer_surprise(error: Exception) -> ResponseReturnValue:
    """A bug of ours. `logs` tells its type and where it was raised, never its text, which may hold anything."""
    _log.error("unexpected error", exc_info=error, extra={"event": "unexpected"})
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return answer_error(PortalError("unexpected"))


def _write_log(error: PortalError) -> None:
    told = {"event": "error-page", "status": error.status, "code": error.code}
    level, trace = (logging.WARNING, error) if error.status >= 500 else (logging.INFO, None)
    _log.log(level, "answered with an error page", exc_info=trace, extra=told)


def _remember_page(error: PortalError) -> None:
    """The hospital ended the sign-in under an open page: the next one leads back to it."""
    visit_ = find_visit()
    if isinstance(error, NotSignedIn) and visit_ and request.method in SAFE:
        remember_page(browser_secret(), parse_chart_page(request.path.removeprefix(visit_.path())) or "")


def _page(error: PortalError) -> str:
    problem = find_problem(error)
    context = {
        "problem": problem,
        "href": _href(problem),
        "reference": g.request_id,
        "posted": _posted(),
        "any_hospital": _any_hospital(),
    }
    try:
        _remember_page(error)
        return render("error.html", Around(offer_sign_in=problem.way == "sign-in", trouble=True), **context)
    except Exception as trouble:  # the stores a frame needs may be what is away
        _log.warning("error page drawn bare", exc_info=trouble, extra={"event": "error-page-bare"})
        return _bare(context)


def _bare(context: dict[str, Any]) -> str:
    hospital = known_hospital(None)
    words_for(hospital, None)
    languages = offered_languages(hospital, services().settings)
    sign_in = f"/signin/{hospital.slug}" if hospital else "/"
    g.frame = Frame(hospital=hospital, theme=theme_for(None), languages=languages, sign_in=sign_in)
    return render_template("error.html", visit=None, **context)


def _any_hospital() -> tuple[Hospital, ...]:
    """Where no hospital is known: all of them, so that somebody can be called from every page."""
    return () if known_hospital(known_session()) else tuple(services().settings.hospitals.values())


def _href(problem: Problem) -> str:
    """Where the one way on leads: only to addresses of our own."""
    visit_, hospital = find_visit(), known_hospital(known_session())
    home = chart_path(visit_.chart) if visit_ else "/c" if known_session() else "/"
    if problem.way == "sign-in":
        return f"/signin/{hospital.slug}" if hospital else "/"
    if problem.way == "retry" and request.method in SAFE:
        return request.path
    return request.path if problem.way in ("retry", "back") and visit_ else home


def _posted() -> tuple[Posted, ...]:
    if request.method in SAFE or request.path.startswith("/signin/"):
        return ()
    kept = ((name, value) for name, value in request.form.items(multi=True) if name not in FIELDS and value.strip())
    return tuple(Posted(name, value[:MOST_POSTED]) for name, value in kept)

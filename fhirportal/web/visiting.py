"""Cookie and handle make a Visit: who looks, at whose record, of which hospital. Or the right way out.

It decides what happens without a session (sign in, then back to the page), with a dead or foreign handle (not found, whoever
asks) and before the terms are accepted. It must not know what a page shows.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask import g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from fhirportal.access.viewer import Viewer
from fhirportal.accounts.session import Chart, Session, viewer_of
from fhirportal.accounts.terms import Terms
from fhirportal.errors import Conflict, NotFound, NotSignedIn
from fhirportal.settings import Hospital
from fhirportal.web.addresses import parse_chart_page
from fhirportal.web.asking import framed, request_id, request_time
from fhirportal.web.cookies import SESSION, browser_secret, read_cookie
from fhirportal.web.guarding import SAFE
from fhirportal.web.heads import allow_frame
from fhirportal.web.looks import words_for
from fhirportal.web.services import services
from fhirportal.web.waiting import remember_page
from fhirportal.words import Words

if TYPE_CHECKING:
    from fhirportal.records.reader import Reader


class Elsewhere(HTTPException):
    """The answer is another page: raised where a view cannot go on."""

    def __init__(self, path: str) -> None:
        super().__init__(response=redirect(path, 303))


@dataclass(frozen=True)
class Visit:
    """One request of one viewer to one chart. `now` is when it arrived; `words` are in the viewer's language."""

    viewer: Viewer
    hospital: Hospital
    session: Session
    chart: Chart
    words: Words
    now: datetime

    @property
    def locale(self) -> str:
        return self.words.tag

    @cached_property
    def reader(self) -> "Reader":
        """The one way to the record, bound to this viewer and request."""
        return services().make_reader(self.viewer, request_id())

    def path(self, page: str = "") -> str:
        """The address of a page of this chart."""
        return chart_path(self.chart, page)


def chart_path(chart: Chart, page: str = "") -> str:
    """/c/<handle>/results: every page of a chart carries its chart."""
    return f"/c/{chart.handle}/{page}"


def current_session() -> Session | None:
    """This browser's living session, noted as seen; None where there is none. Looked up once per request."""
    if "session" not in g:
        found = services().sessions.find(read_cookie(SESSION))
        g.session = services().sessions.touch(found) if found else None
    session: Session | None = g.session
    return session


def visit(handle: str) -> Visit:
    """Who looks at which chart. For a GET without a session the way leads to sign-in and back to this page; otherwise raises
    NotSignedIn, or NotFound for a handle that is not of this session (AB39, AB40)."""
    session = current_session()
    if session is None:
        raise _to_sign_in(handle)
    chart = session.charts.get(handle)
    hospital = services().find_hospital(chart.hospital) if chart else None
    if chart is None or hospital is None:
        raise NotFound("no such chart in this session", code="no-such-chart")
    g.hospital = hospital
    if not terms().accepted(session, hospital):
        raise _to_terms(session, hospital, handle)
    if chart.embedded:
        allow_frame(hospital)
    g.visit = Visit(
        viewer=viewer_of(session, chart, hospital.fhir_base),
        hospital=hospital,
        session=session,
        chart=chart,
        words=words_for(hospital, session),
        now=request_time(),
    )
    made: Visit = g.visit
    return made


def find_visit() -> Visit | None:
    """The visit this request has already become, if it has."""
    found: Visit | None = g.get("visit")
    return found


def terms() -> Terms:
    """Acceptances of terms, over this app's stores."""
    kept = services()
    return Terms(kept.engine, kept.sessions, kept.clock)


def see_other(path: str) -> Response:
    """303 to a path of our own: after every POST that changed something."""
    return redirect(path, 303)


def to_sign_in(page: str) -> Elsewhere:
    """The way to sign-in, and back to `page` of the chart that is opened there."""
    remember_page(browser_secret(), page)
    hospitals = services().settings.hospitals
    return Elsewhere(f"/signin/{next(iter(hospitals))}" if len(hospitals) == 1 else "/")


def _to_sign_in(handle: str) -> Elsewhere | NotSignedIn:
    if request.method not in SAFE or framed():
        return NotSignedIn("no session")
    return to_sign_in(_page_below(handle))


def _to_terms(session: Session, hospital: Hospital, handle: str) -> Elsewhere | Conflict:
    """Where the terms changed while a form was open nothing is done, and what was typed is shown back."""
    if request.method not in SAFE:
        return Conflict("terms not accepted", code="terms-changed")
    remember_page(session.key, _page_below(handle))
    return Elsewhere(f"/signin/{hospital.slug}/terms/{handle}")


def _page_below(handle: str) -> str:
    return parse_chart_page(request.path.removeprefix(f"/c/{handle}").removeprefix("/")) or ""

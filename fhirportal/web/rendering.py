"""Draws a page: template, what it shows, and the frame round it.

It decides what the frame says (hospital, whose record, notices, navigation, languages). It must not know what a page is
about; templates see views, never FHIR.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from flask import g, render_template

from fhirportal.access.viewer import Kind
from fhirportal.accounts.session import Session
from fhirportal.layout.frame import Acting, Frame, Person
from fhirportal.layout.navigation import list_items
from fhirportal.settings import Hospital
from fhirportal.web.asking import request_time
from fhirportal.web.guarding import form_token
from fhirportal.web.looks import offered_languages, theme_for, words_for
from fhirportal.web.persons import acting_of, person_of
from fhirportal.web.saying import take_said
from fhirportal.web.services import services
from fhirportal.web.visiting import Visit, chart_path, find_visit
from fhirportal.words import Words, formats


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a page adds to its frame: whose record it is, who acts, which entry of the navigation it belongs to.

    `with_form`: it has a form although nobody is signed in; `offer_sign_in`: signing in is the way on;
    `trouble`: the page is about trouble, and asks the hospital nothing.
    """

    person: Person | None = None
    acting: Acting | None = None
    current: str = ""
    counts: dict[str, int] | None = None
    with_form: bool = False
    offer_sign_in: bool = False
    trouble: bool = False


def render(template: str, around: Around = Around(), **context: Any) -> str:
    """The page, in the visit's frame where there is a visit, else in the hospital's or our own."""
    visit_ = find_visit()
    session = known_session()
    hospital = visit_.hospital if visit_ else known_hospital(session)
    words = words_for(hospital, session)
    g.frame = _frame(visit_, hospital, session, words, around)
    return render_template(template, visit=visit_, **context)


def known_session() -> Session | None:
    """The session, if this request has already looked it up; error pages look nothing up."""
    session: Session | None = g.get("session")
    return session


def known_hospital(session: Session | None) -> Hospital | None:
    """The hospital this request is about, where that is certain."""
    if "hospital" in g:
        named: Hospital | None = g.hospital
        return named
    slugs = {chart.hospital for chart in session.charts.values()} if session else set()
    candidates = slugs or set(services().settings.hospitals)
    return services().find_hospital(next(iter(candidates))) if len(candidates) == 1 else None


def _frame(visit_: Visit | None, hospital: Hospital | None, session: Session | None, words: Words, around: Around) -> Frame:
    settings = services().settings
    plain = Frame(
        hospital=hospital,
        sign_in=_sign_in(hospital) if around.offer_sign_in or not session else "",
        sign_out="/signout" if session else "",
        theme=theme_for(session),
        languages=offered_languages(hospital, settings),
        csrf=form_token() if session or around.with_form else "",
        printed=formats.moment(request_time(), words),
        demo=settings.demo,
        flashes=take_said(session) if session else (),
    )
    return plain if visit_ is None else _with_visit(plain, visit_, around)


def _with_visit(plain: Frame, visit_: Visit, around: Around) -> Frame:
    person = around.person or person_of(visit_, ask=not around.trouble)
    several = len(visit_.session.charts) > 1
    return replace(
        plain,
        person=person,
        acting=around.acting or acting_of(visit_, person),
        notice=_NOTICES.get(visit_.viewer.kind, ""),
        items=list_items(
            visit_.viewer.handle,
            visit_.words,
            current=around.current,
            hidden=visit_.hospital.features_off,
            counts=around.counts,
        ),
        home=chart_path(visit_.chart),
        switch_person="/c" if several else "",
    )


def _sign_in(hospital: Hospital | None) -> str:
    return f"/signin/{hospital.slug}" if hospital else "/"


_NOTICES: dict[Kind, Literal["", "preview", "unknown"]] = {Kind.PREVIEW: "preview", Kind.UNKNOWN: "unknown"}

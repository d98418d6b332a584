"""Whose record is open, by name, for the head of every page: asked of the hospital once per session and chart.

It decides that a page does not fail, or wait twice, for a name. The name is kept sealed with the session and ends with it; it
stands in no table, log or address.
"""

import json
from datetime import date

from fhirportal.access.viewer import Kind
from fhirportal.accounts.session import Session
from fhirportal.errors import NotAllowed, NotFound, NotSignedIn, UpstreamError
from fhirportal.layout.frame import Acting, Person
from fhirportal.web.services import services
from fhirportal.web.visiting import Visit
from fhirportal.words import formats
from mappings.reading import human_name, when

KEPT_SECONDS = 3600.0


def remember_name(visit: Visit, name: str, born: date | None) -> None:
    """Keep what a page that has read the Patient already knows."""
    kept = json.dumps([name, born.isoformat() if born else None])
    services().kv.put(_key(visit.session, visit.viewer.handle), kept.encode(), KEPT_SECONDS)


def find_name(session: Session, handle: str) -> str:
    """The name kept for a chart of this session, "" where no page has asked for it yet."""
    known = services().kv.get(_key(session, handle))
    return str(json.loads(known)[0]) if known else ""


def person_of(visit: Visit, *, ask: bool = True) -> Person | None:
    """Whose record it is, None where the hospital does not say or does not answer; without `ask` only what is known already:
    a page about trouble asks nobody."""
    known = services().kv.get(_key(visit.session, visit.viewer.handle))
    if known is None and ask:
        _ask(visit)
        known = services().kv.get(_key(visit.session, visit.viewer.handle))
    name, born = json.loads(known) if known else ("", None)
    if not name:
        return None
    return Person(name, formats.date_short(date.fromisoformat(born), visit.words) if born else "")


def acting_of(visit: Visit, person: Person | None) -> Acting | None:
    """For whom somebody else acts: a trusted person sees it on every page."""
    if visit.viewer.kind is not Kind.TRUSTED:
        return None
    own = [c for c in visit.session.charts_at(visit.chart.hospital) if c.kind is Kind.SELF]
    name = person.name if person else visit.words.gettext("someone else")
    return Acting(name, own_record=f"/c/{own[0].handle}/" if own else "")


def _ask(visit: Visit) -> None:
    try:
        patient = visit.reader.read("Patient", visit.viewer.patient)
    except (UpstreamError, NotFound, NotAllowed, NotSignedIn):
        return
    born = when(patient.get("birthDate"))
    remember_name(visit, human_name(patient.get("name")), born.day if born and born.precision == "day" else None)


def _key(session: Session, handle: str) -> str:
    return f"person:{session.key}:{handle}"

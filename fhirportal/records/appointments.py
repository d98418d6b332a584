"""Visits: those to come, those asked for, those past; one with its place and people; the next one for the first page.

It decides which visit belongs where and in which order. It must not know words, pages, addresses or time zones: days are cut
by the moments themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fhirportal.errors import NotFound
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.names import find_names, name_of
from fhirportal.records.reader import Reader
from mappings import appointment, location
from mappings.appointment import ASKED_FOR, STANDING, AppointmentView
from mappings.location import LocationView
from mappings.reading import Reference, When

INCLUDES = (("_include", "Appointment:location"), ("_include", "Appointment:practitioner"))
VISITS = Query("Appointment", (("_sort", "-date"), *INCLUDES), 300)
PAST_SHOWN = 20
MOST_PAST = 300
GOING_ON = timedelta(hours=3)
"""How long a visit without an end counts as going on after its start."""


@dataclass(frozen=True)
class Visit:
    """One appointment with the names and the place that belong to it; `place` is None where nobody told it."""

    view: AppointmentView
    clinicians: tuple[str, ...]
    place: LocationView | None
    place_name: str


@dataclass(frozen=True)
class VisitsPage:
    """`upcoming` soonest first, `asked` those the hospital has still to settle, `past` newest first; `undated` have no time.

    `older` counts past visits that are not shown; `unshown` resources that could not be read.
    """

    upcoming: tuple[Visit, ...]
    asked: tuple[Visit, ...]
    past: tuple[Visit, ...]
    undated: tuple[Visit, ...]
    older: int
    source: Source
    unshown: int
    as_of: datetime

    @property
    def empty(self) -> bool:
        return not (self.upcoming or self.asked or self.past or self.undated)


def next_queries() -> tuple[Query, ...]:
    """What `read_next` needs."""
    return (VISITS,)


def read_next(answers: Sequence[Found], now: datetime) -> tuple[Visit | None, tuple[Visit, ...], Source]:
    """The next visit that stands, the visits that wait for the patient's answer, and how the hospital answered."""
    (found,) = answers
    page = _page(found, now, PAST_SHOWN)
    standing = [v for v in page.upcoming if v.view.status in STANDING]
    waiting = tuple(v for v in (*page.upcoming, *page.asked) if v.view.waits_for_patient)
    return (standing[0] if standing else None), waiting, page.source


def list_visits(reader: Reader, now: datetime, *, past: int = PAST_SHOWN) -> VisitsPage:
    """Every visit; `past` is how many past ones are shown. Never raises for the hospital's troubles: they are named in it."""
    return _page(reader.search(VISITS), now, min(max(past, PAST_SHOWN), MOST_PAST))


def get_visit(reader: Reader, id_: str) -> Visit:
    """One visit. Raises NotFound, NotAllowed, UpstreamError."""
    view = appointment.to_view(reader.read("Appointment", id_))
    if view is None:
        raise NotFound("an appointment that says nothing")
    known = dict(find_names(reader, [a.actor for a in view.clinicians]))
    places = [p for p in view.places if p.id and not p.contained]
    for found in reader.gather(*(Query("Location", (("_id", p.id),), 5) for p in places[:3])) if places else ():
        known |= {f"Location/{r.get('id')}": r for r in found.resources}
    return _visit(view, known)


def is_over(view: AppointmentView, now: datetime) -> bool:
    """Whether its time has passed; a date without a time passes with its day."""
    if view.start is None:
        return False
    if view.start.precision != "time":
        return view.start.start + timedelta(days=1) <= now
    end = view.end.start if view.end and view.end.precision == "time" else view.start.start + GOING_ON
    return max(end, view.start.start) <= now


def _page(found: Found, now: datetime, most_past: int) -> VisitsPage:
    views = [appointment.to_view(r) for r in found.resources]
    known = found.included
    dated = [v for v in views if v and v.start]
    undated = [v for v in views if v and not v.start]
    ahead = sorted((v for v in dated if not is_over(v, now)), key=_moment)
    past = sorted((v for v in dated if is_over(v, now)), key=_moment, reverse=True)
    return VisitsPage(
        upcoming=_visits((v for v in ahead if v.status not in ASKED_FOR), known),
        asked=_visits((*(v for v in ahead if v.status in ASKED_FOR), *(v for v in undated if v.status in ASKED_FOR)), known),
        past=_visits(past[:most_past], known),
        undated=_visits((v for v in undated if v.status not in ASKED_FOR), known),
        older=max(0, len(past) - most_past),
        source=found.source,
        unshown=views.count(None),
        as_of=found.as_of,
    )


def _moment(view: AppointmentView) -> datetime:
    return view.start.start if view.start else datetime.min.replace(tzinfo=UTC)


def _visits(views: Iterable[AppointmentView], known: Mapping[str, Mapping[str, Any]]) -> tuple[Visit, ...]:
    return tuple(_visit(view, known) for view in views)


def _visit(view: AppointmentView, known: Mapping[str, Mapping[str, Any]]) -> Visit:
    names = [name_of(a.actor, known) or (a.role.text if a.role else "") for a in view.clinicians]
    pointed: Reference | None = next(iter(view.places), None)
    place = location.to_view(known.get(f"Location/{pointed.id}")) if pointed else None
    name = (pointed.display if pointed else "") or (place.name if place else "")
    return Visit(view, tuple(dict.fromkeys(filter(None, names))), place, name)


def start_of(visit: Visit) -> When | None:
    return visit.view.start

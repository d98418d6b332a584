"""Visits: those to come, those asked for, those past; one with its place and people; the next one for the first page.

It decides what the hospital is asked, which visit belongs where and in which order. It must not know words, pages, addresses or
time zones: days are cut by the moments themselves.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from fhirportal.errors import NotFound
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.reader import Reader
from fhirportal.records.result_queries import cut_short
from fhirportal.records.visit_names import (
    Known,
    known_from,
    missing_details,
    missing_names,
    people_behind_roles,
    place_of,
    queries_for,
    service_of,
    who,
)
from mappings import appointment, encounter, slot
from mappings.appointment import ASKED_FOR, STANDING, AppointmentView
from mappings.encounter import EncounterView
from mappings.healthcare_service import HealthcareServiceView
from mappings.location import LocationView
from mappings.reading import When

INCLUDES = (("_include", "Appointment:location"), ("_include", "Appointment:practitioner"))
PAST_SHOWN = 20
MOST_PAST = 300
MOST_AHEAD = 100
MOST_NEXT = 30
GOING_ON = timedelta(hours=3)
"""How long a visit without an end or a length counts as going on after its start."""
FARTHEST_ZONE = timedelta(hours=12)

_FIRST = datetime.min.replace(tzinfo=UTC)
_TROUBLES = (Source.DOWN, Source.PARTIAL, Source.NOT_SHARED, Source.NOT_OFFERED)


@dataclass(frozen=True)
class Visit:
    """One appointment with the names and the place that belong to it; `place` is None where nobody told it.

    `took_place` is the encounter it became, looked for only on its own page.
    """

    view: AppointmentView
    clinicians: tuple[str, ...]
    place: LocationView | None
    place_name: str
    service: HealthcareServiceView | None = None
    took_place: EncounterView | None = None

    @property
    def phone(self) -> str:
        """The telephone of where it takes place, "" where nobody told one."""
        return next((p.phone for p in (self.place, self.service) if p and p.phone), "")


@dataclass(frozen=True)
class VisitsPage:
    """`upcoming` soonest first, `asked` those the hospital has still to settle, `past` newest first; `undated` have no time.

    `older`: there are past visits that are not shown; `later`: there are more to come than were asked for. `unshown` counts
    resources that could not be read. `source` is the worst of all questions, "partial" where only a part of them was answered.
    """

    upcoming: tuple[Visit, ...]
    asked: tuple[Visit, ...]
    past: tuple[Visit, ...]
    undated: tuple[Visit, ...]
    older: bool
    later: bool
    source: Source
    unshown: int
    as_of: datetime

    @property
    def empty(self) -> bool:
        return not (self.upcoming or self.asked or self.past or self.undated)

    @property
    def standing(self) -> tuple[Visit, ...]:
        """Those to come that are neither called off nor of a state nobody knows."""
        return tuple(v for v in self.upcoming if v.view.status in STANDING)


def next_queries(now: datetime) -> tuple[Query, ...]:
    """What `read_next` needs, for a page that asks for other things at the same time."""
    return (_ahead(now, MOST_NEXT),)


def read_next(answers: Sequence[Found], now: datetime) -> tuple[Visit | None, tuple[Visit, ...], Source]:
    """The next visit that stands, the visits that wait for the patient's answer, and how the hospital answered."""
    (found,) = answers
    views, _ = _views(answers)
    ahead = sorted((v for v in views if v.start and not is_over(v, now)), key=_moment)
    visits = [_visit(v, found.included) for v in ahead]
    standing = (v for v in visits if v.view.status in STANDING)
    source = Source.OK if cut_short(found, _ahead(now, MOST_NEXT)) else found.source
    return next(standing, None), tuple(v for v in visits if v.view.waits_for_patient), source


def list_visits(reader: Reader, now: datetime, *, past: int = PAST_SHOWN) -> VisitsPage:
    """Every visit; `past` is how many past ones are shown. Never raises for the hospital's troubles: they are named in it."""
    shown = min(max(past, PAST_SHOWN), MOST_PAST)
    queries = (_ahead(now, MOST_AHEAD), _before(now, shown + 1), _OPEN)
    answers = reader.gather(*queries)
    views, unshown = _views(answers)
    known = known_from((), {k: r for found in answers for k, r in found.included.items()})
    if wanted := queries_for(missing_names(views, known)):
        known = known_from(reader.gather(*wanted), known)
    known = dict(people_behind_roles(reader, views, known))
    cut = [cut_short(found, query) for found, query in zip(answers, queries, strict=True)]
    groups = _groups((_timed(v, known) for v in views), now)
    before = groups["past"]
    made = {
        name: tuple(_visit(v, known) for v in (found[:shown] if name == "past" else found)) for name, found in groups.items()
    }
    return VisitsPage(
        **made,
        older=len(before) > shown or (cut[1] and shown < MOST_PAST),
        later=cut[0],
        source=_source(f.source for f, c in zip(answers, cut, strict=True) if not c),
        unshown=unshown,
        as_of=min(found.as_of for found in answers),
    )


def get_visit(reader: Reader, id_: str, now: datetime) -> Visit:
    """One visit, and the encounter it became where it is over. Raises NotFound, NotAllowed, UpstreamError."""
    view = appointment.to_view(reader.read("Appointment", id_))
    if view is None:
        raise NotFound("an appointment that says nothing")
    queries = [*queries_for(missing_details(view, {})), *_encounters(view, now)]
    answers = reader.gather(*queries) if queries else []
    known = people_behind_roles(reader, [view], known_from((f for f in answers if f.type != "Encounter"), {}))
    made = _visit(_timed(view, known), known)
    became = _became(view, answers)
    if became and made.view.mode == "unknown" and became.kind == "VR":
        made = replace(made, view=replace(made.view, mode="virtual"))
    return replace(made, took_place=became)


def is_over(view: AppointmentView, now: datetime) -> bool:
    """Whether it is past: said to be, or its time has gone by; a date without a time passes with its day, anywhere on earth."""
    if view.start is None:
        return False
    return view.status in ("fulfilled", "noshow") or _last_moment(view, view.start) <= now


def _last_moment(view: AppointmentView, start: When) -> datetime:
    if start.precision != "time":
        return _end_of(start)
    length = timedelta(minutes=view.minutes) if view.minutes else GOING_ON
    end = view.end.start if view.end and view.end.precision == "time" else _later(start.start, length)
    return max(end, start.start)


def _end_of(at: When) -> datetime:
    """The last moment of a day, month or year, in the zone where it ends last."""
    month = 12 if at.precision == "year" else at.start.month
    day = at.start.day if at.precision == "day" else monthrange(at.start.year, month)[1]
    return _later(at.start.replace(month=month, day=day), timedelta(days=1) + FARTHEST_ZONE)


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment


_OPEN = Query("Appointment", (("status", ",".join((*sorted(ASKED_FOR), "booked"))), ("_sort", "-date"), *INCLUDES), MOST_AHEAD)
"""Requests have no date, and some hospitals send booked visits without one: a search by date does not find them."""


def _ahead(now: datetime, most: int) -> Query:
    """From yesterday on: what is going on began before now."""
    return Query("Appointment", (("date", f"ge{(now - timedelta(days=1)).date()}"), ("_sort", "date"), *INCLUDES), most)


def _before(now: datetime, most: int) -> Query:
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Query("Appointment", (("date", f"lt{moment}"), ("_sort", "-date"), *INCLUDES), most)


def _encounters(view: AppointmentView, now: datetime) -> tuple[Query, ...]:
    """The encounters of those days: not every server can search them by appointment."""
    if view.start is None or view.withdrawn or view.start.precision not in ("time", "day") or view.start.start > now:
        return ()
    days = [view.start.start.date().toordinal() + step for step in (-1, 1)]
    if not all(1 <= day <= date.max.toordinal() for day in days):
        return ()
    first, last = (date.fromordinal(day) for day in days)
    return (Query("Encounter", (("date", f"ge{first}"), ("date", f"le{last}")), 20),)


def _became(view: AppointmentView, answers: Iterable[Found]) -> EncounterView | None:
    """The encounter that names this appointment; one that only was on that day could be another."""
    views = (encounter.to_view(r) for found in answers if found.type == "Encounter" for r in found.resources)
    named = (e for e in views if e and view.id in [a.id for a in e.appointments if a.type in ("Appointment", "")])
    return next((e for e in named if e.took_place), None)


def _views(answers: Iterable[Found]) -> tuple[list[AppointmentView], int]:
    """Every appointment once, whichever search brought it, and how many could not be read."""
    sent: dict[object, Mapping[str, object]] = {}
    for found in answers:
        for resource in found.resources:
            sent.setdefault(resource.get("id") or id(resource), resource)
    read = [appointment.to_view(r) for r in sent.values()]
    return [v for v in read if v], read.count(None)


def _timed(view: AppointmentView, known: Known) -> AppointmentView:
    """The time of its slot, where the visit itself has none."""
    slots = (slot.to_view(known.get(f"Slot/{s.id}")) for s in view.slots) if view.start is None else ()
    found = next((s for s in slots if s and s.start and s.status != "entered-in-error"), None)
    return replace(view, start=found.start, end=found.end) if found else view


def _groups(views: Iterable[AppointmentView], now: datetime) -> dict[str, list[AppointmentView]]:
    groups: dict[str, list[AppointmentView]] = {"upcoming": [], "asked": [], "past": [], "undated": []}
    for view in sorted(views, key=_moment):
        if view.start and is_over(view, now):
            groups["past"].insert(0, view)
        elif view.status in ASKED_FOR:
            groups["asked"].append(view)
        else:
            groups["upcoming" if view.start else "undated"].append(view)
    return groups


def _moment(view: AppointmentView) -> datetime:
    return view.start.start if view.start else _FIRST


def _source(sources: Iterable[Source]) -> Source:
    """The worst; where some questions were answered and some not, what came is a part."""
    found = list(sources)
    if Source.DOWN in found and (Source.OK in found or Source.PARTIAL in found):
        return Source.PARTIAL
    return next((s for s in _TROUBLES if s in found), Source.OK)


def _visit(view: AppointmentView, known: Known) -> Visit:
    names = [who(a, known) for a in view.clinicians]
    name, place = place_of(view, known)
    return Visit(view, tuple(dict.fromkeys(filter(None, names))), place, name, service_of(view, known))

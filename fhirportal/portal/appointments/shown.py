"""What the pages about visits draw: each visit in the reader's words, with the site's time and zone.

It decides the words for a visit; it must not ask the hospital for anything.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fhirportal.portal.appointments.calendar import can_stand
from fhirportal.records.appointments import Visit as Booked
from fhirportal.records.appointments import is_over
from fhirportal.web import Visit
from fhirportal.words import Words, formats
from fhirportal.words.phrases import known, phrase
from mappings.appointment import ASKED_FOR, STANDING, AppointmentView
from mappings.encounter import EncounterView
from mappings.reading import When

QUIET = frozenset({"booked", "fulfilled"})
"""A status that goes without saying: a visit in the list of those to come is booked, one in the past is done."""
ICONS = {"cancelled": "info", "noshow": "info", "entered-in-error": "info"}
TONES = {"proposed": "notice", "pending": "notice", "waitlist": "notice", "arrived": "good", "checked-in": "good"}
MODE_ICONS = {"video": "video", "virtual": "video", "phone": "phone", "home": "home"}


@dataclass(frozen=True)
class ShownVisit:
    """One visit, written out. `day` and `when` (day, time, zone) are "" without a date; `status` where it goes without saying.

    `at` is the time with its end, `starts` the start alone, `until` the day and time of an end on another day. `iso` is for
    scripts that say the time in the reader's own zone.
    """

    href: str
    calendar: str
    title: str
    day: str
    when: str
    parts: formats.DateParts | None
    at: str
    starts: str
    until: str
    zone: str
    iso: str
    relative: str
    place: str
    mode: str
    mode_icon: str
    prepare: str
    wanted: tuple[str, ...]
    status: str
    tone: str
    icon: str
    waits: bool
    over: bool
    lang: str


def visit_path(visit: Visit, id_: str) -> str:
    return visit.path(f"appointments/{quote(id_, safe='')}") if id_ else ""


def show_visit(booked: Booked, visit: Visit) -> ShownVisit:
    """A visit of the list, the ticket or its own page."""
    view, words, start = booked.view, visit.words, booked.view.start
    timed = start is not None and start.precision == "time"
    href, over = visit_path(visit, view.id), is_over(view, visit.now)
    at, until = _clock(view, words)
    return ShownVisit(
        href=href,
        calendar=f"{href}/calendar.ics" if href and can_stand(view) and not (over or view.withdrawn) else "",
        title=title_of(booked, words),
        day=formats.date_long(start, words) if start else "",
        when=_when(start, at, until, words) if start else "",
        parts=formats.date_parts(start, words) if start and start.precision in ("time", "day") else None,
        at=at,
        starts=formats.time_of_day(start, words) if start and timed else "",
        until=until,
        zone=formats.zone_label(words) if timed else "",
        iso=formats.iso(start, words) if start and timed else "",
        relative=formats.relative_day(start, visit.now, words) if start and can_stand(view) else "",
        place=place_of(booked),
        mode=phrase("visit_mode", view.mode, words) if view.mode in MODE_ICONS else "",
        mode_icon=MODE_ICONS.get(view.mode, "pin"),
        prepare=view.instruction,
        wanted=tuple(formats.span(span, words) for span in view.wanted) if start is None else (),
        status=_short_status(view, words, over=over),
        tone="" if over else TONES.get(view.status, ""),
        icon="info" if over else ICONS.get(view.status, "clock"),
        waits=view.waits_for_patient and not over,
        over=over,
        lang=view.language,
    )


def _when(start: When, at: str, until: str, words: Words) -> str:
    """Tuesday 8 December 2026, 10:40am to 11:10am (Irish time); the day alone where no time was sent."""
    day = formats.date_long(start, words)
    if not at:
        return day
    clock = f"{at} {until}" if until else at
    return words.gettext("%(day)s, %(time)s (%(zone)s)", day=day, time=clock, zone=formats.zone_label(words))


def _clock(view: AppointmentView, words: Words) -> tuple[str, str]:
    """The time, with its end where that is later the same day; and the end where it is on another day."""
    start, end = view.start, view.end
    if start is None or start.precision != "time":
        return "", ""
    if end is None or end.precision != "time" or end.start <= start.start:
        return formats.time_of_day(start, words), ""
    if formats.day_of(start, words) == formats.day_of(end, words):
        return formats.time_span(start, end, words), ""
    return formats.time_of_day(start, words), words.gettext("until %(moment)s", moment=formats.moment(end, words))


def title_of(booked: Booked, words: Words) -> str:
    """What the visit is for, and with whom: the hospital's own words, else an honest general word."""
    what = what_of(booked, words)
    if booked.view.withdrawn or not booked.clinicians:
        return what
    return words.gettext("%(what)s with %(who)s", what=what, who=formats.listed(booked.clinicians, words))


def what_of(booked: Booked, words: Words) -> str:
    """Service, description or specialty as the hospital says it; else the kind of visit; else "Visit"."""
    view = booked.view
    kind = view.kind.text if view.kind and not view.kind_code else ""
    own = phrase("visit_kind", view.kind_code, words)
    return view.named or kind or (booked.service.name if booked.service else "") or own


def place_of(booked: Booked) -> str:
    """Where to go, in one line; "" where nobody told."""
    place = booked.place
    parts = [booked.place_name, place.directions if place else ""]
    return ". ".join(p.rstrip(".") for p in parts if p) + ("." if any(parts) else "")


def calendar_place(booked: Booked, hospital: str, words: Words) -> str:
    """Where it is, for a calendar: the way where it is not in a room, else the place, its address and the hospital."""
    if booked.view.mode in MODE_ICONS:
        return phrase("visit_mode", booked.view.mode, words)
    address = booked.place.address if booked.place else ()
    return ", ".join(dict.fromkeys(part for part in (booked.place_name, *address, hospital) if part))


def _short_status(view: AppointmentView, words: Words, *, over: bool) -> str:
    quiet = view.status in QUIET or (over and view.status in STANDING)
    return "" if quiet else status_words(view, words, over=over)


def status_words(view: AppointmentView, words: Words, *, over: bool) -> str:
    """How far the visit is settled. What was asked for and never settled is not waited for any more."""
    if over and view.status in ASKED_FOR:
        return words.gettext("It was not confirmed")
    if over and view.status in STANDING:
        return words.gettext("In the past")
    return phrase("appointment_status", view.status, words)


def why_cancelled(view: AppointmentView, words: Words) -> tuple[str, str]:
    """Who cancelled it and why, in our words; and the hospital's own words, where it wrote some."""
    code, because = view.cancelled_code, view.cancelled_because
    said = [phrase("cancelled_by", view.cancelled_by, words)] if view.cancelled_by else []
    if code and known("cancellation_reason", code):
        said.append(phrase("cancellation_reason", code, words))
    own = because.text if because else ""
    displays = {c.display for c in because.codings} if because else set()
    standard = bool(code) and own in displays
    return " ".join(said), "" if standard and said else own


def meeting_host(view: AppointmentView) -> str:
    """The name of the place on the web where a visit by video is joined, "" where there is none to go to."""
    return (urlsplit(view.meeting).hostname or "") if view.meeting and view.status in STANDING else ""


def took_place(became: EncounterView | None, words: Words) -> str:
    """What the past visit was, by the encounter: its kind in our words, its type in the hospital's."""
    if became is None:
        return ""
    kind = phrase("encounter_class", became.kind, words) if became.kind else ""
    types = [c.text for c in became.types if c.text]
    return ", ".join(dict.fromkeys(part for part in (kind, *types[:2]) if part))

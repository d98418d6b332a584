"""What the pages about visits draw: each visit in the reader's words, with the site's time and zone.

It decides the words for a visit; it must not ask the hospital for anything.
"""

from dataclasses import dataclass
from urllib.parse import quote

from fhirportal.records.appointments import Visit as Booked
from fhirportal.web import Visit
from fhirportal.words import Words, formats
from fhirportal.words.phrases import phrase
from mappings.appointment import AppointmentView

QUIET = frozenset({"booked", "fulfilled"})
"""A status that goes without saying: a visit in the list of those to come is booked, one in the past is done."""
ICONS = {"cancelled": "info", "noshow": "info", "entered-in-error": "info"}
TONES = {"proposed": "notice", "pending": "notice", "waitlist": "notice", "arrived": "good", "checked-in": "good"}
MODE_ICONS = {"video": "video", "phone": "phone", "home": "home"}


@dataclass(frozen=True)
class ShownVisit:
    """One visit, written out. `day` is "" for a visit without a date; `status` is "" where it goes without saying."""

    href: str
    calendar: str
    title: str
    day: str
    parts: formats.DateParts | None
    at: str
    starts: str
    zone: str
    relative: str
    place: str
    mode: str
    mode_icon: str
    prepare: str
    status: str
    tone: str
    icon: str
    waits: bool


def visit_path(visit: Visit, id_: str) -> str:
    return visit.path(f"appointments/{quote(id_, safe='')}") if id_ else ""


def show_visit(booked: Booked, visit: Visit) -> ShownVisit:
    """A visit of the list, the ticket or its own page."""
    view, words = booked.view, visit.words
    start = view.start
    timed = start is not None and start.precision == "time"
    href = visit_path(visit, view.id)
    return ShownVisit(
        href=href,
        calendar=f"{href}/calendar.ics" if href and timed and not view.withdrawn else "",
        title=title_of(booked, words),
        day=formats.date_long(start, words) if start else "",
        parts=formats.date_parts(start, words) if start and start.precision in ("time", "day") else None,
        at=formats.time_span(start, view.end, words) if start and timed else "",
        starts=formats.time_of_day(start, words) if start and timed else "",
        zone=formats.zone_label(words) if timed else "",
        relative=formats.relative_day(start, visit.now, words) if start else "",
        place=place_of(booked),
        mode=phrase("visit_mode", view.mode, words) if view.mode in ("video", "phone", "home") else "",
        mode_icon=MODE_ICONS.get(view.mode, "pin"),
        prepare=view.instruction,
        status="" if view.status in QUIET else status_words(view, words),
        tone=TONES.get(view.status, ""),
        icon=ICONS.get(view.status, "clock"),
        waits=view.waits_for_patient,
    )


def title_of(booked: Booked, words: Words) -> str:
    """What the visit is for, and with whom: the hospital's own words, else an honest general word."""
    what = what_of(booked.view, words)
    if booked.view.withdrawn or not booked.clinicians:
        return what
    return words.gettext("%(what)s with %(who)s", what=what, who=formats.listed(booked.clinicians, words))


def what_of(view: AppointmentView, words: Words) -> str:
    named = (view.what.text if view.what else "", view.description, view.specialty.text if view.specialty else "")
    return next((name for name in named if name), words.gettext("Visit"))


def place_of(booked: Booked) -> str:
    """Where to go, in one line; "" where nobody told."""
    place = booked.place
    parts = [booked.place_name, place.directions if place else ""]
    return ". ".join(p.rstrip(".") for p in parts if p) + ("." if any(parts) else "")


def status_words(view: AppointmentView, words: Words) -> str:
    return phrase("appointment_status", view.status, words)


def why_cancelled(view: AppointmentView) -> str:
    return view.cancelled_because.text if view.cancelled_because else ""

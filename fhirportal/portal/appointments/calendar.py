"""A visit as a calendar file (RFC 5545) that a person puts into their own calendar.

It decides what stands in it: what for, where and when, in the site's zone with that zone's rules, and that it was cancelled. A
person's name, the clinician and what to prepare stay out. The identifier is the same for a visit whenever it is downloaded,
and a hash of where it is from. It must not know the hospital's server or pages.
"""

import hashlib
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta

import icalendar

from fhirportal.words import Words
from mappings.appointment import ASKED_FOR, AppointmentView

LONGEST = 200
"""Words longer than this are cut: other calendars refuse long ones."""


@dataclass(frozen=True)
class Entry:
    """The words of one entry. `organizer` is a mail address or a web address of the hospital."""

    title: str
    place: str
    hospital: str
    slug: str
    organizer: str


def can_stand(view: AppointmentView) -> bool:
    """Whether a calendar can hold it: it has at least a day."""
    return view.start is not None and view.start.precision in ("time", "day")


def calendar_file(view: AppointmentView, entry: Entry, words: Words, now: datetime) -> bytes:
    """The bytes of an .ics file with one event. Raises ValueError for a visit that `can_stand` refuses."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//fhirportal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if view.called_off else "PUBLISH")
    calendar.add_component(_event(view, entry, words, now))
    calendar.add_missing_timezones(*_years_around(view))
    return bytes(calendar.to_ical())


def uid_of(slug: str, id_: str) -> str:
    """The same for the same visit of the same hospital, and for no other."""
    digest = hashlib.sha256(f"{slug}\n{id_}".encode()).hexdigest()
    return f"{digest[:40]}@fhirportal"


def sequence_of(view: AppointmentView) -> int:
    """Grows with each change, as far as the hospital tells: the version where it is a number, else when it was changed."""
    if view.version.isascii() and view.version.isdecimal() and len(view.version) < 9:
        return int(view.version)
    changed = int(view.changed.start.timestamp()) if view.changed and view.changed.precision == "time" else 0
    return min(max(changed, 0), 2**31 - 1)


def _event(view: AppointmentView, entry: Entry, words: Words, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid_of(entry.slug, view.id))
    event.add("dtstamp", now.astimezone(UTC))
    if view.changed and view.changed.precision == "time":
        event.add("last-modified", view.changed.start.astimezone(UTC))
    _add_times(event, view, words)
    event.add("summary", _line(entry.title))
    if place := _line(entry.place):
        event.add("location", place)
    event.add("status", "CANCELLED" if view.called_off else "TENTATIVE" if view.status in ASKED_FOR else "CONFIRMED")
    event.add("sequence", sequence_of(view))
    event.add("class", "PRIVATE")
    event.add("organizer", icalendar.vCalAddress(entry.organizer), parameters={"CN": _line(entry.hospital).replace('"', "'")})
    return event


def _years_around(view: AppointmentView) -> tuple[date, date]:
    """How much of a zone's history the file needs: the rules of the years beside the visit's."""
    year = view.start.start.year if view.start else MINYEAR
    return date(max(year - 1, MINYEAR), 1, 1), date(min(year + 2, MAXYEAR), 1, 1)


def _add_times(event: icalendar.Event, view: AppointmentView, words: Words) -> None:
    """A day without a time is the whole day. An end nobody told is left out: calendars then use their own."""
    if view.start is None or not can_stand(view):
        raise ValueError("a visit without a day cannot stand in a calendar")
    if view.start.precision == "day":
        event.add("dtstart", view.start.day)
        return
    start = view.start.start.astimezone(words.zone)
    event.add("dtstart", start)
    if (end := _end(view)) and end > view.start.start:
        event.add("dtend", end.astimezone(words.zone))


def _end(view: AppointmentView) -> datetime | None:
    if view.end and view.end.precision == "time":
        return view.end.start
    return view.start.start + timedelta(minutes=view.minutes) if view.start and view.minutes else None


def _line(words: str) -> str:
    """One line without control characters, at most LONGEST long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

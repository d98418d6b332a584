"""A visit as a calendar file (RFC 5545) that a person puts into their own calendar.

It decides what stands in it: what for, where and when, in the site's zone, and that it was cancelled. The identifier is stable
for a visit and says nothing about whom it is.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import icalendar

from fhirportal.records.appointments import GOING_ON
from fhirportal.records.appointments import Visit as Booked
from fhirportal.words import Words
from mappings.appointment import AppointmentView

CALLED_OFF = frozenset({"cancelled", "noshow", "entered-in-error"})
ASKED = frozenset({"proposed", "pending", "waitlist"})


def calendar_file(booked: Booked, title: str, place: str, hospital: str, slug: str, words: Words, now: datetime) -> bytes:
    """The bytes of an .ics file with one event. The visit must have a start with a time."""
    view = booked.view
    if view.start is None or view.start.precision != "time":
        raise ValueError("a visit without a time cannot stand in a calendar")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//fhirportal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if view.status in CALLED_OFF else "PUBLISH")
    calendar.add_component(_event(view, title, place, hospital, slug, words, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(
    view: AppointmentView, title: str, place: str, hospital: str, slug: str, words: Words, now: datetime
) -> icalendar.Event:
    event = icalendar.Event()
    start = view.start.start.astimezone(words.zone) if view.start else now
    event.add("uid", uid_of(slug, view.id))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", _end(view, start).astimezone(words.zone))
    event.add("summary", title)
    event.add("location", ", ".join(part for part in (place.rstrip("."), hospital) if part))
    event.add("status", "CANCELLED" if view.status in CALLED_OFF else "TENTATIVE" if view.status in ASKED else "CONFIRMED")
    event.add("sequence", int(view.version) if view.version.isdecimal() and len(view.version) < 9 else 0)
    event.add("class", "PRIVATE")
    return event


def _end(view: AppointmentView, start: datetime) -> datetime:
    if view.end and view.end.precision == "time" and view.end.start > start:
        return view.end.start
    return start + (timedelta(minutes=view.minutes) if view.minutes else min(GOING_ON, timedelta(hours=1)))


def uid_of(slug: str, id_: str) -> str:
    """The same for the same visit of the same hospital, and no way back to it."""
    digest = hashlib.sha256(f"{slug}\n{id_}".encode()).hexdigest()
    return f"{digest[:32]}@fhirportal"

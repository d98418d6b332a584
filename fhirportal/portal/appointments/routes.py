"""The addresses of visits: the list, one visit, its calendar file.

It decides addresses and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint, Response, request

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.appointments import shown
from fhirportal.portal.appointments.calendar import Entry, calendar_file, can_stand
from fhirportal.records import appointments
from fhirportal.records.appointments import VisitsPage
from fhirportal.records.found import Source
from fhirportal.settings import Hospital
from fhirportal.web import Visit

blueprint = Blueprint("appointments", __name__, template_folder="templates")


@blueprint.get("/c/<handle>/appointments")
def show_list(handle: str) -> str:
    """Visits to come, asked for and past."""
    visit = _visit(handle)
    page = appointments.list_visits(visit.reader, visit.now, past=_wanted_past())
    first = next((v for v in page.standing if can_stand(v.view)), None)
    rest = [v for v in page.upcoming if v is not first]
    retry = visit.path("appointments")
    return web.render(
        "appointments/list.html",
        web.Around(current="appointments"),
        page=page,
        first=shown.show_visit(first, visit) if first else None,
        upcoming=[shown.show_visit(v, visit) for v in rest],
        asked=[shown.show_visit(v, visit) for v in page.asked],
        past=[shown.show_visit(v, visit) for v in page.past],
        undated=[shown.show_visit(v, visit) for v in page.undated],
        missing=[visit.words.gettext("Visits")] if page.source in (Source.DOWN, Source.PARTIAL) else [],
        older=_older(page, visit),
        retry=retry,
    )


@blueprint.get("/c/<handle>/appointments/<id_>")
def show_one(handle: str, id_: str) -> str:
    """One visit: when, where, what to bring, how to change it."""
    visit = _visit(handle)
    booked = appointments.get_visit(visit.reader, id_, visit.now)
    view, words, v = booked.view, visit.words, shown.show_visit(booked, visit)
    cancelled, because = shown.why_cancelled(view, words)
    return web.render(
        "appointments/visit.html",
        web.Around(current="appointments"),
        booked=booked,
        view=view,
        v=v,
        what=shown.what_of(booked, words),
        status=shown.status_words(view, words, over=v.over),
        cancelled=cancelled,
        because=because,
        meeting=shown.meeting_host(view),
        became=shown.took_place(booked.took_place, words),
        phone=booked.phone or visit.hospital.contacts.help_phone,
        results="" if "results" in visit.hospital.features_off else visit.path("results"),
    )


@blueprint.get("/c/<handle>/appointments/<id_>/calendar.ics")
def calendar(handle: str, id_: str) -> Response:
    """The visit for the person's own calendar. Not found for a visit without a day."""
    visit = _visit(handle)
    booked, hospital = appointments.get_visit(visit.reader, id_, visit.now), visit.hospital
    if not can_stand(booked.view):
        raise NotFound("a visit without a day")
    entry = Entry(
        title=visit.words.gettext("Visit: %(what)s", what=shown.what_of(booked, visit.words)),
        place=shown.calendar_place(booked, hospital.name, visit.words),
        hospital=hospital.name,
        slug=hospital.slug,
        organizer=_organizer(hospital),
    )
    data = calendar_file(booked.view, entry, visit.words, visit.now)
    response = Response(data, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "appointments" in visit.hospital.features_off:
        raise NotFound("visits are switched off")
    return visit


def _wanted_past() -> int:
    """How many past visits are asked for in the address; anything odd is as if nothing was."""
    asked = request.args.get("past", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0


def _older(page: VisitsPage, visit: Visit) -> str:
    """Where more of the past is; "" where it is all shown, or is as much as we show."""
    if not page.older or len(page.past) >= appointments.MOST_PAST:
        return ""
    return f"{visit.path('appointments')}?past={len(page.past) + appointments.PAST_SHOWN}#past"


def _organizer(hospital: Hospital) -> str:
    """Calendars want an organizer of what is published; where the hospital has no mail address it is our own page about it."""
    mail = hospital.contacts.help_email
    return f"mailto:{mail}" if mail else web.public_address(web.services().settings, f"/about/{hospital.slug}")

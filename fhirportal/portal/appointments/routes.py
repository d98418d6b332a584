"""The addresses of visits: the list, one visit, its calendar file.

It decides addresses and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint, Response, request

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.appointments import shown
from fhirportal.portal.appointments.calendar import calendar_file
from fhirportal.records import appointments
from fhirportal.records.found import Source
from fhirportal.web import Visit

blueprint = Blueprint("appointments", __name__, template_folder="templates")


@blueprint.get("/c/<handle>/appointments")
def show_list(handle: str) -> str:
    """Visits to come, asked for and past."""
    visit = _visit(handle)
    past = request.args.get("past", "")
    page = appointments.list_visits(visit.reader, visit.now, past=int(past) if past.isdecimal() and len(past) < 5 else 0)
    groups = (page.upcoming, page.asked, page.past, page.undated)
    return web.render(
        "appointments/list.html",
        web.Around(current="appointments"),
        page=page,
        groups=[[shown.show_visit(b, visit) for b in group] for group in groups],
        missing=[visit.words.gettext("Visits")] if page.source in (Source.DOWN, Source.PARTIAL) else [],
        older=f"{visit.path('appointments')}?past={len(page.past) + appointments.PAST_SHOWN}" if page.older else "",
        retry=visit.path("appointments"),
    )


@blueprint.get("/c/<handle>/appointments/<id_>")
def show_one(handle: str, id_: str) -> str:
    """One visit: when, where, what to bring, how to change it."""
    visit = _visit(handle)
    booked = appointments.get_visit(visit.reader, id_)
    return web.render(
        "appointments/visit.html",
        web.Around(current="appointments"),
        booked=booked,
        view=booked.view,
        v=shown.show_visit(booked, visit),
        over=appointments.is_over(booked.view, visit.now),
        status=shown.status_words(booked.view, visit.words),
        because=shown.why_cancelled(booked.view),
        phone=booked.place.phone if booked.place and booked.place.phone else visit.hospital.contacts.help_phone,
    )


@blueprint.get("/c/<handle>/appointments/<id_>/calendar.ics")
def calendar(handle: str, id_: str) -> Response:
    """The visit for the person's own calendar."""
    visit = _visit(handle)
    booked = appointments.get_visit(visit.reader, id_)
    if booked.view.start is None or booked.view.start.precision != "time":
        raise NotFound("a visit without a time")
    title = visit.words.gettext("Visit: %(what)s", what=shown.what_of(booked.view, visit.words))
    place, hospital = booked.place_name, visit.hospital
    data = calendar_file(booked, title, place, hospital.name, hospital.slug, visit.words, visit.now)
    response = Response(data, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "appointments" in visit.hospital.features_off:
        raise NotFound("visits are switched off")
    return visit

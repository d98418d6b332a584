"""The addresses of medicines: the list, and one medicine found by a prescription, a statement or a supply.

It decides addresses and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.medicines import detail, shown
from fhirportal.portal.medicines.allergies import show_allergies
from fhirportal.records import medicines
from fhirportal.records.found import Source
from fhirportal.web import Visit
from fhirportal.words import mark as N_

blueprint = Blueprint("medicines", __name__, template_folder="templates")

NAMES = {
    "prescriptions": N_("Prescriptions"),
    "supplies": N_("Supplies"),
    "said": N_("What you told us you take"),
    "allergies": N_("Allergies"),
}


@blueprint.get("/c/<handle>/medicines")
def show_list(handle: str) -> str:
    """What must not be taken, what is taken now, told, paused, supplied, stopped and withdrawn; allergies first."""
    visit = _visit(handle)
    page = medicines.list_medicines(visit.reader)
    return web.render(
        "medicines/list.html",
        web.Around(current="medicines"),
        page=page,
        at={place: [shown.show_medicine(m, visit) for m in page.at(place)] for place in shown.PLACES},
        allergies=show_allergies(page, visit.words),
        missing=_named(page, visit, Source.DOWN, Source.PARTIAL),
        not_shared=_named(page, visit, Source.NOT_SHARED),
        not_offered=_named(page, visit, Source.NOT_OFFERED),
        retry=visit.path("medicines"),
    )


@blueprint.get("/c/<handle>/medicines/<id_>")
def show_one(handle: str, id_: str) -> str:
    """One medicine by one of its prescriptions."""
    return _show(handle, "MedicationRequest", id_)


@blueprint.get("/c/<handle>/medicines/told/<id_>")
def show_told(handle: str, id_: str) -> str:
    """One medicine that somebody said is taken, and nobody here prescribed."""
    return _show(handle, "MedicationStatement", id_)


@blueprint.get("/c/<handle>/medicines/supplied/<id_>")
def show_supplied(handle: str, id_: str) -> str:
    """One medicine known only from its supplies."""
    return _show(handle, "MedicationDispense", id_)


def _show(handle: str, type_: str, id_: str) -> str:
    """How to take it, what for, its prescriptions and supplies; codes last."""
    visit = _visit(handle)
    medicine, page = medicines.get_medicine(visit.reader, type_, id_)
    return web.render(
        "medicines/medicine.html",
        web.Around(current="medicines"),
        m=shown.show_medicine(medicine, visit),
        d=detail.show_detail(medicine, visit),
        allergies=show_allergies(page, visit.words),
        missing=_named(page, visit, Source.DOWN, Source.PARTIAL),
        as_of=page.as_of,
    )


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "medicines" in visit.hospital.features_off:
        raise NotFound("medicines are switched off")
    return visit


def _named(page: medicines.MedicinesPage, visit: Visit, *sources: Source) -> list[str]:
    return [visit.words.gettext(NAMES[part]) for part, source in page.troubles if source in sources]

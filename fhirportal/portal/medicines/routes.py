"""The addresses of medicines: the list and one medicine.

It decides addresses and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.medicines import shown
from fhirportal.records import medicines
from fhirportal.records.found import Source
from fhirportal.web import Visit
from fhirportal.words import mark as N_

blueprint = Blueprint("medicines", __name__, template_folder="templates")

NAMES = {"medicines": N_("Medicines"), "supplies": N_("Supplies"), "told": N_("What you told us you take")}


@blueprint.get("/c/<handle>/medicines")
def show_list(handle: str) -> str:
    """What is taken now, what is paused, stopped, and said to be taken."""
    visit = _visit(handle)
    page = medicines.list_medicines(visit.reader)
    words = visit.words
    groups = (page.current, page.paused, page.stopped)
    missing = [words.gettext(NAMES[n]) for n, source in page.troubles if source in (Source.DOWN, Source.PARTIAL)]
    if page.allergies_source in (Source.DOWN, Source.PARTIAL):
        missing.append(words.gettext("Allergies"))
    return web.render(
        "medicines/list.html",
        web.Around(current="medicines"),
        page=page,
        groups=[[shown.show_medicine(m, visit) for m in group] for group in groups],
        told=[shown.show_told(t, words) for t in page.told],
        allergies=[a.substance.text for a in page.allergies if a.substance and a.substance.text],
        allergies_known=page.allergies_source is Source.OK,
        missing=missing,
        retry=visit.path("medicines"),
    )


@blueprint.get("/c/<handle>/medicines/<id_>")
def show_one(handle: str, id_: str) -> str:
    """One medicine: how to take it, what for, its prescriptions and supplies; codes last."""
    visit = _visit(handle)
    medicine = medicines.get_medicine(visit.reader, id_)
    return web.render(
        "medicines/medicine.html",
        web.Around(current="medicines"),
        m=shown.show_medicine(medicine, visit),
        view=medicine.newest,
        prescriptions=[shown.show_prescription(p, visit.words) for p in medicine.prescriptions],
        supplies=[shown.show_supply(s, visit.words) for s in medicine.supplies],
        codes=shown.show_codes(medicine.newest.medicine),
    )


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "medicines" in visit.hospital.features_off:
        raise NotFound("medicines are switched off")
    return visit

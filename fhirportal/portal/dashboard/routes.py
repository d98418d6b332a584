"""The address of the first page of a chart.

It decides which page is drawn and what is said to be missing. It must not know FHIR or how the hospital is asked.
"""

from flask import Blueprint

from fhirportal import web
from fhirportal.access.viewer import Kind
from fhirportal.portal.bills.shown import show_owed
from fhirportal.portal.dashboard import shown
from fhirportal.records.found import Source
from fhirportal.records.results_page import Filters
from fhirportal.records.summary import Summary, get_summary
from fhirportal.web import Visit
from fhirportal.web.persons import person_of
from fhirportal.web.seen import find_seen

blueprint = Blueprint("dashboard", __name__, template_folder="templates")


@blueprint.get("/c/<handle>/")
def show(handle: str) -> str:
    """What is next, what needs the person, what is new."""
    visit = web.visit(handle)
    seen, seen_reports = find_seen(visit, "Observation"), find_seen(visit, "DiagnosticReport")
    filters = Filters(zone=visit.words.zone, seen=seen, seen_reports=seen_reports)
    summary = get_summary(visit.reader, filters, visit.now, visit.hospital.currency, visit.hospital.features_off)
    acting = visit.viewer.kind is not Kind.SELF
    person = person_of(visit)
    return web.render(
        "dashboard/home.html",
        web.Around(current="home"),
        greeting=shown.greeting(visit, _called(person.name if person else "", acting=acting), acting=acting),
        next=shown.show_next(summary.visits, visit),
        visits_state=summary.visits.source.value if summary.visits else shown.OFF,
        needs=[] if visit.viewer.read_only else shown.list_needs(summary, visit),
        recent=shown.show_recent(summary.recent, visit),
        medicines=shown.show_taken(summary.taken, visit),
        owe=show_owed(summary.balance, visit) if summary.balance else None,
        missing=_missing(summary, visit),
    )


def _called(name: str, *, acting: bool) -> str:
    """The first name for a greeting; the whole name where it is somebody else's, or is not written with blanks."""
    return name if acting else name.split(" ", maxsplit=1)[0]


def _missing(summary: Summary, visit: Visit) -> list[str]:
    words = visit.words
    parts = (
        (words.gettext("Visits"), summary.visits.source if summary.visits else None),
        (words.gettext("Test results"), summary.recent.source if summary.recent else None),
        (words.gettext("Medicines"), summary.taken.source if summary.taken else None),
        (words.gettext("Bills"), summary.balance.source if summary.balance else None),
    )
    return [name for name, source in parts if source in (Source.DOWN, Source.PARTIAL)]

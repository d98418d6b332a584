"""The addresses of results: the list, one result, one report, one file of a report.

It decides addresses, status codes and which page is drawn. It must not know FHIR or how the hospital is asked.
"""

import re
import unicodedata
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from fhirportal import web
from fhirportal.errors import NotFound
from fhirportal.portal.results import rows
from fhirportal.portal.results.forms import Chosen, parse_filters
from fhirportal.records import results
from fhirportal.records.results_page import SHOWS, Filters, ResultsPage, Row
from fhirportal.web import Visit
from fhirportal.web.seen import find_seen, mark_seen
from fhirportal.words import mark as N_
from fhirportal.words.findings import explained_of, name_of
from mappings.attachment import Attachment
from mappings.observation import ObservationView

blueprint = Blueprint("results", __name__, template_folder="templates")

LABELS = {
    "all": N_("All"),
    "new": N_("New"),
    "laboratory": N_("Blood and lab tests"),
    "imaging": N_("Scans and X-rays"),
    "measurements": N_("Measurements"),
    "outside": N_("Above or below range"),
}
ENDINGS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/tiff": "tif", "text/plain": "txt",
    "text/html": "html", "application/xhtml+xml": "html", "text/xml": "xml", "application/xml": "xml",
    "application/dicom": "dcm", "application/rtf": "rtf", "text/rtf": "rtf",
}  # fmt: skip
NAMED = {
    "pdf": "PDF",
    "png": N_("Picture"),
    "jpg": N_("Picture"),
    "tif": N_("Picture"),
    "txt": N_("Text"),
    "html": N_("Web page"),
}
AS_THEY_ARE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain"})
MOST_MARKS = 60


@blueprint.get("/c/<handle>/results")
def show_list(handle: str) -> tuple[str, int]:
    """Every result that can be told apart, newest first, as chosen in the query string."""
    visit = _visit(handle)
    chosen = parse_filters(request.args)
    seen, seen_reports = find_seen(visit, "Observation"), find_seen(visit, "DiagnosticReport")
    filters = Filters(
        show=chosen.show, first=chosen.first, last=chosen.last, zone=visit.words.zone, seen=seen, seen_reports=seen_reports
    )
    page = results.list_results(visit.reader, filters, visit.now)
    days = _shown_days(page, visit)
    measurements = [rows.show_row(row, visit) for row in page.measurements]
    html = web.render(
        "results/list.html",
        web.Around(current="results"),
        page=page,
        chosen=chosen,
        days=days,
        measurements=measurements,
        drawn=any(row.spark for _, cards in days for card in cards for row in card.rows),
        chips=_chips(visit, chosen, seen is not None),
        older=_address(visit, chosen, last=page.older.isoformat()) if page.older else "",
        retry=_address(visit, chosen),
        named=_named(page.troubles, visit),
    )
    return html, 400 if chosen.errors else 200


@blueprint.get("/c/<handle>/results/<id_>")
def show_result(handle: str, id_: str) -> str:
    """One result: what it means first, the codes last."""
    visit = _visit(handle)
    page = results.get_result(visit.reader, id_)
    mark_seen(visit, "Observation", page.view.id, page.view.version)
    view = page.view
    return web.render(
        "results/result.html",
        web.Around(current="results"),
        page=page,
        view=view,
        explained=explained_of(view.code, visit.words),
        findings=[rows.show_finding(f, view, visit) for f in page.findings],
        members=[rows.show_row(row, visit) for row in page.members],
        replaced=rows.show_row(Row(page.replaced), visit) if page.replaced else None,
        report_href=rows.report_path(visit, page.report.id) if page.report else "",
        gone=view.status in rows.WITHOUT_VALUE,
        retry=rows.result_path(visit, id_),
        named=_named(page.troubles, visit),
        title=name_of(view.code, visit.words),
        code_list=rows.show_codes(view.code, *(part.code for part in view.components)),
    )


@blueprint.get("/c/<handle>/results/report/<id_>")
def show_report(handle: str, id_: str) -> str:
    """One report: its conclusion, results and files."""
    visit = _visit(handle)
    page = results.get_report(visit.reader, id_)
    _mark_report(visit, page.report.id, page.report.version, [row.view for row in page.rows])
    return web.render(
        "results/report.html",
        web.Around(current="results"),
        page=page,
        report=page.report,
        rows=[rows.show_row(row, visit) for row in page.rows],
        files=[_shown_file(file, id_, visit) for file in page.report.files],
        note=rows.report_note(page.report, visit.words),
        far_outside=any(row.view.any_far_outside for row in page.rows),
        retry=rows.report_path(visit, id_),
        title=name_of(page.report.code, visit.words),
        code_list=rows.show_codes(page.report.code, *page.report.conclusion_codes),
    )


@blueprint.get("/c/<handle>/results/report/<id_>/file/<int:index>")
def send_report_file(handle: str, id_: str, index: int) -> Response:
    """A file of a report, only ever as a download: nothing in it runs under our address."""
    visit = _visit(handle)
    file, content = results.get_report_file(visit.reader, id_, index)
    sent_type = content.content_type.split(";")[0].strip().casefold()
    response = Response(content.data, mimetype=sent_type if sent_type in AS_THEY_ARE else "application/octet-stream")
    response.headers["Content-Disposition"] = _disposition(_file_name(file, visit))
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _visit(handle: str) -> Visit:
    visit = web.visit(handle)
    if "results" in visit.hospital.features_off:
        raise NotFound("results are switched off")
    return visit


def _shown_days(page: ResultsPage, visit: Visit) -> list[tuple[object, list[rows.ShownCard]]]:
    return [
        (day.when, [rows.show_card(card, f"d{n}c{m}", visit) for m, card in enumerate(day.cards)])
        for n, day in enumerate(page.days)
    ]


def _chips(visit: Visit, chosen: Chosen, keeps_marks: bool) -> list[tuple[str, str, bool, None]]:
    kinds = [show for show in SHOWS if show != "new" or keeps_marks]
    return [
        (_address(visit, chosen, show=kind), visit.words.gettext(LABELS[kind]), kind == chosen.show, None) for kind in kinds
    ]


def _address(visit: Visit, chosen: Chosen, show: str = "", last: str = "") -> str:
    """The list with this choice; kinds and days are no secret, and nothing else stands in it."""
    kind = show or chosen.show
    first, until = chosen.first.isoformat() if chosen.first else "", last or (chosen.last.isoformat() if chosen.last else "")
    parts = {"show": kind if kind != "all" else "", "from": first, "to": until}
    query = urlencode({name: value for name, value in parts.items() if value})
    return visit.path("results") + (f"?{query}" if query else "")


def _named(troubles: tuple[tuple[str, object], ...], visit: Visit) -> list[str]:
    """The parts that did not come, in words."""
    names = {"reports": N_("Reports"), "results": N_("Test results"), "measurements": N_("Measurements")}
    return [visit.words.gettext(names[part]) for part, _ in troubles]


def _mark_report(visit: Visit, id_: str, version: str, views: list[ObservationView]) -> None:
    """Who reads a report has seen its results, too."""
    mark_seen(visit, "DiagnosticReport", id_, version)
    seen = find_seen(visit, "Observation")
    for view in views[:MOST_MARKS]:
        if seen is not None and view.id and seen.get(view.id) != view.version:
            mark_seen(visit, "Observation", view.id, view.version)


def _shown_file(file: Attachment, id_: str, visit: Visit) -> tuple[str, Attachment, str, str, str]:
    """Where to get it ("" where it did not come), the file, its name, kind and size in words."""
    href = f"{rows.report_path(visit, id_)}/file/{file.index}" if file.openable else ""
    kind = visit.words.gettext(NAMED.get(ENDINGS.get(file.content_type, ""), N_("File")))
    return href, file, _file_name(file, visit), kind, rows.size_words(file.size, visit.words)


def _file_name(file: Attachment, visit: Visit) -> str:
    """A name for the reader's folder: the title's letters and digits, and the ending of its kind."""
    words = re.sub(r"[^\w.()-]+", " ", unicodedata.normalize("NFC", file.title))
    plain = words.strip(" .")[:80].strip()
    ending = ENDINGS.get(file.content_type, "bin")
    named = plain or visit.words.gettext("Report %(number)s", number=file.index + 1)
    return named if named.casefold().endswith(f".{ending}") else f"{named}.{ending}"


def _disposition(name: str) -> str:
    """RFC 6266: a plain name for old browsers, the whole name for the others."""
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "").strip() or "report"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

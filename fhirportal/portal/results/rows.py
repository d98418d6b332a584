"""What the templates of results draw: rows, cards and findings in the reader's words, addresses included.

It decides what stands where on the pages about results. It must not ask the hospital for anything.
"""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from fhirportal.layout import charts
from fhirportal.layout.result_charts import change_words, distance_words, moved_note, number_line, sparkline, trend_chart
from fhirportal.records.results_page import Card, Followed, Row
from fhirportal.web import Visit
from fhirportal.words import Words
from fhirportal.words import mark as N_
from fhirportal.words.findings import (
    Said,
    Verdict,
    disagrees,
    explained_of,
    name_of,
    range_lines,
    row_said,
    row_verdict,
    said,
    verdict,
)
from fhirportal.words.numbers import NBSP, number
from fhirportal.words.phrases import phrase
from mappings.diagnostic_report import DiagnosticReportView
from mappings.observation import ObservationView
from mappings.reading import Concept
from mappings.result_group import Group

PLAIN_STATUSES = ("final", "amended", "corrected", "appended")
WITHOUT_VALUE = ("registered", "cancelled", "entered-in-error")
SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation": "HL7",
}
GROUPS: dict[Group, str] = {
    "laboratory": N_("Lab tests"),
    "imaging": N_("Scans and X-rays"),
    "measurement": N_("Measurements"),
    "other": N_("Other results"),
    "none": N_("Other results"),
}


@dataclass(frozen=True)
class ShownRow:
    """One row of a list of results. `status` is said instead of a side where the result does not stand."""

    href: str
    name: str
    meaning: str
    said: Said
    verdict: Verdict
    status: str
    new: bool
    spark: charts.Sparkline | None


@dataclass(frozen=True)
class ShownCard:
    """Rows under one heading; `href` leads to the report where there is one."""

    ident: str
    title: str
    href: str
    note: str
    rows: tuple[ShownRow, ...]
    more: int = 0


@dataclass(frozen=True)
class ShownCode:
    """One code for clinicians: the system's name (else its address), the code, what the hospital displays for it."""

    system: str
    code: str
    display: str


@dataclass(frozen=True)
class ShownFinding:
    """One finding of the page of a result: its value, its line, its history."""

    name: str
    said: Said
    verdict: Verdict
    line: charts.NumberLine | None
    ranges: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    marks: tuple[str, ...]
    disagrees: bool
    far_outside: bool
    trend: charts.Trend | None
    moved: str
    other_units: int
    undated: int
    bounds: bool


def result_path(visit: Visit, id_: str) -> str:
    """The page of one result, "" for a result without an id."""
    return visit.path(f"results/{quote(id_, safe='')}") if id_ else ""


def report_path(visit: Visit, id_: str) -> str:
    return visit.path(f"results/report/{quote(id_, safe='')}") if id_ else ""


def meaning_of(view: ObservationView, words: Words) -> str:
    """What the test is about, in one line; "" for tests we have no words for."""
    explained = explained_of(view.code, words)
    return explained.meaning if explained else ""


def status_instead(view: ObservationView, words: Words) -> str:
    return "" if view.status in PLAIN_STATUSES else phrase("observation_status", view.status, words)


def show_codes(*concepts: Concept | None) -> tuple[ShownCode, ...]:
    """The codes of the concepts, each once."""
    codings = [c for concept in concepts if concept for c in concept.codings if c.code]
    return tuple(dict.fromkeys(ShownCode(SYSTEMS.get(c.system, c.system), c.code, c.display) for c in codings))


def size_words(size: int | None, words: Words) -> str:
    """24 kB, 1.3 MB; "" where the size is not known."""
    if size is None:
        return ""
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)), words)}{NBSP}kB"
    return f"{number(Decimal(size / 1_000_000).quantize(Decimal('0.1')), words)}{NBSP}MB"


def show_row(row: Row, visit: Visit) -> ShownRow:
    view, words = row.view, visit.words
    gone = view.status in WITHOUT_VALUE
    changed = phrase("observation_status", view.status, words) if view.status in ("amended", "corrected") else ""
    return ShownRow(
        href=result_path(visit, view.id),
        name=name_of(view.code, words),
        meaning=". ".join(part for part in (changed, meaning_of(view, words)) if part),
        said=Said("") if gone else row_said(view, words),
        verdict=Verdict() if gone else row_verdict(view, words),
        status=status_instead(view, words),
        new=row.new,
        spark=None if gone else sparkline(row.trend, words),
    )


def show_card(card: Card, ident: str, visit: Visit) -> ShownCard:
    words = visit.words
    rows = tuple(show_row(row, visit) for row in card.rows)
    if card.report is None:
        titled = name_of(card.panel.code, words) if card.panel else words.gettext(GROUPS[card.rows[0].view.group])
        return ShownCard(ident, titled, "", "", rows)
    report = card.report
    if not card.rows:
        rows = (_report_row(report, card.new, visit),)
    return ShownCard(
        ident, name_of(report.code, words), report_path(visit, report.id), report_note(report, words), rows, card.more
    )


def report_note(report: DiagnosticReportView, words: Words) -> str:
    """The status of a report, where it is not simply final."""
    return "" if report.status == "final" else phrase("report_status", report.status, words)


def show_finding(followed: Followed, view: ObservationView, visit: Visit) -> ShownFinding:
    finding, trend, words = followed.finding, followed.trend, visit.words
    chart = trend_chart(trend, words, lambda id_: result_path(visit, id_) if id_ != view.id else "")
    sentences = (distance_words(finding, words), change_words(view.id, trend, words))
    judged = verdict(finding, words)
    marks = [phrase("interpretation", i.code, words) if i.code else i.text for i in finding.interpretations]
    return ShownFinding(
        name=name_of(finding.code, words),
        said=said(finding, words),
        verdict=judged,
        line=number_line(finding, words),
        ranges=range_lines(finding, words),
        sentences=tuple(s for s in sentences if s and not disagrees(finding)),
        marks=tuple(dict.fromkeys(m for m in marks if m and m != judged.label)),
        disagrees=disagrees(finding),
        far_outside=finding.far_outside,
        trend=chart,
        moved=moved_note(trend, words) if chart else "",
        other_units=trend.other_units if trend else 0,
        undated=trend.undated if trend else 0,
        bounds=any(not p.value.exact for p in trend.points) if trend and chart else False,
    )


def _report_row(report: DiagnosticReportView, new: bool, visit: Visit) -> ShownRow:
    """A report without results in the list, such as an X-ray's: its first words lead to it."""
    words = visit.words
    status = "" if report.status in PLAIN_STATUSES else phrase("report_status", report.status, words)
    lead = (
        words.gettext("Report in words")
        if report.conclusion
        else words.ngettext("%(num)s file", "%(num)s files", len(report.files))
    )
    return ShownRow(
        href=report_path(visit, report.id),
        name=name_of(report.code, words),
        meaning=lead if report.conclusion or report.files else "",
        said=Said(""),
        verdict=Verdict(),
        status=status,
        new=new,
        spark=None,
    )

"""Test results: a list by report and day, one result with its history, one report with its results and files.

It decides in which order the hospital is asked and what is said to be missing. Sorted on when a test was taken. It must not
know words, pages or addresses.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fhirportal.errors import NotFound
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.reader import File, Reader
from fhirportal.records.result_groups import Gathered, drawn_days, first_page, latest_measurements, list_days, with_trends
from fhirportal.records.result_queries import (
    by_ids,
    cut_short,
    history_query,
    horizon,
    list_queries,
    reports_around,
    reports_of,
)
from fhirportal.records.results_page import Filters, Followed, Part, ReportPage, ResultPage, ResultsPage, Row
from mappings import diagnostic_report, observation
from mappings.attachment import Attachment
from mappings.diagnostic_report import DiagnosticReportView
from mappings.observation import ObservationView
from mappings.reading import dicts
from mappings.trend import trend_of

Resource = Mapping[str, Any]
_PARTS: tuple[Part, ...] = ("reports", "results", "measurements")


def list_results(reader: Reader, filters: Filters, now: datetime) -> ResultsPage:
    """A page of results, newest first. Never raises for the hospital's troubles: they are named in it."""
    queries = list_queries(filters)
    answers = reader.gather(*queries)
    gathered = _gathered(answers)
    reach = [day for found, query in zip(answers, queries, strict=True) if (day := horizon(found, query))]
    days, older = first_page(list_days(gathered, filters, now), reach, filters)
    apart = filters.show == "all" and not (filters.first or filters.last)
    troubles = _troubles(queries, answers)
    return ResultsPage(
        days=drawn_days(days, gathered.results.values()),
        measurements=latest_measurements(gathered.results.values(), filters, now) if apart else (),
        older=older,
        source=_worst(source for _, source in troubles),
        troubles=troubles,
        unshown=gathered.unshown,
        as_of=min(found.as_of for found in answers),
    )


def get_result(reader: Reader, id_: str) -> ResultPage:
    """One result with its report and history. Raises NotFound, NotAllowed, UpstreamError."""
    view = observation.to_view(reader.read("Observation", id_))
    if view is None:
        raise NotFound("an observation that says nothing")
    member_ids = [m.id for m in view.members if m.id and not m.contained][:100]
    queries = (reports_of(id_), history_query(view.code), *by_ids(member_ids))
    reports, history, *members = reader.gather(*queries)
    views = [v for v in _views(history) if v.id != view.id]
    followed = tuple(Followed(finding, trend_of(finding, (view, *views))) for finding in view.findings)
    rows = with_trends([Row(v) for found in members for v in _views(found)], views)
    report = _report_naming(id_, reports) or _report_nearby(reader, view, reports)
    parts: list[tuple[Part, Source]] = [("reports", reports.source), ("results", history.source)]
    return ResultPage(
        view=view,
        findings=followed,
        report=report,
        replaced=_find_replaced(reader, view),
        members=rows,
        troubles=tuple(
            (part, source) for part, source in parts if source is not Source.OK and not (part == "reports" and report)
        ),
    )


def get_report(reader: Reader, id_: str) -> ReportPage:
    """One report with its results in its own order. Raises NotFound, NotAllowed, UpstreamError."""
    resource = reader.read("DiagnosticReport", id_)
    report = diagnostic_report.to_view(resource)
    if report is None:
        raise NotFound("a report that says nothing")
    answers = reader.gather(*by_ids(report.result_ids)) if report.result_ids else []
    views = {v.id: v for found in answers for v in _views(found)}
    own = [views[id_] for id_ in report.result_ids if id_ in views]
    return ReportPage(
        report=report,
        rows=(*map(Row, own), *_contained(resource, report)),
        missing=len(report.result_ids) - len(own),
        source=_worst(found.source for found in answers),
    )


def get_report_file(reader: Reader, id_: str, index: int) -> tuple[Attachment, File]:
    """One file of a report, owner checked again with the report. Raises NotFound, NotAllowed, UpstreamError."""
    resource = reader.read("DiagnosticReport", id_)
    report = diagnostic_report.to_view(resource)
    file = next((f for f in report.files if f.index == index and f.openable), None) if report else None
    if file is None:
        raise NotFound("a report without such a file")
    return file, reader.attachment(list(dicts(resource.get("presentedForm")))[index], resource)


def _gathered(answers: Sequence[Found]) -> Gathered:
    """Every resource once, whichever searches brought it; the rest counted."""
    sent: dict[tuple[str, str], Resource] = {}
    for found in answers:
        for resource in (*found.resources, *found.included.values()):
            sent.setdefault((str(resource.get("resourceType")), str(resource.get("id"))), resource)
    observations = [observation.to_view(r) for (type_, _), r in sent.items() if type_ == "Observation"]
    reports = [diagnostic_report.to_view(r) for (type_, _), r in sent.items() if type_ == "DiagnosticReport"]
    return Gathered(
        results={v.id: v for v in observations if v},
        reports=tuple(r for r in reports if r),
        unshown=observations.count(None) + reports.count(None),
    )


def _views(found: Found) -> list[ObservationView]:
    return [view for r in found.resources if (view := observation.to_view(r))]


def _troubles(queries: Sequence[Query], answers: Sequence[Found]) -> tuple[tuple[Part, Source], ...]:
    """What is missing, by name. The search without a category counts only where it is the only one that answered nothing."""
    parts: Iterable[Part] = ("measurements",) if len(queries) == 1 else _PARTS
    named = zip(parts, queries, answers, strict=False)
    return tuple(
        (part, found.source) for part, query, found in named if found.source is not Source.OK and not cut_short(found, query)
    )


def _worst(sources: Iterable[Source]) -> Source:
    order = (Source.DOWN, Source.PARTIAL, Source.NOT_SHARED, Source.NOT_OFFERED)
    found = set(sources)
    return next((source for source in order if source in found), Source.OK)


def _report_naming(id_: str, found: Found) -> DiagnosticReportView | None:
    """The newest report that names the result; servers that ignore the parameter send others, too."""
    reports = [r for resource in found.resources if (r := diagnostic_report.to_view(resource)) and id_ in r.result_ids]
    return max(reports, key=lambda r: r.issued.start.timestamp() if r.issued else 0.0, default=None)


def _report_nearby(reader: Reader, view: ObservationView, asked: Found) -> DiagnosticReportView | None:
    """For servers that cannot search reports by result: among the reports of that day."""
    if asked.source is not Source.DOWN or view.effective is None:
        return None
    return _report_naming(view.id, reader.search(reports_around(view.effective)))


def _find_replaced(reader: Reader, view: ObservationView) -> ObservationView | None:
    """What a corrected result says it replaced, where the hospital still has it."""
    pointed = next((r.id for r in view.replaces if r.id and not r.contained), None)
    if pointed is None or view.withdrawn:
        return None
    answers = reader.gather(*by_ids([pointed]))
    return next((v for found in answers for v in _views(found)), None)


def _contained(resource: Resource, report: DiagnosticReportView) -> tuple[Row, ...]:
    """Results that stand inside the report itself; they have no page of their own."""
    wanted = [r.id for r in report.results if r.contained]
    inside = {str(c.get("id")): c for c in dicts(resource.get("contained"))}
    views = [observation.to_view({**inside[id_], "id": ""}) for id_ in wanted if id_ in inside]
    return tuple(Row(view) for view in views if view)

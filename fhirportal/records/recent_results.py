"""The newest results for the dashboard: the last few laboratory results with their history, and what has not been opened.

It decides which few are shown. It must not know words, pages or addresses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fhirportal.records.found import Found, Query, Source
from fhirportal.records.result_groups import is_new, with_trends
from fhirportal.records.results_page import Filters, Row
from mappings import diagnostic_report, observation
from mappings.diagnostic_report import DiagnosticReportView
from mappings.observation import ObservationView

SHOWN = 4
RESULTS = Query("Observation", (("category", "laboratory"), ("_sort", "-date")), 100)
REPORTS = Query("DiagnosticReport", (("_sort", "-date"),), 20)


@dataclass(frozen=True)
class Recent:
    """`rows` the newest results, `new` the unopened ones among all that came, `reports` the unopened reports in words."""

    rows: tuple[Row, ...]
    new: tuple[ObservationView, ...]
    reports: tuple[DiagnosticReportView, ...]
    source: Source


def recent_queries() -> tuple[Query, ...]:
    """What `read_recent` needs."""
    return (RESULTS, REPORTS)


def read_recent(answers: Sequence[Found], filters: Filters, now: datetime) -> Recent:
    """The answers to `recent_queries`, in that order."""
    results, reports = answers
    views = [v for r in results.resources if (v := observation.to_view(r)) and not v.withdrawn and v.effective]
    # of results taken together, those somebody wrote about come first
    views.sort(key=lambda v: (v.effective.start if v.effective else now, bool(v.notes)), reverse=True)
    newest = [v for v in views if v.believed][:SHOWN]
    rows = with_trends([Row(v, is_new(v, filters.seen, now)) for v in newest], views)
    unopened = tuple(v for v in views if is_new(v, filters.seen, now))
    told = (report for r in reports.resources if (report := diagnostic_report.to_view(r)))
    in_words = tuple(report for report in told if report.group == "imaging" and is_new(report, filters.seen_reports, now))
    return Recent(rows, unopened, in_words, _source(results, reports))


def _source(results: Found, reports: Found) -> Source:
    """Reports alone being away does not make the results incomplete. More than we asked for is no trouble either."""
    if results.source is Source.PARTIAL and len(results.resources) >= RESULTS.limit:
        return Source.OK
    return results.source if results.source is not Source.OK or reports.source is not Source.DOWN else Source.PARTIAL

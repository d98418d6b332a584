"""What the results pages are made of: frozen shapes, and the choice a reader made among results.

It decides nothing but shapes. It must not know the hospital's server, words or pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, get_args

from fhirportal.records.found import Source
from mappings.diagnostic_report import DiagnosticReportView
from mappings.observation import Finding, ObservationView
from mappings.reading import When
from mappings.trend import Trend

Show = Literal["all", "new", "laboratory", "imaging", "measurements", "outside"]
SHOWS: tuple[Show, ...] = get_args(Show)
Part = Literal["reports", "results", "measurements"]
Seen = Mapping[str, str]

NEW_FOR = timedelta(days=60)
"""An unopened result is "new" for this long after it was released; before a person's first visit all of them are unopened."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What to show: a kind, and days from `first` to `last` in the site's `zone`, both included.

    `seen` and `seen_reports` are the versions opened; None where no marks are kept and nothing is new.
    """

    show: Show = "all"
    first: date | None = None
    last: date | None = None
    zone: tzinfo = UTC
    seen: Seen | None = None
    seen_reports: Seen | None = None


@dataclass(frozen=True)
class Row:
    """One result in a list. `trend` is the same test's earlier results, for a small drawing."""

    view: ObservationView
    new: bool = False
    trend: Trend | None = None


@dataclass(frozen=True)
class Card:
    """Results that belong together: those of a report, of a panel, or of one kind taken on one day.

    `more` counts results the report names that did not come.
    """

    rows: tuple[Row, ...]
    report: DiagnosticReportView | None = None
    panel: ObservationView | None = None
    new: bool = False
    more: int = 0


@dataclass(frozen=True)
class Day:
    """One day, or month or year where no more is known; `when` is None for results without any date."""

    when: When | None
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class ResultsPage:
    """A page of results, newest first. `older` is the last day of the next page, None where there is nothing older.

    `measurements` holds the latest of each measurement, on the first page of everything. `troubles` names what is missing;
    `source` is the reason where there is nothing. `unshown` counts resources that could not be read.
    """

    days: tuple[Day, ...]
    measurements: tuple[Row, ...]
    older: date | None
    source: Source
    troubles: tuple[tuple[Part, Source], ...]
    unshown: int
    as_of: datetime

    @property
    def empty(self) -> bool:
        return not (self.days or self.measurements)


@dataclass(frozen=True)
class Followed:
    """A finding and how it went over time; `trend` is None for what is no number."""

    finding: Finding
    trend: Trend | None


@dataclass(frozen=True)
class ResultPage:
    """One result: the parts found, each with its trend; its report; what it replaced; the members of a panel."""

    view: ObservationView
    findings: tuple[Followed, ...]
    report: DiagnosticReportView | None
    replaced: ObservationView | None
    members: tuple[Row, ...]
    troubles: tuple[tuple[Part, Source], ...]


@dataclass(frozen=True)
class ReportPage:
    """One report with its results in its own order; `missing` counts those that did not come."""

    report: DiagnosticReportView
    rows: tuple[Row, ...]
    missing: int
    source: Source

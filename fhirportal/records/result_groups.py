"""Which results belong together on a page: by report, by panel, else by kind; day by day, newest first.

It decides grouping, what is new, and where a page ends. Sorted on when a test was taken, never on when a record changed.
It must not know the hospital's server, words or pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate, islice

from fhirportal.records.results_page import NEW_FOR, Card, Day, Filters, Row, Seen
from mappings.diagnostic_report import DiagnosticReportView
from mappings.observation import Finding, ObservationView
from mappings.quantity import Quantity
from mappings.reading import When
from mappings.trend import Trend, test_keys, trend_of

PAGE_ROWS = 60
SPARK_POINTS = 7
_KINDS = ("laboratory", "imaging", "other", "measurement")
_Key = tuple[date, str]


@dataclass(frozen=True)
class Gathered:
    """Everything that came, read: results by id, reports, and how many resources could not be read."""

    results: dict[str, ObservationView]
    reports: tuple[DiagnosticReportView, ...]
    unshown: int = 0


def with_trends(rows: Iterable[Row], history: Iterable[ObservationView]) -> tuple[Row, ...]:
    """The rows, each with the last few points of its test in `history`."""
    by_test: dict[str, list[ObservationView]] = defaultdict(list)
    for view in history:
        for key in {key for finding in view.findings for key in test_keys(finding.code)}:
            by_test[key].append(view)
    return tuple(replace(row, trend=_short_trend(row.view, by_test)) for row in rows)


def drawn_days(days: Iterable[Day], history: Iterable[ObservationView]) -> tuple[Day, ...]:
    """The days with their rows' trends: made for what is shown only."""
    days = tuple(days)
    flat = [row for day in days for card in day.cards for row in card.rows]
    drawn = iter(with_trends(flat, history))
    return tuple(
        replace(day, cards=tuple(replace(c, rows=tuple(islice(drawn, len(c.rows)))) for c in day.cards)) for day in days
    )


def is_new(view: ObservationView | DiagnosticReportView, seen: Seen | None, now: datetime) -> bool:
    """Not opened in this version, and released lately."""
    if seen is None or view.withdrawn or seen.get(view.id) == (view.version or ""):
        return False
    released = view.issued or view.effective
    return released is not None and now - NEW_FOR <= released.start


def list_days(gathered: Gathered, filters: Filters, now: datetime) -> list[Day]:
    """All that was gathered and passes the filters, by day, newest first; what has no date comes last."""
    rows = {view.id: Row(view, is_new(view, filters.seen, now)) for view in gathered.results.values()}
    days: dict[_Key | None, list[Card]] = defaultdict(list)
    whens: dict[_Key | None, When | None] = {None: None}
    for at, card in _cards(gathered, rows, filters, now):
        if kept := _filtered(card, filters):
            key = _key(at, filters)
            whens.setdefault(key, at)
            days[key].append(kept)
    dated = sorted((key for key in days if key is not None and _within(key[0], filters)), reverse=True)
    undated = [None] if None in days and not (filters.first or filters.last) else []
    return [Day(whens[key], tuple(sorted(days[key], key=_kind_order))) for key in (*dated, *undated)]


def first_page(days: Sequence[Day], horizons: Iterable[date], filters: Filters) -> tuple[tuple[Day, ...], date | None]:
    """The days that fill a page, and the last day of the next one. Days an answer did not wholly reach are left to it."""
    reach = max(horizons, default=None)
    dated = [(day, key) for day in days if day.when and (key := _key(day.when, filters))]
    whole = [(day, key) for day, key in dated if reach is None or key[0] > reach]
    whole = whole or [pair for pair in dated[:1] if pair[1][0] == reach]
    shown = whole[: _fill(day for day, _ in whole)]
    undated = [day for day in days if day.when is None]
    return (*(day for day, _ in shown), *undated), _next_last(shown, whole, reach, filters)


def _fill(days: Iterable[Day]) -> int:
    """How many days fill a page: whole days, at least one."""
    sizes = list(accumulate(sum(1 + len(card.rows) for card in day.cards) for day in days))
    return next((index for index, size in enumerate(sizes, start=1) if size >= PAGE_ROWS), len(sizes))


def _next_last(
    shown: Sequence[tuple[Day, _Key]], whole: Sequence[tuple[Day, _Key]], reach: date | None, filters: Filters
) -> date | None:
    """The newest day not yet shown; always older than the newest of this page, so that "older" leads on."""
    if len(shown) < len(whole):
        return whole[len(shown)][1][0]
    if reach is None:
        return None
    tried = reach == filters.last or (bool(shown) and shown[-1][1][0] <= reach)
    return _before(reach) if tried else reach


def latest_measurements(views: Iterable[ObservationView], filters: Filters, now: datetime) -> tuple[Row, ...]:
    """The newest of each measurement that stands."""
    measured = [v for v in views if v.group == "measurement" and v.believed and v.effective]
    newest: dict[frozenset[str], ObservationView] = {}
    for view in sorted(measured, key=lambda v: v.effective.start if v.effective else now, reverse=True):
        newest.setdefault(test_keys(view.code) or frozenset({view.id}), view)
    return with_trends((Row(view, is_new(view, filters.seen, now)) for view in newest.values()), measured)


def _cards(gathered: Gathered, rows: dict[str, Row], filters: Filters, now: datetime) -> Iterator[tuple[When | None, Card]]:
    placed: set[str] = set()
    for report in gathered.reports:
        mine = [rows[id_] for id_ in report.result_ids if id_ in rows and id_ not in placed]
        placed |= {row.view.id for row in mine}
        new = is_new(report, filters.seen_reports, now)
        more = sum(id_ not in rows for id_ in report.result_ids)
        yield report.effective or _latest(mine), Card(tuple(mine), report=report, new=new, more=more)
    for panel in [r for r in rows.values() if r.view.members and r.view.id not in placed and r.view.group != "none"]:
        mine = [rows[m.id] for m in panel.view.members if m.id in rows and m.id not in placed]
        if mine:
            own = (panel,) if panel.view.value is not None or panel.view.components else ()
            placed |= {panel.view.id, *(row.view.id for row in mine)}
            yield panel.view.effective or _latest(mine), Card((*own, *mine), panel=panel.view)
    yield from _lone_cards([r for r in rows.values() if r.view.id not in placed and r.view.group != "none"], filters)


def _lone_cards(rows: Iterable[Row], filters: Filters) -> Iterator[tuple[When | None, Card]]:
    """What belongs to no report: together by kind and day."""
    together: dict[tuple[_Key | None, str], list[Row]] = defaultdict(list)
    for row in rows:
        together[_key(row.view.effective, filters), row.view.group].append(row)
    for alike in together.values():
        yield alike[0].view.effective, Card(tuple(alike))


def _filtered(card: Card, filters: Filters) -> Card | None:
    """The card with the rows that pass; None where nothing is left of it."""
    show = filters.show
    if show == "measurements":
        return _only(card, [r for r in card.rows if r.view.group == "measurement"], False)
    apart = [r for r in card.rows if r.view.group != "measurement" or card.report]
    if show == "new":
        return card if card.new and card.report else _only(card, [r for r in apart if r.new], False)
    if show == "outside":
        return _only(card, [r for r in apart if r.view.any_outside and not r.view.withdrawn], False)
    if show in ("laboratory", "imaging"):
        mine = card.report is not None and card.report.group == show
        return _only(card, apart if mine else [r for r in apart if r.view.group == show], mine)
    return _only(card, apart, card.report is not None)


def _only(card: Card, rows: Sequence[Row], keep_empty: bool) -> Card | None:
    return replace(card, rows=tuple(rows)) if rows or keep_empty else None


def _short_trend(view: ObservationView, by_test: dict[str, list[ObservationView]]) -> Trend | None:
    """The points up to this result, the last few of them; none for panels and results that do not stand."""
    finding: Finding = view
    if not view.believed or not isinstance(finding.value, Quantity) or view.effective is None:
        return None
    same = next((by_test[key] for key in test_keys(view.code) if key in by_test), [])
    trend = trend_of(finding, same)
    if trend is None:
        return None
    until = [p for p in trend.points if p.at.start <= view.effective.start]
    return replace(trend, points=tuple(until[-SPARK_POINTS:])) if len(until) > 1 else None


def _key(at: When | None, filters: Filters) -> _Key | None:
    """A day in the site's zone, or the month or year where no more is known."""
    if at is None:
        return None
    if at.precision == "time":
        return at.start.astimezone(filters.zone).date(), "day"
    return at.day, at.precision


def _within(day: date, filters: Filters) -> bool:
    return (filters.first is None or day >= filters.first) and (filters.last is None or day <= filters.last)


def _latest(rows: Iterable[Row]) -> When | None:
    return max((r.view.effective for r in rows if r.view.effective), key=lambda at: at.start, default=None)


def _before(day: date) -> date | None:
    return date.fromordinal(day.toordinal() - 1) if day > date.min else None


def _kind_order(card: Card) -> int:
    group = card.report.group if card.report else card.rows[0].view.group
    return _KINDS.index(group) if group in _KINDS else len(_KINDS)

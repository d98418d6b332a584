"""From findings to drawings: the number line of one result, the trend of one test, the sparkline of a row.

It decides when a drawing would lie and none is made, and puts titles and descriptions into words. Geometry is charts' business;
it must not know the hospital, pages or addresses.
"""

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal

from fhirportal.layout import charts
from fhirportal.words import Words
from fhirportal.words.findings import disagrees, name_of, range_words, said, verdict
from fhirportal.words.formats import date_short, listed, local, month_year
from fhirportal.words.numbers import number
from fhirportal.words.phrases import phrase
from mappings.observation import Finding
from mappings.quantity import Quantity
from mappings.reading import When
from mappings.reference_range import ReferenceRange, distance
from mappings.trend import Point, Trend

NOON = time(12)
DRAWABLE_DIGITS = 12
DESCRIBED_POINTS = 12
_OUT = ("above", "below", "outside")


def number_line(finding: Finding, words: Words) -> charts.NumberLine | None:
    """The value against its own report's range; None where there is no exact number, no range in its unit, or the
    report's own mark says otherwise."""
    value, range_ = finding.value, finding.range
    if not isinstance(value, Quantity) or not value.exact or range_ is None or finding.position == "unknown":
        return None
    if disagrees(finding) or not all(_drawable(q) for q in (value, range_.low, range_.high)):
        return None
    low, high = _ends(range_)
    return charts.NumberLine(
        value=value.value,
        label=words.gettext("You %(value)s", value=number(value.value, words)),
        title=_line_title(finding, range_, words),
        description=distance_words(finding, words),
        low=low,
        high=high,
        low_label=number(low, words) if low is not None else "",
        high_label=number(high, words) if high is not None else "",
        range_label=words.gettext("This report’s range"),
        out=finding.position in ("above", "below"),
        words=words,
    )


def trend_chart(trend: Trend | None, words: Words, address: Callable[[str], str]) -> charts.Trend | None:
    """The test over time with each report's own range; None for fewer than two results. `address` maps an id to its page."""
    if trend is None or not trend.drawable or not all(_drawable(p.value) for p in trend.points):
        return None
    name, points = name_of(trend.code, words), tuple(_chart_point(p, words, address) for p in trend.points)
    first, last = trend.points[0].at, trend.points[-1].at
    title = words.gettext(
        "%(name)s from %(first)s to %(last)s", name=name, first=month_year(first, words), last=month_year(last, words)
    )
    return charts.Trend(points=points, title=title, description=_told(points, trend, words), unit=trend.unit, words=words)


def sparkline(trend: Trend | None, words: Words) -> charts.Sparkline | None:
    """The last few values with the range of the last report; None for fewer than two."""
    if trend is None or not trend.drawable or not all(_drawable(p.value) for p in trend.points):
        return None
    last = trend.points[-1]
    range_ = last.range if last.range and _drawable(last.range.low) and _drawable(last.range.high) else None
    low, high = _ends(range_) if range_ else (None, None)
    values = listed([said(p.finding, words).value for p in trend.points], words)
    title = words.gettext("Last %(count)s results, oldest first: %(values)s", count=len(trend.points), values=values)
    return charts.Sparkline(
        values=tuple(p.value.value for p in trend.points),
        title=f"{title} {trend.unit}".strip(),
        low=low,
        high=high,
        out=verdict(last.finding, words).side in _OUT,
        words=words,
    )


def distance_words(finding: Finding, words: Words) -> str:
    """How far beyond the range, in exact numbers: Your result is 3 above this report's range, 20 to 41."""
    value, range_ = finding.value, finding.range
    if not isinstance(value, Quantity) or range_ is None or finding.position == "unknown":
        return ""
    told = {"range": range_words(range_, words)}
    if finding.position == "inside":
        return words.gettext("Your result is in this report’s range, %(range)s.", **told)
    off = distance(value, range_)
    if off is None:
        above = words.gettext("Your result is above this report’s range, %(range)s.", **told)
        return (
            above
            if finding.position == "above"
            else words.gettext("Your result is below this report’s range, %(range)s.", **told)
        )
    told["amount"] = number(off, words)
    if finding.position == "above":
        return words.gettext("Your result is %(amount)s above this report’s range, %(range)s.", **told)
    return words.gettext("Your result is %(amount)s below this report’s range, %(range)s.", **told)


def change_words(view_id: str, trend: Trend | None, words: Words) -> str:
    """How it compares with the result before it: exact numbers of one unit, or nothing."""
    points = trend.points if trend else ()
    at = next((i for i, p in enumerate(points) if p.id == view_id), 0)
    if not at or not (points[at].value.exact and points[at - 1].value.exact):
        return ""
    before = points[at - 1]
    told = {"value": number(before.value.value, words), "day": date_short(before.at, words)}
    change = points[at].value.value - before.value.value
    if change == 0:
        return words.gettext("It is the same as your result before, %(value)s on %(day)s.", **told)
    told["amount"] = number(abs(change), words)
    if change > 0:
        return words.gettext("It is %(amount)s more than your result before, %(value)s on %(day)s.", **told)
    return words.gettext("It is %(amount)s less than your result before, %(value)s on %(day)s.", **told)


def _line_title(finding: Finding, range_: ReferenceRange, words: Words) -> str:
    """The number line in one sentence."""
    told = {"name": name_of(finding.code, words), "value": said(finding, words).line, "range": range_words(range_, words)}
    if finding.position == "above":
        return words.gettext("%(name)s: your result, %(value)s, is above this report’s range, %(range)s", **told)
    if finding.position == "below":
        return words.gettext("%(name)s: your result, %(value)s, is below this report’s range, %(range)s", **told)
    return words.gettext("%(name)s: your result, %(value)s, is in this report’s range, %(range)s", **told)


def _chart_point(point: Point, words: Words, address: Callable[[str], str]) -> charts.Point:
    judged, range_ = verdict(point.finding, words), point.range
    fits = range_ is not None and _drawable(range_.low) and _drawable(range_.high) and point.finding.position != "unknown"
    comparable = range_ is not None and (fits or not point.value.exact)
    low, high = _ends(range_) if range_ and comparable else (None, None)
    return charts.Point(
        at=local(point.at, words) if point.at.precision == "time" else datetime.combine(point.at.day, NOON, words.zone),
        value=point.value.value,
        label=said(point.finding, words).value,
        day=date_short(point.at, words),
        low=low,
        high=high,
        range_label=range_words(range_, words),
        verdict=judged.label,
        side=judged.side,
        href=address(point.id),
    )


def _told(points: tuple[charts.Point, ...], trend: Trend, words: Words) -> str:
    """The trend as sentences: every point where there are few, the ends where there are many, then where the range moved."""
    if len(points) <= DESCRIBED_POINTS:
        sentence = listed([_point_words(p, words) for p in points], words) + "."
    else:
        shown = {"count": len(points), "first": _point_words(points[0], words), "last": _point_words(points[-1], words)}
        sentence = words.gettext("%(count)s results, the first %(first)s, the latest %(last)s.", **shown)
    moved = [_moved_words(p, words) for p in trend.moved_ranges[-3:]]
    return " ".join([sentence, *moved])


def _point_words(point: charts.Point, words: Words) -> str:
    judged = point.verdict or (phrase("range_side", point.side, words) if point.side else "")
    told = {"value": point.label, "day": point.day, "judged": judged}
    if judged:
        return words.gettext("%(value)s on %(day)s (%(judged)s)", **told)
    return words.gettext("%(value)s on %(day)s", **told)


def _moved_words(point: Point, words: Words) -> str:
    told = {"day": _month(point.at, words), "range": range_words(point.range, words)}
    return words.gettext("The lab changed its range to %(range)s by %(day)s.", **told)


def moved_note(trend: Trend | None, words: Words) -> str:
    """Where the lab last changed its range, for the key under the chart; "" where it did not."""
    moved = trend.moved_ranges if trend else ()
    return _moved_words(moved[-1], words) if moved else ""


def _month(at: When, words: Words) -> str:
    return month_year(at, words)


def _ends(range_: ReferenceRange) -> tuple[Decimal | None, Decimal | None]:
    return (range_.low.value if range_.low else None, range_.high.value if range_.high else None)


def _drawable(amount: Quantity | None) -> bool:
    """Whether a float can place it: nobody sends such numbers except to break a chart."""
    return amount is None or (amount.value.is_finite() and abs(amount.value.adjusted()) <= DRAWABLE_DIGITS)

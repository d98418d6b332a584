"""FHIR dates as intervals of time, and what a prefix says about two of them (R4 3.1.1.4.7 and 3.1.1.4.6)."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

Interval = tuple[int, int]
"""Start and end in microseconds since the epoch (UTC where no zone is given); the end is excluded."""

SECOND = 1_000_000
DAY = 86_400 * SECOND
FAR_PAST, FAR_FUTURE = -(2**52), 2**52
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[Tt]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"([Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?)?)?"
)


def parse_interval(text: str) -> Interval:
    """`2026`, `2026-11`, `2026-11-24`, `2026-11-24T09:00[:00[.5]][Z|+01:00]` -> interval. Raises ValueError."""
    # a plus sign that nobody percent-encoded arrives as a blank
    match = _FORM.fullmatch(text.strip().replace(" ", "+"))
    if match is None:
        raise ValueError(f"{text!r} is no FHIR date")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    start = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), _second(second), tzinfo=UTC)
    begin = _micros(start) + int((fraction or "0")[:6].ljust(6, "0")) - _offset(zone)
    return begin, begin + _length(start, month, day, hour, second, fraction)


def _second(text: str | None) -> int:
    """A leap second is the last second of its minute."""
    return 59 if text == "60" else int(text or 0)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _offset(zone: str | None) -> int:
    if not zone or zone in "Zz":
        return 0
    hours, minutes = zone[1:].split(":")
    return (-1 if zone[0] == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60) * SECOND


def _length(
    start: datetime, month: str | None, day: str | None, hour: str | None, second: str | None, fraction: str | None
) -> int:
    if month is None:
        return (366 if calendar.isleap(start.year) else 365) * DAY
    if day is None:
        return calendar.monthrange(start.year, start.month)[1] * DAY
    if hour is None:
        return DAY
    if second is None:
        return 60 * SECOND
    return 10 ** max(0, 6 - len(fraction)) if fraction else SECOND


def split_prefix(text: str) -> tuple[str, str]:
    """`ge2026` -> ("ge", "2026"); no prefix is eq."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def condition(prefix: str, interval: Interval, now: int) -> tuple[str, list[int]]:
    """SQL over the columns lo and hi, and its values, for `prefix` against a searched interval. `now`: microseconds."""
    low, high = interval
    if prefix == "ap":  # a tenth of the distance to now, either way, and at least a day
        gap = max(abs(now - low) // 10, DAY)
        return "(lo < ? AND hi > ?)", [high + gap, low - gap]
    forms: dict[str, tuple[str, list[int]]] = {
        "eq": ("(lo >= ? AND hi <= ?)", [low, high]),
        "ne": ("NOT (lo >= ? AND hi <= ?)", [low, high]),
        "gt": ("hi > ?", [high]),
        "lt": ("lo < ?", [low]),
        "ge": ("(hi > ? OR (lo >= ? AND hi <= ?))", [high, low, high]),
        "le": ("(lo < ? OR (lo >= ? AND hi <= ?))", [low, low, high]),
        "sa": ("lo >= ?", [high]),
        "eb": ("hi <= ?", [low]),
    }
    return forms[prefix]

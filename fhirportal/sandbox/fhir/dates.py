"""FHIR dates as intervals of time, and what a prefix says about two of them (R4 3.1.1.4.7 and 3.1.1.4.6)."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

Interval = tuple[float, float]
"""Start and end in seconds since the epoch; the end is excluded."""

FAR_PAST, FAR_FUTURE = -1e13, 1e13
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_FORM = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.IGNORECASE
)


def parse_interval(text: str) -> Interval:
    """`2026`, `2026-11`, `2026-11-24`, `2026-11-24T09:00[:00[.5]][Z|+01:00]` -> interval. Raises ValueError."""
    match = _FORM.fullmatch(text.strip().replace(" ", "+"))
    if match is None:
        raise ValueError(f"{text!r} is no FHIR date")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    start = datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59), tzinfo=UTC
    )
    begin = _epoch(start) + float(fraction or 0) - _offset(zone)
    return begin, begin + _length(start, month, day, hour, second, fraction)


def _epoch(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)


def _offset(zone: str | None) -> float:
    if not zone or zone in "Zz":
        return 0
    hours, minutes = zone[1:].split(":")
    return (-1 if zone[0] == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60)


def _length(
    start: datetime, month: str | None, day: str | None, hour: str | None, second: str | None, fraction: str | None
) -> float:
    if month is None:
        return 366 * 86400 if calendar.isleap(start.year) else 365 * 86400
    if day is None:
        return calendar.monthrange(start.year, start.month)[1] * 86400
    if hour is None:
        return 86400
    if second is None:
        return 60
    return 10.0 ** -(len(fraction) - 1) if fraction else 1


def split_prefix(text: str) -> tuple[str, str]:
    """`ge2026` -> ("ge", "2026"); no prefix is eq."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def condition(prefix: str, interval: Interval, now: float) -> tuple[str, list[float]]:
    """SQL over the columns lo and hi, and its values, for `prefix` against a searched interval."""
    low, high = interval
    if prefix == "ap":  # a tenth of the distance to now, either way
        gap = max(abs(now - low) * 0.1, 86400)
        return "(lo < ? AND hi > ?)", [high + gap, low - gap]
    forms: dict[str, tuple[str, list[float]]] = {
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

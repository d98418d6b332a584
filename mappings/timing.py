"""What a Timing means (R4 2.24.0.17): how often, when in the day, for how long. Read exactly, or said to be unreadable.

It decides that a schedule of which one piece cannot be read is not half a schedule: `whole` is then False. It must not know
words for pages, the clock or medicines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from mappings.quantity import Quantity, Range, quantity, range_
from mappings.reading import Concept, Span, When, as_dict, as_list, concept, number, period, text, when

GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
UNITS = ("s", "min", "h", "d", "wk", "mo", "a")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KNOWN = frozenset({
    "boundsDuration", "boundsRange", "boundsPeriod", "count", "countMax", "duration", "durationMax", "durationUnit",
    "frequency", "frequencyMax", "period", "periodMax", "periodUnit", "dayOfWeek", "timeOfDay", "when", "offset", "id",
})  # fmt: skip
_OURS = {
    "countMax": "count_max", "durationMax": "duration_max", "durationUnit": "duration_unit", "periodUnit": "period_unit",
    "frequencyMax": "frequency_max", "periodMax": "period_max", "dayOfWeek": "days", "timeOfDay": "times",
    "boundsPeriod": "bounds", "boundsRange": "bounds", "boundsDuration": "bounds",
}  # fmt: skip
_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?$")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One schedule. Amounts are as sent; units are UCUM (s min h d wk mo a); `days` are mon..sun; `offset` is minutes.

    `schedule` says whether a repeat tells how often; `whole` is False where a part of it could not be read. `sent` are its
    parts as (name, value), for showing what cannot be said.
    """

    code: Concept | None = None
    events: tuple[When, ...] = ()
    bounds: Span | Quantity | Range | None = None
    count: int | None = None
    count_max: int | None = None
    duration: Decimal | None = None
    duration_max: Decimal | None = None
    duration_unit: str = ""
    frequency: int | None = None
    frequency_max: int | None = None
    period: Decimal | None = None
    period_max: Decimal | None = None
    period_unit: str = ""
    days: tuple[str, ...] = ()
    times: tuple[time, ...] = ()
    when: tuple[str, ...] = ()
    offset: int | None = None
    whole: bool = True
    sent: tuple[tuple[str, str], ...] = ()

    @property
    def abbreviation(self) -> str:
        """The HL7 abbreviation (BID, QD), also where it came without its system; "" where none was sent."""
        return (self.code.code_in(GTS) or self.code.code_in("") if self.code else "") or ""

    @property
    def schedule(self) -> bool:
        """Whether the repeat itself says when or how often."""
        return bool(self.frequency or self.period or self.days or self.times or self.when)


def timing(value: object) -> Timing | None:
    """A Timing; None where nothing was sent."""
    data = as_dict(value)
    repeat = as_dict(data.get("repeat"))
    events = tuple(found for e in as_list(data.get("event")) if (found := when(e)))
    code = concept(data.get("code"))
    if not (repeat or events or code):
        return None
    read = _repeat(repeat)
    missing = any(name not in read or read[name] in (None, (), "") for name in _names(repeat))
    whole = not missing and len(events) == len(as_list(data.get("event"))) and "modifierExtension" not in data
    sent = _sent({k: v for k, v in repeat.items() if k in _KNOWN})
    return Timing(code=code, events=events, whole=whole and _complete(read), sent=sent, **read)


def _repeat(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "bounds": period(data.get("boundsPeriod")) or range_(data.get("boundsRange")) or quantity(data.get("boundsDuration")),
        "count": _whole(data.get("count")),
        "count_max": _whole(data.get("countMax")),
        "duration": _positive(data.get("duration")),
        "duration_max": _positive(data.get("durationMax")),
        "duration_unit": _one_of(data.get("durationUnit"), UNITS),
        "frequency": _whole(data.get("frequency")),
        "frequency_max": _whole(data.get("frequencyMax")),
        "period": _positive(data.get("period")),
        "period_max": _positive(data.get("periodMax")),
        "period_unit": _one_of(data.get("periodUnit"), UNITS),
        "days": _all(data.get("dayOfWeek"), lambda v: _one_of(v, DAYS)),
        "times": _all(data.get("timeOfDay"), _time),
        "when": _all(data.get("when"), lambda v: text(v) or None),
        "offset": _whole(data.get("offset")),
    }


def _names(repeat: Mapping[str, Any]) -> list[str]:
    """Our names of the parts that were sent; a part nobody knows keeps its own, and so counts as unread."""
    plain = [k for k in repeat if k not in ("id", "extension") and not k.startswith("_")]
    return [_OURS.get(name, name) for name in plain]


def _complete(read: Mapping[str, Any]) -> bool:
    """Whether amounts have their units and units their amounts, and a greatest amount its least."""
    pairs = (("period", "period_unit"), ("duration", "duration_unit"))
    ends = (("count_max", "count"), ("duration_max", "duration"), ("frequency_max", "frequency"), ("period_max", "period"))
    return (
        all(bool(read[a]) == bool(read[b]) for a, b in pairs)
        and all(read[most] is None or (read[least] is not None and read[most] >= read[least]) for most, least in ends)
        and bool(read["frequency"]) <= bool(read["period"])
        and (not read["period"] or bool(read["frequency"]))
    )


def _whole(value: object) -> int | None:
    amount = number(value)
    return int(amount) if amount is not None and 0 < amount < 100_000 and amount == amount.to_integral_value() else None


def _positive(value: object) -> Decimal | None:
    amount = number(value)
    return amount if amount is not None and 0 < amount < 1_000_000 else None


def _one_of(value: object, known: tuple[str, ...]) -> str:
    sent = text(value)
    return sent if sent in known else ""


def _time(value: object) -> time | None:
    found = _CLOCK.match(text(value))
    return time(int(found[1]), int(found[2])) if found else None


def _all(value: object, read: Any) -> tuple[Any, ...]:
    """Every item read, or nothing where one of them cannot be."""
    found = [read(item) for item in as_list(value)]
    return tuple(found) if all(item not in (None, "") for item in found) else ()


def _sent(repeat: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The plain parts of a repeat as they came."""
    plain = {k: v if isinstance(v, list | tuple) else [v] for k, v in repeat.items()}
    return tuple(
        (k, " ".join(str(item) for item in v))
        for k, v in plain.items()
        if all(isinstance(item, str | int | float | Decimal) for item in v)
    )

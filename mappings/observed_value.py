"""What an Observation's value[x] is: one of a closed set of frozen types, or nothing with a reason.

It decides which of FHIR's eleven value types was sent and reads it exactly. It must not judge values or word them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.quantity import Quantity, Range, Ratio, quantity, range_, ratio
from mappings.reading import Concept, Span, When, absent_reason, as_dict, as_list, concept, period, text, when


@dataclass(frozen=True)
class FreeText:
    """A result in the hospital's own words (valueString)."""

    text: str


@dataclass(frozen=True)
class YesNo:
    """valueBoolean."""

    value: bool


@dataclass(frozen=True)
class Whole:
    """valueInteger: a count without a unit."""

    value: int


@dataclass(frozen=True)
class TimeOfDay:
    """valueTime, as sent: "14:30:00"."""

    text: str


@dataclass(frozen=True)
class Sampled:
    """valueSampledData: a curve, such as an ECG. It is not drawn here; `unit` is its origin's."""

    unit: str


Value = Quantity | Concept | FreeText | YesNo | Whole | Range | Ratio | When | Span | TimeOfDay | Sampled
Kind = Literal[
    "quantity", "concept", "text", "yes-no", "whole", "range", "ratio", "when", "span", "time-of-day", "sampled", "none"
]
_KINDS: dict[type, Kind] = {
    Quantity: "quantity", Concept: "concept", FreeText: "text", YesNo: "yes-no", Whole: "whole", Range: "range", Ratio: "ratio",
    When: "when", Span: "span", TimeOfDay: "time-of-day", Sampled: "sampled",
}  # fmt: skip
_READERS: dict[str, Callable[[object], Value | None]] = {
    "valueQuantity": quantity,
    "valueCodeableConcept": concept,
    "valueString": lambda v: FreeText(text(v)) if text(v) else None,
    "valueBoolean": lambda v: YesNo(v) if isinstance(v, bool) else None,
    "valueInteger": lambda v: Whole(v) if isinstance(v, int) and not isinstance(v, bool) else None,
    "valueRange": range_,
    "valueRatio": ratio,
    "valueSampledData": lambda v: _sampled(v),
    "valueTime": lambda v: TimeOfDay(text(v)) if text(v) else None,
    "valueDateTime": when,
    "valuePeriod": period,
}


def value_of(data: Mapping[str, Any]) -> Value | None:
    """The value[x] of an Observation or a component; the first that can be read, where a server sent several."""
    found = (read(data[name]) for name, read in _READERS.items() if name in data)
    return next((value for value in found if value is not None), None)


def kind_of(value: Value | None) -> Kind:
    """The tag of the union, for templates."""
    return _KINDS.get(type(value), "none")


def absent_of(data: Mapping[str, Any]) -> str:
    """Why there is no value: a data-absent-reason code (R4 4.3.14.112), "other" where it is only words, "" where unsaid.

    Looks at dataAbsentReason, then at the extension servers put on the value itself.
    """
    if said := concept(data.get("dataAbsentReason")):
        return next((c.code for c in said.codings if c.code), "other")
    spots = [as_dict(sent) for name, sent in data.items() if str(name).removeprefix("_") in _READERS]
    return next((reason for spot in spots if (reason := absent_reason(spot))), "")


def _sampled(value: object) -> Sampled | None:
    data = as_dict(value)
    origin = as_dict(data.get("origin"))
    return Sampled(text(origin.get("unit")) or text(origin.get("code"))) if as_list(data.get("data")) else None

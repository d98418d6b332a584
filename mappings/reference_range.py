"""What a report's reference range means, and where a value stands against it: above, below, inside or unknown.

It decides which of several ranges is the one to measure against, and stays with "unknown" where the report leaves doubt
(mixed units, ranges for other groups of people, a comparator that does not settle it). No rounding, no words for pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mappings.quantity import Quantity, Range, quantity, range_, same_unit, without_unit
from mappings.reading import Concept, as_dict, concept, dicts, text

MEANING = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
Position = Literal["above", "below", "inside", "unknown"]


@dataclass(frozen=True)
class ReferenceRange:
    """One Observation.referenceRange (R4 10.1.3.7): ends, the lab's own words, what and whom it is for."""

    low: Quantity | None
    high: Quantity | None
    text: str = ""
    type: Concept | None = None
    applies_to: tuple[Concept, ...] = ()
    age: Range | None = None

    @property
    def normal(self) -> bool:
        """Whether this is the range of "normal": so coded, or without any type (R4: the default is normal)."""
        if self.type is None:
            return True
        codes = {c.code for c in self.type.codings if c.system in (MEANING, "")}
        return "normal" in codes or (not codes and self.type.text.casefold() in ("normal", "normal range"))

    @property
    def ordered(self) -> bool:
        """Whether both ends, where sent, can be one range: in one unit, the low one not above the high one."""
        if not (self.low and self.high):
            return bool(self.low or self.high)
        return _comparable(self.low, self.high) and self.low.value <= self.high.value

    @property
    def unit(self) -> str:
        return next((end.shown_unit for end in (self.low, self.high) if end and end.shown_unit), "")


def list_ranges(value: object) -> tuple[ReferenceRange, ...]:
    """The ranges sent, in order, exact repetitions once, empty ones left out."""
    found = (_range(item) for item in dicts(value))
    return tuple(dict.fromkeys(r for r in found if r.low or r.high or r.text))


def normal_range(ranges: Iterable[ReferenceRange]) -> ReferenceRange | None:
    """The one range to measure against; None where the report has none, or several and we would have to choose."""
    candidates = [r for r in ranges if r.normal and (r.low or r.high)]
    return candidates[0] if len(candidates) == 1 and candidates[0].ordered else None


def position(value: object, against: ReferenceRange | None) -> Position:
    """Where `value` stands; "unknown" unless it is a Quantity in the range's unit and the answer is certain."""
    if not isinstance(value, Quantity) or against is None or not against.ordered:
        return "unknown"
    if not all(_comparable(value, end) and _inclusive(end, against) is not None for end in _ends(against)):
        return "unknown"
    if _surely_below(value, against):
        return "below"
    if _surely_above(value, against):
        return "above"
    return "inside" if _surely_inside(value, against) else "unknown"


def _range(data: object) -> ReferenceRange:
    sent = as_dict(data)
    applies = (concept(item) for item in dicts(sent.get("appliesTo")))
    return ReferenceRange(
        low=quantity(sent.get("low")),
        high=quantity(sent.get("high")),
        text=text(sent.get("text")),
        type=concept(sent.get("type")),
        applies_to=tuple(c for c in applies if c),
        age=range_(sent.get("age")),
    )


def _ends(against: ReferenceRange) -> tuple[Quantity, ...]:
    return tuple(end for end in (against.low, against.high) if end)


def _comparable(one: Quantity, other: Quantity) -> bool:
    """A range's end without any unit is taken to be in the value's: labs print the unit once."""
    return same_unit(one, other) or without_unit(other)


def _inclusive(end: Quantity, against: ReferenceRange) -> bool | None:
    """Whether the range holds its own end; None where the end carries a comparator that makes no sense there."""
    plain = {"": True, ">=": True, ">": False} if end is against.low else {"": True, "<=": True, "<": False}
    return plain.get(end.comparator)


def _surely_below(value: Quantity, against: ReferenceRange) -> bool:
    low = against.low
    if low is None:
        return False
    at_end = value.value == low.value and (value.comparator == "<" or not _inclusive(low, against))
    return value.comparator in ("", "<", "<=") and (value.value < low.value or at_end)


def _surely_above(value: Quantity, against: ReferenceRange) -> bool:
    high = against.high
    if high is None:
        return False
    at_end = value.value == high.value and (value.comparator == ">" or not _inclusive(high, against))
    return value.comparator in ("", ">", ">=") and (value.value > high.value or at_end)


def _surely_inside(value: Quantity, against: ReferenceRange) -> bool:
    """Called once neither of the others holds: an exact value is then inside; a bound only on the side left open."""
    if value.comparator in ("<", "<="):
        return against.low is None and against.high is not None and value.value <= against.high.value
    if value.comparator in (">", ">="):
        return against.high is None and against.low is not None and value.value >= against.low.value
    return value.exact


def distance(value: Quantity, against: ReferenceRange) -> Decimal | None:
    """How far an exact value is beyond the nearer end, in the value's unit; None where it is not certainly outside."""
    place = position(value, against)
    end = {"above": against.high, "below": against.low}.get(place)
    return abs(value.value - end.value) if end and value.exact and value.value != end.value else None

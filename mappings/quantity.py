"""What an amount means: exact value, comparator, unit as sent; and when two amounts may be compared at all.

It decides that amounts in different units are never compared. It must not convert, round or know words for pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.reading import as_dict, number, text

UCUM = "http://unitsofmeasure.org"
COMPARATORS = ("<", "<=", ">=", ">", "ad")
_SPELLINGS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}


@dataclass(frozen=True)
class Quantity:
    """A FHIR Quantity (R4 2.24.0.6): `unit` as the hospital wrote it, `code` the UCUM code or ""."""

    value: Decimal
    comparator: str
    unit: str
    code: str

    @property
    def shown_unit(self) -> str:
        """The unit to print: as sent, else its code; nothing for UCUM's "1" (a number without a unit)."""
        unit = self.unit or self.code
        return "" if unit in ("1", "{}") else unit

    @property
    def exact(self) -> bool:
        return not self.comparator


@dataclass(frozen=True)
class Range:
    """A FHIR Range: either end may be open, never both."""

    low: Quantity | None
    high: Quantity | None


@dataclass(frozen=True)
class Ratio:
    """A FHIR Ratio, such as a titre of 1:128."""

    numerator: Quantity
    denominator: Quantity


def quantity(value: object) -> Quantity | None:
    """A Quantity with a number in it; None where there is no number, however much else was sent."""
    if not value:
        return None
    data = as_dict(value)
    amount = number(data.get("value"))
    if amount is None:
        return None
    return Quantity(amount, _comparator(data), text(data.get("unit")), _ucum(data))


def range_(value: object) -> Range | None:
    data = as_dict(value)
    found = Range(quantity(data.get("low")), quantity(data.get("high")))
    return found if found.low or found.high else None


def ratio(value: object) -> Ratio | None:
    data = as_dict(value)
    numerator, denominator = quantity(data.get("numerator")), quantity(data.get("denominator"))
    return Ratio(numerator, denominator) if numerator and denominator else None


def same_unit(one: Quantity, other: Quantity) -> bool:
    """Whether two amounts are in one unit, by UCUM code where both have one, else by the very words of the unit."""
    if one.code and other.code:
        return one.code == other.code
    names = {name for name in (one.unit, one.code) if name}
    others = {name for name in (other.unit, other.code) if name}
    return bool(names & others) or not (names or others)


def without_unit(one: Quantity) -> bool:
    return not (one.unit or one.code)


def _comparator(data: Mapping[str, Any]) -> str:
    sent = text(data.get("comparator"))
    return _SPELLINGS.get(sent, sent)


def _ucum(data: Mapping[str, Any]) -> str:
    return text(data.get("code")) if text(data.get("system")) == UCUM else ""

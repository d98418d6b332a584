"""What the parts of a price mean (R4 Invoice 13.7, priceComponent): what adds to a bill, what takes from it, what only informs.

Servers disagree on the sign of discounts and deductions: both spellings mean "taken off". It must not know words for pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mappings.money import Sum, add, amount, less, size
from mappings.reading import Amount, Concept, concept, dicts, number, text

Kind = Literal["base", "surcharge", "deduction", "discount", "tax", "informational", "other"]
KINDS = frozenset({"base", "surcharge", "deduction", "discount", "tax", "informational"})
TAKEN_OFF = frozenset({"deduction", "discount"})
_SILENT = frozenset({"informational", "other"})


@dataclass(frozen=True)
class PriceComponent:
    """One part of a price. `amount` is as sent; `factor` is what the base price was multiplied by, where that is said."""

    kind: Kind
    code: Concept | None
    factor: Decimal | None
    amount: Amount | None

    @property
    def words(self) -> str:
        return self.code.text if self.code else ""

    @property
    def effect(self) -> Amount | None:
        """What it does to the price: discounts and deductions take off, whichever sign was sent."""
        if self.amount is None or self.kind in _SILENT:
            return None
        return less(size(self.amount)) if self.kind in TAKEN_OFF else self.amount


def list_components(value: object, currency: str = "") -> tuple[PriceComponent, ...]:
    """The parts that say anything, in the order sent."""
    found = (_component(item, currency) for item in dicts(value))
    return tuple(c for c in found if c.amount is not None or c.factor is not None or c.code)


def total(components: Iterable[PriceComponent]) -> Sum:
    """What the parts come to. A part that should count and has no amount is counted as unknown."""
    return add(c.effect for c in components if c.kind not in _SILENT)


def _component(data: Mapping[str, Any], currency: str) -> PriceComponent:
    sent = text(data.get("type")).casefold()
    kind: Kind = sent if sent in KINDS else "other"  # type: ignore[assignment]
    return PriceComponent(kind, concept(data.get("code")), number(data.get("factor")), amount(data.get("amount"), currency))

"""How a bill's price is shared: what was taken off it and what is left to pay, where the hospital's own numbers settle it.

It decides whether the parts come exactly to the whole; where they do not there is no split, rather than a wrong one. It must
not know words for pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mappings.invoice import InvoiceView
from mappings.money import add, same, size
from mappings.price import TAKEN_OFF, PriceComponent
from mappings.reading import Amount

Slice = Literal["deduction", "discount", "rest"]


@dataclass(frozen=True)
class Part:
    """One share of the price; `words` are the hospital's for it ("Paid by your insurance"), "" for the rest."""

    kind: Slice
    words: str
    amount: Amount


@dataclass(frozen=True)
class Split:
    """A price and its shares, the rest last: together they are the whole."""

    whole: Amount
    parts: tuple[Part, ...]

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """Per cent of the whole, for drawing only."""
        return tuple(part.amount.value * 100 / self.whole.value for part in self.parts)


def split_of(view: InvoiceView) -> Split | None:
    """The split of one bill; None where nothing was taken off, or the numbers do not come out even."""
    components = _components(view)
    taken = tuple(_taken(components))
    whole = add(c.amount for c in components if c.kind in ("base", "surcharge", "tax")).one
    if not taken or whole is None or view.total is None or whole.value <= 0 or view.total.value < 0:
        return None
    parts = (*taken, Part("rest", "", view.total))
    return Split(whole, parts) if same(add(p.amount for p in parts).one, whole) else None


def _components(view: InvoiceView) -> tuple[PriceComponent, ...]:
    """The bill's own total, where it starts from a price; else the lines with what the total adds to them."""
    if any(c.kind == "base" for c in view.components):
        return view.components
    return (*(c for line in view.lines for c in line.components), *view.components)


def _taken(components: Iterable[PriceComponent]) -> Iterable[Part]:
    """What was taken off, the same words together."""
    kinds: dict[tuple[Slice, str], list[Amount | None]] = {}
    for c in components:
        if c.kind in TAKEN_OFF and c.amount is not None:
            kind: Slice = "discount" if c.kind == "discount" else "deduction"
            kinds.setdefault((kind, c.words), []).append(size(c.amount))
    for (kind, words), amounts in kinds.items():
        yield from (Part(kind, words, amount) for amount in add(amounts).amounts if amount.value)

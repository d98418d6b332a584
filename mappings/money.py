"""What an amount of money is, and which amounts may be added: exact, within one currency, never rounded.

It decides what counts as money at all (a number no bill could bear is none) and that what cannot be added is counted, not
dropped. It must not convert currencies, guess one, or know words for pages.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact

from mappings.reading import Amount, as_dict, number, text

LARGEST, SMALLEST = 24, -24
"""Powers of ten: beyond them a number is no amount of money, whatever it was sent as."""

_CODE = re.compile(r"[A-Z]{3}")
# room for a billion of the largest amounts with all their places: nothing sound is ever rounded, and rounding would raise
_EXACT = Context(prec=80, traps=[Inexact])
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Sum:
    """One Amount for each currency, by currency code; `unknown` counts what came without an amount."""

    amounts: tuple[Amount, ...] = ()
    unknown: int = 0

    @property
    def one(self) -> Amount | None:
        """The whole sum, where it is in one currency and nothing is unknown."""
        return self.amounts[0] if len(self.amounts) == 1 and not self.unknown else None


def amount(value: object, currency: str = "") -> Amount | None:
    """A Money (R4 2.24.0.3) with exactly the digits sent; `currency` is the one meant where none is named.

    Numbers sent as strings, and older servers' Quantity with the currency as its code, are read, too.
    """
    data = as_dict(value)
    found = number(data.get("value"))
    if found is None or not _bearable(found):
        return None
    named = text(data.get("currency")).upper() or _as_code(data.get("code"))
    return Amount(abs(found) if found == 0 else found, named or currency)


def add(amounts: Iterable[Amount | None]) -> Sum:
    """The exact sum in each currency. Amounts without a currency are added among themselves only."""
    totals: dict[str, Decimal] = {}
    unknown = 0
    for each in amounts:
        if each is None:
            unknown += 1
        else:
            totals[each.currency] = _EXACT.add(totals.get(each.currency, _ZERO), each.value)
    return Sum(tuple(Amount(totals[code], code) for code in sorted(totals)), unknown)


def less(amount_: Amount) -> Amount:
    """The same amount with the opposite sign."""
    return Amount(amount_.value.copy_negate() if amount_.value else amount_.value, amount_.currency)


def size(amount_: Amount) -> Amount:
    """The amount without its sign."""
    return Amount(amount_.value.copy_abs(), amount_.currency)


def same(one: Amount | None, other: Amount | None) -> bool:
    """Whether both are the same money: 5 and 5.00 are, in one currency."""
    return one is not None and other is not None and one.currency == other.currency and one.value == other.value


def _bearable(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and exponent >= SMALLEST
        and (value == 0 or value.adjusted() <= LARGEST)
        and exponent <= LARGEST
    )


def _as_code(value: object) -> str:
    code = text(value).upper()
    return code if _CODE.fullmatch(code) else ""

"""How much: doses, rates and lengths of time in words, with exactly the digits sent.

It decides which units have words of their own (tablets, puffs, hours); every other unit stands as it was sent. It must not
round, convert or know medicines.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from fhirportal.words import Words, numbers
from mappings.dosage import Amount, Rate
from mappings.quantity import Quantity, Range, Ratio, same_unit

Counted = Callable[[Words, int, str], str]
FORMS: Mapping[str, Counted] = {
    "tablet": lambda w, n, num: w.ngettext("%(num)s tablet", "%(num)s tablets", n, num=num),
    "capsule": lambda w, n, num: w.ngettext("%(num)s capsule", "%(num)s capsules", n, num=num),
    "puff": lambda w, n, num: w.ngettext("%(num)s puff", "%(num)s puffs", n, num=num),
    "drop": lambda w, n, num: w.ngettext("%(num)s drop", "%(num)s drops", n, num=num),
    "patch": lambda w, n, num: w.ngettext("%(num)s patch", "%(num)s patches", n, num=num),
    "spray": lambda w, n, num: w.ngettext("%(num)s spray", "%(num)s sprays", n, num=num),
    "sachet": lambda w, n, num: w.ngettext("%(num)s sachet", "%(num)s sachets", n, num=num),
}
TIMES: Mapping[str, Counted] = {
    "s": lambda w, n, num: w.ngettext("%(num)s second", "%(num)s seconds", n, num=num),
    "min": lambda w, n, num: w.ngettext("%(num)s minute", "%(num)s minutes", n, num=num),
    "h": lambda w, n, num: w.ngettext("%(num)s hour", "%(num)s hours", n, num=num),
    "d": lambda w, n, num: w.ngettext("%(num)s day", "%(num)s days", n, num=num),
    "wk": lambda w, n, num: w.ngettext("%(num)s week", "%(num)s weeks", n, num=num),
    "mo": lambda w, n, num: w.ngettext("%(num)s month", "%(num)s months", n, num=num),
    "a": lambda w, n, num: w.ngettext("%(num)s year", "%(num)s years", n, num=num),
}
_SPELLINGS = {
    "tab": "tablet", "tabs": "tablet", "tablets": "tablet", "tablet(s)": "tablet", "{tbl}": "tablet", "{tablet}": "tablet",
    "cap": "capsule", "caps": "capsule", "capsules": "capsule", "capsule(s)": "capsule", "{capsule}": "capsule",
    "puffs": "puff", "puff(s)": "puff", "{puff}": "puff", "drops": "drop", "drop(s)": "drop", "{drop}": "drop", "[drp]": "drop",
    "patches": "patch", "{patch}": "patch", "sprays": "spray", "{spray}": "spray", "sachets": "sachet", "{sachet}": "sachet",
}  # fmt: skip
MANY = 100
"""Chooses the plural form for fractions and for "1 to 2": in no language we have does that form leave the number itself out."""


def count_of(value: Decimal | int) -> int:
    """The number that chooses the plural form."""
    return int(value) if value == int(value) else MANY


def say_amount(amount: Amount | None, words: Words) -> str:
    """2 tablets, 1 to 2 puffs, 5 mL; a number without a unit says so; "" for nothing."""
    if amount is None:
        return ""
    if isinstance(amount, Quantity):
        return _with_unit(amount, numbers.number(amount.value, words), count_of(amount.value), words, amount.comparator)
    return _range(amount, words)


def _range(amount: Range, words: Words) -> str:
    low, high = amount.low, amount.high
    if low and high and same_unit(low, high) and low.exact and high.exact:
        plain = numbers.between(low.value, high.value, words)
        return _with_unit(high, plain, MANY, words)
    if low and high:
        return words.gettext("%(first)s to %(last)s", first=say_amount(low, words), last=say_amount(high, words))
    if low:
        return numbers.compared(say_amount(low, words), ">=", words)
    return numbers.compared(say_amount(high, words), "<=", words)


def _with_unit(amount: Quantity, plain: str, n: int, words: Words, comparator: str = "") -> str:
    unit = amount.shown_unit
    form = _SPELLINGS.get(unit.casefold(), unit.casefold())
    if form in FORMS:
        said = FORMS[form](words, n, plain)
    elif unit:
        said = f"{plain}{numbers.NBSP}{unit}"
    else:
        said = words.gettext("%(amount)s (no unit was sent)", amount=plain)
    return numbers.compared(said, comparator, words)


def say_rate(rate: Rate | None, words: Words) -> str:
    """30 mL per 1 hour; 20 mL/h; "" for nothing."""
    if isinstance(rate, Ratio):
        amount, time = say_amount(rate.numerator, words), say_time(rate.denominator, words)
        return words.gettext("%(amount)s per %(time)s", amount=amount, time=time)
    return say_amount(rate, words)


def say_time(amount: Quantity, words: Words) -> str:
    """24 hours, 7 days; a unit that is no time stands as sent."""
    code = amount.code or amount.unit
    if code in TIMES and amount.exact:
        return TIMES[code](words, count_of(amount.value), numbers.number(amount.value, words))
    return say_amount(amount, words)


def say_span(low: Decimal, high: Decimal | None, unit: str, words: Words) -> str:
    """4 hours, 4 to 6 hours: `unit` is one of TIMES."""
    if high is not None and high != low:
        return TIMES[unit](words, MANY, numbers.between(low, high, words))
    return TIMES[unit](words, count_of(low), numbers.number(low, words))

"""Numbers, amounts of money and quantities: the locale's digits and marks, never a digit more or less than was sent.

It decides how a number is written. It must not round, convert or judge; it knows no ranges and no meaning.
"""

from decimal import Decimal

from babel.numbers import (
    UnknownCurrencyError,
    format_currency,
    format_decimal,
    get_currency_precision,
    get_decimal_symbol,
    get_minus_sign_symbol,
)

from fhirportal.words import Words

NBSP = "\u00a0"
DIGITS = "latn"
_TOO_LONG = 40
_MOST_GROUPED = 15


def number(value: Decimal | int, words: Words) -> str:
    """The number with exactly the digits sent (5.30 stays 5.30), the locale's marks, a 0 before the decimal mark."""
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact.adjusted()) > _TOO_LONG:
        return str(value)
    whole, _, fraction = format(exact.copy_abs(), "f").partition(".")
    grouped = whole if len(whole) > _MOST_GROUPED else format_decimal(int(whole), locale=words.locale, numbering_system=DIGITS)
    sign = get_minus_sign_symbol(words.locale, numbering_system=DIGITS) if exact.is_signed() else ""
    mark = get_decimal_symbol(words.locale, numbering_system=DIGITS) if fraction else ""
    return f"{sign}{grouped}{mark}{fraction}"


def money(value: Decimal, currency: str, words: Words) -> str:
    """€184.50: padded to the currency's own decimals, never cut. `currency` is ISO 4217; "" gives the number alone."""
    if not currency:
        return number(value, words)
    try:
        decimals = max(get_currency_precision(currency), _decimals(value))
    except UnknownCurrencyError:
        decimals = max(2, _decimals(value))
    pattern = words.locale.currency_formats["standard"].pattern.replace("0.00", "0" + "." * bool(decimals) + "0" * decimals)
    return format_currency(
        value,
        currency,
        pattern,
        locale=words.locale,
        currency_digits=False,
        decimal_quantization=False,
        numbering_system=DIGITS,
    )


def quantity(value: Decimal, unit: str, words: Words, comparator: str = "") -> str:
    """44 mmol/mol, "less than 5 mg/L" for <: the unit as sent, held to the number by a no-break space.

    `comparator` is FHIR's (R4 quantity-comparator: < <= >= >); one we do not know is shown before the number.
    """
    plain = f"{number(value, words)}{NBSP}{unit}" if unit and unit != "1" else number(value, words)
    return compared(plain, comparator, words)


def compared(plain: str, comparator: str, words: Words) -> str:
    """A written number behind its comparator, in words."""
    phrases = {
        "<": words.gettext("less than %(amount)s", amount=plain),
        "<=": words.gettext("%(amount)s or less", amount=plain),
        ">=": words.gettext("%(amount)s or more", amount=plain),
        ">": words.gettext("more than %(amount)s", amount=plain),
    }
    return phrases.get(comparator, f"{comparator} {plain}".strip())


def between(low: Decimal | None, high: Decimal | None, words: Words) -> str:
    """A range without units: 20 to 41; "5 or more", "41 or less" where one end is open; "" where both are."""
    if low is not None and high is not None:
        return words.gettext("%(first)s to %(last)s", first=number(low, words), last=number(high, words))
    if low is not None:
        return compared(number(low, words), ">=", words)
    return compared(number(high, words), "<=", words) if high is not None else ""


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0

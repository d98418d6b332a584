"""How to take a medicine, in words: the hospital's own where it sent any, else its parts said plainly.

It decides that nothing is guessed: what cannot be said safely is not said at all. It must not know pages or which medicine
it is.
"""

from decimal import Decimal

from fhirportal.words import Words
from fhirportal.words.numbers import number, quantity
from fhirportal.words.phrases import known, phrase
from mappings.dosage import Dosage, Timing
from mappings.quantity import Quantity, Range


def dosage_words(dosage: Dosage, words: Words) -> str:
    """One line of instructions as a sentence; "" where nothing can be said."""
    if dosage.text:
        return dosage.text
    parts = [_dose(dosage.dose, words), _timing(dosage.timing, words), _route(dosage), _needed(dosage, words)]
    told = ", ".join(part for part in parts if part)
    return told or dosage.instruction


def extra_words(dosage: Dosage) -> tuple[str, ...]:
    """What else the hospital said: its instruction for the patient and its additional words, each once."""
    extra = [dosage.instruction if dosage.text else "", *(c.text for c in dosage.extra)]
    return tuple(dict.fromkeys(e for e in extra if e and e != dosage.text))


def _dose(dose: Quantity | Range | None, words: Words) -> str:
    if dose is None:
        return ""
    if isinstance(dose, Quantity):
        return quantity(dose.value, dose.shown_unit, words, dose.comparator)
    low, high = dose.low, dose.high
    if low is None or high is None or low.shown_unit != high.shown_unit:
        return ""
    shown = quantity(high.value, high.shown_unit, words)
    return words.gettext("%(low)s to %(high)s", low=number(low.value, words), high=shown)


def _timing(timing: Timing | None, words: Words) -> str:
    if timing is None:
        return ""
    code = next((c.code for c in timing.code.codings if known("timing_code", c.code)), "") if timing.code else ""
    said = _repeat(timing, words) or (phrase("timing_code", code, words) if code else "")
    said = said or (timing.code.text if timing.code and not timing.code.codings else "")
    whens = [phrase("timing_when", each, words) for each in timing.whens if known("timing_when", each)]
    return " ".join(part for part in (said, *whens) if part)


def _repeat(timing: Timing, words: Words) -> str:
    """Times per period, where both are whole numbers of a unit we have words for."""
    period, unit = timing.period, timing.unit
    if period is None or timing.period_max is not None or period != int(period) or timing.days or timing.times:
        return ""
    often = timing.frequency or Decimal(1)
    if often != int(often) or timing.frequency_max is not None:
        return ""
    n, times = int(period), int(often)
    if n == 1:
        return _times_a(times, unit, words)
    return _every(n, unit, words) if times == 1 else ""


def _times_a(times: int, unit: str, words: Words) -> str:
    if unit == "d":
        return words.ngettext("once a day", "%(num)s times a day", times)
    if unit == "wk":
        return words.ngettext("once a week", "%(num)s times a week", times)
    if unit == "mo":
        return words.ngettext("once a month", "%(num)s times a month", times)
    if unit == "h" and times == 1:
        return words.gettext("every hour")
    return ""


def _every(n: int, unit: str, words: Words) -> str:
    if unit == "h":
        return words.ngettext("every hour", "every %(num)s hours", n)
    if unit == "d":
        return words.gettext("every other day") if n == 2 else words.ngettext("every day", "every %(num)s days", n)
    if unit == "wk":
        return words.ngettext("every week", "every %(num)s weeks", n)
    if unit == "mo":
        return words.ngettext("every month", "every %(num)s months", n)
    return ""


def _route(dosage: Dosage) -> str:
    return dosage.route.text if dosage.route else ""


def _needed(dosage: Dosage, words: Words) -> str:
    if not dosage.as_needed:
        return ""
    if dosage.needed_for and dosage.needed_for.text:
        return words.gettext("when needed for: %(reason)s", reason=dosage.needed_for.text)
    return words.gettext("when needed")

"""How often and when: a FHIR Timing in words, piece by piece, each true on its own.

It decides which schedules can be said (`sayable`) and how. It never says half of one. It must not know doses or medicines.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from fhirportal.words import Words, amounts, formats, numbers
from fhirportal.words.phrases import known, phrase
from mappings.quantity import Quantity, Range
from mappings.reading import Span
from mappings.timing import DAYS, Timing

_PER_UNIT: Mapping[str, Callable[[Words, int, str], str]] = {
    "h": lambda w, n, num: w.ngettext("%(num)s time an hour", "%(num)s times an hour", n, num=num),
    "d": lambda w, n, num: w.ngettext("%(num)s time a day", "%(num)s times a day", n, num=num),
    "wk": lambda w, n, num: w.ngettext("%(num)s time a week", "%(num)s times a week", n, num=num),
    "mo": lambda w, n, num: w.ngettext("%(num)s time a month", "%(num)s times a month", n, num=num),
    "a": lambda w, n, num: w.ngettext("%(num)s time a year", "%(num)s times a year", n, num=num),
}
_BESIDE_MEALS = frozenset({"AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"})


def sayable(timing: Timing | None) -> bool:
    """Whether all of it can be said. A code is a complete statement by itself (R4 2.24.0.17, Timing.code)."""
    if timing is None or (timing.code and _code_says(timing)):
        return True
    if timing.code and not (timing.schedule or timing.events):
        return False
    whens = all(known("timing_when", code) for code in timing.when)
    offset = timing.offset is None or (bool(timing.when) and set(timing.when) <= _BESIDE_MEALS)
    return timing.whole and whens and offset


def say_timing(timing: Timing | None, words: Words) -> list[str]:
    """Everything it says, in pieces."""
    return [*say_often(timing, words), *say_length(timing, words)]


def say_often(timing: Timing | None, words: Words) -> list[str]:
    """2 times a day; on Monday and Thursday; at 8am; before breakfast."""
    if timing is None:
        return []
    if timing.whole and timing.schedule:
        said = [_frequency(timing, words), _days(timing, words), _times(timing, words), *_whens(timing, words)]
        return [piece for piece in said if piece]
    if timing.code and _code_says(timing):
        code = timing.abbreviation
        return [phrase("timing_code", code, words) if known("timing_code", code) else timing.code.text]
    if timing.whole and timing.events:
        return [words.gettext("on %(days)s", days=formats.listed([formats.moment(e, words) for e in timing.events], words))]
    return []


def say_length(timing: Timing | None, words: Words) -> list[str]:
    """For 7 days; until 9 January 2027; 16 times in all; lasting 30 minutes each time."""
    if timing is None:
        return []
    said = [_count(timing, words) if timing.whole else "", _bounds(timing, words)]
    if timing.whole and timing.duration is not None:
        time = amounts.say_span(timing.duration, timing.duration_max, timing.duration_unit, words)
        said.append(words.gettext("lasting %(time)s each time", time=time))
    return [piece for piece in said if piece]


def _code_says(timing: Timing) -> bool:
    return known("timing_code", timing.abbreviation) or bool(timing.code and timing.code.text and not timing.abbreviation)


def _frequency(timing: Timing, words: Words) -> str:
    often, most, per, longest, unit = (
        timing.frequency, timing.frequency_max, timing.period, timing.period_max, timing.period_unit,
    )  # fmt: skip
    if not often or per is None:
        return ""
    if per == 1 and longest is None and (unit in _PER_UNIT and (often > 1 or most)):
        return _PER_UNIT[unit](words, _form(often, most), _number(often, most, words))
    if often == 1 and not most:
        return _every(per, longest, unit, words)
    times = words.ngettext("%(num)s time", "%(num)s times", _form(often, most), num=_number(often, most, words))
    return words.gettext("%(times)s every %(time)s", times=times, time=amounts.say_span(per, longest, unit, words))


def _every(per: Decimal, longest: Decimal | None, unit: str, words: Words) -> str:
    once = {
        "h": words.gettext("every hour"),
        "d": words.gettext("once a day"),
        "wk": words.gettext("once a week"),
        "mo": words.gettext("once a month"),
        "a": words.gettext("once a year"),
    }
    if per == 1 and longest is None and unit in once:
        return once[unit]
    return words.gettext("every %(time)s", time=amounts.say_span(per, longest, unit, words))


def _form(least: int, most: int | None) -> int:
    return amounts.MANY if most and most != least else least


def _number(least: int, most: int | None, words: Words) -> str:
    if most and most != least:
        return numbers.between(Decimal(least), Decimal(most), words)
    return numbers.number(least, words)


def _days(timing: Timing, words: Words) -> str:
    if not timing.days:
        return ""
    names = words.locale.days["format"]["wide"]
    listed = formats.listed([names[DAYS.index(day)] for day in sorted(set(timing.days), key=DAYS.index)], words)
    return words.gettext("on %(days)s", days=listed)


def _times(timing: Timing, words: Words) -> str:
    if not timing.times:
        return ""
    return words.gettext("at %(times)s", times=formats.listed([formats.time_of_day(t, words) for t in timing.times], words))


def _whens(timing: Timing, words: Words) -> list[str]:
    said = [phrase("timing_when", code, words) for code in timing.when]
    if timing.offset is None or not said:
        return [formats.listed(said, words)] if said else []
    before = formats.minutes(timing.offset, words)
    return [formats.listed([words.gettext("%(minutes)s %(when)s", minutes=before, when=w) for w in said], words)]


def _count(timing: Timing, words: Words) -> str:
    if timing.count is None:
        return ""
    if timing.count == 1 and timing.count_max is None:
        return words.gettext("once only") if not timing.schedule else words.gettext("1 time in all")
    plain = _number(timing.count, timing.count_max, words)
    return words.ngettext("%(num)s time in all", "%(num)s times in all", _form(timing.count, timing.count_max), num=plain)


def _bounds(timing: Timing, words: Words) -> str:
    bounds = timing.bounds
    if isinstance(bounds, Span):
        return formats.span(bounds, words)
    if isinstance(bounds, Quantity):
        return words.gettext("for %(time)s", time=amounts.say_time(bounds, words))
    if isinstance(bounds, Range):
        return words.gettext("for %(time)s", time=_span_of(bounds, words))
    return ""


def _span_of(bounds: Range, words: Words) -> str:
    low, high = bounds.low, bounds.high
    if low and high and low.code == high.code and low.code in amounts.TIMES:
        return amounts.say_span(low.value, high.value, low.code, words)
    return amounts.say_amount(bounds, words)

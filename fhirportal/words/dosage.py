"""How to take a medicine, in words: the hospital's own words where it sent some, else its structured dose said exactly.

It decides what can be said safely. It never guesses: what cannot be said is shown as it was sent, with the advice to ask. It
must not know pages, medicines or other resources.
"""

from dataclasses import dataclass

from fhirportal.words import Words, amounts, schedules, terms
from fhirportal.words.phrases import known, phrase
from mappings.dosage import Dosage
from mappings.reading import Concept


@dataclass(frozen=True)
class SaidDosage:
    """One instruction in words. `how` is "" where it cannot be said; `theirs` tells that `how` is the hospital's own words.

    `extra` are more words of the hospital's; `parts` (label, words) the structure beside; `sent` (name, value) what could not
    be put into words; `ask` what to ask about, "" where nothing is unclear.
    """

    how: str
    theirs: bool
    extra: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    sent: tuple[tuple[str, str], ...]
    ask: str


def say_dosage(dosage: Dosage, words: Words) -> SaidDosage:
    """The instruction in these words."""
    told = (dosage.patient_instruction, *map(terms.plain_term, dosage.additional))
    extra = tuple(dict.fromkeys(line for line in told if line and line != dosage.text))
    safe = dosage.whole and schedules.sayable(dosage.timing)
    parts = _parts(dosage, words) if safe else ()
    sent = () if safe else _sent(dosage)
    if dosage.text:
        return SaidDosage(dosage.text, True, extra, parts, sent, "")
    if not extra and not safe:
        return SaidDosage("", False, extra, parts, sent, ask_all(words))
    how = _sentence(dosage, words) if safe else ""
    return SaidDosage(how, False, extra, parts, sent, _ask(dosage, how, extra, words))


def ask_all(words: Words) -> str:
    """What to say where it is not known how to take a medicine."""
    return words.gettext("How to take it did not come in a form we can put into words safely. Ask your pharmacist or hospital.")


def _ask(dosage: Dosage, how: str, extra: tuple[str, ...], words: Words) -> str:
    if not how:
        return "" if extra else ask_all(words)
    if dosage.dose is None and dosage.rate is None and not extra:
        return words.gettext("How much to take was not sent. Ask your pharmacist or hospital.")
    often = schedules.say_often(dosage.timing, words) or (dosage.timing and dosage.timing.count)
    if not (often or dosage.as_needed or extra):
        return words.gettext("How often to take it was not sent. Ask your pharmacist or hospital.")
    return ""


def _sentence(dosage: Dosage, words: Words) -> str:
    """1 tablet, 2 times a day, with breakfast: each piece stands alone, so that every language can join them."""
    if not dosage.structured:
        return ""
    pieces = [
        amounts.say_amount(dosage.dose, words),
        _coded_route(dosage.route, words) if dosage.dose else "",
        *schedules.say_timing(dosage.timing, words),
        amounts.say_rate(dosage.rate, words),
        _needed(dosage, words),
        *(line for _, line in _limits(dosage, words)),
    ]
    told = _joined([piece for piece in pieces if piece], words)
    return told[:1].upper() + told[1:]


def _sent(dosage: Dosage) -> tuple[tuple[str, str], ...]:
    """What could not be said, as it came."""
    timing = dosage.timing
    if timing is None:
        return ()
    codes = timing.code.codings if timing.code else ()
    return (*timing.sent, *(("code", " ".join(part for part in (c.code, c.display) if part)) for c in codes))


def _joined(pieces: list[str], words: Words) -> str:
    return ("، " if words.direction == "rtl" else ", ").join(pieces)


def _needed(dosage: Dosage, words: Words) -> str:
    if not dosage.as_needed:
        return ""
    reason = terms.plain_term(dosage.needed_for.text) if dosage.needed_for else ""
    if reason:
        return words.gettext("only when you need it (%(reason)s)", reason=reason)
    return words.gettext("only when you need it")


def route_words(route: Concept | None, words: Words) -> str:
    """by mouth; the hospital's words for a way we have none for."""
    return _coded_route(route, words) or (terms.plain_term(route.text) if route else "")


def _coded_route(route: Concept | None, words: Words) -> str:
    code = next((c.code for c in route.codings if known("medicine_route", c.code)), "") if route else ""
    return phrase("medicine_route", code, words) if code else ""


def _limits(dosage: Dosage, words: Words) -> list[tuple[str, str]]:
    label, told = words.gettext("Never more than"), []
    if most := dosage.most_per_period:
        amount, time = amounts.say_amount(most.numerator, words), amounts.say_time(most.denominator, words)
        told.append((label, words.gettext("never more than %(amount)s in %(time)s", amount=amount, time=time)))
    if dosage.most_at_once:
        amount = amounts.say_amount(dosage.most_at_once, words)
        told.append((label, words.gettext("never more than %(amount)s at once", amount=amount)))
    if dosage.most_in_life:
        amount = amounts.say_amount(dosage.most_in_life, words)
        told.append((label, words.gettext("never more than %(amount)s in your whole life", amount=amount)))
    return told


def _parts(dosage: Dosage, words: Words) -> tuple[tuple[str, str], ...]:
    """The structure, a line each, for standing beside the hospital's words."""
    timing = dosage.timing
    rows = [
        (words.gettext("Each time"), amounts.say_amount(dosage.dose, words)),
        (words.gettext("How fast"), amounts.say_rate(dosage.rate, words)),
        (words.gettext("How often"), _joined(schedules.say_often(timing, words), words)),
        (words.gettext("When needed"), _needed(dosage, words)),
        (words.gettext("For how long"), _joined(schedules.say_length(timing, words), words)),
        (words.gettext("How it is given"), route_words(dosage.route, words)),
        (words.gettext("Where on the body"), terms.plain_term(dosage.site.text) if dosage.site else ""),
        (words.gettext("What to do"), terms.plain_term(dosage.method.text) if dosage.method else ""),
        *_limits(dosage, words),
    ]
    return tuple(row for row in rows if row[1])

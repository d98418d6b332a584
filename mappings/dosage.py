"""What a Dosage says (R4 2.24.0.8): the hospital's free text, and its parts kept apart beside it.

It decides nothing about how to take anything: parts are kept as sent, and what cannot be read is left out. No words for pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.quantity import Quantity, Range, quantity
from mappings.reading import Concept, as_dict, as_list, concept, dicts, number, text


@dataclass(frozen=True)
class Timing:
    """How often: `frequency` (to `frequency_max`) times per `period` (to `period_max`) `unit` (s min h d wk mo a)."""

    frequency: Decimal | None
    frequency_max: Decimal | None
    period: Decimal | None
    period_max: Decimal | None
    unit: str
    whens: tuple[str, ...]
    days: tuple[str, ...]
    times: tuple[str, ...]
    code: Concept | None


@dataclass(frozen=True)
class Dosage:
    """One line of instructions. `text` and `instruction` are the hospital's own words and come first wherever they stand."""

    text: str
    instruction: str
    timing: Timing | None
    as_needed: bool
    needed_for: Concept | None
    dose: Quantity | Range | None
    route: Concept | None
    method: Concept | None
    site: Concept | None
    extra: tuple[Concept, ...]

    @property
    def said(self) -> bool:
        """Whether the hospital put it in words itself."""
        return bool(self.text or self.instruction)


def list_dosages(value: object) -> tuple[Dosage, ...]:
    """The instructions in their order; empty ones are left out."""
    sent = sorted(dicts(value), key=lambda d: number(d.get("sequence")) or Decimal(0))
    return tuple(d for d in map(_dosage, sent) if _says_something(d))


def _dosage(data: Mapping[str, Any]) -> Dosage:
    needed_for = concept(data.get("asNeededCodeableConcept"))
    return Dosage(
        text=text(data.get("text")),
        instruction=text(data.get("patientInstruction")),
        timing=_timing(data.get("timing")),
        as_needed=data.get("asNeededBoolean") is True or needed_for is not None,
        needed_for=needed_for,
        dose=next((d for each in dicts(data.get("doseAndRate")) if (d := _dose(each))), None),
        route=concept(data.get("route")),
        method=concept(data.get("method")),
        site=concept(data.get("site")),
        extra=tuple(c for each in as_list(data.get("additionalInstruction")) if (c := concept(each))),
    )


def _dose(data: Mapping[str, Any]) -> Quantity | Range | None:
    if plain := quantity(data.get("doseQuantity")):
        return plain
    span = as_dict(data.get("doseRange"))
    low, high = quantity(span.get("low")), quantity(span.get("high"))
    return Range(low, high) if low or high else None


def _timing(value: object) -> Timing | None:
    data = as_dict(value)
    repeat = as_dict(data.get("repeat"))
    timing = Timing(
        frequency=number(repeat.get("frequency")),
        frequency_max=number(repeat.get("frequencyMax")),
        period=number(repeat.get("period")),
        period_max=number(repeat.get("periodMax")),
        unit=text(repeat.get("periodUnit")),
        whens=tuple(filter(None, map(text, as_list(repeat.get("when"))))),
        days=tuple(filter(None, map(text, as_list(repeat.get("dayOfWeek"))))),
        times=tuple(filter(None, map(text, as_list(repeat.get("timeOfDay"))))),
        code=concept(data.get("code")),
    )
    empty = Timing(None, None, None, None, "", (), (), (), None)
    return None if timing == empty else timing


def _says_something(dosage: Dosage) -> bool:
    return dosage.said or any((dosage.timing, dosage.dose, dosage.as_needed, dosage.extra, dosage.route))

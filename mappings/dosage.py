"""What a Dosage means (R4 2.24.0.18): the free text as sent, and beside it how much, how often, how and when.

It decides nothing about which of the two to show, and reads either exactly or not at all: `whole` is False where a piece of
the structure could not be read. It must not know words for pages or the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.quantity import Quantity, Range, Ratio, quantity, range_, ratio
from mappings.reading import Concept, as_dict, as_list, concept, dicts, number, text
from mappings.timing import Timing, timing

Amount = Quantity | Range
Rate = Quantity | Range | Ratio


@dataclass(frozen=True, kw_only=True)
class Dosage:
    """One instruction. `as_needed` with `needed_for` "" where no reason was sent.

    `sequence` orders instructions: those with the same number belong together.
    """

    sequence: int | None = None
    text: str = ""
    patient_instruction: str = ""
    additional: tuple[str, ...] = ()
    timing: Timing | None = None
    as_needed: bool = False
    needed_for: Concept | None = None
    dose: Amount | None = None
    rate: Rate | None = None
    route: Concept | None = None
    site: Concept | None = None
    method: Concept | None = None
    most_per_period: Ratio | None = None
    most_at_once: Quantity | None = None
    most_in_life: Quantity | None = None
    whole: bool = True

    @property
    def structured(self) -> bool:
        """Whether there is anything to say beside the free text."""
        return bool(self.timing or self.dose or self.rate or self.as_needed)

    @property
    def empty(self) -> bool:
        said = (self.text, self.patient_instruction, self.additional, self.route, self.site, self.method)
        most = (self.most_per_period, self.most_at_once, self.most_in_life)
        return not (self.structured or any(said) or any(most)) and self.whole


def list_dosages(value: object) -> tuple[Dosage, ...]:
    """Every instruction that says something, in the order of its sequence, then as sent; the very same one only once."""
    found = [dosage for item in dicts(value) if not (dosage := _dosage(item)).empty]
    in_order = sorted(found, key=lambda d: d.sequence if d.sequence is not None else 0)
    return tuple(dict.fromkeys(in_order))


def _dosage(data: Mapping[str, Any]) -> Dosage:
    amounts = list(dicts(data.get("doseAndRate")))
    amount = amounts[0] if amounts else data  # DSTU2 habits put doseQuantity and rateQuantity beside the text
    dose = quantity(amount.get("doseQuantity")) or range_(amount.get("doseRange"))
    rate = ratio(amount.get("rateRatio")) or range_(amount.get("rateRange")) or quantity(amount.get("rateQuantity"))
    needed_for = concept(data.get("asNeededCodeableConcept"))
    order = number(data.get("sequence"))
    return Dosage(
        sequence=int(order) if order is not None and abs(order) < 10_000 else None,
        text=text(data.get("text")),
        patient_instruction=" ".join(text(data.get("patientInstruction")).split()),
        additional=tuple(
            dict.fromkeys(c.text for a in as_list(data.get("additionalInstruction")) if (c := concept(a)) and c.text)
        ),
        timing=timing(data.get("timing")),
        as_needed=data.get("asNeededBoolean") is True or data.get("asNeededCodeableConcept") is not None,
        needed_for=needed_for,
        dose=dose,
        rate=rate,
        route=concept(data.get("route")),
        site=concept(data.get("site")),
        method=concept(data.get("method")),
        most_per_period=ratio(data.get("maxDosePerPeriod")),
        most_at_once=quantity(data.get("maxDosePerAdministration")),
        most_in_life=quantity(data.get("maxDosePerLifetime")),
        whole=_readable(data, amounts, dose, rate),
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.text for item in as_list(value) if (c := concept(item)) and c.text))


def _readable(data: Mapping[str, Any], amounts: list[Mapping[str, Any]], dose: Amount | None, rate: Rate | None) -> bool:
    """Whether every piece with a meaning was understood; several amounts for one instruction are not one amount."""
    amount = as_dict(amounts[0]) if amounts else data
    doses = [k for k in ("doseQuantity", "doseRange") if k in amount]
    rates = [k for k in ("rateRatio", "rateRange", "rateQuantity") if k in amount]
    limits = ("maxDosePerPeriod", "maxDosePerAdministration", "maxDosePerLifetime")
    needed = data.get("asNeededBoolean")
    return (
        "modifierExtension" not in data
        and len(amounts) <= 1
        and (not doses or dose is not None)
        and (not rates or rate is not None)
        and needed in (None, True, False)
        and ("timing" not in data or timing(data.get("timing")) is not None)
        and all(name not in data or (quantity(data[name]) or ratio(data[name])) is not None for name in limits)
    )

"""What the pages about medicines draw: each medicine in the reader's words.

It decides the words; it must not ask the hospital for anything. How long a supply should last is said only beside the day it
was handed over and the days it was for.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from fhirportal.records.medicines import Medicine, name_words
from fhirportal.web import Visit
from fhirportal.words import Words, formats
from fhirportal.words.dosage import dosage_words, extra_words
from fhirportal.words.numbers import quantity
from fhirportal.words.phrases import phrase
from mappings.dosage import Dosage
from mappings.medication_dispense import MedicationDispenseView
from mappings.medication_request import MedicationRequestView
from mappings.medication_statement import MedicationStatementView
from mappings.reading import Concept, When

SOON = timedelta(days=7)
SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://snomed.info/sct": "SNOMED CT",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://www.whocc.no/atc": "ATC",
}


@dataclass(frozen=True)
class ShownMedicine:
    """One medicine, written out. `until` says how long the last supply should last, `soon` that this is within a week."""

    href: str
    name: str
    how: tuple[str, ...]
    extra: tuple[str, ...]
    reason: str
    prescriber: str
    supplied: str
    until: str
    soon: bool
    repeats: str
    status: str
    because: str
    do_not_take: bool
    withdrawn: bool


@dataclass(frozen=True)
class ShownPast:
    """One prescription or supply in the history of a medicine."""

    day: str
    what: str
    small: str


def medicine_path(visit: Visit, id_: str) -> str:
    return visit.path(f"medicines/{quote(id_, safe='')}") if id_ else ""


def show_medicine(medicine: Medicine, visit: Visit) -> ShownMedicine:
    view, words = medicine.newest, visit.words
    until = medicine.lasts_until
    return ShownMedicine(
        href=medicine_path(visit, view.id),
        name=name_of(view.medicine, words),
        how=how_words(view.dosages, words),
        extra=tuple(e for d in view.dosages for e in extra_words(d)),
        reason=", ".join(c.text for c in view.reasons if c.text),
        prescriber=medicine.prescriber,
        supplied=_supplied(medicine.last_supply, words),
        until=_until(until, visit) if until else "",
        soon=bool(until and until.day <= formats.day_of(visit.now, words) + SOON),
        repeats=_repeats(view, words),
        status=phrase("medication_request_status", view.status, words),
        because=view.why_status.text if view.why_status else "",
        do_not_take=view.do_not_take,
        withdrawn=view.withdrawn,
    )


def _until(until: When, visit: Visit) -> str:
    words = visit.words
    day = formats.date_near(until, words)
    if until.day < formats.day_of(visit.now, words):
        return words.gettext("Should have lasted until %(day)s", day=day)
    return words.gettext("Should last until %(day)s", day=day)


def name_of(medicine: Concept | None, words: Words) -> str:
    return name_words(medicine) or words.gettext("A medicine the hospital sent no name for")


def how_words(dosages: tuple[Dosage, ...], words: Words) -> tuple[str, ...]:
    """Each instruction as a sentence, once."""
    return tuple(dict.fromkeys(filter(None, (dosage_words(d, words) for d in dosages))))


def _supplied(supply: MedicationDispenseView | None, words: Words) -> str:
    begun = (supply.handed_over or supply.prepared) if supply else None
    if supply is None or begun is None:
        return ""
    day = formats.date_long(begun, words)
    if supply.days is None:
        return words.gettext("Supplied %(day)s", day=day)
    return words.ngettext("Supplied %(day)s for %(num)s day", "Supplied %(day)s for %(num)s days", supply.days, day=day)


def _repeats(view: MedicationRequestView, words: Words) -> str:
    """As the prescription says; how many are left nobody told us."""
    repeats = view.repeats
    if repeats is None or repeats != int(repeats) or not 0 <= repeats < 1000:
        return ""
    if repeats == 0:
        return words.gettext("No repeats on the prescription")
    return words.ngettext("%(num)s repeat on the prescription", "%(num)s repeats on the prescription", int(repeats))


def show_prescription(view: MedicationRequestView, words: Words) -> ShownPast:
    how = " ".join(how_words(view.dosages, words))
    status = phrase("medication_request_status", view.status, words)
    return ShownPast(formats.date_long(view.authored, words) if view.authored else "", status, how)


def show_supply(supply: MedicationDispenseView, words: Words) -> ShownPast:
    begun = supply.handed_over or supply.prepared
    amount = supply.quantity
    much = quantity(amount.value, amount.shown_unit, words, amount.comparator) if amount else ""
    days = words.ngettext("for %(num)s day", "for %(num)s days", supply.days) if supply.days else ""
    status = phrase("medication_dispense_status", supply.status, words)
    return ShownPast(formats.date_long(begun, words) if begun else "", status, ", ".join(p for p in (much, days) if p))


@dataclass(frozen=True)
class ShownTold:
    """What somebody says is taken, beside the prescriptions."""

    name: str
    how: tuple[str, ...]
    since: str


def show_told(told: MedicationStatementView, words: Words) -> ShownTold:
    start = told.taken.start if told.taken else None
    since = words.gettext("Since %(day)s", day=formats.date_long(start, words)) if start else ""
    return ShownTold(name_of(told.medicine, words), how_words(told.dosages, words), since)


def show_codes(medicine: Concept | None) -> list[tuple[str, str, str]]:
    """For clinicians: the system's name (else its address), the code, what the hospital displays for it."""
    return [(SYSTEMS.get(c.system, c.system), c.code, c.display) for c in (medicine.codings if medicine else ()) if c.code]

"""What the pages about medicines draw: each medicine in the reader's words.

It decides the words; it must not ask the hospital for anything. How long a supply should last is said only where the hospital
sent the day it was given out and the days it was for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from fhirportal.records.medicines_page import Medicine, Place, Supply, Way
from fhirportal.web import Visit
from fhirportal.words import Words, formats
from fhirportal.words.dosage import SaidDosage, ask_all, say_dosage
from fhirportal.words.phrases import phrase
from fhirportal.words.terms import plain_term
from mappings.dosage import Dosage
from mappings.medication import plain_name

PLACES: tuple[Place, ...] = ("avoid", "current", "said", "not-now", "supplied", "stopped", "withdrawn")
SOON = timedelta(days=7)
FOLDERS = {"MedicationRequest": "", "MedicationStatement": "told/", "MedicationDispense": "supplied/"}
STATES = {"current": "active", "paused": "on-hold", "stopped": "stopped", "unclear": "unknown", "withdrawn": "entered-in-error"}


@dataclass(frozen=True)
class ShownDose:
    """One instruction. `then`: it follows the one before. `how` is "" where nothing could be said; then there is `ask`."""

    how: str
    extra: tuple[str, ...]
    ask: str
    then: bool
    parts: tuple[tuple[str, str], ...] = ()
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ShownWay:
    """One way of taking a medicine; `label` says whose it is where that does not go without saying."""

    label: str
    name: str
    doses: tuple[ShownDose, ...]


@dataclass(frozen=True)
class ShownMedicine:
    """One medicine, written out. `how` are its instructions in short, `ways` all of them with what belongs to them;
    `until` says how long the last supply should last, `soon` that this is within a week or over."""

    href: str
    name: str
    how: tuple[str, ...]
    ways: tuple[ShownWay, ...]
    reason: str
    prescriber: str
    supplied: str
    until: str
    soon: bool
    repeats: str
    place: Place
    status: str
    because: str
    differs: bool
    avoid_too: bool
    unreadable: bool


def medicine_path(visit: Visit, medicine: Medicine) -> str:
    """Its page; "" where the hospital sent no id."""
    type_, id_ = medicine.key
    return visit.path(f"medicines/{FOLDERS[type_]}{quote(id_, safe='')}") if id_ else ""


def show_medicine(medicine: Medicine, visit: Visit) -> ShownMedicine:
    words = visit.words
    last, day = medicine.last_supply, last_day(medicine, words)
    ways = tuple(_show_way(way, medicine, words) for way in medicine.ways)
    standing = medicine.place in ("current", "said", "supplied", "not-now")
    newest = medicine.prescriptions[0].view if medicine.prescriptions else None
    return ShownMedicine(
        href=medicine_path(visit, medicine),
        name=name_of(medicine, words),
        how=tuple(dict.fromkeys(line for way in ways for dose in way.doses if (line := dose.how or dose.ask))),
        ways=ways,
        reason=formats.listed([plain_term(r) for r in medicine.reasons], words),
        prescriber=medicine.prescriber,
        supplied=supplied_words(last, words) if last and standing else "",
        until=until_words(day, visit) if day and standing else "",
        soon=bool(day and day <= formats.day_of(visit.now, words) + SOON),
        repeats=repeats_words(medicine.repeats, words),
        place=medicine.place,
        status=status_words(medicine, words),
        because=newest.status_reason.text if newest and newest.status_reason else "",
        differs=medicine.differs,
        avoid_too=medicine.avoid_too,
        unreadable=any(not p.view.whole for p in medicine.prescriptions) or any(not t.view.whole for t in medicine.told),
    )


def name_of(medicine: Medicine, words: Words) -> str:
    return plain_term(medicine.name) or words.gettext("A medicine the hospital sent no name for")


def last_day(medicine: Medicine, words: Words) -> date | None:
    """How long the last supply should last, in the site's zone; None where the hospital sent too little to say, and for what
    is taken only when needed: how long that lasts nobody can say."""
    if medicine.last_supply is None or any(dosage.as_needed for way in medicine.ways for dosage in way.dosages):
        return None
    return medicine.last_supply.view.last_day(words.zone)


def status_words(medicine: Medicine, words: Words) -> str:
    """How it stands, in words; of something told, who told it."""
    if medicine.place == "avoid":
        return words.gettext("Do not take this")
    if medicine.place == "supplied":
        return words.gettext("Supplied, without a prescription here")
    if not medicine.prescriptions and medicine.told:
        told = medicine.told[0].view
        said = phrase("medicine_said_by", told.said_by, words)
        return said if told.status == "active" else phrase("medication_statement_status", told.status, words)
    if medicine.place == "said":
        return words.gettext("Told to your hospital, prescribed elsewhere")
    leading = next((p.view for p in medicine.prescriptions if p.view.state == medicine.state), None)
    if leading and leading.state == "planned":
        code = leading.intent if leading.intent in ("proposal", "option", "plan") else ""
        return phrase("medication_request_intent", code, words) if code else phrase("medication_request_status", "draft", words)
    return phrase("medication_request_status", leading.status if leading else "unknown", words)


def _show_way(way: Way, medicine: Medicine, words: Words) -> ShownWay:
    label = ""
    if way.said_by:
        label = "" if not medicine.prescriptions else _told_label(way, words)
    elif way.state != medicine.state:
        label = phrase("medication_request_status", STATES.get(way.state, "draft"), words)
    other = way.name if plain_name(way.name) != plain_name(medicine.name) else ""
    return ShownWay(label, other, show_doses(way.dosages, words))


def _told_label(way: Way, words: Words) -> str:
    if way.state == "stopped":
        return words.gettext("Your record also says that you do not take it")
    return phrase("medicine_said_by", way.said_by or "", words)


def show_doses(dosages: Iterable[Dosage], words: Words) -> tuple[ShownDose, ...]:
    """Every instruction, the very same words once; where there is none, what to do about it."""
    said = [(dosage, say_dosage(dosage, words)) for dosage in dosages]
    if not said:
        return (ShownDose("", (), words.gettext("How to take it was not sent. Ask your pharmacist or hospital."), then=False),)
    shown: list[ShownDose] = []
    before: int | None = None
    for dosage, one in said:
        then = bool(shown) and dosage.sequence is not None and before is not None and dosage.sequence > before
        shown.append(_dose(one, then=then, words=words))
        before = dosage.sequence
    return tuple(dict.fromkeys(shown))


def _dose(said: SaidDosage, *, then: bool, words: Words) -> ShownDose:
    ask = said.ask or ("" if said.how or said.extra else ask_all(words))
    return ShownDose(said.how, said.extra, ask, then, said.parts, said.sent)


def supplied_words(supply: Supply, words: Words) -> str:
    """When it was given out, and for how many days."""
    given = supply.view.supplied
    if given is None:
        return ""
    day, days = formats.date_long(given, words), supply.view.days
    if days is None:
        return words.gettext("Supplied %(day)s", day=day)
    return words.ngettext("Supplied %(day)s for %(num)s day", "Supplied %(day)s for %(num)s days", days, day=day)


def until_words(day: date, visit: Visit) -> str:
    words = visit.words
    said = formats.date_long(day, words)
    if day < formats.day_of(visit.now, words):
        return words.gettext("Should have lasted until %(day)s", day=said)
    return words.gettext("Should last until %(day)s", day=said)


def repeats_words(repeats: int | None, words: Words) -> str:
    """As the prescription says; how many are left nobody told us."""
    if repeats is None:
        return ""
    if repeats == 0:
        return words.gettext("No repeats on the prescription")
    return words.ngettext("%(num)s repeat allowed on the prescription", "%(num)s repeats allowed on the prescription", repeats)

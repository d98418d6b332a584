"""What the page about one medicine draws besides: every prescription, supply and statement behind it, and the codes.

It decides the words and the order, newest first and codes last; it must not ask the hospital for anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fhirportal.portal.medicines.shown import show_doses, status_words
from fhirportal.records.medicines_page import Medicine, Prescription, Supply, Told
from fhirportal.web import Visit
from fhirportal.words import Words, amounts, formats
from fhirportal.words.phrases import known, phrase
from fhirportal.words.terms import plain_term
from mappings.annotation import Note
from mappings.dosage import Dosage
from mappings.reading import Concept

SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://snomed.info/sct": "SNOMED CT",
    "http://hl7.org/fhir/sid/ndc": "NDC",
    "http://www.whocc.no/atc": "ATC",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, what, and more lines."""

    day: str
    what: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Detail:
    """The parts of the page; `facts` are (label, words); `pharmacy` is where the newest prescription was sent."""

    facts: tuple[tuple[str, str], ...]
    pharmacy: str
    notes: tuple[Note, ...]
    prescriptions: tuple[Entry, ...]
    supplies: tuple[Entry, ...]
    told: tuple[Entry, ...]
    codes: tuple[tuple[str, str], ...]


def show_detail(medicine: Medicine, visit: Visit) -> Detail:
    words = visit.words
    newest = medicine.prescriptions[0].view if medicine.prescriptions else None
    every = (*(n for p in medicine.prescriptions for n in p.view.notes), *(n for t in medicine.told for n in t.view.notes))
    return Detail(
        facts=tuple(fact for fact in _facts(medicine, words) if fact[1]),
        pharmacy=newest.pharmacy.display if newest and newest.pharmacy else "",
        notes=tuple(dict.fromkeys(every)),
        prescriptions=tuple(_prescribed(p, words) for p in medicine.prescriptions),
        supplies=tuple(_supply(s, words) for s in medicine.supplies),
        told=tuple(_told(t, words) for t in medicine.told),
        codes=tuple((SYSTEMS.get(system, system), code) for system, code in medicine.codes),
    )


def _facts(medicine: Medicine, words: Words) -> list[tuple[str, str]]:
    facts = [(words.gettext("State"), status_words(medicine, words))]
    if medicine.prescriptions:
        view = medicine.prescriptions[0].view
        facts += [
            (words.gettext("Why it stands so"), view.status_reason.text if view.status_reason else ""),
            (words.gettext("Prescribed on"), formats.date_long(view.authored, words) if view.authored else ""),
            (words.gettext("How long you take it"), _course(view.course, words)),
            (words.gettext("May be supplied"), formats.span(view.validity, words) if view.validity else ""),
        ]
    elif medicine.told:
        told = medicine.told[0].view
        facts.append((words.gettext("When"), formats.span(told.effective, words) if told.effective else ""))
    named = next((i.view.medicine for i in _items(medicine) if i.view.medicine.ingredients), None)
    if named:
        facts.append((words.gettext("What is in it"), formats.listed([plain_term(i) for i in named.ingredients], words)))
    return facts


def _items(medicine: Medicine) -> tuple[Prescription | Told | Supply, ...]:
    return (*medicine.prescriptions, *medicine.told, *medicine.supplies)


def _course(course: Concept | None, words: Words) -> str:
    if course is None:
        return ""
    code = next((c.code for c in course.codings if known("course_of_therapy", c.code)), "")
    return phrase("course_of_therapy", code, words) if code else course.text


def _prescribed(item: Prescription, words: Words) -> Entry:
    view = item.view
    lines = [*_how(view.dosages, words), _for(item.reasons, words)]
    if item.prescriber:
        lines.append(words.gettext("Prescribed by %(name)s", name=item.prescriber))
    if view.status_reason and view.status_reason.text:
        lines.append(view.status_reason.text)
    state = (
        words.gettext("Do not take this") if view.state == "avoid" else phrase("medication_request_status", view.status, words)
    )
    return Entry(formats.date_long(view.authored, words) if view.authored else "", state, _once(lines))


def _supply(item: Supply, words: Words) -> Entry:
    view = item.view
    days = words.ngettext("for %(num)s day", "for %(num)s days", view.days) if view.days else ""
    amount = ", ".join(part for part in (amounts.say_amount(view.quantity, words), days) if part)
    lines = [amount, item.by]
    if view.status_reason:
        lines.append(view.status_reason.text)
    state = phrase("medication_dispense_status", view.status, words)
    return Entry(formats.date_long(view.moment, words) if view.moment else "", state, _once(lines))


def _told(item: Told, words: Words) -> Entry:
    view = item.view
    said = phrase("medicine_said_by", view.said_by, words)
    what = said if view.status == "active" else phrase("medication_statement_status", view.status, words)
    taken = formats.span(view.effective, words) if view.effective else ""
    lines = [taken, *_how(view.dosages, words), _for(item.reasons, words)]
    return Entry(formats.date_long(view.asserted, words) if view.asserted else "", what, _once(lines))


def _how(dosages: Iterable[Dosage], words: Words) -> list[str]:
    shown = show_doses(dosages, words)
    return [line for dose in shown for line in (dose.how, *dose.extra) if line]


def _for(reasons: Iterable[str], words: Words) -> str:
    listed = formats.listed([plain_term(r) for r in reasons], words)
    return words.gettext("For: %(reason)s", reason=listed) if listed else ""


def _once(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for line in lines if line))

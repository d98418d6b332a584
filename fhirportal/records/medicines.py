"""Medicines: what is taken now, what is paused or stopped, what people say they take, and allergies for the banner.

It decides which prescriptions are one medicine and where each stands. Two prescriptions with different instructions stay two.
It must not know words, pages or addresses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fhirportal.errors import NotFound
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.names import find_names, name_of
from fhirportal.records.reader import Reader
from mappings import allergy_intolerance, medication_dispense, medication_request, medication_statement
from mappings.allergy_intolerance import AllergyView
from mappings.dosage import Dosage
from mappings.medication import keys_of
from mappings.medication_dispense import MedicationDispenseView
from mappings.medication_request import MedicationRequestView
from mappings.medication_statement import MedicationStatementView
from mappings.reading import Concept, When

REQUESTS = Query("MedicationRequest", (("_include", "MedicationRequest:medication"),), 300)
DISPENSES = Query("MedicationDispense", (("_include", "MedicationDispense:medication"),), 300)
STATEMENTS = Query("MedicationStatement", (("_include", "MedicationStatement:medication"),), 200)
ALLERGIES = Query("AllergyIntolerance", (), 100)

NOW = frozenset({"active", "unknown"})
PAUSED = frozenset({"on-hold", "draft"})
_FIRST = datetime.min.replace(tzinfo=UTC)
Known = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Medicine:
    """One medicine as it is taken: the newest prescription first, and its supplies, newest first."""

    prescriptions: tuple[MedicationRequestView, ...]
    supplies: tuple[MedicationDispenseView, ...]
    prescriber: str = ""

    @property
    def newest(self) -> MedicationRequestView:
        return self.prescriptions[0]

    @property
    def last_supply(self) -> MedicationDispenseView | None:
        return next((s for s in self.supplies if s.supplied), None)

    @property
    def lasts_until(self) -> When | None:
        """None for what is taken only when needed: how long that lasts nobody can say."""
        if self.last_supply is None or any(d.as_needed for d in self.newest.dosages):
            return None
        return self.last_supply.lasts_until


@dataclass(frozen=True)
class MedicinesPage:
    """`current` are taken now, `paused` on hold, `stopped` over; `told` are statements of what somebody takes.

    `troubles` names the parts that did not come; `unshown` counts what could not be read.
    """

    current: tuple[Medicine, ...]
    paused: tuple[Medicine, ...]
    stopped: tuple[Medicine, ...]
    told: tuple[MedicationStatementView, ...]
    allergies: tuple[AllergyView, ...]
    allergies_source: Source
    troubles: tuple[tuple[str, Source], ...]
    source: Source
    unshown: int
    as_of: datetime

    @property
    def empty(self) -> bool:
        return not (self.current or self.paused or self.stopped or self.told)


def summary_queries() -> tuple[Query, ...]:
    """What `read_summary` needs."""
    return (REQUESTS, DISPENSES)


def read_summary(answers: Sequence[Found]) -> tuple[tuple[Medicine, ...], Source]:
    """The medicines taken now, from the answers to `summary_queries`; a missing supply is no trouble worth naming."""
    requests, dispenses = answers
    known = {**requests.included, **dispenses.included}
    medicines = _medicines(_requests(requests, known), _dispenses(dispenses, known))
    return tuple(m for m in medicines if m.newest.status in NOW), requests.source


def list_medicines(reader: Reader) -> MedicinesPage:
    """Everything about medicines. Never raises for the hospital's troubles: they are named in it."""
    requests, dispenses, statements, allergies = reader.gather(REQUESTS, DISPENSES, STATEMENTS, ALLERGIES)
    known = {**requests.included, **dispenses.included, **statements.included}
    views = [medication_request.to_view(r, known) for r in requests.resources]
    medicines = _medicines([v for v in views if v and v.prescribed], _dispenses(dispenses, known))
    told = [v for r in statements.resources if (v := medication_statement.to_view(r, known))]
    parts = (("medicines", requests), ("supplies", dispenses), ("told", statements))
    return MedicinesPage(
        current=tuple(m for m in medicines if m.newest.status in NOW),
        paused=tuple(m for m in medicines if m.newest.status in PAUSED),
        stopped=tuple(m for m in medicines if m.newest.status not in NOW | PAUSED),
        told=tuple(v for v in told if v.current and not _prescribed(v, medicines)),
        allergies=tuple(a for r in allergies.resources if (a := allergy_intolerance.to_view(r))),
        allergies_source=allergies.source,
        troubles=tuple((name, found.source) for name, found in parts if found.source is not Source.OK),
        source=requests.source,
        unshown=views.count(None),
        as_of=requests.as_of,
    )


def get_medicine(reader: Reader, id_: str) -> Medicine:
    """One medicine by one of its prescriptions, with its other prescriptions and supplies. Raises NotFound, UpstreamError."""
    resource = reader.read("MedicationRequest", id_)
    requests, dispenses = reader.gather(REQUESTS, DISPENSES)
    known = {**requests.included, **dispenses.included}
    own = medication_request.to_view(resource, known)
    if own is None:
        raise NotFound("a prescription that says nothing")
    others = [v for v in _requests(requests, known) if v.id != own.id]
    medicine = next(m for m in _medicines([own, *others], _dispenses(dispenses, known)) if own in m.prescriptions)
    names = find_names(reader, [own.requester])
    prescriptions = (own, *(p for p in medicine.prescriptions if p is not own))
    return Medicine(prescriptions, medicine.supplies, name_of(own.requester, names))


def _requests(found: Found, known: Known) -> list[MedicationRequestView]:
    views = (medication_request.to_view(r, known) for r in found.resources)
    return [v for v in views if v and v.prescribed]


def _dispenses(found: Found, known: Known) -> list[MedicationDispenseView]:
    return [v for r in found.resources if (v := medication_dispense.to_view(r, known))]


def _medicines(views: Iterable[MedicationRequestView], supplies: Sequence[MedicationDispenseView]) -> list[Medicine]:
    """Prescriptions of the same medicine, instructions and standing are one; the newest comes first."""
    groups: dict[object, list[MedicationRequestView]] = {}
    for view in sorted(views, key=_moment, reverse=True):
        groups.setdefault(_sameness(view), []).append(view)
    return [Medicine(tuple(group), _supplies_of(group, supplies), _prescriber(group[0])) for group in groups.values()]


def _sameness(view: MedicationRequestView) -> object:
    keys = keys_of(view.medicine)
    if not keys or view.withdrawn or view.do_not_take:
        return view.id
    standing = "now" if view.status in NOW else "paused" if view.status in PAUSED else "over"
    return keys, standing, tuple(_instructions(d) for d in view.dosages) if standing != "over" else ()


def _instructions(dosage: Dosage) -> object:
    return (" ".join(dosage.text.casefold().split()), dosage.dose, dosage.timing, dosage.as_needed)


def _supplies_of(
    group: Sequence[MedicationRequestView], supplies: Iterable[MedicationDispenseView]
) -> tuple[MedicationDispenseView, ...]:
    """By the prescription a supply names; only a supply that names none belongs by its medicine."""
    ids, keys = {v.id for v in group}, keys_of(group[0].medicine)
    own = [s for s in supplies if _belongs(s, ids, keys)]
    return tuple(sorted(own, key=lambda s: _begun(s), reverse=True))


def _belongs(supply: MedicationDispenseView, ids: set[str], keys: frozenset[str]) -> bool:
    if supply.prescriptions:
        return any(p.id in ids for p in supply.prescriptions)
    return bool(keys & keys_of(supply.medicine))


def _begun(supply: MedicationDispenseView) -> datetime:
    begun = supply.handed_over or supply.prepared
    return begun.start if begun else _FIRST


def _moment(view: MedicationRequestView) -> datetime:
    return view.authored.start if view.authored else _FIRST


def _prescriber(view: MedicationRequestView) -> str:
    return view.requester.display if view.requester else ""


def _prescribed(told: MedicationStatementView, medicines: Iterable[Medicine]) -> bool:
    return any(keys_of(told.medicine) & keys_of(m.newest.medicine) for m in medicines)


def name_words(medicine: Concept | None) -> str:
    """The hospital's name for it; "" where only codes were sent."""
    return medicine.text if medicine else ""

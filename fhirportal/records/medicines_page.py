"""What the medicines pages are made of: one row for each medicine, with every prescription, supply and statement behind it.

It decides what a row's state, place and ways of taking are. It must not know words, pages or how the hospital is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from fhirportal.records.found import Source
from mappings.allergy_intolerance import AllergyView
from mappings.dosage import Dosage
from mappings.medication import plain_name
from mappings.medication_dispense import MedicationDispenseView
from mappings.medication_request import MedicationRequestView, State
from mappings.medication_statement import MedicationStatementView, SaidBy
from mappings.reading import When

Place = Literal["avoid", "current", "said", "not-now", "supplied", "stopped", "withdrawn"]
Part = Literal["prescriptions", "supplies", "said", "allergies"]
STATES: tuple[State, ...] = ("current", "paused", "planned", "unclear", "stopped")
"""The strongest first: one prescription that stands makes the medicine a current one."""


@dataclass(frozen=True)
class Prescription:
    """One MedicationRequest with the names that belong to it; "" where nobody told them."""

    view: MedicationRequestView
    prescriber: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Supply:
    """One MedicationDispense and the pharmacy that supplied it."""

    view: MedicationDispenseView
    by: str = ""


@dataclass(frozen=True)
class Told:
    """One MedicationStatement with its reasons."""

    view: MedicationStatementView
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """One way a medicine is to be taken, or is said to be. `said_by` is None where it was prescribed."""

    name: str
    dosages: tuple[Dosage, ...]
    state: State
    said_by: SaidBy | None = None

    @property
    def key(self) -> object:
        """The same for the same dose of the same name; when it began or ends makes no other dose."""
        return plain_name(self.name), tuple(map(_dose_key, self.dosages))


@dataclass(frozen=True)
class Medicine:
    """One medicine; each tuple newest first. `avoid_too`: the record also says that it must not be taken."""

    prescriptions: tuple[Prescription, ...] = ()
    supplies: tuple[Supply, ...] = ()
    told: tuple[Told, ...] = ()
    avoid_too: bool = False

    @property
    def state(self) -> State:
        """The strongest of its prescriptions, else of what was told."""
        states: Iterable[State] = (p.view.state for p in self.prescriptions) if self.prescriptions else self._told_states
        found = set(states)
        return next((s for s in ("withdrawn", "avoid", *STATES) if s in found), "unclear")

    @property
    def place(self) -> Place:
        """Where it stands on the page."""
        if self.state in ("avoid", "withdrawn", "stopped"):
            return self.state
        if not (self.prescriptions or self.told):
            return "supplied" if self.last_supply else "stopped"
        if self.state != "current":
            return "not-now"
        return "current" if any(not p.view.reported for p in self._leading) else "said"

    @property
    def name(self) -> str:
        """As the newest one that matters calls it; "" where nobody told."""
        items: tuple[Prescription | Told | Supply, ...] = (*self._leading, *self.prescriptions, *self.told, *self.supplies)
        return next((item.view.medicine.name for item in items if item.view.medicine.name), "")

    @property
    def codes(self) -> tuple[tuple[str, str], ...]:
        """Every (system, code) the hospital sent for it, each once."""
        items: tuple[Prescription | Told | Supply, ...] = (*self._leading, *self.prescriptions, *self.told, *self.supplies)
        return tuple(dict.fromkeys(code for item in items for code in item.view.medicine.codes))

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every different way of taking it that is not over; of a medicine that is over, the last one."""
        prescribed = (Way(p.view.medicine.name, p.view.dosages, p.view.state) for p in self.prescriptions)
        said = (Way(t.view.medicine.name, t.view.dosages, t.view.state, t.view.said_by) for t in self.told)
        every = [*prescribed, *said]
        standing = [way for way in every if way.state != "stopped"] or every[:1]
        return tuple({(way.key, way.state): way for way in reversed(standing)}.values())[::-1]

    @property
    def differs(self) -> bool:
        """Whether more than one dose of it stands, so that somebody has to ask which one is right."""
        return len({way.key for way in self.ways if way.state == "current" and way.dosages}) > 1

    @property
    def reasons(self) -> tuple[str, ...]:
        """What it is for, as the prescriptions that matter say; else what the older ones or the statements say."""
        told = [p.reasons for p in (*self._leading, *self.prescriptions)] + [t.reasons for t in self.told]
        return next((reasons for reasons in told if reasons), ())

    @property
    def prescriber(self) -> str:
        return next((p.prescriber for p in self._leading if p.prescriber), "")

    @property
    def repeats(self) -> int | None:
        """Repeats allowed, where one prescription alone stands."""
        return self._leading[0].view.repeats if len(self._leading) == 1 and self.state == "current" else None

    @property
    def last_supply(self) -> Supply | None:
        return next((s for s in self.supplies if s.view.supplied), None)

    @property
    def key(self) -> tuple[str, str]:
        """(type, id) by which the row is found again; id "" where the hospital gave none."""
        if self.prescriptions:
            return "MedicationRequest", (self._leading or self.prescriptions)[0].view.id
        if self.told:
            return "MedicationStatement", self.told[0].view.id
        return "MedicationDispense", self.supplies[0].view.id if self.supplies else ""

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Every (type, id) behind it."""
        return frozenset(
            [("MedicationRequest", p.view.id) for p in self.prescriptions]
            + [("MedicationStatement", t.view.id) for t in self.told]
            + [("MedicationDispense", s.view.id) for s in self.supplies]
        )

    @property
    def newest(self) -> When | None:
        """The latest date it has."""
        dates = [p.view.authored for p in self.prescriptions] + [t.view.asserted for t in self.told]
        found = [d for d in (*dates, *(s.view.moment for s in self.supplies)) if d]
        return max(found, key=lambda d: d.start, default=None)

    @property
    def _leading(self) -> tuple[Prescription, ...]:
        return tuple(p for p in self.prescriptions if p.view.state == self.state)

    @property
    def _told_states(self) -> tuple[State, ...]:
        return tuple(t.view.state for t in self.told)


@dataclass(frozen=True)
class MedicinesPage:
    """Rows by place. `none_taken`: the record says that no medicine is taken; `unshown` counts what could not be read."""

    rows: tuple[Medicine, ...]
    allergies: tuple[AllergyView, ...]
    none_taken: bool
    troubles: tuple[tuple[Part, Source], ...]
    unshown: int
    as_of: datetime

    def at(self, place: Place) -> tuple[Medicine, ...]:
        return tuple(row for row in self.rows if row.place == place)

    def source_of(self, part: Part) -> Source:
        return dict(self.troubles).get(part, Source.OK)

    @property
    def source(self) -> Source:
        """How the hospital answered about medicines as such: what was prescribed, else what was told."""
        prescribed, told = self.source_of("prescriptions"), self.source_of("said")
        if prescribed in (Source.OK, Source.PARTIAL) or told not in (Source.OK, Source.PARTIAL):
            return prescribed
        if prescribed is Source.DOWN:
            return Source.PARTIAL if self.rows else Source.DOWN
        return told


def _dose_key(dosage: Dosage) -> Dosage:
    """A dosage without what does not change the dose: how its words are spelt, its number, and its dates."""
    timing = dosage.timing and replace(dosage.timing, bounds=None, events=(), sent=())
    return replace(dosage, text=plain_name(dosage.text), sequence=None, timing=timing)

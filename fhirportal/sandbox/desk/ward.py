"""What the desk does to the hospital's records: find patients, release a result, correct one.

Each action is a plain FHIR update of each resource concerned, at the version the person was looking at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from fhirportal.sandbox.desk.results import (
    SETTLED,
    WAITING,
    Row,
    decide_correction,
    decide_reissue,
    decide_release,
    list_result_ids,
    to_row,
)
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.people import Records, display_name

Resource = Mapping[str, Any]
RESULTS = ("Observation", "DiagnosticReport")


class Stale(Exception):
    """Somebody changed the resource after the page was drawn."""


class NoSuchResult(LookupError):
    """No such patient or result here."""


class Ledger(Records, Protocol):
    """The store as the desk needs it: reading, and one kind of write."""

    def update(self, resource: dict[str, Any], version: str) -> None:
        """A new version, if `version` is still the current one. Raises Stale."""

    def transaction(self) -> AbstractContextManager[object]:
        """All updates inside happen, or none."""


@dataclass(frozen=True)
class Card:
    """A patient on a list or banner."""

    id: str
    name: str
    born: str
    mrn: str
    gender: str


def to_card(patient: Resource) -> Card:
    return Card(
        id=str(patient.get("id", "")),
        name=display_name(patient),
        born=str(patient.get("birthDate", "")),
        mrn=_record_number(patient),
        gender=str(patient.get("gender", "")),
    )


def _record_number(patient: Resource) -> str:
    """The identifier typed MR, else the first that has a value."""
    identifiers = [i for i in patient.get("identifier") or () if i.get("value")]
    typed = [i for i in identifiers if any(c.get("code") == "MR" for c in (i.get("type") or {}).get("coding") or ())]
    return next((str(i["value"]) for i in (*typed, *identifiers)), "")


class Ward:
    """One hospital's records as its staff work on them."""

    def __init__(self, ehr: Ehr, ledger: Ledger) -> None:
        self._ehr = ehr
        self._ledger = ledger

    def list_patients(self, name: str, count: int) -> list[Card]:
        params = {"name": name} if name else {}
        return sorted(map(to_card, self._ledger.search("Patient", params, count)), key=lambda card: card.name)

    def get_patient(self, id_: str) -> Card:
        """Raises NoSuchResult."""
        return to_card(self._get("Patient", id_))

    def list_results(self, patient: str, count: int) -> list[Row]:
        """The newest results; those that wait to be released stand first."""
        rows = [to_row(found) for type_ in RESULTS for found in self._newest(type_, patient, count)]
        waiting = [row for row in rows if row.can_release]
        others = sorted((row for row in rows if not row.can_release), key=lambda row: row.when, reverse=True)
        return [*waiting, *others[:count]]

    def _newest(self, type_: str, patient: str, count: int) -> Sequence[Resource]:
        asked = {"patient": f"Patient/{patient}"}
        waiting = self._ledger.search(type_, {**asked, "status": ",".join(sorted(WAITING))}, count)
        newest = self._ledger.search(type_, {**asked, "_sort": "-date"}, count)
        return list({found["id"]: found for found in (*waiting, *newest)}.values())

    def list_visits(self, patient: str, count: int) -> list[tuple[str, str]]:
        """(id, label) of the latest encounters, to open the portal in the context of one."""
        asked = {"patient": f"Patient/{patient}", "_sort": "-date"}
        return [(str(e["id"]), _visit_label(e)) for e in self._ledger.search("Encounter", asked, count)]

    def get_result(self, type_: str, id_: str, patient: str) -> Resource:
        """A result of this patient. Raises NoSuchResult."""
        found = self._get(type_, id_) if type_ in RESULTS else None
        subject = ((found or {}).get("subject") or {}).get("reference", "")
        if found is None or str(subject).removeprefix(f"{self._ehr.fhir}/") != f"Patient/{patient}":
            raise NoSuchResult("No such result for this patient.")
        return found

    def release(self, type_: str, id_: str, patient: str, version: str) -> None:
        """Final now; a report takes its waiting results along. Raises NoSuchResult, CannotCorrect, Stale."""
        found, now = self.get_result(type_, id_, patient), self._ehr.clock()
        parts = list_result_ids(found, self._ehr.fhir) if type_ == "DiagnosticReport" else []
        with self._ledger.transaction():
            self._ledger.update(decide_release(found, now), version)
            for part in filter(None, (self._ledger.find("Observation", id_) for id_ in parts)):
                if part.get("status") in WAITING:
                    self._ledger.update(decide_release(part, now), to_row(part).version)

    def correct(self, id_: str, patient: str, version: str, value: str, note: str) -> None:
        """A new value; reports made of this result say "corrected", too. Raises as `release`."""
        found, now = self.get_result("Observation", id_, patient), self._ehr.clock()
        with self._ledger.transaction():
            self._ledger.update(decide_correction(found, value, note, now), version)
            for report in self._ledger.search("DiagnosticReport", {"result": f"Observation/{id_}"}, 20):
                if report.get("status") in SETTLED:
                    self._ledger.update(decide_reissue(report, now), to_row(report).version)

    def _get(self, type_: str, id_: str) -> Resource:
        found = self._ledger.find(type_, id_)
        if found is None:
            raise NoSuchResult(f"There is no such {type_} here.")
        return found


def _visit_label(encounter: Resource) -> str:
    kinds = encounter.get("type") or [{}]
    texts = [kinds[0].get("text"), *(c.get("display") for c in kinds[0].get("coding") or ())]
    day = str((encounter.get("period") or {}).get("start", ""))[:10]
    return " ".join(part for part in (day, next((str(t) for t in texts if t), "Visit")) if part)

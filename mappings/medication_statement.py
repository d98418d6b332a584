"""What a MedicationStatement means (R4 11.4): a medicine somebody says is taken, was taken or is not taken, and who says so.

It decides who said it (`said_by`) and which state it is in. It must not know words for pages, the clock or prescriptions.
`to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.dosage import Dosage, list_dosages
from mappings.medication import Medicine, medicine_of
from mappings.medication_request import State, concepts
from mappings.observation import references, version_of
from mappings.reading import Concept, Reference, Span, When, as_dict, as_list, concept, period, reference, text, when

Status = Literal["active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
SaidBy = Literal["patient", "relative", "clinician", "unknown"]
_SAYERS: Mapping[str, SaidBy] = {
    "Patient": "patient",
    "RelatedPerson": "relative",
    "Practitioner": "clinician",
    "PractitionerRole": "clinician",
    "Organization": "clinician",
}
_STATES: Mapping[str, State] = {
    "active": "current",
    "intended": "planned",
    "on-hold": "paused",
    "completed": "stopped",
    "stopped": "stopped",
    "not-taken": "stopped",
    "entered-in-error": "withdrawn",
}


@dataclass(frozen=True, kw_only=True)
class MedicationStatementView:
    """One MedicationStatement. `effective` is when it was taken; `asserted` when that was said."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    status_reasons: tuple[Concept, ...] = ()
    medicine: Medicine = Medicine()
    said_by: SaidBy = "unknown"
    source: Reference | None = None
    effective: Span | None = None
    asserted: When | None = None
    dosages: tuple[Dosage, ...] = ()
    reasons: tuple[Concept, ...] = ()
    reason_references: tuple[Reference, ...] = ()
    based_on: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    whole: bool = True

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def state(self) -> State:
        return _STATES.get(self.status, "unclear")


def to_view(resource: object, known: Mapping[str, Mapping[str, Any]] | None = None) -> MedicationStatementView | None:
    """Any JSON dict -> a view; `known` are Medications by "Medication/id". None for what names no medicine and says no dose."""
    data = as_dict(resource)
    if data.get("resourceType") != "MedicationStatement":
        return None
    medicine = medicine_of(data, known or {})
    status = text(data.get("status")).casefold()
    head: dict[str, Any] = {
        "id": text(data.get("id")),
        "version": version_of(data),
        "language": text(data.get("language")),
        "status": status if status in STATUSES else "unknown",
        "medicine": medicine,
        "effective": _effective(data),
        "asserted": when(data.get("dateAsserted")),
    }
    if status == "entered-in-error":
        return MedicationStatementView(**head)
    view = MedicationStatementView(**head, **_body(data))
    return view if medicine.name or medicine.codes or medicine.pointed or view.dosages else None


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    source = reference(data.get("informationSource"))
    return {
        "said_by": _said_by(data, source),
        "source": source,
        "status_reasons": concepts(data.get("statusReason")),
        "dosages": list_dosages(data.get("dosage")),
        "reasons": concepts(data.get("reasonCode")),
        "reason_references": references(data.get("reasonReference")),
        "based_on": references(data.get("basedOn")),
        "notes": list_notes(data.get("note")),
        "whole": "modifierExtension" not in data,
    }


def _said_by(data: Mapping[str, Any], source: Reference | None) -> SaidBy:
    if source and source.type in _SAYERS:
        return _SAYERS[source.type]
    kinds = {c.code for item in as_list(data.get("category")) if (found := concept(item)) for c in found.codings}
    return "patient" if "patientspecified" in kinds else "unknown"


def _effective(data: Mapping[str, Any]) -> Span | None:
    moment = when(data.get("effectiveDateTime"))
    return Span(moment, None) if moment else period(data.get("effectivePeriod"))

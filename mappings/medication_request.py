"""What a MedicationRequest means (R4 11.1): a medicine prescribed, planned or forbidden, how to take it, by whom and why.

It decides which state a prescription is in (`state`), from status, intent and doNotPerform together; a withdrawn one keeps its
name and date. It must not know words for pages, the clock or supplies. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.dosage import Dosage, list_dosages
from mappings.medication import Medicine, medicine_of
from mappings.observation import references, version_of
from mappings.quantity import Quantity, quantity
from mappings.reading import Concept, Reference, Span, When, as_dict, as_list, concept, number, period, reference, text, when

Status = Literal["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"]
Intent = Literal[
    "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option", "unknown",
]  # fmt: skip
State = Literal["avoid", "current", "paused", "planned", "unclear", "stopped", "withdrawn"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
INTENTS = frozenset(Intent.__args__)  # type: ignore[attr-defined]
SUGGESTED = frozenset({"proposal", "option"})
ENDED = frozenset({"stopped", "completed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class MedicationRequestView:
    """One MedicationRequest. `repeats` is the number allowed as sent, never what is left; `validity` is how long it may be
    supplied; `reported` says that somebody told of it and nobody here wrote it; `forbids` is doNotPerform."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    status_reason: Concept | None = None
    intent: Intent = "unknown"
    forbids: bool = False
    reported: bool = False
    reported_by: Reference | None = None
    medicine: Medicine = Medicine()
    dosages: tuple[Dosage, ...] = ()
    requester: Reference | None = None
    reasons: tuple[Concept, ...] = ()
    reason_references: tuple[Reference, ...] = ()
    categories: tuple[Concept, ...] = ()
    course: Concept | None = None
    authored: When | None = None
    repeats: int | None = None
    supply_quantity: Quantity | None = None
    supply_lasts: Quantity | None = None
    validity: Span | None = None
    pharmacy: Reference | None = None
    notes: tuple[Note, ...] = ()
    whole: bool = True

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def single_dose(self) -> bool:
        """One dose ordered for one moment, as a ward does: no prescription to take home (R4 11.1.1, intent)."""
        return self.intent == "instance-order"

    @property
    def state(self) -> State:
        """Where it belongs on a page."""
        if self.withdrawn:
            return "withdrawn"
        if self.status in ENDED:
            return "stopped"
        if self.forbids:
            return "avoid"
        if self.status == "draft" or self.intent in SUGGESTED or (self.intent == "plan" and not self.reported):
            return "planned"
        return {"active": "current", "on-hold": "paused"}.get(self.status, "unclear")  # type: ignore[return-value]


def to_view(resource: object, known: Mapping[str, Mapping[str, Any]] | None = None) -> MedicationRequestView | None:
    """Any JSON dict -> a view; `known` are Medications by "Medication/id". None for what names no medicine and says no dose."""
    data = as_dict(resource)
    if data.get("resourceType") != "MedicationRequest":
        return None
    medicine = medicine_of(data, known or {})
    status = text(data.get("status")).casefold()
    head: dict[str, Any] = {
        "id": text(data.get("id")),
        "version": version_of(data),
        "language": text(data.get("language")),
        "status": status if status in STATUSES else "unknown",
        "medicine": medicine,
        "authored": when(data.get("authoredOn")),
    }
    if status == "entered-in-error":
        return MedicationRequestView(**head)
    view = MedicationRequestView(**head, **_asked(data), **_why(data), **_supply(data))
    return view if medicine.name or medicine.codes or medicine.pointed or view.dosages else None


def _asked(data: Mapping[str, Any]) -> dict[str, Any]:
    intent = text(data.get("intent")).casefold()
    reported_by = reference(data.get("reportedReference"))
    return {
        "intent": intent if intent in INTENTS else "unknown",
        "forbids": data.get("doNotPerform") is True or text(data.get("doNotPerform")).casefold() == "true",
        "reported": data.get("reportedBoolean") is True or reported_by is not None,
        "reported_by": reported_by,
        "dosages": list_dosages(data.get("dosageInstruction")),
        "requester": reference(data.get("requester")),
        "whole": "modifierExtension" not in data and data.get("doNotPerform") in (None, True, False, "true", "false"),
    }


def _why(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status_reason": concept(data.get("statusReason")),
        "reasons": concepts(data.get("reasonCode")),
        "reason_references": references(data.get("reasonReference")),
        "categories": concepts(data.get("category")),
        "course": concept(data.get("courseOfTherapyType")),
        "notes": list_notes(data.get("note")),
    }


def _supply(data: Mapping[str, Any]) -> dict[str, Any]:
    supply = as_dict(data.get("dispenseRequest"))
    repeats = number(supply.get("numberOfRepeatsAllowed"))
    return {
        "repeats": int(repeats) if repeats is not None and 0 <= repeats < 1000 and repeats == int(repeats) else None,
        "supply_quantity": quantity(supply.get("quantity")),
        "supply_lasts": quantity(supply.get("expectedSupplyDuration")),
        "validity": period(supply.get("validityPeriod")),
        "pharmacy": reference(supply.get("performer")),
    }


def concepts(value: object) -> tuple[Concept, ...]:
    """The CodeableConcepts of a list, each once."""
    return tuple(dict.fromkeys(c for item in as_list(value) if (c := concept(item))))

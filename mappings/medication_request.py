"""What a MedicationRequest means (R4 11.1): which medicine, how to take it, what for, who prescribed it, does it stand.

It decides what of it may be believed: a withdrawn one keeps its name and date. A request not to take something says so
loudly. It must not fold duplicates, fetch Medications or know words for pages. `to_view` is lenient.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.dosage import Dosage, list_dosages
from mappings.medication import Known, medicine_of
from mappings.observation import version_of
from mappings.quantity import Quantity, quantity
from mappings.reading import Concept, Reference, Span, When, as_dict, as_list, concept, number, period, reference, text, when

Status = Literal["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
NOT_PRESCRIBED = frozenset({"proposal", "option"})


@dataclass(frozen=True, kw_only=True)
class MedicationRequestView:
    """One prescription. `repeats` is the number allowed as sent, not what is left."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    intent: str = ""
    medicine: Concept | None = None
    do_not_take: bool = False
    reported: bool = False
    authored: When | None = None
    requester: Reference | None = None
    reasons: tuple[Concept, ...] = ()
    reason_refs: tuple[Reference, ...] = ()
    why_status: Concept | None = None
    dosages: tuple[Dosage, ...] = ()
    repeats: Decimal | None = None
    supply: Quantity | None = None
    valid: Span | None = None
    notes: tuple[Note, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def prescribed(self) -> bool:
        """Whether somebody prescribed it: a proposal or an option is not yet a medicine to take."""
        return self.intent not in NOT_PRESCRIBED


def to_view(resource: object, known: Known | None = None) -> MedicationRequestView | None:
    """Any JSON dict -> a view; None for what names no medicine and has no id, or is no MedicationRequest.

    `known` are Medications by "Medication/id".
    """
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
        "intent": text(data.get("intent")).casefold(),
        "medicine": medicine,
        "authored": when(data.get("authoredOn")),
    }
    if not (head["id"] or medicine):
        return None
    return MedicationRequestView(**head, **({} if status == "entered-in-error" else _told(data)))


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    dispense = as_dict(data.get("dispenseRequest"))
    return {
        "do_not_take": data.get("doNotPerform") is True,
        "reported": data.get("reportedBoolean") is True or "reportedReference" in data,
        "requester": reference(data.get("requester")),
        "reasons": tuple(c for r in as_list(data.get("reasonCode")) if (c := concept(r))),
        "reason_refs": tuple(p for r in as_list(data.get("reasonReference")) if (p := reference(r))),
        "why_status": concept(data.get("statusReason")),
        "dosages": list_dosages(data.get("dosageInstruction")),
        "repeats": number(dispense.get("numberOfRepeatsAllowed")),
        "supply": quantity(dispense.get("expectedSupplyDuration")),
        "valid": period(dispense.get("validityPeriod")),
        "notes": list_notes(data.get("note")),
    }

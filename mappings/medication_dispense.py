"""What a MedicationDispense means (R4 11.3): what a pharmacy supplied, when, how much, and for how many days it is.

It decides when a supply may be counted on to last (`days`, `supplied`): only what says when it was handed over or made ready
and for how many days. It must not know words for pages or the clock. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.dosage import Dosage, list_dosages
from mappings.medication import Medicine, medicine_of
from mappings.observation import references, version_of
from mappings.quantity import Quantity, quantity
from mappings.reading import Concept, Reference, When, as_dict, concept, dicts, reference, text, when

Status = Literal[
    "preparation", "in-progress", "cancelled", "on-hold", "completed", "entered-in-error", "stopped", "declined", "unknown",
]  # fmt: skip
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
MOST_DAYS = 800
"""More days than anybody is supplied with at once: a mistake in the data, not a promise to make."""
_DAYS = frozenset({"", "d", "day", "days"})


@dataclass(frozen=True, kw_only=True)
class MedicationDispenseView:
    """One MedicationDispense. `days` is how many days the supply is for, None where that was not sent in whole days."""

    id: str
    version: str = ""
    status: Status = "unknown"
    status_reason: Concept | None = None
    medicine: Medicine = Medicine()
    dosages: tuple[Dosage, ...] = ()
    quantity: Quantity | None = None
    days: int | None = None
    prepared: When | None = None
    handed_over: When | None = None
    by: tuple[Reference, ...] = ()
    location: Reference | None = None
    prescriptions: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def supplied(self) -> When | None:
        """When it was handed over, else made ready; None where it was never given out."""
        if self.status == "completed":
            return self.handed_over or self.prepared
        return self.handed_over if self.status == "in-progress" else None

    def last_day(self, zone: tzinfo) -> date | None:
        """The day the supply is used up if taken as told: the day it was given out, in the site's zone, and its days; None
        unless the hospital sent both."""
        given = self.supplied
        if given is None or self.days is None or given.precision not in ("day", "time"):
            return None
        day = given.start.astimezone(zone).date() if given.precision == "time" else given.day
        try:
            return day + timedelta(days=self.days)
        except OverflowError:
            return None

    @property
    def moment(self) -> When | None:
        """By what it is put in order."""
        return self.handed_over or self.prepared


def to_view(resource: object, known: Mapping[str, Mapping[str, Any]] | None = None) -> MedicationDispenseView | None:
    """Any JSON dict -> a view; `known` are Medications by "Medication/id". None for what names no medicine or prescription."""
    data = as_dict(resource)
    if data.get("resourceType") != "MedicationDispense":
        return None
    medicine = medicine_of(data, known or {})
    status = text(data.get("status")).casefold()
    head: dict[str, Any] = {
        "id": text(data.get("id")),
        "version": version_of(data),
        "status": status if status in STATUSES else "unknown",
        "medicine": medicine,
        "prepared": when(data.get("whenPrepared")),
        "handed_over": when(data.get("whenHandedOver")),
        "prescriptions": references(data.get("authorizingPrescription")),
    }
    if status == "entered-in-error":
        return MedicationDispenseView(**head)
    told = medicine.name or medicine.codes or medicine.pointed or head["prescriptions"]
    return MedicationDispenseView(**head, **_body(data)) if told else None


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    people = (reference(p.get("actor")) for p in dicts(data.get("performer")))
    return {
        "status_reason": concept(data.get("statusReasonCodeableConcept")),
        "dosages": list_dosages(data.get("dosageInstruction")),
        "quantity": quantity(data.get("quantity")),
        "days": _days(as_dict(data.get("daysSupply"))),
        "by": tuple(dict.fromkeys(p for p in people if p)),
        "location": reference(data.get("location")),
        "notes": list_notes(data.get("note")),
    }


def _days(data: Mapping[str, Any]) -> int | None:
    """The element means days: a bare number is days. An amount in any other unit, with a comparator or a fraction is none."""
    sent = quantity(data)
    if sent is None or not sent.exact or sent.value != sent.value.to_integral_value() or not 0 < sent.value <= MOST_DAYS:
        return None
    units = {text(data.get("unit")).casefold(), text(data.get("code")).casefold()}
    return int(sent.value) if units <= _DAYS else None

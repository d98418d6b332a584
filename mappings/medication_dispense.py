"""What a MedicationDispense means (R4 11.2): what was supplied, when, how much, for how many days.

It decides when a supply should last until: only from the day it was handed over and the days it is for, both as sent.
It must not know words for pages. `to_view` is lenient.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mappings.medication import Known, medicine_of
from mappings.quantity import Quantity, quantity
from mappings.reading import Concept, Reference, When, as_dict, as_list, reference, text, when

_DAYS = frozenset({"d", "day", "days"})
MOST_DAYS = 800
"""More days than anybody is supplied with at once: a mistake in the data, not a promise to make."""


@dataclass(frozen=True, kw_only=True)
class MedicationDispenseView:
    """One supply. `days` is a whole number of days or None."""

    id: str
    status: str = ""
    medicine: Concept | None = None
    handed_over: When | None = None
    prepared: When | None = None
    quantity: Quantity | None = None
    days: int | None = None
    prescriptions: tuple[Reference, ...] = ()

    @property
    def supplied(self) -> bool:
        return self.status == "completed" and (self.handed_over or self.prepared) is not None

    @property
    def lasts_until(self) -> When | None:
        """The day the supply is used up if taken as told: handed over plus its days; None where either was not sent."""
        begun = self.handed_over or self.prepared
        if not self.supplied or begun is None or self.days is None or begun.precision not in ("day", "time"):
            return None
        return When("day", begun.start + timedelta(days=self.days))


def to_view(resource: object, known: Known | None = None) -> MedicationDispenseView | None:
    """Any JSON dict -> a view; None for what is no MedicationDispense or was withdrawn."""
    data = as_dict(resource)
    if data.get("resourceType") != "MedicationDispense" or text(data.get("status")) == "entered-in-error":
        return None
    return MedicationDispenseView(
        id=text(data.get("id")),
        status=text(data.get("status")).casefold(),
        medicine=medicine_of(data, known or {}),
        handed_over=when(data.get("whenHandedOver")),
        prepared=when(data.get("whenPrepared")),
        quantity=quantity(data.get("quantity")),
        days=_days(data),
        prescriptions=tuple(r for p in as_list(data.get("authorizingPrescription")) if (r := reference(p))),
    )


def _days(data: Mapping[str, Any]) -> int | None:
    sent = as_dict(data.get("daysSupply"))
    supply = quantity(sent)
    # the element is called days, so a bare number is days; any unit that is sent must say so too
    if supply is None or not supply.exact or (text(sent.get("code")) or supply.unit or "d").casefold() not in _DAYS:
        return None
    whole = int(supply.value) if abs(supply.value) < 10_000 else 0
    return whole if 0 < whole <= MOST_DAYS and whole == supply.value else None

"""What a Slot means (R4 12.4): a stretch of a schedule, and whether it is free.

It must not know words for pages or whose schedule it is of. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass
from typing import Literal

from mappings.reading import Concept, Reference, When, as_dict, as_list, concept, reference, text, when

Status = Literal["busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class SlotView:
    """One Slot. Only a `free` one may be offered; an unknown status is not free."""

    id: str
    status: Status
    schedule: Reference | None
    services: tuple[Concept, ...]
    start: When | None
    end: When | None

    @property
    def free(self) -> bool:
        return self.status == "free" and self.start is not None


def to_view(resource: object) -> SlotView | None:
    """Any JSON dict -> a view; None for what is no Slot."""
    data = as_dict(resource)
    if data.get("resourceType") != "Slot":
        return None
    status = text(data.get("status")).casefold()
    return SlotView(
        id=text(data.get("id")),
        status=status if status in STATUSES else "unknown",  # type: ignore[arg-type]
        schedule=reference(data.get("schedule")),
        services=tuple(c for item in as_list(data.get("serviceType")) if (c := concept(item))),
        start=when(data.get("start")),
        end=when(data.get("end")),
    )

"""What an Encounter means (R4 8.11): that care took place, how, when and of which kind. Only what a past visit shows.

It decides what of it may be told: a withdrawn one keeps nothing but its id. It must not know words for pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.reading import Concept, Reference, Span, as_dict, as_list, coding, concept, period, reference, text

Status = Literal[
    "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown",
]  # fmt: skip
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class EncounterView:
    """One Encounter. `kind` is its class code (v3-ActCode), "" where none was sent."""

    id: str
    status: Status = "unknown"
    kind: str = ""
    types: tuple[Concept, ...] = ()
    reasons: tuple[Concept, ...] = ()
    period: Span | None = None
    appointments: tuple[Reference, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def took_place(self) -> bool:
        return self.status in ("arrived", "triaged", "in-progress", "onleave", "finished")


def to_view(resource: object) -> EncounterView | None:
    """Any JSON dict -> a view; None for what is no Encounter."""
    data = as_dict(resource)
    if data.get("resourceType") != "Encounter":
        return None
    status = text(data.get("status")).casefold()
    known: Status = status if status in STATUSES else "unknown"  # type: ignore[assignment]
    told = {} if known == "entered-in-error" else _told(data)
    return EncounterView(id=text(data.get("id")), status=known, **told)


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": coding(data.get("class")).code,
        "types": _concepts(data.get("type")),
        "reasons": _concepts(data.get("reasonCode")),
        "period": period(data.get("period")),
        "appointments": tuple(r for item in as_list(data.get("appointment")) if (r := reference(item))),
    }


def _concepts(value: object) -> tuple[Concept, ...]:
    return tuple(c for item in as_list(value) if (c := concept(item)))

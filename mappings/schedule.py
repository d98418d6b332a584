"""What a Schedule means (R4 12.3): whose times these are, for what, and how far they are planned.

It must not know words for pages or the clock. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass

from mappings.reading import Concept, Reference, Span, as_dict, as_list, concept, period, reference, text


@dataclass(frozen=True)
class ScheduleView:
    """One Schedule. `active` is False only where the hospital says so (R4: the default is true)."""

    id: str
    active: bool
    services: tuple[Concept, ...]
    specialties: tuple[Concept, ...]
    actors: tuple[Reference, ...]
    planned: Span | None


def to_view(resource: object) -> ScheduleView | None:
    """Any JSON dict -> a view; None for what is no Schedule."""
    data = as_dict(resource)
    if data.get("resourceType") != "Schedule":
        return None
    return ScheduleView(
        id=text(data.get("id")),
        active=data.get("active") is not False,
        services=_concepts(data.get("serviceType")),
        specialties=_concepts(data.get("specialty")),
        actors=tuple(r for item in as_list(data.get("actor")) if (r := reference(item))),
        planned=period(data.get("planningHorizon")),
    )


def _concepts(value: object) -> tuple[Concept, ...]:
    return tuple(c for item in as_list(value) if (c := concept(item)))

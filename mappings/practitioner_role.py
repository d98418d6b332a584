"""What a PractitionerRole means to a patient (R4 8.5): who it is, and as what.

It must not know words for pages or other resources. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass

from mappings.people import list_telecoms
from mappings.reading import Reference, as_dict, as_list, concept, reference, text


@dataclass(frozen=True)
class PractitionerRoleView:
    """One PractitionerRole; `roles` and `specialties` are the words sent for them, those without words left out."""

    id: str
    practitioner: Reference | None
    organization: Reference | None
    roles: tuple[str, ...]
    specialties: tuple[str, ...]
    phone: str


def to_view(resource: object) -> PractitionerRoleView | None:
    """Any JSON dict -> a view; None for what is no PractitionerRole."""
    data = as_dict(resource)
    if data.get("resourceType") != "PractitionerRole":
        return None
    phones = [t.value for t in list_telecoms(data.get("telecom")) if t.system == "phone"]
    return PractitionerRoleView(
        id=text(data.get("id")),
        practitioner=reference(data.get("practitioner")),
        organization=reference(data.get("organization")),
        roles=_words(data.get("code")),
        specialties=_words(data.get("specialty")),
        phone=phones[0] if phones else "",
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(c.text for item in as_list(value) if (c := concept(item)) and c.text)

"""What a HealthcareService means to somebody who has a visit there (R4 8.9): what it is called and how to reach it.

It must not know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass

from mappings.people import list_telecoms
from mappings.reading import as_dict, as_list, concept, text


@dataclass(frozen=True)
class HealthcareServiceView:
    """One HealthcareService; every part may be missing. `instructions` are its own words for whoever comes."""

    id: str
    name: str
    instructions: str
    phone: str


def to_view(resource: object) -> HealthcareServiceView | None:
    """Any JSON dict -> a view; None for what is no HealthcareService."""
    data = as_dict(resource)
    if data.get("resourceType") != "HealthcareService":
        return None
    kinds = (c.text for item in as_list(data.get("type")) if (c := concept(item)))
    phones = [t.value for t in list_telecoms(data.get("telecom")) if t.system == "phone"]
    return HealthcareServiceView(
        id=text(data.get("id")),
        name=text(data.get("name")) or next((k for k in kinds if k), ""),
        instructions=text(data.get("extraDetails")),
        phone=phones[0] if phones else "",
    )

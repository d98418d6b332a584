"""What a Location means to somebody who has to get there (R4 8.7): its name, how to find it, its address and telephone.

It must not know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass

from mappings.people import list_addresses, list_telecoms
from mappings.reading import as_dict, text


@dataclass(frozen=True)
class LocationView:
    """One Location; every part may be missing."""

    id: str
    name: str
    directions: str
    address: tuple[str, ...]
    phone: str


def to_view(resource: object) -> LocationView | None:
    """Any JSON dict -> a view; None for what is no Location."""
    data = as_dict(resource)
    if data.get("resourceType") != "Location":
        return None
    addresses = list_addresses([data.get("address")])
    phones = [t.value for t in list_telecoms(data.get("telecom")) if t.system in ("phone", "")]
    return LocationView(
        id=text(data.get("id")),
        name=text(data.get("name")),
        directions=text(data.get("description")),
        address=addresses[0].lines if addresses else (),
        phone=phones[0] if phones else "",
    )

"""Which records this visit's person has opened, so that pages can tell new ones: marks for accounts, none for others.

It decides that only a person with an account, who may change things, leaves a mark (AB41). It must not know what a resource
says.
"""

from collections.abc import Mapping

from fhirportal.storage import viewed
from fhirportal.web.services import services
from fhirportal.web.visiting import Visit


def find_seen(visit: Visit, type_: str) -> Mapping[str, str] | None:
    """Resource id -> version opened last; None for a visit that leaves no marks: nothing is "new" to it. Raises Unavailable."""
    viewer = visit.viewer
    if viewer.account_id is None or viewer.read_only:
        return None
    return viewed.list_viewed(services().engine, viewer.account_id, viewer.hospital, viewer.patient, type_)


def mark_seen(visit: Visit, type_: str, id_: str, version: str) -> None:
    """Keep that this version was opened; nothing for a visit that leaves no marks. Raises Unavailable."""
    viewer = visit.viewer
    if viewer.account_id is None or viewer.read_only or not id_:
        return
    viewed.mark_viewed(services().engine, viewer.account_id, viewer.hospital, viewer.patient, type_, id_, version, visit.now)

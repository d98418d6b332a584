"""The names behind references to people and organizations of a hospital: as sent along, as included, else asked for by id.

It decides that a name is never worth a failed page. It must not know who asks why.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from fhirportal.records.found import Query
from fhirportal.records.reader import Reader
from fhirportal.records.result_queries import escaped
from mappings.reading import Reference, as_dict, human_name, reference, text

_ASKED = ("Organization", "Practitioner", "PractitionerRole")
_MOST = 20
Known = Mapping[str, Mapping[str, Any]]


def name_of(pointed: Reference | None, known: Known) -> str:
    """The name sent along, else that of the included resource; "" where there is neither."""
    if pointed is None:
        return ""
    return pointed.display or _name_in(known.get(f"{pointed.type}/{pointed.id}"))


def find_names(reader: Reader, pointed: Iterable[Reference | None], known: Known | None = None) -> Known:
    """`known` and whatever else the hospital tells about references without a name: one search for each type."""
    have = dict(known or {})
    ids: dict[str, list[str]] = defaultdict(list)
    for each in pointed:
        if each and each.id and not each.contained and each.type in _ASKED and not name_of(each, have):
            ids[each.type].append(each.id)
    queries = [
        Query(type_, (("_id", ",".join(map(escaped, dict.fromkeys(found[:_MOST])))),), _MOST) for type_, found in ids.items()
    ]
    for answer in reader.gather(*queries) if queries else ():
        have |= {f"{answer.type}/{resource.get('id')}": resource for resource in answer.resources}
    return have


def _name_in(resource: Mapping[str, Any] | None) -> str:
    if resource is None:
        return ""
    if resource.get("resourceType") == "PractitionerRole":
        practitioner, place = (reference(as_dict(resource.get(k))) for k in ("practitioner", "organization"))
        return next((r.display for r in (practitioner, place) if r and r.display), "")
    return text(resource.get("name")) or human_name(resource.get("name"))

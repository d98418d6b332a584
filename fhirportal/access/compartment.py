"""Whose a resource is: the second of the two checks, made on every resource that comes back.

The compartment is exactly one patient id at one FHIR base; `Patient.link` is never followed (AB31). Whatever cannot be read
as pointing to that patient points to somebody else. It must not know queries, scopes or pages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhirportal.access.rules import Rule

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Bound:
    """The one patient: a bare id at one FHIR base (without trailing slash)."""

    fhir_base: str
    patient: str

    def names(self, reference: object) -> bool:
        """Whether a reference string is this patient: relative, versioned, or absolute on this very base."""
        return patient_of(reference, self.fhir_base) == self.patient


def patient_of(reference: object, fhir_base: str) -> str | None:
    """The patient id a reference string names; "" for a patient of elsewhere or one that cannot be read; None: no Patient."""
    if not isinstance(reference, str):
        return None
    path = reference.strip().split("#")[0].split("?")[0]
    base = fhir_base.rstrip("/") + "/"
    relative = path.removeprefix(base)
    parts = relative.split("/")
    if parts[0] == "Patient" and len(parts) in (2, 4) and parts[1]:
        return parts[1] if len(parts) == 2 or parts[2] == "_history" else ""
    # anything else that still says Patient somewhere is a patient of another place
    return "" if "Patient" in path.split("/") else None


def owned(resource: Resource, rule: Rule, bound: Bound) -> bool:
    """Whether the resource is this patient's own (or a directory entry that points to nobody else)."""
    if resource.get("resourceType") != rule.type:
        return False
    if rule.is_patient:
        return resource.get("id") == bound.patient
    if not rule.in_compartment:
        return not any(_foreign(ref, bound) for ref in references(resource))
    owners = [ref for path in rule.owner for ref in _at(resource, path)]
    return any(_is_own(ref, bound) for ref in owners) and not any(_foreign(ref, bound) for ref in owners)


def trimmed(resource: Resource, rule: Rule, bound: Bound) -> Resource:
    """The resource without the elements at the rule's strip paths that are about another patient (AB19, AB26)."""
    for path in rule.strip:
        if any(_foreign(ref, bound) for ref in _at(resource, path)):
            resource = _without(resource, path, bound)
    return resource


def references(value: object) -> Iterator[Mapping[str, Any]]:
    """Every Reference-like dict anywhere inside, contained resources included."""
    if isinstance(value, Mapping):
        if "reference" in value or value.get("type") == "Patient":
            yield value
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


def _is_own(reference: Mapping[str, Any], bound: Bound) -> bool:
    return bound.names(reference.get("reference"))


def _foreign(reference: Mapping[str, Any], bound: Bound) -> bool:
    named = patient_of(reference.get("reference"), bound.fhir_base)
    if named is None:
        # no literal reference: an identifier-only reference that says it is a Patient cannot be checked
        return "reference" not in reference and reference.get("type") == "Patient"
    return named != bound.patient


def _at(value: object, path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _at(item, path)
    elif isinstance(value, Mapping):
        if path:
            yield from _at(value.get(path[0]), path[1:])
        else:
            yield value


def _without(resource: Resource, path: tuple[str, ...], bound: Bound) -> Resource:
    """A copy in which the outermost element on the path is cut where something in it is foreign."""
    head, rest = path[0], path[1:]
    value = resource.get(head)
    items = list(value) if isinstance(value, list | tuple) else [value]
    kept = [item for item in items if not any(_foreign(ref, bound) for ref in _at(item, rest))]
    copy = {k: v for k, v in resource.items() if k != head}
    if kept:
        copy[head] = kept if isinstance(value, list | tuple) else kept[0]
    return copy

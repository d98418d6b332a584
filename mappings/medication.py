"""Which medicine a request, dispense or statement is about: its own words, or the Medication it points to.

It decides when two are the same medicine: a shared code of one system, else the same words. No words for pages.
"""

from collections.abc import Mapping
from typing import Any

from mappings.reading import Concept, Reference, as_dict, concept, dicts, reference, text

Known = Mapping[str, Mapping[str, Any]]


def medicine_of(resource: Mapping[str, Any], known: Known) -> Concept | None:
    """medication[x] (R4): a concept, a contained or included Medication, or at least the reference's display."""
    if own := concept(resource.get("medicationCodeableConcept")):
        return own
    pointed = reference(resource.get("medicationReference"))
    if pointed is None:
        return None
    found = _contained(resource, pointed) if pointed.contained else known.get(f"Medication/{pointed.id}")
    named = concept(as_dict(found).get("code"))
    if named and named.text:
        return named
    return Concept(pointed.display, named.codings if named else ()) if pointed.display or named else None


def _contained(resource: Mapping[str, Any], pointed: Reference) -> Mapping[str, Any] | None:
    return next((c for c in dicts(resource.get("contained")) if c.get("id") == pointed.id), None)


def keys_of(medicine: Concept | None) -> frozenset[str]:
    """What makes two medicines the same one. Words count only where no code was sent."""
    if medicine is None:
        return frozenset()
    codes = frozenset(f"{c.system}|{c.code}" for c in medicine.codings if c.system and c.code)
    return codes or frozenset({" ".join(text(medicine.text).casefold().split())} - {""})

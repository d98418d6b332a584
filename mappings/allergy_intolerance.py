"""What an AllergyIntolerance means for a banner (R4 9.1): to what, how it shows. It must not know words for pages; lenient."""

from dataclasses import dataclass

from mappings.reading import Concept, as_dict, as_list, concept, dicts, text

_GONE = frozenset({"entered-in-error", "refuted"})


@dataclass(frozen=True)
class AllergyView:
    """One allergy or intolerance that stands."""

    id: str
    substance: Concept | None
    reactions: tuple[Concept, ...]


def to_view(resource: object) -> AllergyView | None:
    """Any JSON dict -> a view; None for one that was withdrawn, ruled out or is over, or that names nothing."""
    data = as_dict(resource)
    verification, clinical = concept(data.get("verificationStatus")), concept(data.get("clinicalStatus"))
    codes = {c.code for each in (verification, clinical) if each for c in each.codings}
    substance = concept(data.get("code"))
    if data.get("resourceType") != "AllergyIntolerance" or codes & (_GONE | {"inactive", "resolved"}) or substance is None:
        return None
    reactions = (concept(m) for r in dicts(data.get("reaction")) for m in as_list(r.get("manifestation")))
    return AllergyView(text(data.get("id")), substance, tuple(r for r in reactions if r and r.text))

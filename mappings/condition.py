"""What a Condition means (R4 9.2), as far as a medicine needs it: its name, and whether the hospital withdrew it.

It decides what may be said of it as a reason. It must not know words for pages or the clock. `to_view` is lenient: any dict
gives a view or None.
"""

from dataclasses import dataclass

from mappings.allergy_intolerance import code_of
from mappings.observation import version_of
from mappings.reading import Concept, When, as_dict, concept, text, when


@dataclass(frozen=True, kw_only=True)
class ConditionView:
    """One Condition; a withdrawn or ruled out one is no reason for anything (`believed` is False)."""

    id: str
    version: str = ""
    language: str = ""
    code: Concept | None = None
    clinical: str = ""
    verification: str = ""
    onset: When | None = None

    @property
    def name(self) -> str:
        return self.code.text if self.code else ""

    @property
    def believed(self) -> bool:
        return self.verification not in ("entered-in-error", "refuted")


def to_view(resource: object) -> ConditionView | None:
    """Any JSON dict -> a view; None for what has no name and no code."""
    data = as_dict(resource)
    code = concept(data.get("code"))
    if data.get("resourceType") != "Condition" or code is None:
        return None
    return ConditionView(
        id=text(data.get("id")),
        version=version_of(data),
        language=text(data.get("language")),
        code=code,
        clinical=code_of(data.get("clinicalStatus")),
        verification=code_of(data.get("verificationStatus")),
        onset=when(data.get("onsetDateTime")),
    )

"""What an AllergyIntolerance means (R4 9.1): what somebody must not have, how bad it can be, or that nothing is known.

It decides which entries count now, and tells an allergy from the record's ways of saying "none known" or "nobody asked".
It must not know words for pages or the clock. `to_view` is lenient: any dict gives a view or None.
"""

from dataclasses import dataclass
from typing import Literal

from mappings.medication_request import concepts
from mappings.observation import version_of
from mappings.reading import Concept, When, as_dict, as_list, concept, dicts, text, when

SNOMED = "http://snomed.info/sct"
Meaning = Literal["allergy", "none-known", "not-asked"]
Criticality = Literal["low", "high", "unable-to-assess", ""]
_NONE_AT_ALL = frozenset({(SNOMED, "716186003")})
_NONE_OF_A_KIND = frozenset({
    (SNOMED, "409137002"), (SNOMED, "716184000"), (SNOMED, "429625007"), (SNOMED, "428607008"), (SNOMED, "428197003"),
    (SNOMED, "1003774007"), (SNOMED, "716220001"),
})  # fmt: skip
_ABSENT = "absent-unknown"


@dataclass(frozen=True, kw_only=True)
class AllergyView:
    """One AllergyIntolerance. `none_of` is "all" where nothing at all is known, else "" (the name tells of what kind)."""

    id: str
    version: str = ""
    language: str = ""
    name: str = ""
    code: Concept | None = None
    meaning: Meaning = "allergy"
    none_of: Literal["all", ""] = ""
    clinical: str = ""
    verification: str = ""
    criticality: Criticality = ""
    categories: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()
    severe: bool = False
    recorded: When | None = None

    @property
    def withdrawn(self) -> bool:
        return self.verification == "entered-in-error"

    @property
    def counts(self) -> bool:
        """Whether it holds now. What is not said to be over or ruled out holds."""
        return self.verification not in ("entered-in-error", "refuted") and self.clinical not in ("inactive", "resolved")

    @property
    def grave(self) -> bool:
        return self.criticality == "high" or self.severe


def to_view(resource: object) -> AllergyView | None:
    """Any JSON dict -> a view; None for what names nothing."""
    data = as_dict(resource)
    if data.get("resourceType") != "AllergyIntolerance":
        return None
    code = concept(data.get("code"))
    reactions = list(dicts(data.get("reaction")))
    name = (code.text if code else "") or next((c.text for r in reactions if (c := concept(r.get("substance"))) and c.text), "")
    if not (name or code):
        return None
    meaning, none_of = _meaning(code)
    shown = () if code_of(data.get("verificationStatus")) == "entered-in-error" else reactions
    return AllergyView(
        id=text(data.get("id")),
        version=version_of(data),
        language=text(data.get("language")),
        name=name,
        code=code,
        meaning=meaning,
        none_of=none_of,
        clinical=code_of(data.get("clinicalStatus")),
        verification=code_of(data.get("verificationStatus")),
        criticality=_criticality(data.get("criticality")),
        categories=tuple(text(c) for c in as_list(data.get("category")) if text(c)),
        reactions=tuple(dict.fromkeys(c.text for r in shown for c in concepts(r.get("manifestation")) if c.text)),
        severe=any(text(r.get("severity")) == "severe" for r in shown),
        recorded=when(data.get("recordedDate")),
    )


def code_of(value: object) -> str:
    """The code of a status sent as a CodeableConcept, or as a plain code."""
    found = concept(value)
    return next((c.code for c in found.codings if c.code), "").casefold() if found else text(value).casefold()


def _meaning(code: Concept | None) -> tuple[Meaning, Literal["all", ""]]:
    codes = {(c.system, c.code) for c in code.codings} if code else set()
    if codes & _NONE_AT_ALL or any(_ABSENT in s and c == "no-known-allergies" for s, c in codes):
        return "none-known", "all"
    if any(_ABSENT in s and c == "no-allergy-info" for s, c in codes):
        return "not-asked", ""
    if codes & _NONE_OF_A_KIND or any(_ABSENT in s for s, _ in codes):
        return "none-known", ""
    return "allergy", ""


def _criticality(value: object) -> Criticality:
    sent = text(value).casefold()
    return sent if sent in ("low", "high", "unable-to-assess") else ""  # type: ignore[return-value]

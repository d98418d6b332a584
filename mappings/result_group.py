"""Which group of results an Observation or a DiagnosticReport belongs to, by its category codes.

It decides what is a clinical result people come for, what is a measurement (vital signs) and what is neither (surveys,
social history). It must not know words for groups.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from mappings.reading import Coding, concept, dicts

Group = Literal["laboratory", "imaging", "measurement", "other", "none"]
"""`other`: a clinical result of another or no category (exam, procedure). `none`: not a test result at all."""


def _codes(written: str) -> frozenset[str]:
    return frozenset(written.split())


_SECTIONS = "0074"  # HL7 v2 table 0074, diagnostic service sections, under either of its system addresses
_IMAGING_SECTIONS = _codes("RAD RUS CT CUS NMR NMS RX XRC VUS OUS")
_LAB_SECTIONS = _codes("LAB BG BLB CG CH CP GE HM IMM MB MCB MYC OSL PAT SP SR TX VR")
_LOINC_CLASSES: dict[str, Group] = {
    "LP29684-5": "imaging", "LP29693-6": "laboratory", "LP7839-6": "laboratory", "LP29708-2": "other",
}  # fmt: skip
_SNOMED: dict[str, Group] = {
    "394914008": "imaging",
    "15220000": "laboratory",
    "108252007": "laboratory",
    "363679005": "imaging",
}
_CATEGORIES: dict[str, Group] = {
    "laboratory": "laboratory", "imaging": "imaging", "vital-signs": "measurement", "vital-sign": "measurement",
    "rslt": "laboratory", "lab": "laboratory", "rad": "imaging",
    "exam": "other", "procedure": "other", "therapy": "other",
    "survey": "none", "social-history": "none", "activity": "none",
}  # fmt: skip
_NOT_RESULTS = ("us-core-category", "us-core-tags")
_VITAL_SIGNS = _codes(
    "85353-1 9279-1 8867-4 2708-6 59408-5 8310-5 8302-2 8306-3 9843-4 8287-5 8289-1 29463-7 3141-9 39156-5 59576-9 77606-2 "
    "85354-9 55284-4 55417-0 8480-6 8462-4 8478-0"
)
_ORDER: tuple[Group, ...] = ("laboratory", "imaging", "measurement", "other", "none")


def group_of(data: Mapping[str, Any]) -> Group:
    """The first of laboratory, imaging, measurement, other that a category names; by LOINC code where none is sent."""
    groups = {group for c in _codings(data.get("category")) if (group := _by_code(c))}
    if groups:
        return next(group for group in _ORDER if group in groups)
    vital = any(c.system == "http://loinc.org" and c.code in _VITAL_SIGNS for c in _codings(data.get("code")))
    return "measurement" if vital else "other"


def _codings(value: object) -> Iterator[Coding]:
    """The codes sent; where a category is only words, the words stand in for a code."""
    for item in dicts(value):
        said = concept(item)
        yield from (said.codings or (Coding("", said.text, ""),)) if said else ()


def _by_code(coding: Coding) -> Group | None:
    if coding.system.endswith(_NOT_RESULTS):
        return "none"
    if _SECTIONS in coding.system:
        return _by_section(coding.code)
    if coding.system == "http://loinc.org":
        return _LOINC_CLASSES.get(coding.code)
    if coding.system == "http://snomed.info/sct":
        return _SNOMED.get(coding.code)
    return _CATEGORIES.get(coding.code.casefold())


def _by_section(code: str) -> Group:
    if code in _IMAGING_SECTIONS:
        return "imaging"
    return "laboratory" if code in _LAB_SECTIONS else "other"

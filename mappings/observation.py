"""What an Observation means (R4 10.1): one finding, or several in components, with the report's own ranges and marks.

It decides what of it may be believed and shown: an entered-in-error one keeps nothing but its name and date. It must not
judge values, convert units or know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.interpretation import FAR_OUTSIDE, OUTSIDE, Interpretation, Mark, list_interpretations, strongest
from mappings.observed_value import Kind, Value, absent_of, kind_of, value_of
from mappings.reading import (
    Concept,
    Reference,
    Span,
    When,
    as_dict,
    concept,
    dicts,
    extensions,
    period,
    reference,
    text,
    when,
)
from mappings.reference_range import Position, ReferenceRange, list_ranges, normal_range, position
from mappings.result_group import Group, group_of

LOINC = "http://loinc.org"
REPLACES = "http://hl7.org/fhir/StructureDefinition/observation-replaces"
Status = Literal["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
BELIEVED = frozenset({"final", "amended", "corrected"})
"""The statuses of results that may stand in a trend."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was measured and what came out: the core that an Observation and each of its components share.

    `absent` is the code of why there is no value, `absent_text` the hospital's words for it.
    """

    code: Concept | None = None
    value: Value | None = None
    absent: str = ""
    absent_text: str = ""
    ranges: tuple[ReferenceRange, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()

    @property
    def kind(self) -> Kind:
        return kind_of(self.value)

    @property
    def loinc(self) -> str:
        return (self.code.code_in(LOINC) if self.code else "") or ""

    @property
    def range(self) -> ReferenceRange | None:
        """The one range to measure against, None where the report leaves doubt."""
        return normal_range(self.ranges)

    @property
    def position(self) -> Position:
        return position(self.value, self.range)

    @property
    def mark(self) -> Mark:
        return strongest(self.interpretations)

    @property
    def far_outside(self) -> bool:
        """Whether the report itself marks it so (HH, LL, AA): never our own judgement."""
        return self.mark in FAR_OUTSIDE

    @property
    def outside(self) -> bool:
        """By the report's mark where it made one, else by its range."""
        if self.mark in OUTSIDE or self.mark is Mark.NORMAL:
            return self.mark in OUTSIDE
        return self.position in ("above", "below")


@dataclass(frozen=True, kw_only=True)
class ObservationView(Finding):
    """One Observation. `effective` is when it was taken (first moment), `version` its versionId,
    its lastUpdated where the server keeps no versions, or ""."""

    id: str
    version: str = ""
    status: Status = "unknown"
    group: Group = "other"
    categories: tuple[str, ...] = ()
    effective: When | None = None
    lasted: Span | None = None
    issued: When | None = None
    components: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    performers: tuple[str, ...] = ()
    specimen: str = ""
    method: str = ""
    body_site: str = ""
    members: tuple[Reference, ...] = ()
    derived_from: tuple[Reference, ...] = ()
    based_on: tuple[Reference, ...] = ()
    replaces: tuple[Reference, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def believed(self) -> bool:
        return self.status in BELIEVED

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found: the value, if there is one, and the components; never empty."""
        return self.components if self.components and self.value is None else (self, *self.components)

    @property
    def any_outside(self) -> bool:
        return self.outside or any(c.outside for c in self.components)

    @property
    def any_far_outside(self) -> bool:
        return self.far_outside or any(c.far_outside for c in self.components)


def to_view(data: Mapping[str, Any]) -> ObservationView | None:
    """The view of one Observation; None for what cannot be shown (not an Observation, or nothing says what it is)."""
    if text(as_dict(data).get("resourceType")) != "Observation":
        return None
    name, components = concept(data.get("code")), _components(data)
    if name is None and not components and value_of(data) is None:
        return None
    status = status_of(data.get("status"))
    told = _withdrawn(data, name) if status == "entered-in-error" else _told(data, name, components)
    return ObservationView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def status_of(sent: object) -> Status:
    """The status, "unknown" for one R4 has not got."""
    plain = text(sent).casefold()
    return plain if plain in STATUSES else "unknown"  # type: ignore[return-value]


def _withdrawn(data: Mapping[str, Any], name: Concept | None) -> dict[str, Any]:
    """What is left of a withdrawn result: its name, kind and date, so that people know which one it was."""
    return {"code": name, "effective": _effective(data), "group": group_of(data), "issued": when(data.get("issued"))}


def _told(data: Mapping[str, Any], name: Concept | None, components: tuple[Finding, ...]) -> dict[str, Any]:
    return {
        "code": name,
        "value": value_of(data),
        "absent": absent_of(data),
        "absent_text": _absent_text(data),
        "ranges": list_ranges(data.get("referenceRange")),
        "interpretations": list_interpretations(data.get("interpretation")),
        "components": components,
        "group": group_of(data),
        "categories": _categories(data),
        "effective": _effective(data),
        "lasted": period(data.get("effectivePeriod")),
        "issued": when(data.get("issued")),
        "notes": list_notes(data.get("note")),
        "performers": _names(data.get("performer")),
        "specimen": _words(data.get("specimen")),
        "method": _words(data.get("method")),
        "body_site": _words(data.get("bodySite")),
        "members": references(data.get("hasMember")),
        "derived_from": references(data.get("derivedFrom")),
        "based_on": references(data.get("basedOn")),
        "replaces": references([e.get("valueReference") for e in extensions(data, REPLACES)]),
    }


def _components(data: Mapping[str, Any]) -> tuple[Finding, ...]:
    found = tuple(_finding(item) for item in dicts(data.get("component")))
    return tuple(f for f in found if f.code or f.value)


def _finding(item: Mapping[str, Any]) -> Finding:
    return Finding(
        code=concept(item.get("code")),
        value=value_of(item),
        absent=absent_of(item),
        absent_text=_absent_text(item),
        ranges=list_ranges(item.get("referenceRange")),
        interpretations=list_interpretations(item.get("interpretation")),
    )


def _effective(data: Mapping[str, Any]) -> When | None:
    """The first moment of effective[x]; never issued or lastUpdated, which say nothing about when it was taken."""
    lasted = period(data.get("effectivePeriod"))
    timing = next((when(e) for e in _events(data) if when(e)), None)
    direct = when(data.get("effectiveDateTime")) or when(data.get("effectiveInstant"))
    return direct or (lasted and (lasted.start or lasted.end)) or timing


def _events(data: Mapping[str, Any]) -> list[Any]:
    events = as_dict(data.get("effectiveTiming")).get("event")
    return list(events) if isinstance(events, list) else []


def _absent_text(data: Mapping[str, Any]) -> str:
    said = concept(data.get("dataAbsentReason"))
    return said.text if said else ""


def _categories(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = (concept(item) for item in dicts(data.get("category")))
    return tuple(dict.fromkeys(c.code for f in found if f for c in f.codings if c.code))


def version_of(data: Mapping[str, Any]) -> str:
    """What tells one state of a resource from the next: versionId, else lastUpdated, else ""."""
    meta = as_dict(data.get("meta"))
    version = meta.get("versionId")  # real servers send a number here, too
    return text(str(version) if isinstance(version, int) else version) or text(meta.get("lastUpdated"))


def references(value: object) -> tuple[Reference, ...]:
    """The References in a list that lead somewhere or say something."""
    return tuple(dict.fromkeys(found for item in dicts(value) if (found := reference(item))))


def _names(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.display for r in references(value) if r.display))


def _words(value: object) -> str:
    """The words of a CodeableConcept or the display of a Reference."""
    said, pointed = concept(value), reference(value)
    return said.text if said and said.text else pointed.display if pointed else ""

"""What a DiagnosticReport means (R4 10.3): which results belong together, the conclusion, and the files that came along.

It decides what of a report may be shown (a withdrawn one keeps only its name and date). It must not fetch results or files,
judge, or know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.attachment import Attachment, list_attachments
from mappings.observation import references, version_of
from mappings.reading import Concept, Reference, Span, When, as_dict, concept, dicts, period, text, when
from mappings.result_group import Group, group_of

Status = Literal[
    "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error",
    "unknown",
]  # fmt: skip
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class DiagnosticReportView:
    """One DiagnosticReport. `results` point to Observations; `files` are its presentedForm."""

    id: str
    version: str = ""
    code: Concept | None = None
    group: Group = "other"
    status: Status = "unknown"
    effective: When | None = None
    lasted: Span | None = None
    issued: When | None = None
    performers: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    specimens: tuple[str, ...] = ()
    results: tuple[Reference, ...] = ()
    studies: tuple[Reference, ...] = ()
    based_on: tuple[Reference, ...] = ()
    conclusion: str = ""
    conclusion_codes: tuple[Concept, ...] = ()
    files: tuple[Attachment, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def result_ids(self) -> tuple[str, ...]:
        """The ids of the Observations it names, contained ones left out."""
        return tuple(dict.fromkeys(r.id for r in self.results if r.id and not r.contained and r.type in ("", "Observation")))


def to_view(data: Mapping[str, Any]) -> DiagnosticReportView | None:
    """The view of one DiagnosticReport; None for what cannot be shown."""
    if text(as_dict(data).get("resourceType")) != "DiagnosticReport":
        return None
    status = status_of(data.get("status"))
    told = _head(data) if status == "entered-in-error" else _head(data) | _body(data)
    if told["code"] is None and not any(told.get(part) for part in ("results", "conclusion", "files")):
        return None
    return DiagnosticReportView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def status_of(sent: object) -> Status:
    """The status, "unknown" for one R4 has not got."""
    plain = text(sent).casefold()
    return plain if plain in STATUSES else "unknown"  # type: ignore[return-value]


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    lasted = period(data.get("effectivePeriod"))
    return {
        "code": concept(data.get("code")),
        "group": group_of(data),
        "effective": when(data.get("effectiveDateTime")) or (lasted and (lasted.start or lasted.end)),
        "lasted": lasted,
        "issued": when(data.get("issued")),
    }


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    codes = (concept(item) for item in dicts(data.get("conclusionCode")))
    return {
        "performers": _names(data.get("performer")),
        "interpreters": _names(data.get("resultsInterpreter")),
        "specimens": _names(data.get("specimen")),
        "results": references(data.get("result")),
        "studies": references(data.get("imagingStudy")),
        "based_on": references(data.get("basedOn")),
        "conclusion": text(data.get("conclusion")),
        "conclusion_codes": tuple(dict.fromkeys(c for c in codes if c)),
        "files": list_attachments(data.get("presentedForm")),
    }


def _names(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.display for r in references(value) if r.display))

"""Which harmless searches show what a server does with a type, and what their answers say.

It decides the sample values (never a real person's) and how a status reads. It must not know which features need what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from fhirportal.upstream.capabilities import Capabilities
from fhirportal.upstream.doctor.asking import Reply

Tried = Literal["accepted", "refused", "ignored", "guarded", "untried"]
Can = Literal["tried", "stated", "no", "unknown"]
NOBODY = "fhirportal-check"  # an id no patient has
_STATUS = {
    "Appointment": "booked",
    "Observation": "final",
    "DiagnosticReport": "final",
    "MedicationDispense": "completed",
    "Encounter": "finished",
    "Invoice": "issued",
    "Slot": "free",
}
_CATEGORY = {
    "Observation": "laboratory",
    "DiagnosticReport": "LAB",
    "Condition": "problem-list-item",
    "CarePlan": "assess-plan",
}
_SORT = {
    "Appointment": "date",
    "Observation": "-date",
    "DiagnosticReport": "-date",
    "MedicationRequest": "-authoredon",
    "MedicationDispense": "-whenhandedover",
    "Encounter": "-date",
    "Invoice": "-date",
    "ExplanationOfBenefit": "-created",
    "Slot": "start",
}
_DATES = frozenset({"date", "period", "created", "authoredon", "whenhandedover", "effective", "occurrence", "start"})
_REFERENCES = {
    "account": "Account",
    "actor": "Practitioner",
    "coverage": "Coverage",
    "prescription": "MedicationRequest",
    "practitioner": "Practitioner",
    "result": "Observation",
    "schedule": "Schedule",
}
_PLAIN = {"intent": "order", "active": "true", "clinical-status": "active", "code": "http://loinc.org|718-7", "_count": "1"}


@dataclass(frozen=True)
class Wanted:
    """What the portal may ask of one type: `bind` names the patient ("" where none is named)."""

    type: str
    interactions: frozenset[str]
    bind: str
    params: tuple[str, ...]
    includes: tuple[str, ...] = ()

    @property
    def searched(self) -> bool:
        return "search" in self.interactions

    @property
    def names(self) -> tuple[str, ...]:
        """All search parameters, the patient's first."""
        return (*((self.bind,) if self.bind else ()), *self.params)


@dataclass(frozen=True)
class Seen:
    """One type as statement and trial show it: `base` the search by patient (or the plain one), `params` each further one."""

    wanted: Wanted
    declared: bool | None
    base: Reply | None = None
    params: Mapping[str, Tried] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    @property
    def tried(self) -> Tried:
        return "untried" if self.base is None else read_status(self.base)


def search_url(base: str, wanted: Wanted, patient: str, param: str = "") -> str:
    """A search for one entry at most; by `patient` (an id, "" for none) where the type has one, and by `param`."""
    pairs = [(wanted.bind, patient)] if wanted.bind and patient else []
    if param and param not in ("_count", wanted.bind):
        pairs.append((param, sample(wanted, param)))
    return f"{base}/{quote(wanted.type)}?{urlencode([*pairs, ('_count', '1')])}"


def sample(wanted: Wanted, param: str) -> str:
    """A value this parameter takes."""
    if param == "status":
        return _STATUS.get(wanted.type, "active")
    if param == "category":
        return _CATEGORY.get(wanted.type, "laboratory")
    if param == "_sort":
        return _SORT.get(wanted.type, "_id")
    if param == "_include":
        return wanted.includes[0]
    if param in _DATES:
        return "ge1900-01-01"
    return _PLAIN.get(param) or (f"{_REFERENCES[param]}/{NOBODY}" if param in _REFERENCES else NOBODY)


def read_status(reply: Reply, param: str = "") -> Tried:
    """What an answer says about the question itself; a search that is answered but not listed as asked was ignored."""
    if reply.status in (401, 403):
        return "guarded"
    body = reply.json if reply.status == 200 else None
    if body is not None and body.get("resourceType") in ("Bundle", "Patient"):
        return "ignored" if param and _left_out(body, param) else "accepted"
    return "untried" if reply.status in (0, 429) or reply.status in (502, 503, 504) else "refused"


def can_search(capabilities: Capabilities, seen: Seen, param: str = "") -> Can:
    """Whether a search works, tried or only stated. `param` "" is the search by patient (or the plain one)."""
    wanted = seen.wanted
    tried = seen.params.get(param, "untried") if param and param != wanted.bind else seen.tried
    if tried == "accepted":
        return "tried"
    if tried in ("refused", "ignored"):
        return "no"
    if not capabilities.known:
        return "unknown"
    name = param or wanted.bind
    said = capabilities.searchable(wanted.type, name) if name else capabilities.supports(wanted.type, "search-type")
    return "stated" if said else "no"


def _left_out(bundle: Mapping[str, Any], param: str) -> bool:
    """Whether the self link, which must list what was used (FHIR R4 3.1.1.1), lacks the parameter."""
    links = bundle.get("link")
    found = links if isinstance(links, list) else []
    own = [str(link.get("url")) for link in found if isinstance(link, Mapping) and link.get("relation") == "self"]
    asked = [url for url in own if "?" in url]
    return bool(asked) and param not in ("_count", "_sort", "_include") and all(param not in url for url in asked)

"""A hospital in memory: real FHIR dicts behind the real Reader, with the searches the results pages use. For tests only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fhirportal.access.viewer import Authority, Kind, Origin, Viewer
from fhirportal.errors import NotFound, PortalError, UpstreamError
from fhirportal.records.reader import Reader

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
Resource = dict[str, Any]

VIEWER = Viewer(
    hospital="alder", fhir_base="https://ehr.example/fhir", patient="p1", kind=Kind.SELF, origin=Origin.EHR_LAUNCH,
    actor="Patient/p1", account_id="acc", session_id="ses", handle="h", authority=Authority("user-token", "t"),
    scopes=frozenset({"patient/*.rs"}), expires_at=NOW + timedelta(hours=1),
)  # fmt: skip


@dataclass
class Answer:
    """What a search answers."""

    resources: Sequence[Resource]
    included: Sequence[Resource] = ()
    partial: bool = False


@dataclass
class MemoryHospital:
    """Gateway and audit log in one. `down` holds types that do not answer, `refused` parameter sets that fail."""

    resources: list[Resource]
    down: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    needs_category: bool = False
    ignores: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    asked: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)

    def reader(self, **changes: Any) -> Reader:
        return Reader(replace(VIEWER, **changes), self, self, NOW, 1e9, "req")

    def write(self, rows: Sequence[Any]) -> None:
        self.rows += rows

    def offers(self, type_: str, interaction: str) -> bool:
        return type_ not in self.absent

    def map_(self, calls: Sequence[Any], deadline: float) -> list[Any]:
        return [self._caught(call) for call in calls]

    def fetch_resource(self, ask: Any, authority: Any, deadline: float, request_id: str) -> Resource:
        if ask.type in self.down:
            raise UpstreamError("down")
        for resource in self.resources:
            if resource["resourceType"] == ask.type and resource.get("id") == ask.id:
                return resource
        raise NotFound("absent")

    def fetch_binary(self, url: str, authority: Any, deadline: float, request_id: str) -> tuple[str, bytes]:
        if url not in self.files:
            raise NotFound("no such binary")
        return "application/pdf", self.files[url]

    def search(self, ask: Any, authority: Any, deadline: float, request_id: str, limit: int) -> Answer:
        self.asked.append((ask.type, ask.params))
        if ask.type in self.down:
            raise UpstreamError("down")
        wanted = [(name, value) for name, value in ask.params if name not in self.ignores]
        if self.needs_category and ask.type == "Observation" and not {"category", "code", "_id"} & {n for n, _ in wanted}:
            raise UpstreamError("a category is needed")
        found = [r for r in self.resources if r["resourceType"] == ask.type and all(_fits(r, n, v) for n, v in wanted)]
        if ("_sort", "-date") in wanted:
            found.sort(key=lambda r: r.get("effectiveDateTime", ""), reverse=True)
        named = (
            {ref["reference"] for r in found for ref in r.get("result", ())}
            if ("_include", "DiagnosticReport:result") in wanted
            else ()
        )
        along = [r for r in self.resources if f"{r['resourceType']}/{r.get('id')}" in named]
        return Answer(found[:limit], along, partial=len(found) > limit)

    @staticmethod
    def _caught(call: Any) -> Any:
        try:
            return call()
        except PortalError as problem:
            return problem


def _fits(resource: Mapping[str, Any], name: str, value: str) -> bool:
    plain = [re.sub(r"\\(.)", r"\1", v) for v in re.split(r"(?<!\\),", value)]
    if name == "patient":
        own = {f"Patient/{v.split('/')[-1]}" for v in plain}
        actors = {p.get("actor", {}).get("reference") for p in resource.get("participant", ())}
        return bool(own & (actors | {resource.get("subject", {}).get("reference")}))
    if name == "category":
        return bool({c.get("code") for item in resource.get("category", ()) for c in item.get("coding", ())} & set(plain))
    if name == "code":
        return bool({f"{c.get('system')}|{c['code']}" for c in resource["code"].get("coding", ())} & set(plain))
    if name == "_id":
        return resource.get("id") in plain
    if name == "result":
        return bool({r["reference"] for r in resource.get("result", ())} & set(plain))
    if name == "date":
        day = resource.get("effectiveDateTime", "")[:10]
        return bool(day) and (day >= value[2:] if value.startswith("ge") else day <= value[2:])
    return True


def observation(id_: str, day: str = "2026-11-17", value: float | None = 5, *, test: str = "2345-7", name: str = "Glucose",
                category: str = "laboratory", **more: Any) -> Resource:  # fmt: skip
    """One laboratory result of patient p1; None in `more` takes a part away."""
    made = {
        "resourceType": "Observation",
        "id": id_,
        "meta": {"versionId": "1"},
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}] if category else None,
        "code": {"text": name, "coding": [{"system": LOINC, "code": test}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": f"{day}T09:00:00Z" if day else None,
        "valueQuantity": {"value": value, "unit": "mmol/L"} if value is not None else None,
    }
    return {k: v for k, v in (made | more).items() if v is not None}


def report(id_: str, results: Sequence[str], day: str = "2026-11-17", *, section: str = "LAB", **more: Any) -> Resource:
    """One report of patient p1 that names results."""
    made = {
        "resourceType": "DiagnosticReport",
        "id": id_,
        "meta": {"versionId": "1"},
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": section}]}],
        "code": {"text": "Diabetes blood test"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": f"{day}T09:00:00Z" if day else None,
        "result": [{"reference": f"Observation/{r}"} for r in results],
    }
    return {k: v for k, v in (made | more).items() if v is not None}

"""A hospital in memory that searches visits as R4 says: by date of start, status and id, sorted, with what they point to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from memory_hospital import NOW, Answer, MemoryHospital

from fhirportal.errors import UpstreamError

PATIENT = {"actor": {"reference": "Patient/p1"}, "status": "accepted"}
INCLUDED = {"Appointment:location": "Location", "Appointment:practitioner": "Practitioner"}


@dataclass
class VisitHospital(MemoryHospital):
    """`refuses` holds parameters that it answers with an error; `include` whether it sends what was asked along."""

    refuses: tuple[str, ...] = ()
    include: bool = True

    def search(self, ask: Any, authority: Any, deadline: float, request_id: str, limit: int) -> Answer:
        self.asked.append((ask.type, ask.params))
        if ask.type in self.down or any(name in self.refuses for name, _ in ask.params):
            raise UpstreamError("down")
        wanted = [(name, value) for name, value in ask.params if name not in self.ignores]
        found = [r for r in self.resources if r["resourceType"] == ask.type and all(_fits(r, n, v) for n, v in wanted)]
        if ("_sort", "date") in wanted or ("_sort", "-date") in wanted:
            found.sort(key=lambda r: r.get("start", ""), reverse=("_sort", "-date") in wanted)
        types = {INCLUDED[v] for n, v in wanted if n == "_include" and v in INCLUDED} if self.include else set()
        pointed = {p.get("actor", {}).get("reference") for r in found[:limit] for p in r.get("participant", ())}
        along = [r for r in self.resources if r["resourceType"] in types and f"{r['resourceType']}/{r.get('id')}" in pointed]
        return Answer(found[:limit], along, partial=len(found) > limit)


def _fits(resource: Mapping[str, Any], name: str, value: str) -> bool:
    plain = [re.sub(r"\\(.)", r"\1", v) for v in re.split(r"(?<!\\),", value)]
    if name == "patient":
        actors = [p.get("actor", {}).get("reference") for p in resource.get("participant", ())]
        return f"Patient/{plain[0]}" in (*actors, resource.get("subject", {}).get("reference"))
    if name == "_id":
        return resource.get("id") in plain
    if name == "status":
        return resource.get("status") in plain
    if name == "date":
        start = resource.get("start") or resource.get("period", {}).get("start") or ""
        bound = value[2:]
        compared = {"ge": start[:10] >= bound, "le": start[:10] <= bound, "lt": start[:19] + "Z" < bound}
        return bool(start) and compared[value[:2]]
    return True


def visit(id_: str, days: float, status: str = "booked", **more: Any) -> dict[str, Any]:
    """A visit of half an hour, so many days from NOW, of patient p1; None in `more` takes a part away."""
    start = NOW + timedelta(days=days)
    made = {
        "resourceType": "Appointment",
        "id": id_,
        "status": status,
        "start": stamp(start),
        "end": stamp(start + timedelta(minutes=30)),
        "participant": [PATIENT],
    }
    return {k: v for k, v in (made | more).items() if v is not None}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def with_actor(reference: str | None, display: str = "", **more: Any) -> list[dict[str, Any]]:
    """Participants: the patient and one actor."""
    actor = ({"reference": reference} if reference else {}) | ({"display": display} if display else {})
    return [PATIENT, {"actor": actor, "status": "accepted"} | more]

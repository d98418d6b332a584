"""What goes out: searchset Bundles, and resources cut down by _summary and _elements (R4 3.1.1.4, 3.1.1.5.8 and .9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fhirportal.sandbox.fhir.json_text import dumps
from fhirportal.sandbox.fhir.outcome import BadRequest
from fhirportal.sandbox.fhir.store import Stored

ALWAYS = ("resourceType", "id", "meta")
MANDATORY = ("status", "subject", "patient", "code", "intent", "class", "participant", "beneficiary", "payor")
SUMMARY = {
    *ALWAYS, *MANDATORY, "identifier", "name", "active", "gender", "birthDate", "category", "type", "date", "start", "end",
    "effectiveDateTime", "effectivePeriod", "issued", "valueQuantity", "description", "period",
}  # fmt: skip
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
SUMMARIES = ("true", "false", "text", "data", "count")


def parse_summary(params: Mapping[str, str]) -> str:
    """Raises BadRequest."""
    summary = params.get("_summary", "false")
    if summary not in SUMMARIES:
        raise BadRequest(f"_summary takes one of {', '.join(SUMMARIES)}")
    return summary


def shaped(stored: Stored, summary: str, elements: Sequence[str]) -> str:
    """The resource's JSON text as asked for."""
    if summary in ("false", "count") and not elements:
        return stored.text
    resource = stored.resource
    if elements:
        kept = {k: v for k, v in resource.items() if k in (*ALWAYS, *MANDATORY, *elements)}
    elif summary == "true":
        kept = {k: v for k, v in resource.items() if k in SUMMARY}
    elif summary == "text":
        kept = {k: v for k, v in resource.items() if k in (*ALWAYS, *MANDATORY, "text")}
    else:
        kept = {k: v for k, v in resource.items() if k != "text"}
    meta = kept.get("meta") or {}
    return dumps({**kept, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}})


def entry(base: str, stored: Stored, mode: str, text: str) -> str:
    full = dumps(f"{base}/{stored.type}/{stored.id}")
    return f'{{"fullUrl":{full},"resource":{text},"search":{{"mode":"{mode}"}}}}'


def searchset(links: Sequence[tuple[str, str]], entries: Sequence[str], total: int | None) -> str:
    """A searchset as text: the resources go out as they were stored, digit for digit."""
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links]
    body = dumps(head)[:-1]
    return f'{body},"entry":[{",".join(entries)}]}}' if entries else body + "}"

"""What goes out: searchset Bundles, and resources cut down by _summary and _elements (R4 3.1.1.4, 3.1.1.5.8 and .9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fhirportal.sandbox.fhir.json_text import dumps
from fhirportal.sandbox.fhir.outcome import BadRequest
from fhirportal.sandbox.fhir.resource_types import required_elements, summary_elements
from fhirportal.sandbox.fhir.store import Stored

SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
SUMMARIES = ("true", "false", "text", "data", "count")


def parse_summary(params: Mapping[str, str]) -> str:
    """Raises BadRequest."""
    summary = params.get("_summary", "false")
    if summary not in SUMMARIES:
        raise BadRequest(f"_summary takes one of {', '.join(SUMMARIES)}")
    return summary


def parse_elements(params: Mapping[str, str]) -> list[str]:
    return [name.strip() for name in params.get("_elements", "").split(",") if name.strip()]


def shaped(stored: Stored, summary: str, elements: Sequence[str]) -> str:
    """The resource's JSON text as asked for. What was cut says so by the tag SUBSETTED."""
    if summary in ("false", "count") and not elements:
        return stored.text
    resource = stored.resource
    if summary == "data":
        kept = {k: v for k, v in resource.items() if k != "text"}
    else:
        wanted = required_elements(stored.type) | _asked_for(stored.type, summary, elements)
        kept = {k: v for k, v in resource.items() if k.removeprefix("_") in wanted}
    meta = kept.get("meta") or {}
    return dumps({**kept, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}})


def _asked_for(type_: str, summary: str, elements: Sequence[str]) -> frozenset[str]:
    if elements:
        return frozenset(elements)
    return summary_elements(type_) if summary == "true" else frozenset({"text"})


def address(base: str, type_: str, id_: str) -> str:
    """The absolute URL of a resource; an id is any text and takes no part in the path's structure."""
    return f"{base}/{type_}/{quote(id_, safe='')}"


def entry(base: str, stored: Stored, mode: str, text: str) -> str:
    full = dumps(address(base, stored.type, stored.id))
    return f'{{"fullUrl":{full},"resource":{text},"search":{{"mode":"{mode}"}}}}'


def searchset(links: Sequence[tuple[str, str]], entries: Sequence[str], total: int | None) -> str:
    """A searchset as text: the resources go out as they were stored, digit for digit."""
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links]
    body = dumps(head)[:-1]
    return f'{body},"entry":[{",".join(entries)}]}}' if entries else body + "}"

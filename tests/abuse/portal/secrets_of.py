"""What would show that somebody's record has leaked: their ids, names, numbers, values with units, moments, words."""

from collections.abc import Iterable, Iterator, Mapping

import requests

from fhirportal.access.rules import table
from tests.e2e.living_demo import Demo
from tests.e2e.page_check import Page

SHORTEST = 5


def record_of(demo: Demo, patient: str, hospital: str = "alder") -> list[dict]:
    """Every resource of one patient that the portal may read, asked of the hospital itself."""
    base = next(h["fhir"] for h in demo.hospitals if h["slug"] == hospital)
    demo.control(hospital, enforce_tokens=False)
    try:
        found = [_get(f"{base}/Patient/{patient}")]
        for rule in table().values():
            if rule.bind:
                bundle = _get(f"{base}/{rule.type}?{rule.bind}={patient}&_count=500")
                found += [entry["resource"] for entry in bundle.get("entry", ())]
    finally:
        demo.control(hospital, enforce_tokens=True)
    return found


def _get(address: str) -> dict:
    answer = requests.get(address, timeout=20)
    assert answer.ok, answer.text
    return answer.json()


def secrets_of(mine: Iterable[Mapping], others: Iterable[Mapping]) -> set[str]:
    """The strings of one record that no other of these records holds."""
    theirs = {text for resource in others for text in _strings(resource)}
    return {text for resource in mine for text in _strings(resource)} - theirs


def _strings(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        if "value" in value and "unit" in value:
            yield f"{value['value']} {value['unit']}"
        for name, inner in value.items():
            if name not in ("resourceType", "system", "meta", "url", "div"):
                yield from _strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, str):
        yield from _telling(value, key)


def _telling(text: str, key: str) -> Iterator[str]:
    """A name's words and whole texts; of a reference the id. Addresses, and words that a page may well say, tell nothing."""
    text = text.rsplit("/", 1)[-1] if key == "reference" else text
    if key in ("given", "family") or (
        SHORTEST <= len(text) <= 300
        and not text.startswith(("http:", "https:", "urn:"))
        and not (text.isalpha() and text.islower())
    ):
        yield text


def leaks(answer: requests.Response, secrets: Iterable[str], known: str = "") -> list[str]:
    """Which secrets stand in an answer, headers and body. What the reader typed (`known`, the address) is no secret."""
    text = f"{answer.headers} {answer.content.decode('utf-8', 'replace')}"
    words = Page(answer.text).words if "html" in answer.headers.get("Content-Type", "") else ""
    shown = f"{text} {words}".replace("\u00a0", " ").casefold()
    return sorted(s for s in secrets if s.casefold() in shown and s.casefold() not in known.casefold())

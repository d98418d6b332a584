"""Loading what others exported: bundles, single resources, ndjson, gzipped or not, whole folders. Takes what it can, and says
what it refused and why.

Ids are kept as sent; within one base the first resource of an id stays and the others are named. References by `urn:uuid:`
or by a bundle's fullUrl become `Type/id`.
"""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhirportal.sandbox.fhir.json_text import loads
from fhirportal.sandbox.fhir.store import Store

ENDINGS = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
MOST_BYTES = 512 * 1024 * 1024
BATCH = 500
Progress = Callable[[int, int], None]


@dataclass
class LoadReport:
    """What a load did: counts, the "Type/id" that came twice, and (where, why) for what was refused."""

    files: int = 0
    loaded: int = 0
    collisions: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def load(store: Store, paths: Iterable[Path], progress: Progress | None = None) -> LoadReport:
    """Loads files and folders; `progress(done, total)` counts files. Raises FileNotFoundError for a path that is not there."""
    files = [file for path in paths for file in _files(path)]
    report, seen, waiting = LoadReport(), set[tuple[str, str]](), []
    for n, file in enumerate(files):
        report.files += 1
        for where, resource in _resources(file, report):
            key = (resource["resourceType"], resource["id"])
            if key in seen:
                report.collisions.append("/".join(key))
                continue
            if problem := _problem(resource):
                report.refused.append((where, problem))
                continue
            seen.add(key)
            waiting.append(resource)
        if len(waiting) >= BATCH or n == len(files) - 1:
            report.loaded += store.put_all(waiting)
            waiting.clear()
        if progress is not None:
            progress(n + 1, len(files))
    return report


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (p for p in sorted(path.rglob("*")) if p.is_file() and p.name.endswith(ENDINGS))
    elif path.is_file():
        yield path
    else:
        raise FileNotFoundError(f"there is no file or folder {path}")


def _resources(file: Path, report: LoadReport) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, resource) with an id for everything in the file."""
    for where, document in _documents(file, report):
        if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
            report.refused.append((where, "not a FHIR resource"))
        elif document["resourceType"] == "Bundle":
            yield from _unbundled(where, document, report)
        else:
            yield where, _with_id(document)


def _documents(file: Path, report: LoadReport) -> Iterator[tuple[str, Any]]:
    name = file.name
    try:
        data = _bytes(file)
        if ".ndjson" in name:
            lines = [line for line in data.decode("utf-8-sig").splitlines() if line.strip()]
            for n, line in enumerate(lines, 1):
                yield from _parsed(f"{name} line {n}", line, report)
        else:
            yield from _parsed(name, data.decode("utf-8-sig"), report)
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        report.refused.append((name, f"cannot be read: {type(problem).__name__}"))


def _bytes(file: Path) -> bytes:
    if not file.name.endswith(".gz"):
        return file.read_bytes()
    with gzip.open(file) as unpacked:
        data = unpacked.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError("larger than a sandbox takes")
    return data


def _parsed(where: str, text: str, report: LoadReport) -> Iterator[tuple[str, Any]]:
    try:
        yield where, loads(text)
    except ValueError:
        report.refused.append((where, "not JSON"))


def _unbundled(where: str, bundle: Mapping[str, Any], report: LoadReport) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = [e for e in bundle.get("entry") or () if isinstance(e, Mapping)]
    found, names = [], {}
    for n, entry in enumerate(entries, 1):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            report.refused.append((f"{where} entry {n}", "no resource in it"))
            continue
        if resource["resourceType"] == "OperationOutcome":
            continue
        made = _with_id(resource, str(entry.get("fullUrl") or ""))
        found.append((f"{where} entry {n}", made))
        if isinstance(full := entry.get("fullUrl"), str):
            names[full] = f"{made['resourceType']}/{made['id']}"
    yield from ((at, renamed(resource, names)) for at, resource in found)


def _with_id(resource: dict[str, Any], full_url: str = "") -> dict[str, Any]:
    if isinstance(resource.get("id"), str) and resource["id"]:
        return resource
    id_ = full_url.removeprefix("urn:uuid:") if full_url.startswith("urn:uuid:") else str(uuid.uuid4())
    return {**resource, "id": id_}


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A copy in which every reference or url that is a key of `names` is its value."""
    if isinstance(value, dict):
        return {
            k: names[v] if k in ("reference", "url", "uri") and isinstance(v, str) and v in names else renamed(v, names)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [renamed(v, names) for v in value]
    return value


def _problem(resource: Mapping[str, Any]) -> str:
    if "/" in resource["id"] or not resource["resourceType"][:1].isupper():
        return "an id or type that cannot stand in an address"
    return ""

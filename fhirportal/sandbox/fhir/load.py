"""Loading what others exported: bundles, single resources, ndjson, gzipped or not, whole folders. Takes what it can, and says
what it refused and why.

Ids are kept as sent; within one base the first resource of an id stays and the others are named. References by `urn:uuid:`
or by a bundle's fullUrl become `Type/id`, and so do conditional ones (`Practitioner?identifier=...`) once all is loaded.
"""

from __future__ import annotations

import gzip
import re
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fhirportal.sandbox.fhir.json_text import loads
from fhirportal.sandbox.fhir.outcome import FhirProblem
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.resource_types import is_type
from fhirportal.sandbox.fhir.store import Store

ENDINGS = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
MOST_BYTES = 512 * 1024 * 1024
BATCH = 500
Progress = Callable[[int, int], None]
_CONDITION = re.compile(r"([A-Z]\w{1,63})\?(.+)", re.ASCII)
_LINES = re.compile(r"\.(ndjson|jsonl)(\.gz)?$")


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
    loading = _Loading(store)
    for n, (file, name) in enumerate(files, 1):
        loading.report.files += 1
        for where, resource in _resources(file, name, loading.report):
            loading.take(where, resource)
        if progress is not None:
            progress(n, len(files))
    loading.finish()
    return loading.report


class _Loading:
    """What one load knows so far."""

    def __init__(self, store: Store) -> None:
        self.report = LoadReport()
        self._store = store
        self._seen: set[tuple[str, str]] = set()
        self._waiting: list[dict[str, Any]] = []
        self._conditional: list[tuple[str, str]] = []

    def take(self, where: str, resource: dict[str, Any]) -> None:
        key = (str(resource["resourceType"]), str(resource["id"]))
        if problem := _problem(key[1]):
            self.report.refused.append((where, problem))
        elif key in self._seen or self._store.find(*key) is not None:
            self.report.collisions.append("/".join(key))
        else:
            self._seen.add(key)
            self._waiting.append(resource)
            if any(_CONDITION.fullmatch(reference) for reference in _references(resource)):
                self._conditional.append(key)
        if len(self._waiting) >= BATCH:
            self._store_waiting()

    def finish(self) -> None:
        """Stores the rest, and points conditional references to what they ask for, now that everything is there."""
        self._store_waiting()
        with self._store.transaction():
            for key in self._conditional:
                resource = self._store.find(*key)
                names = {asked: found for asked in _references(resource) if (found := self._find_asked(asked))}
                if resource is not None and names:
                    self._store.update(renamed(resource, names))

    def _store_waiting(self) -> None:
        self.report.loaded += self._store.put_all(self._waiting)
        self._waiting.clear()

    def _find_asked(self, reference: str) -> str | None:
        asked = _CONDITION.fullmatch(reference)
        if asked is None:
            return None
        try:
            search = parse_search(asked[1], parse_qsl(asked[2]), self._store.base)
        except FhirProblem:
            return None
        found = matching_ids(self._store, search) if search.clauses and not search.unknown else []
        return f"{asked[1]}/{found[0]}" if len(found) == 1 else None


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from _references(inner)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """(file, the name it goes by in the report)."""
    if path.is_dir():
        inside = (p for p in sorted(path.rglob("*")) if p.is_file() and p.name.lower().endswith(ENDINGS))
        yield from ((p, str(p.relative_to(path))) for p in inside)
    elif path.is_file():
        yield path, path.name
    else:
        raise FileNotFoundError(f"there is no file or folder {path}")


def _resources(file: Path, name: str, report: LoadReport) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, resource) with an id for everything in the file."""
    for where, document in _documents(file, name, report):
        if not isinstance(document, dict) or not is_type(document.get("resourceType")):
            report.refused.append((where, "not a FHIR resource"))
        elif document["resourceType"] == "Bundle":
            yield from _unbundled(where, document, report)
        else:
            yield where, _with_id(document)


def _documents(file: Path, name: str, report: LoadReport) -> Iterator[tuple[str, Any]]:
    try:
        text = _bytes(file).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        report.refused.append((name, f"cannot be read: {type(problem).__name__}"))
        return
    if _LINES.search(file.name.lower()) is None:
        yield from _parsed(name, text, report)
        return
    for n, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield from _parsed(f"{name} line {n}", line, report)


def _bytes(file: Path) -> bytes:
    """Raises OSError, also for what is larger than a sandbox takes, EOFError, zlib.error."""
    with file.open("rb") as opened:
        packed = opened.read(2) == b"\x1f\x8b"
    with gzip.open(file) if packed else file.open("rb") as unpacked:
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
    entries = bundle.get("entry")
    found, names = [], {}
    for n, entry in enumerate(entries if isinstance(entries, list) else (), 1):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, dict) or not is_type(resource.get("resourceType")):
            report.refused.append((f"{where} entry {n}", "no FHIR resource in it"))
            continue
        if resource["resourceType"] == "OperationOutcome":
            report.refused.append((f"{where} entry {n}", "an OperationOutcome tells of a search and is no record"))
            continue
        made = _with_id(resource, str(entry.get("fullUrl") or ""))
        found.append((f"{where} entry {n}", made))
        if isinstance(full := entry.get("fullUrl"), str):
            names[full] = f"{made['resourceType']}/{made['id']}"
    yield from ((at, renamed(resource, names)) for at, resource in found)


def _with_id(resource: dict[str, Any], full_url: str = "") -> dict[str, Any]:
    id_ = resource.get("id")
    if isinstance(id_, str) and id_:
        return resource
    if isinstance(id_, int) and not isinstance(id_, bool):
        return {**resource, "id": str(id_)}
    return {**resource, "id": full_url.removeprefix("urn:uuid:") if full_url.startswith("urn:uuid:") else str(uuid.uuid4())}


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


def _problem(id_: str) -> str:
    if "/" in id_ or id_ in (".", "..") or id_ in ("_search", "_history"):
        return "an id that cannot stand in an address"
    return ""

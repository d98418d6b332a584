"""The shared FHIR data, folder by folder as hospitals of their own: its patients open the portal and follow every link.

A sample of each folder in every run, all of them where FHIRPORTAL_TEST_FULL is set.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.living_demo import SHARED, Demo, full_run
from tests.e2e.page_check import Page

pytestmark = [
    pytest.mark.xdist_group("demo-shared"),
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared FHIR data is not beside this repository"),
    pytest.mark.timeout(3600 if full_run() else 600),
]
FOLDERS = sorted(p.name for p in SHARED.iterdir() if p.is_dir()) if SHARED.is_dir() else []
SAMPLE, EACH = 2, (None if full_run() else 3)


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory):
    """A demo with every folder loaded."""
    folder = tmp_path_factory.mktemp("shared")
    demo = Demo(folder, "--load", *(str(SHARED / name) for name in FOLDERS), seconds=300)
    yield demo
    assert demo.close() == 0, demo.output()


def patients(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if value.get("resourceType") == "Patient":
            yield value
        for part in (*(value.get("entry") or ()), *(value.get("parameter") or ())):
            yield from patients(part.get("resource") if isinstance(part, dict) else None)


def read(path: Path) -> object:
    with gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
        return json.load(file)


def kind_of(patient: dict) -> tuple[bool, ...]:
    """What makes a patient unusual: died, no name, no day of birth, an id that is more than letters and digits."""
    return (
        any(patient.get(f"deceased{kind}") for kind in ("Boolean", "DateTime")),
        not patient.get("name"),
        len(patient.get("birthDate") or "") != 10,
        not patient["id"].replace("-", "").isalnum(),
    )


def sample(folder: str, known: set[str]) -> list[str]:
    """The keys to walk: all of them, or a few by hash and one of every unusual kind."""
    if full_run():
        return sorted(known)
    chosen = sorted(known, key=lambda key: hashlib.sha256(key.encode()).digest())[:SAMPLE]
    kinds = set()
    for path in sorted((SHARED / folder).rglob("*.json*")):
        for patient in patients(read(path)):
            if patient.get("id") in known and any(kind := kind_of(patient)) and kind not in kinds:
                kinds.add(kind)
                chosen.append(patient["id"])
    return list(dict.fromkeys(chosen))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_patient_of_a_folder_walks_every_page(hospitals, folder):
    known = {p["key"] for p in hospitals.people if p["hospital"] == folder}
    if not known:
        pytest.skip("nobody to be in this folder: no R4 patient")
    troubles = []
    for key in sample(folder, known):
        person = hospitals.person(key, hospital=folder)
        try:
            person.walk(EACH)
        except AssertionError as problem:
            troubles.append(f"{key}: {problem}")
        person.close()
    assert not troubles, "\n".join(troubles)


def test_nobody_of_another_folder_stands_on_a_page(hospitals):
    """One key in two hospitals is two people."""
    keys = [p["key"] for p in hospitals.people]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    for key in twice[:2]:
        names = {}
        for p in hospitals.people:
            if p["key"] == key:
                person = hospitals.person(key, hospital=p["hospital"])
                names[p["hospital"]] = Page(person.get("profile")).title
        assert len(set(names.values())) == len(names), names

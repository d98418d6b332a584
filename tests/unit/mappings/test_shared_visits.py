"""Every appointment, slot, schedule, place, role, service and encounter of the shared FHIR data becomes a view."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mappings import appointment, encounter, healthcare_service, location, practitioner_role, schedule, slot

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
READERS = {
    "Appointment": (appointment.to_view, 23),
    "Encounter": (encounter.to_view, 401),
    "HealthcareService": (healthcare_service.to_view, 1),
    "Location": (location.to_view, 19),
    "PractitionerRole": (practitioner_role.to_view, 19),
    "Schedule": (schedule.to_view, 12),
    "Slot": (slot.to_view, 23),
}


def resources(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if value.get("resourceType") in READERS:
            yield value
        for part in value.values():
            yield from resources(part)
    elif isinstance(value, list):
        for part in value:
            yield from resources(part)


@pytest.fixture(scope="module")
def everything() -> list[dict]:
    found = []
    for path in sorted(DATA.rglob("*.json*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            source = file.read()
        if any(f'"{type_}"' in source for type_ in READERS):
            found += resources(json.loads(source, parse_float=Decimal))
    return found


@pytest.mark.parametrize("type_", READERS)
def test_each_becomes_a_view(everything, type_):
    read, least = READERS[type_]
    sent = [r for r in everything if r["resourceType"] == type_]
    assert len(sent) >= least
    assert all(read(r) is not None for r in sent)


def test_times_are_the_same_moments(everything):
    for sent in (r for r in everything if r["resourceType"] == "Appointment"):
        view = appointment.to_view(sent)
        assert (view.start is None) is ("start" not in sent)
        assert view.start is None or view.start.start.utcoffset() is not None

"""Golden pairs of visits and what belongs to them: each fixture and the view it must become. Run as a script, it writes the views
anew."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mappings import appointment, encounter, healthcare_service, location, practitioner_role, schedule, slot

ROOT = Path(__file__).resolve().parents[3] / "fixtures" / "fhir"
READERS = {
    "appointment": appointment.to_view,
    "encounter": encounter.to_view,
    "healthcare_service": healthcare_service.to_view,
    "location": location.to_view,
    "practitioner_role": practitioner_role.to_view,
    "schedule": schedule.to_view,
    "slot": slot.to_view,
}
DERIVED = {
    "AppointmentView": ("withdrawn", "called_off", "named", "waits_for_patient", "cancelled_by", "also"),
    "EncounterView": ("took_place",),
    "SlotView": ("free",),
}
CASES = [p for kind in READERS for p in sorted((ROOT / kind).glob("*.json")) if not p.name.endswith(".view.json")]


def plain(value: object) -> object:
    """A view as JSON: empty parts left out, what is derived beside what was read."""
    if is_dataclass(value):
        name = type(value).__name__
        told = {f.name: getattr(value, f.name) for f in fields(value)}
        told |= {prop: getattr(value, prop) for prop in DERIVED.get(name, ())}
        return {"is": name} | {k: plain(v) for k, v in told.items() if v not in ("", None, ())}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, datetime) else value


def view_of(path: Path) -> object:
    return plain(READERS[path.parent.name](json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)))


def golden(path: Path) -> Path:
    return path.with_suffix(".view.json")


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_fixture_becomes_its_view(path):
    assert view_of(path) == json.loads(golden(path).read_text(encoding="utf-8"))


def test_every_type_has_some():
    assert {c.parent.name for c in CASES} == set(READERS)


if __name__ == "__main__":
    for case in CASES:
        golden(case).write_text(json.dumps(view_of(case), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

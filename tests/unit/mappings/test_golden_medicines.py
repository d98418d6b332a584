"""Golden pairs of medicines and allergies: each fixture and the view it must become. Run as a script, it writes the views anew."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from mappings import allergy_intolerance, medication_dispense, medication_request, medication_statement

ROOT = Path(__file__).resolve().parents[3] / "fixtures" / "fhir"
READERS = {
    "medication_request": medication_request.to_view,
    "medication_dispense": medication_dispense.to_view,
    "medication_statement": medication_statement.to_view,
    "allergy_intolerance": allergy_intolerance.to_view,
}
DERIVED = {
    "MedicationRequestView": ("state", "withdrawn"),
    "MedicationDispenseView": ("supplied", "withdrawn"),
    "MedicationStatementView": ("state", "withdrawn"),
    "Medicine": ("keys", "says_none"),
    "AllergyView": ("counts", "grave", "withdrawn"),
}
KEPT = ("whole", "counts")
CASES = [p for kind in READERS for p in sorted((ROOT / kind).glob("*.json")) if not p.name.endswith(".view.json")]


def plain(value: object) -> object:
    """A view as JSON: exact decimals as words, empty parts left out, what is derived beside what was read."""
    if is_dataclass(value):
        name = type(value).__name__
        told = {f.name: getattr(value, f.name) for f in fields(value)}
        told |= {prop: getattr(value, prop) for prop in DERIVED.get(name, ())}
        return {"is": name} | {k: plain(v) for k, v in told.items() if k in KEPT or v not in ("", None, (), False)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


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

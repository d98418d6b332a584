"""Every medicine and allergy of the shared FHIR data becomes a view with a name or a code, and its dose keeps every digit."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from fhirportal.words import translator
from fhirportal.words.dosage import say_dosage
from mappings import allergy_intolerance, condition, medication, medication_dispense, medication_request, medication_statement

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
READERS = {
    "MedicationRequest": (medication_request.to_view, 157),
    "MedicationDispense": (medication_dispense.to_view, 32),
    "MedicationStatement": (medication_statement.to_view, 14),
    "Medication": (medication.to_view, 70),
    "AllergyIntolerance": (allergy_intolerance.to_view, 45),
    "Condition": (condition.to_view, 130),
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
    assert [r.get("id") for r in sent if read(r) is None and "code" in r] == []


def test_a_prescription_is_never_without_words_on_how_to_take_it(everything):
    for sent in (r for r in everything if r["resourceType"] == "MedicationRequest"):
        view = medication_request.to_view(sent)
        for tag in ("en", "es", "ar"):
            for said in (say_dosage(d, translator(tag)) for d in view.dosages):
                assert said.how or said.ask or said.extra or said.parts
        texts = [d["text"].strip() for d in sent.get("dosageInstruction", ()) if d.get("text")]
        if not view.withdrawn:
            assert set(texts) == {d.text for d in view.dosages if d.text}


def test_amounts_stand_exactly_as_sent(everything):
    for sent in (r for r in everything if r["resourceType"] == "MedicationRequest" and r["status"] != "entered-in-error"):
        doses = [
            str(d["doseAndRate"][0]["doseQuantity"]["value"])
            for d in sent.get("dosageInstruction", ())
            if "value" in (d.get("doseAndRate") or [{}])[0].get("doseQuantity", {})
        ]
        read = [str(d.dose.value) for d in medication_request.to_view(sent).dosages if d.dose and hasattr(d.dose, "value")]
        assert set(read) == set(doses)

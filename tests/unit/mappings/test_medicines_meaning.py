"""What medicines mean: nothing a hospital sends breaks the reading, and no end is promised that nobody sent."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import allergy_intolerance, medication_dispense, medication_request, medication_statement

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"
READERS = {
    "MedicationRequest": medication_request.to_view,
    "MedicationDispense": medication_dispense.to_view,
    "MedicationStatement": medication_statement.to_view,
    "AllergyIntolerance": allergy_intolerance.to_view,
}
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["active", "2026-12-08", "#m", "BID", "d"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "reference",
                    "text",
                    "coding",
                    "code",
                    "timing",
                    "repeat",
                    "frequency",
                    "period",
                    "periodUnit",
                    "value",
                    "unit",
                    "id",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)
elements = st.sampled_from(
    ["id", "status", "intent", "medicationCodeableConcept", "medicationReference", "contained", "dosageInstruction", "dosage", "meta",
     "dispenseRequest", "daysSupply", "whenHandedOver", "quantity", "reasonCode", "requester", "code", "reaction", "clinicalStatus"]
)  # fmt: skip


@given(st.dictionaries(elements, json_value), st.sampled_from(sorted(READERS)))
def test_no_json_breaks_the_reading(body, type_):
    READERS[type_]({**body, "resourceType": type_})


@pytest.mark.parametrize("type_", READERS)
@pytest.mark.parametrize("value", [None, [], "x", 7, {}, {"resourceType": "Patient", "id": "a"}])
def test_what_is_no_medicine_is_none(type_, value):
    assert READERS[type_](value) is None


def dispense(**more):
    sound = {"resourceType": "MedicationDispense", "id": "s", "status": "completed", "whenHandedOver": "2026-11-02"}
    return medication_dispense.to_view({**sound, "daysSupply": {"value": 28, "code": "d"}, **more})


def test_a_supply_lasts_from_the_day_it_was_handed_over():
    assert dispense().lasts_until.day.isoformat() == "2026-11-30"


@pytest.mark.parametrize(
    "changes",
    [
        {"daysSupply": None},
        {"daysSupply": {"value": 4, "code": "wk"}},
        {"daysSupply": {"value": 28, "comparator": ">", "code": "d"}},
        {"daysSupply": {"value": 0, "code": "d"}},
        {"daysSupply": {"value": -3, "code": "d"}},
        {"daysSupply": {"value": 10**9, "code": "d"}},
        {"daysSupply": {"value": Decimal("1.5"), "code": "d"}},
        {"whenHandedOver": None},
        {"whenHandedOver": "2026-11"},
        {"status": "in-progress"},
    ],
)
def test_no_end_is_promised_without_both(changes):
    assert dispense(**changes).lasts_until is None


def test_a_withdrawn_prescription_keeps_its_name_alone():
    view = medication_request.to_view(
        {"resourceType": "MedicationRequest", "id": "m", "status": "entered-in-error",
         "medicationCodeableConcept": {"text": "X"}, "dosageInstruction": [{"text": "1 a day"}]}
    )  # fmt: skip
    assert view.medicine.text == "X" and not view.dosages and view.withdrawn


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
@pytest.mark.parametrize(
    ("type_", "least"), [("MedicationRequest", 157), ("MedicationDispense", 30), ("MedicationStatement", 15)]
)
def test_every_one_of_the_shared_data_becomes_a_view(type_, least):
    found = [r for path in sorted(DATA.rglob("*.json*")) for r in _inside(path, type_)]
    assert len(found) >= least
    unread = [r["id"] for r in found if READERS[type_](r) is None and r.get("status") != "entered-in-error"]
    assert not unread


def _inside(path, type_):
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
        source = file.read()
    return _resources(json.loads(source, parse_float=Decimal), type_) if f'"{type_}"' in source else ()


def _resources(value, type_):
    if isinstance(value, dict):
        if value.get("resourceType") == type_:
            yield value
        for part in value.values():
            yield from _resources(part, type_)
    elif isinstance(value, list):
        for part in value:
            yield from _resources(part, type_)

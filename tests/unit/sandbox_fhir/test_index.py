"""From a resource to its index rows: every kind of element, and nothing that can break it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhirportal.sandbox.fhir import index
from fhirportal.sandbox.fhir.json_text import DEEPEST, dumps, loads
from fhirportal.sandbox.fhir.parameters import TABLE, find_parameter
from fhirportal.sandbox.fhir.resource_types import TYPES, find_model

BASE = "https://ehr.example/fhir"


def found(resource, p):
    return {(row.v, row.s) for row in index.rows(resource, BASE) if row.p == p}


def test_tokens_of_every_shape():
    patient = {
        "resourceType": "Patient",
        "active": True,
        "gender": "female ",
        "identifier": [{"system": "urn:mrn", "value": "7"}, {"value": "8"}],
        "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "a@b.example"}],
        "deceasedDateTime": "2020",
    }
    assert found(patient, "active") == {("true", "")}
    assert found(patient, "gender") == {("female", "")}
    assert found(patient, "identifier") == {("7", "urn:mrn"), ("8", "")}
    assert found(patient, "phone") == {("555", "phone")} and found(patient, "email") == {("a@b.example", "email")}
    assert found(patient, "deceased") == {("true", "")}
    assert found({"resourceType": "Patient", "deceasedBoolean": False}, "deceased") == {("false", "")}
    assert found({"resourceType": "Patient"}, "deceased") == {("false", "")}


def test_references_of_every_spelling_are_one():
    spellings = ["Patient/1", f"{BASE}/Patient/1", "Patient/1/_history/3", f"{BASE}/Patient/1/_history/3"]
    rows = [found({"resourceType": "Observation", "subject": {"reference": s}}, "patient") for s in spellings]
    assert rows == [{("Patient/1", "1")}] * 4
    assert found({"resourceType": "Observation", "subject": {"reference": "Group/1"}}, "patient") == set()
    assert found({"resourceType": "Observation", "subject": {"reference": "#p"}}, "subject") == set()


def test_a_quantity_with_a_comparator_reaches_on():
    value = {"value": Decimal("5.4"), "comparator": "<", "unit": "mg", "code": "mg"}
    rows = [r for r in index.rows({"resourceType": "Observation", "valueQuantity": value}, BASE) if r.p == "value-quantity"]
    assert [(r.v, r.lo, r.hi) for r in rows] == [("mg", -index.EXTREME, 5.4)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["reference", "value", "system", "code", "coding", "text", "start", "end", "event", "repeat", "boundsPeriod", "actor",
         "type", "identifier", "low", "family", "given", "unit", "comparator", "currency"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["Patient", "Observation", "Appointment", "MedicationRequest", "Invoice", "QuestionnaireResponse"]),
    st.data(),
)
def test_no_resource_breaks_the_index(type_, data):
    tops = sorted({path.split(".")[0].split("(")[0].replace("[x]", "Quantity").rstrip("?")
                   for p in TABLE[type_].values() for path in p.paths})  # fmt: skip
    resource = data.draw(st.dictionaries(st.sampled_from(tops), json_values, max_size=5))
    list(index.rows({**resource, "resourceType": type_}, BASE))


def test_a_number_too_large_for_anybody_is_left_out():
    huge = {"resourceType": "Observation", "valueQuantity": {"value": 10**400}}
    assert not [r for r in index.rows(huge, BASE) if r.p == "value-quantity"]


@pytest.mark.parametrize("type_", sorted(TABLE))
def test_every_path_begins_at_an_element_of_its_type(type_):
    model = find_model(type_)
    names = {field.alias or name for name, field in model.model_fields.items()}
    for parameter in TABLE[type_].values():
        for path in parameter.paths:
            top = path.split(".")[0].split("(")[0].rstrip("?")
            known = any(n.startswith(top[:-3]) for n in names) if top.endswith("[x]") else top in names
            assert known, f"{type_}.{parameter.name}: no element {top}"
    assert find_parameter(type_, "_lastUpdated") is not None and type_ in TYPES


decimals = st.from_regex(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9}([eE][+-]?[0-9]{1,2})?|[eE][+-]?[0-9]{1,2})", fullmatch=True)


@given(decimals)
def test_decimals_keep_every_digit(text):
    assert dumps(loads(f'{{"value":{text}}}')) == f'{{"value":{text}}}'


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i))
)
def test_what_is_written_is_read_again(value):
    assert loads(dumps(value)) == value == json.loads(dumps(value))


@pytest.mark.parametrize(
    "text",
    ["NaN", '{"a":Infinity}', "", "{", "[" * 100_000, "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), '"\\ud800"', '{"\\udc00":1}'],
)
def test_what_is_no_json_for_us_is_a_value_error(text):
    with pytest.raises(ValueError):
        loads(text)


def test_a_whole_surrogate_pair_is_a_letter():
    assert loads('"\\ud83d\\ude00"') == "😀"

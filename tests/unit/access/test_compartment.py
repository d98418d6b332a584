"""Whose a resource is: every spelling of a reference, and everything that is not exactly this patient."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.access.compartment import Bound, owned, patient_of, references, trimmed
from fhirportal.access.rules import table

BASE = "https://ehr.example/fhir"
BOUND = Bound(BASE, "a1")
OWN = ["Patient/a1", "Patient/a1/_history/3", f"{BASE}/Patient/a1", f"{BASE}/Patient/a1/_history/3", " Patient/a1 "]
FOREIGN = [
    "Patient/b1",
    "Patient/A1",
    "Patient/a1x",
    "Patient/",
    "Patient/a1/Observation/x",
    f"{BASE}/Patient/b1",
    "https://evil.example/fhir/Patient/a1",
    "http://ehr.example/fhir/Patient/a1",
    "https://ehr.example/fhir2/Patient/a1",
    f"{BASE}/../fhir/Patient/a1",
]
UNREADABLE = ["#a1", "urn:uuid:a1", "Group/a1", "", "a1", "patient/a1", "Patient?identifier=1"]


def observation(reference, **more):
    return {"resourceType": "Observation", "id": "o1", "subject": {"reference": reference}, **more}


@pytest.mark.parametrize("reference", OWN)
def test_every_spelling_of_the_patient_is_known(reference):
    assert owned(observation(reference), table()["Observation"], BOUND)


@pytest.mark.parametrize("reference", FOREIGN + UNREADABLE + [None, 7, ["Patient/a1"]])
def test_anything_else_is_somebody_elses(reference):
    assert not owned(observation(reference), table()["Observation"], BOUND)


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        "Patient/a1",
        {"display": "A"},
        {"type": "Patient", "identifier": {"value": "a1"}},
        [{"reference": "Patient/b1"}],
    ],
)
def test_a_subject_that_names_nobody_is_nobodys(subject):
    assert not owned({"resourceType": "Observation", "id": "o1", "subject": subject}, table()["Observation"], BOUND)


def test_an_account_of_two_patients_belongs_to_neither_alone():
    both = [{"reference": "Patient/a1"}, {"reference": "Patient/b1"}]
    assert not owned({"resourceType": "Account", "id": "x", "subject": both}, table()["Account"], BOUND)
    assert owned({"resourceType": "Account", "id": "x", "subject": both[:1]}, table()["Account"], BOUND)


def test_a_shared_appointment_loses_the_other_patient_and_stays():
    rule = table()["Appointment"]
    participants = [
        {"actor": {"reference": "Patient/a1"}},
        {"actor": {"reference": "Patient/b1", "display": "Bea B"}},
        {"actor": {"reference": "Practitioner/p1"}},
    ]
    seen = trimmed({"resourceType": "Appointment", "id": "v", "participant": participants}, rule, BOUND)
    assert seen["participant"] == [participants[0], participants[2]]
    assert owned(seen, rule, BOUND)


def test_a_coverage_loses_the_parent_who_pays():
    coverage = {
        "resourceType": "Coverage",
        "beneficiary": {"reference": "Patient/a1"},
        "subscriber": {"reference": "Patient/b1"},
        "payor": [{"reference": "Patient/b1"}, {"reference": "Organization/o1"}],
    }
    seen = trimmed(coverage, table()["Coverage"], BOUND)
    assert "subscriber" not in seen and seen["payor"] == [{"reference": "Organization/o1"}]
    assert coverage["subscriber"], "the resource that came is left as it was"


def test_a_directory_entry_that_points_to_a_patient_stays_out():
    schedule = {"resourceType": "Schedule", "id": "s", "actor": [{"reference": "Patient/b1"}]}
    assert not owned(schedule, table()["Schedule"], BOUND)
    assert owned({**schedule, "actor": [{"reference": "Practitioner/p1"}]}, table()["Schedule"], BOUND)


def test_patient_link_is_never_followed():
    linked = {
        "resourceType": "Patient",
        "id": "old",
        "link": [{"other": {"reference": "Patient/a1"}, "type": "replaced-by"}],
    }
    assert not owned(linked, table()["Patient"], BOUND)


def test_another_type_under_the_same_question_is_refused():
    assert not owned({"resourceType": "Patient", "id": "a1"}, table()["Observation"], BOUND)


@given(st.text())
def test_only_the_exact_id_is_the_patient(text):
    named = patient_of(f"Patient/{text}", BASE)
    assert (named == "a1") == (
        text.strip().split("#")[0].split("?")[0].split("/")[0] == "a1" and BOUND.names(f"Patient/{text}")
    )


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["Patient/a1", "Patient/b1", "reference"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reference", "actor", "subject", "type", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.sampled_from(sorted(table())),
    st.dictionaries(st.sampled_from(["subject", "patient", "participant", "actor", "payor"]), json),
)
def test_no_shape_of_json_breaks_the_check_or_lets_b_through(type_, body):
    resource = {"id": "x1", **body, "resourceType": type_}
    rule = table()[type_]
    seen = trimmed(resource, rule, BOUND)
    if owned(seen, rule, BOUND) and not rule.in_compartment:
        assert not [r for r in references(seen) if r.get("reference") == "Patient/b1"]

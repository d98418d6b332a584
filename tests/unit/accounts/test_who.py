"""The whole table of "Who is here"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.access.viewer import Kind
from fhirportal.accounts.who import UNREAD, Vouched, Who, decide_who, read_vouched
from fhirportal.settings import Client, Hospital
from smart_launch.client.id_token import FhirUser

BASE = "https://ehr.example/fhir"
NAMES_P1 = Vouched(True, frozenset({"p1"}))
NAMES_OTHER = Vouched(True, frozenset({"p2"}))


def hospital(**changes):
    return Hospital(slug="a", name="A", fhir_base=BASE, client=Client(client_id="c"), **changes)


PLAIN = hospital()
DEMO = hospital(relatives="unsafe-without-age-rules")
PREVIEW = hospital(clinician_preview=True)
ONLY_PATIENTS = hospital(launches_patients_only=True)
EVERYTHING = hospital(relatives="unsafe-without-age-rules", clinician_preview=True, launches_patients_only=True)


def user(reference):
    return FhirUser(*reference.split("/")) if reference else None


@pytest.mark.parametrize(
    ("where", "claim", "vouched", "expected"),
    [
        (PLAIN, "Patient/p1", UNREAD, Who(Kind.SELF, "Patient/p1")),
        (PLAIN, "Patient/p2", UNREAD, Who(Kind.UNKNOWN, "Patient/p2")),
        (EVERYTHING, "Patient/p2", UNREAD, Who(Kind.UNKNOWN, "Patient/p2")),
        (PLAIN, "Person/x", NAMES_P1, Who(Kind.SELF, "Person/x")),
        (PLAIN, "Person/x", NAMES_OTHER, Who(None, "Person/x", "relatives-off")),
        (PLAIN, "Person/x", UNREAD, Who(None, "Person/x", "relatives-off")),
        (DEMO, "Person/x", NAMES_OTHER, Who(Kind.TRUSTED, "Person/x")),
        (DEMO, "Person/x", UNREAD, Who(Kind.TRUSTED, "Person/x")),
        (PLAIN, "RelatedPerson/r", NAMES_P1, Who(None, "RelatedPerson/r", "relatives-off")),
        (DEMO, "RelatedPerson/r", NAMES_P1, Who(Kind.TRUSTED, "RelatedPerson/r")),
        (DEMO, "RelatedPerson/r", UNREAD, Who(Kind.TRUSTED, "RelatedPerson/r")),
        (DEMO, "RelatedPerson/r", NAMES_OTHER, Who(None, "RelatedPerson/r", "relative-of-another")),
        (DEMO, "RelatedPerson/r", Vouched(True), Who(None, "RelatedPerson/r", "relative-of-another")),
        (PLAIN, "Practitioner/d", UNREAD, Who(None, "Practitioner/d", "clinician")),
        (PLAIN, "PractitionerRole/d", UNREAD, Who(None, "PractitionerRole/d", "clinician")),
        (PREVIEW, "Practitioner/d", UNREAD, Who(Kind.PREVIEW, "Practitioner/d")),
        (PREVIEW, "PractitionerRole/d", UNREAD, Who(Kind.PREVIEW, "PractitionerRole/d")),
        (ONLY_PATIENTS, "Practitioner/d", UNREAD, Who(None, "Practitioner/d", "clinician")),
        (PLAIN, None, UNREAD, Who(Kind.UNKNOWN)),
        (DEMO, None, UNREAD, Who(Kind.UNKNOWN)),
        (ONLY_PATIENTS, None, UNREAD, Who(Kind.SELF, "Patient/p1")),
        (PLAIN, "Device/v", UNREAD, Who(Kind.UNKNOWN, "Device/v")),
    ],
)
def test_the_table(where, claim, vouched, expected):
    assert decide_who("p1", user(claim), vouched, where) == expected


@pytest.mark.parametrize("claim", [None, "Patient/p1", "Person/x", "RelatedPerson/r", "Practitioner/d"])
@pytest.mark.parametrize("patient", [None, ""])
def test_no_patient_in_context_is_refused_whoever_it_is(claim, patient):
    assert decide_who(patient, user(claim), NAMES_P1, EVERYTHING) == Who(None, refused="no-patient")


@given(
    st.sampled_from(["Patient", "Person", "RelatedPerson", "Practitioner", "PractitionerRole", "Device"]),
    st.sampled_from(["p1", "p2"]),
    st.booleans(),
    st.sets(st.sampled_from(["p1", "p2"])),
    st.sampled_from([PLAIN, DEMO, PREVIEW, ONLY_PATIENTS, EVERYTHING]),
)
def test_nobody_is_self_without_being_named(type_, id_, readable, patients, where):
    found = decide_who("p1", FhirUser(type_, id_), Vouched(readable, frozenset(patients)), where)
    assert (found.kind is None) == bool(found.refused)
    if found.kind is Kind.SELF:
        assert (type_ == "Patient" and id_ == "p1") or (type_ == "Person" and "p1" in patients)
    if found.kind is Kind.TRUSTED:
        assert where.relatives != "off"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"link": [{"target": {"reference": "Patient/p1"}}]}, {"p1"}),
        ({"link": [{"target": {"reference": f"{BASE}/Patient/p1"}}, {"target": {"reference": "Practitioner/p1"}}]}, {"p1"}),
        ({"link": [{"target": {"reference": "https://evil.example/fhir/Patient/p1"}}]}, set()),
        ({"link": [{"target": {"reference": "#p1"}}, {"target": {"display": "Patient/p1"}}, 7, None]}, set()),
        ({"link": "Patient/p1"}, set()),
        ({"active": False, "link": [{"target": {"reference": "Patient/p1"}}]}, set()),
        ({"id": "y", "link": [{"target": {"reference": "Patient/p1"}}]}, set()),
        ({"resourceType": "Patient", "link": [{"target": {"reference": "Patient/p1"}}]}, set()),
    ],
)
def test_what_a_person_resource_vouches_for(resource, expected):
    sent = {"resourceType": "Person", "id": "x"} | resource
    assert read_vouched(sent, FhirUser("Person", "x"), BASE) == Vouched(True, frozenset(expected))


def test_a_related_person_vouches_for_its_one_patient():
    sent = {"resourceType": "RelatedPerson", "id": "r", "patient": {"reference": "Patient/p1"}, "link": []}
    assert read_vouched(sent, FhirUser("RelatedPerson", "r"), BASE) == NAMES_P1

"""decide() as a full table, and the check of what comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import NOW, A, with_scopes

from fhirportal.access.policy import Interaction, decide
from fhirportal.access.rules import table
from fhirportal.access.viewer import Authority
from fhirportal.errors import BadInput, NotAllowed, NotFound, PortalError

BINDING = [(name, rule.bind) for name, rule in table().items() if rule.bind]


@pytest.mark.parametrize(("type_", "bind"), BINDING)
def test_every_search_of_the_compartment_is_bound_to_the_patient(type_, bind):
    decision = decide(A, Interaction("search", type_))
    assert decision.params == ((bind, "a1"),)


@pytest.mark.parametrize(
    "type_", ["Person", "AuditEvent", "Task", "Binary", "patient", "", "Observation/_history", "../Patient"]
)
@pytest.mark.parametrize("kind", ["read", "search"])
def test_a_type_without_a_row_is_denied(type_, kind):
    with pytest.raises(NotAllowed):
        decide(A, Interaction(kind, type_, "x" if kind == "read" else None))


@pytest.mark.parametrize(
    "param",
    [
        ("patient", "b1"),
        ("patient", "a1"),
        ("subject", "Patient/b1"),
        ("subject:Patient", "b1"),
        ("patient.identifier", "1"),
        ("_has:Observation:patient:code", "x"),
        ("_filter", "x"),
        ("_revinclude", "*"),
        ("_include", "*"),
        ("_include", "Observation:subject"),
        ("_include:iterate", "Observation:performer"),
        ("code:in", "x"),
        ("_summary", "count"),
        ("_elements", "id"),
        ("_total", "accurate"),
        ("Code", "x"),
    ],
)
def test_parameters_outside_the_row_are_refused(param):
    with pytest.raises(BadInput):
        decide(A, Interaction("search", "Observation", params=(param,)))


def test_a_patient_reads_only_the_own_patient():
    assert decide(A, Interaction("read", "Patient", "a1")).id == "a1"
    with pytest.raises(NotFound):
        decide(A, Interaction("read", "Patient", "b1"))
    with pytest.raises(NotAllowed):
        decide(A, Interaction("search", "Patient"))


def test_what_the_sign_in_left_out_is_named_as_such():
    with pytest.raises(NotAllowed) as refused:
        decide(with_scopes("patient/Patient.rs"), Interaction("search", "Observation"))
    assert refused.value.code == "not-shared"


@pytest.mark.parametrize(("scope", "kind", "may"), [
    ("patient/Observation.r", "read", True),
    ("patient/Observation.r", "search", False),
    ("patient/Observation.s", "search", True),
    ("patient/Observation.read", "search", True),
    ("patient/*.cud", "read", False),
    ("patient/*.write", "search", False),
    ("user/*.rs", "search", True),
])  # fmt: skip
def test_scopes_decide(scope, kind, may):
    wanted = Interaction(kind, "Observation", "x" if kind == "read" else None)
    if may:
        decide(with_scopes(scope), wanted)
    else:
        with pytest.raises(NotAllowed):
            decide(with_scopes(scope), wanted)


def test_the_answer_to_a_read_must_be_what_was_asked():
    decision = decide(A, Interaction("read", "Observation", "o1"))
    own = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/a1"}}
    assert decision.check(own, NOW) == own
    assert decision.check({**own, "id": "o2"}, NOW) is None
    assert decision.check({**own, "subject": {"reference": "Patient/b1"}}, NOW) is None
    assert decision.check({**own, "resourceType": "Condition"}, NOW) is None


def test_nothing_is_shown_after_the_viewer_has_ended():
    decision = decide(A, Interaction("search", "Observation"))
    own = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/a1"}}
    assert decision.check(own, A.expires_at + timedelta(seconds=1)) is None


def test_ab44_no_other_authority_reads_without_a_written_release_policy():
    system = replace(A, authority=Authority("backend-services", "x"))
    own = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/a1"}}
    assert decide(system, Interaction("search", "Observation")).check(own, NOW) is None


def test_included_resources_pass_the_row_of_their_own_type():
    decision = decide(A, Interaction("search", "Appointment"))
    practitioner = {"resourceType": "Practitioner", "id": "p1"}
    assert decision.check_included(practitioner, NOW) == practitioner
    assert decision.check_included({"resourceType": "Patient", "id": "b1"}, NOW) is None
    assert decision.check_included({"resourceType": "AuditEvent", "id": "x"}, NOW) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_made_up_parameter_reaches_the_hospital(name, value):
    try:
        decision = decide(A, Interaction("search", "Observation", params=((name, value),)))
    except PortalError:
        return
    assert name in table()["Observation"].parameters
    assert dict(decision.params)["patient"] == "a1"

"""What prescriptions, supplies, statements and allergies mean: states, names, days; and that nothing sent can break them."""

from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import allergy_intolerance, condition, medication, medication_dispense, medication_request, medication_statement
from mappings.dosage import list_dosages
from mappings.timing import timing

DUBLIN = ZoneInfo("Europe/Dublin")
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
READERS = {
    "MedicationRequest": medication_request.to_view,
    "MedicationDispense": medication_dispense.to_view,
    "MedicationStatement": medication_statement.to_view,
    "Medication": medication.to_view,
    "AllergyIntolerance": allergy_intolerance.to_view,
    "Condition": condition.to_view,
}
NAMES = (
    "status", "intent", "medicationCodeableConcept", "medicationReference", "contained", "dosageInstruction", "dosage", "timing",
    "repeat", "doseAndRate", "doseQuantity", "value", "period", "frequency", "periodUnit", "timeOfDay", "code", "coding", "text",
    "reference", "daysSupply", "whenHandedOver", "doNotPerform", "verificationStatus", "reaction", "manifestation", "ingredient",
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([Decimal("1.5"), Decimal("NaN"), 2.5, float("inf"), "2026-01-01", "active"]),
    st.text(max_size=8),
    st.just("#a"),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)),
    max_leaves=10,
)


def request(**more):
    made = {"resourceType": "MedicationRequest", "id": "r", "status": "active", "intent": "order"}
    return medication_request.to_view(made | {"medicationCodeableConcept": {"text": "Ramipril"}} | more)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))
def test_any_shape_is_read_or_refused_never_an_exception(type_, data):
    READERS[type_]({**data, "resourceType": type_})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_dosage_and_timing_is_read(data):
    hash(list_dosages(data))
    timing(data)


@pytest.mark.parametrize("type_", READERS)
@pytest.mark.parametrize("value", [None, [], "x", 7, {}, {"resourceType": "Patient", "id": "a"}])
def test_what_is_no_medicine_is_none(type_, value):
    assert READERS[type_](value) is None


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({}, "current"),
        ({"intent": "reflex-order"}, "current"),
        ({"intent": "nonsense"}, "current"),
        ({"intent": "proposal"}, "planned"),
        ({"intent": "option"}, "planned"),
        ({"intent": "plan"}, "planned"),
        ({"intent": "plan", "reportedBoolean": True}, "current"),
        ({"status": "draft"}, "planned"),
        ({"status": "on-hold"}, "paused"),
        ({"status": "unknown"}, "unclear"),
        ({"status": "no-such-status"}, "unclear"),
        ({"status": "completed"}, "stopped"),
        ({"status": "cancelled"}, "stopped"),
        ({"doNotPerform": True}, "avoid"),
        ({"doNotPerform": "true"}, "avoid"),
        ({"doNotPerform": True, "status": "draft"}, "avoid"),
        ({"doNotPerform": True, "status": "completed"}, "stopped"),
        ({"doNotPerform": True, "status": "entered-in-error"}, "withdrawn"),
    ],
)
def test_status_intent_and_do_not_perform_make_one_state(sent, state):
    assert request(**sent).state == state


def test_what_was_withdrawn_keeps_its_name_and_nothing_to_do():
    view = request(status="entered-in-error", dosageInstruction=[{"text": "twice"}], reasonCode=[{"text": "pain"}])
    assert (view.medicine.name, view.dosages, view.reasons) == ("Ramipril", (), ())


def test_a_modifier_nobody_understands_is_marked():
    assert not request(modifierExtension=[{"url": "x"}]).whole
    (dosage,) = request(dosageInstruction=[{"text": "one", "modifierExtension": [{"url": "x"}]}]).dosages
    assert not dosage.whole


def test_codes_that_name_nothing_or_a_class_make_nothing_the_same():
    absent = {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}
    group = {"system": "http://www.whocc.no/atc", "code": "C09AA"}
    exact = {"system": "http://www.whocc.no/atc", "code": "C09AA05"}
    view = request(medicationCodeableConcept={"coding": [absent, group, exact]})
    assert view.medicine.keys == (("http://www.whocc.no/atc", "C09AA05"),)


def test_a_medication_marked_as_a_mistake_lends_no_name():
    known = {"Medication/m": {"resourceType": "Medication", "status": "entered-in-error", "code": {"text": "Wrong"}}}
    sent = {"resourceType": "MedicationRequest", "id": "r", "medicationReference": {"reference": "Medication/m"}}
    assert medication_request.to_view(sent, known).medicine.name == ""


def test_the_same_reading_of_numbers_as_sent():
    (dosage,) = list_dosages([{"doseAndRate": [{"doseQuantity": {"value": Decimal("0.50"), "unit": "mg"}}]}])
    assert str(dosage.dose.value) == "0.50"


def dispense(**more):
    made = {"resourceType": "MedicationDispense", "id": "s", "status": "completed", "medicationCodeableConcept": {"text": "R"}}
    return medication_dispense.to_view(made | {"daysSupply": {"value": 28, "unit": "d"}} | more)


def test_a_supply_lasts_its_days_from_the_sites_day():
    late = dispense(whenHandedOver="2026-07-01T23:30:00Z")
    assert late.last_day(DUBLIN) == date(2026, 7, 30)  # it was half past midnight on 2 July at the hospital
    assert late.last_day(UTC) == date(2026, 7, 29)
    assert dispense(whenPrepared="2026-07-01").last_day(DUBLIN) == date(2026, 7, 29)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"whenHandedOver": "2026-07"},
        {"whenHandedOver": "2026-07-01", "daysSupply": None},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": 4, "unit": "weeks"}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": 28, "comparator": "<", "unit": "d"}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": Decimal("27.5"), "unit": "d"}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": 4, "code": "wk"}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": 0}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": -3}},
        {"whenHandedOver": "2026-07-01", "daysSupply": {"value": 10**9}},
        {"whenHandedOver": "2026-07-01", "status": "declined"},
        {"whenPrepared": "2026-07-01", "status": "in-progress"},
        {"whenHandedOver": "2026-07-01", "status": "entered-in-error"},
        {"whenHandedOver": "9999-12-29"},
    ],
)
def test_nothing_is_promised_from_less(sent):
    assert dispense(**sent).last_day(DUBLIN) is None


@pytest.mark.parametrize(
    ("type_", "said_by"),
    [("Patient", "patient"), ("RelatedPerson", "relative"), ("PractitionerRole", "clinician"), ("Device", "unknown")],
)
def test_who_said_so(type_, said_by):
    sent = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "Iron"}, "status": "active"}
    assert medication_statement.to_view(sent | {"informationSource": {"reference": f"{type_}/1"}}).said_by == said_by


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ({}, True),
        ({"clinicalStatus": {"coding": [{"code": "active"}]}}, True),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, False),
        ({"clinicalStatus": "inactive"}, False),
        ({"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}, True),
        ({"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}, False),
    ],
)
def test_an_allergy_counts_unless_it_is_over_or_was_ruled_out(status, counts):
    assert (
        allergy_intolerance.to_view({"resourceType": "AllergyIntolerance", "code": {"text": "Nuts"}, **status}).counts is counts
    )

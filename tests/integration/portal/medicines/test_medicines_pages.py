"""The pages about medicines, as a browser gets them: said plainly, nothing promised, nothing of anybody else."""

from html import unescape
from re import sub

import pytest

MINE = {"reference": "Patient/p1"}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DOWN = "We can’t reach this part just now"
PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"text": "Orla Devane"}], "birthDate": "1979-03-14"}


def rx(id_="r1", name="Metformin 500 mg tablets", code="860975", how="1 tablet with breakfast", **more):
    made = {
        "resourceType": "MedicationRequest", "id": id_, "status": "active", "intent": "order", "subject": MINE,
        "medicationCodeableConcept": {"text": name, "coding": [{"system": RXNORM, "code": code}]},
        "authoredOn": "2026-10-01", "requester": {"display": "Dr Nora Bell"}, "reasonCode": [{"text": "Diabetes"}],
        "dosageInstruction": [{"text": how}],
    }  # fmt: skip
    return made | more


def supply(day="2026-11-02", **more):
    return {
        "resourceType": "MedicationDispense", "id": "s1", "status": "completed", "subject": MINE, "whenHandedOver": day,
        "medicationCodeableConcept": rx()["medicationCodeableConcept"], "daysSupply": {"value": 28, "unit": "d"},
    } | more  # fmt: skip


def allergy(**more):
    made = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": MINE,
        "code": {"text": "Penicillin"},
        "criticality": "high",
    }
    return made | more


def words_of(response):
    main = response.get_data(as_text=True).split("<main", 1)[1].split("</main>")[0]
    return " ".join(unescape(sub(r"<[^>]+>", " ", main)).split())


def page(make_portal, *resources, path="medicines", language="en", scopes="patient/*.rs", **hospital):
    response = make_portal(PATIENT, *resources, **hospital).open(language=language, scopes=scopes).get(path)
    assert response.status_code == 200
    return words_of(response)


def test_a_row_says_all_there_is_to_say(make_portal):
    words = page(make_portal, rx(), supply(), allergy())
    for said in ("Metformin 500 mg tablets", "1 tablet with breakfast", "For: Diabetes", "Prescribed by Dr Nora Bell",
                 "Supplied Monday 2 November 2026 for 28 days", "Should last until Monday 30 November 2026",
                 "Penicillin (can be serious)"):  # fmt: skip
        assert said in words


def test_the_printed_list_carries_name_birth_date_and_phone(make_portal):
    html = unescape(make_portal(PATIENT, rx()).open().get().get_data(as_text=True))
    head = html.split('class="printhead"')[1].split("</p>")[0]
    assert all(part in head for part in ("Orla Devane", "14 March 1979", "01 555 0140", "Printed"))


def test_what_must_not_be_taken_comes_first_and_without_a_dose(make_portal):
    words = page(make_portal, rx(), rx("r2", "Ibuprofen", "5640", how="3 a day", doNotPerform=True))
    assert words.index("Do not take this") < words.index("You take now")
    assert "3 a day" not in words


def test_two_doses_of_one_medicine_are_both_there_with_a_warning(make_portal):
    words = page(make_portal, rx(), rx("r2", how="2 tablets at night"))
    assert "1 tablet with breakfast" in words and "2 tablets at night" in words
    assert "more than one way to take this" in words


def test_a_dose_in_parts_is_put_into_words(make_portal):
    parts = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}  # fmt: skip
    assert "1 tablet, 2 times a day" in page(make_portal, rx(dosageInstruction=[parts]))
    assert "1 comprimido, 2 veces al día" in page(make_portal, rx(dosageInstruction=[parts]), language="es")


def test_a_dose_nobody_can_read_is_not_half_said(make_portal):
    parts = {
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "moon"}},
        "doseAndRate": [{"doseQuantity": {"value": 1}}],
    }
    words = page(make_portal, rx(dosageInstruction=[parts]))
    assert "2 times" not in words and "Ask your pharmacist" in words
    assert "moon" in page(make_portal, rx(dosageInstruction=[parts]), path="medicines/r1")


def test_a_withdrawn_one_shows_its_name_and_no_way_to_take_it(make_portal):
    for path in ("medicines", "medicines/r1"):
        words = page(make_portal, rx(status="entered-in-error"), path=path)
        assert "Metformin" in words and "Withdrawn by the hospital" in words and "1 tablet" not in words


@pytest.mark.parametrize(
    ("hospital", "said"),
    [
        ({}, "Your hospital has sent us no medicines."),
        ({"down": {"MedicationRequest", "MedicationStatement"}}, DOWN),
        (
            {"absent": {"MedicationRequest", "MedicationStatement", "MedicationDispense"}},
            "Your hospital does not offer this here",
        ),
    ],
)
def test_nothing_to_show_says_why(make_portal, hospital, said):
    words = page(make_portal, **hospital)
    assert said in words and "Some parts of a record may be private" in words


def test_not_shared_says_so(make_portal):
    assert "This part was not shared" in page(make_portal, scopes="patient/Patient.rs")


def test_a_missing_part_is_named_and_the_rest_shown(make_portal):
    words = page(make_portal, rx(), down={"MedicationDispense"})
    assert "Metformin" in words and "We could not load: Supplies" in words


@pytest.mark.parametrize(
    ("resources", "hospital", "said"),
    [
        ((), {}, "does not have to mean that you have none"),
        ((), {"down": {"AllergyIntolerance"}}, "We could not load your allergies just now"),
        ((allergy(code={"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}),), {}, "no known allergies"),
        ((allergy(verificationStatus={"coding": [{"code": "entered-in-error"}]}),), {}, "sent us no allergies"),
    ],
)
def test_the_allergy_banner_never_says_none_by_itself(make_portal, resources, hospital, said):
    assert said in page(make_portal, rx(), *resources, **hospital)


def test_the_detail_has_its_history_and_codes_last(make_portal):
    words = page(make_portal, rx(), rx("r0", status="completed", authoredOn="2020-01-01"), supply(), path="medicines/r0")
    assert "Wednesday 1 January 2020" in words and "Finished" in words and "Thursday 1 October 2026" in words
    assert words.index("860975") > words.index("Prescriptions") and "RxNorm" in words


def test_what_was_told_and_supplied_have_pages_of_their_own(make_portal):
    told = {"resourceType": "MedicationStatement", "id": "t1", "status": "active", "subject": MINE, "informationSource": MINE,
            "medicationCodeableConcept": {"text": "Vitamin D"}}  # fmt: skip
    gel = supply(medicationCodeableConcept={"text": "Gel"})
    assert "You told us you take this" in page(make_portal, told, path="medicines/told/t1")
    assert "without a prescription here" in page(make_portal, gel, path="medicines/supplied/s1")


@pytest.mark.parametrize("path", ["medicines/none", "medicines/told/none", "medicines/supplied/none", "medicines/theirs"])
def test_what_is_not_there_or_not_theirs_is_not_found(make_portal, path):
    theirs = rx("theirs", "Secret", subject={"reference": "Patient/p2"})
    response = make_portal(PATIENT, theirs).open().get(path)
    assert response.status_code == 404 and "Secret" not in response.get_data(as_text=True)


def test_switched_off_is_not_found(make_portal):
    assert make_portal(PATIENT, setup={"features_off": frozenset({"medicines"})}).open().get().status_code == 404


def test_words_of_the_hospital_cannot_become_markup(make_portal):
    html = make_portal(PATIENT, rx(name="<script>x</script>", how="<b>1</b>")).open().get().get_data(as_text=True)
    assert "<script>x" not in html and "<b>1</b>" not in html

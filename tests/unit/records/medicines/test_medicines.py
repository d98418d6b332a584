"""Which prescriptions are one medicine and where it stands, through the real Reader over a hospital in memory."""

from dataclasses import dataclass
from typing import Any

import pytest
from memory_hospital import Answer, MemoryHospital

from fhirportal.errors import NotAllowed, NotFound, UpstreamError
from fhirportal.records.found import Source
from fhirportal.records.medicines import get_medicine, list_medicines, read_summary, summary_queries

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PATIENT = {"reference": "Patient/p1"}


@dataclass
class Pharmacy(MemoryHospital):
    """A hospital in memory that searches by type and id and brings along what was asked to be included."""

    includes: bool = True
    partial: tuple[str, ...] = ()

    def search(self, ask: Any, authority: Any, deadline: float, request_id: str, limit: int) -> Answer:
        self.asked.append((ask.type, ask.params))
        if ask.type in self.down:
            raise UpstreamError("down")
        ids = next((value.split(",") for name, value in ask.params if name == "_id"), None)
        found = [r for r in self.resources if r["resourceType"] == ask.type and (ids is None or r.get("id") in ids)]
        wanted = {value.split(":")[1] for name, value in ask.params if name == "_include"} if self.includes else set()
        named = {"medication": "medicationReference", "requester": "requester"}
        pointed = {r[named[w]]["reference"] for r in found for w in wanted if "reference" in r.get(named[w], {})}
        along = [r for r in self.resources if f"{r['resourceType']}/{r.get('id')}" in pointed]
        return Answer(found, along, partial=ask.type in self.partial)


def rx(id_, name="Metformin 500 mg tablets", code="860975", how="1 a day", at="2026-01-01", **more):
    made = {
        "resourceType": "MedicationRequest", "id": id_, "status": "active", "intent": "order", "subject": PATIENT,
        "medicationCodeableConcept": {"text": name, "coding": [{"system": RXNORM, "code": code}] if code else []},
        "authoredOn": at, "dosageInstruction": [{"text": how}] if how else [],
    }  # fmt: skip
    return {k: v for k, v in (made | more).items() if v is not None}


def supply(id_, name="Metformin 500 mg tablets", code="860975", day="2026-11-01", of="", **more):
    made = {
        "resourceType": "MedicationDispense", "id": id_, "status": "completed", "subject": PATIENT,
        "medicationCodeableConcept": {"text": name, "coding": [{"system": RXNORM, "code": code}]},
        "whenHandedOver": day, "daysSupply": {"value": 28, "unit": "d"},
        "authorizingPrescription": [{"reference": f"MedicationRequest/{of}"}] if of else [],
    }  # fmt: skip
    return made | more


def says(id_, name="Metformin 500 mg tablets", code="860975", status="active", **more):
    coding = [{"system": RXNORM, "code": code}] if code else []
    return {
        "resourceType": "MedicationStatement", "id": id_, "status": status, "subject": PATIENT, "informationSource": PATIENT,
        "medicationCodeableConcept": {"text": name, "coding": coding},
    } | more  # fmt: skip


def page_of(*resources, **hospital):
    return list_medicines(Pharmacy(list(resources), **hospital).reader())


def test_the_same_medicine_thirteen_times_is_one_row_with_thirteen_prescriptions():
    page = page_of(*(rx(f"r{n}", at=f"2026-01-{n:02}", status="active" if n == 13 else "completed") for n in range(1, 14)))
    (row,) = page.rows
    assert (row.place, len(row.prescriptions), row.prescriptions[0].view.id, len(row.ways)) == ("current", 13, "r13", 1)


def test_the_same_words_are_the_same_medicine_without_any_code():
    (row,) = page_of(rx("a", "Ramipril  5 mg", code=""), rx("b", "RAMIPRIL 5 MG", code="")).rows
    assert len(row.prescriptions) == 2


def test_names_that_are_only_alike_stay_apart():
    assert len(page_of(rx("a", "Ramipril 5 mg", "1"), rx("b", "Ramipril 10 mg", "2")).rows) == 2


def test_different_doses_are_both_shown_and_said_to_differ():
    (row,) = page_of(rx("a", how="1 a day", at="2026-01-01"), rx("b", how="2 a day", at="2026-02-01")).rows
    assert [way.dosages[0].text for way in row.ways] == ["2 a day", "1 a day"]
    assert row.differs


def test_the_same_words_over_different_amounts_differ():
    def amount(mg):
        return {"dosageInstruction": [{"text": "as directed", "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg"}}]}]}

    (row,) = page_of(rx("a", **amount(5)), rx("b", **amount(10))).rows
    assert row.differs and len(row.ways) == 2


def test_a_renewal_of_the_same_dose_does_not_differ():
    def until(day):
        timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": day}}}
        return {"dosageInstruction": [{"text": "1 a day", "timing": timing}]}

    (row,) = page_of(rx("a", **until("2026-06-01")), rx("b", **until("2026-12-01"))).rows
    assert not row.differs and len(row.ways) == 1 and len(row.prescriptions) == 2


def test_one_strength_under_a_code_for_any_strength_shows_both_names():
    (row,) = page_of(rx("a", "Amoxicillin 250 mg", "723"), rx("b", "Amoxicillin 500 mg", "723")).rows
    assert {way.name for way in row.ways} == {"Amoxicillin 250 mg", "Amoxicillin 500 mg"} and row.differs


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"status": "on-hold"}, "not-now"),
        ({"status": "draft"}, "not-now"),
        ({"status": "unknown"}, "not-now"),
        ({"intent": "proposal"}, "not-now"),
        ({"intent": "instance-order"}, "current"),
        ({"intent": "plan", "reportedBoolean": True}, "said"),
        ({"status": "stopped"}, "stopped"),
        ({"status": "completed"}, "stopped"),
        ({"status": "cancelled"}, "stopped"),
        ({"doNotPerform": True}, "avoid"),
        ({"status": "entered-in-error"}, "withdrawn"),
    ],
)
def test_where_a_prescription_stands(sent, place):
    (row,) = page_of(rx("a", **sent)).rows
    assert row.place == place


def test_what_must_not_be_taken_is_never_folded_into_what_is_taken():
    page = page_of(rx("yes"), rx("no", doNotPerform=True))
    (taken,), (avoided,) = page.at("current"), page.at("avoid")
    assert taken.avoid_too and [p.view.id for p in avoided.prescriptions] == ["no"]


def test_a_withdrawn_prescription_is_no_history_of_a_good_one():
    page = page_of(rx("good"), rx("bad", status="entered-in-error"))
    assert [len(row.prescriptions) for row in page.at("current")] == [1]
    assert [row.name for row in page.at("withdrawn")] == ["Metformin 500 mg tablets"]


def test_single_doses_of_a_ward_do_not_stand_beside_a_prescription():
    (row,) = page_of(rx("home"), rx("ward", intent="instance-order", how="1 now")).rows
    assert [p.view.id for p in row.prescriptions] == ["home"]


def test_supplies_belong_by_prescription_or_by_code():
    page = page_of(rx("r"), supply("s1", "Another name", "999", of="r"), supply("s2", day="2026-11-20"))
    (row,) = page.rows
    assert [s.view.id for s in row.supplies] == ["s2", "s1"]
    assert row.last_supply.view.id == "s2"


def test_a_withdrawn_supply_is_neither_the_last_one_nor_a_row():
    (row,) = page_of(rx("r"), supply("s1"), supply("s2", day="2026-11-20", status="entered-in-error")).rows
    assert row.last_supply.view.id == "s1"
    assert page_of(supply("s2", status="entered-in-error")).rows == ()


def test_a_supply_without_a_prescription_is_shown_as_such():
    (row,) = page_of(supply("s", "Gel", "3355")).rows
    assert (row.place, row.key) == ("supplied", ("MedicationDispense", "s"))


def test_what_somebody_told_stands_apart_unless_it_is_prescribed():
    page = page_of(rx("r"), says("t1"), says("t2", "Vitamin D", "2418"))
    assert [row.name for row in page.at("said")] == ["Vitamin D"]
    assert [t.view.id for t in page.at("current")[0].told] == ["t1"]


def test_a_prescribed_medicine_that_is_not_taken_stays_and_says_so():
    (row,) = page_of(rx("r"), says("t", status="not-taken")).rows
    assert row.place == "current" and row.told[0].view.status == "not-taken"


def test_that_no_medicine_is_taken_is_no_medicine():
    absent = {
        "coding": [{"system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "code": "no-known-medications"}]
    }
    page = page_of(says("t", medicationCodeableConcept=absent))
    assert page.rows == () and page.none_taken


@pytest.mark.parametrize("includes", [True, False])
def test_names_and_reasons_behind_references_are_found(includes):
    page = page_of(
        rx("r", medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"},
           requester={"reference": "Practitioner/d"}, reasonReference=[{"reference": "Condition/c"}, {"reference": "Condition/x"}]),
        {"resourceType": "Medication", "id": "m", "code": {"text": "Iron"}},
        {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr Grace Nolan"}]},
        {"resourceType": "Condition", "id": "c", "subject": PATIENT, "code": {"text": "Low iron"}},
        {"resourceType": "Condition", "id": "x", "subject": PATIENT, "code": {"text": "Never mind"},
         "verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
        includes=includes,
    )  # fmt: skip
    (row,) = page.rows
    assert (row.name, row.prescriber, row.reasons) == ("Iron", "Dr Grace Nolan", ("Low iron",))


def test_repeats_are_told_only_where_one_prescription_stands():
    repeats = {"dispenseRequest": {"numberOfRepeatsAllowed": 3}}
    assert page_of(rx("a", **repeats)).rows[0].repeats == 3
    assert page_of(rx("a", **repeats), rx("b", **repeats)).rows[0].repeats is None


def test_troubles_are_named_and_the_rest_shows():
    page = page_of(rx("r"), says("t"), down={"MedicationDispense", "AllergyIntolerance"}, absent={"MedicationStatement"})
    assert dict(page.troubles) == {"supplies": Source.DOWN, "allergies": Source.DOWN, "said": Source.NOT_OFFERED}
    assert page.source is Source.OK and len(page.rows) == 1


def test_statements_alone_are_a_list_where_prescriptions_are_not_offered():
    page = page_of(says("t"), absent={"MedicationRequest", "MedicationDispense"})
    assert page.source is Source.OK and page.rows[0].place == "said"


def test_prescriptions_that_are_away_are_not_called_none():
    assert page_of(down={"MedicationRequest"}).source is Source.DOWN


def test_another_patients_prescription_is_never_seen():
    page = page_of(rx("mine"), rx("theirs", subject={"reference": "Patient/p2"}))
    assert [p.view.id for row in page.rows for p in row.prescriptions] == ["mine"]
    assert dict(page.troubles)["prescriptions"] is Source.PARTIAL
    with pytest.raises(NotFound):
        get_medicine(Pharmacy([rx("theirs", subject={"reference": "Patient/p2"})]).reader(), "MedicationRequest", "theirs")


def test_a_medicine_is_found_by_anything_behind_it():
    hospital = Pharmacy([rx("new"), rx("old", status="completed", at="2020-01-01"), supply("s"), says("t")])
    for type_, id_ in (("MedicationRequest", "old"), ("MedicationDispense", "s"), ("MedicationStatement", "t")):
        row, _ = get_medicine(hospital.reader(), type_, id_)
        assert row.key == ("MedicationRequest", "new")


def test_one_that_is_not_in_the_list_is_asked_for_itself():
    hospital = Pharmacy([rx("deep")])
    searched = hospital.search
    hospital.search = lambda ask, *rest: Answer([]) if ask.type == "MedicationRequest" else searched(ask, *rest)
    row, _ = get_medicine(hospital.reader(), "MedicationRequest", "deep")
    assert row.name == "Metformin 500 mg tablets"
    with pytest.raises(NotFound):
        get_medicine(hospital.reader(), "MedicationRequest", "none-such")


def test_a_detail_of_a_kind_that_was_not_shared_is_refused():
    with pytest.raises(NotAllowed):
        get_medicine(Pharmacy([]).reader(scopes=frozenset({"patient/Observation.rs"})), "MedicationRequest", "r")


def test_the_question_names_no_status_and_no_intent():
    hospital = Pharmacy([])
    list_medicines(hospital.reader())
    assert not {name for _, params in hospital.asked for name, _ in params} & {"status", "intent"}


def test_the_dashboard_gets_what_is_taken_now():
    hospital = Pharmacy([rx("now"), rx("over", "Old", "1", status="stopped"), says("t", "Vitamin D", "2418")])
    medicines, source = read_summary(hospital.reader().gather(*summary_queries()))
    assert [m.name for m in medicines] == ["Metformin 500 mg tablets", "Vitamin D"] and source is Source.OK

"""Which prescriptions are one medicine and where each stands, through the real Reader over a hospital in memory."""

import pytest
from memory_hospital import NOW, MemoryHospital

from fhirportal.errors import NotFound
from fhirportal.records.found import Source
from fhirportal.records.medicines import DISPENSES, REQUESTS, get_medicine, list_medicines, read_summary

METFORMIN = {"coding": [{"system": "urn:rx", "code": "1"}], "text": "Metformin"}
MINE = {"reference": "Patient/p1"}


def rx(id_, status="active", how="1 a day", written="2026-10-01", medicine=METFORMIN, **more):
    return {"resourceType": "MedicationRequest", "id": id_, "status": status, "intent": "order", "subject": MINE,
            "medicationCodeableConcept": medicine, "authoredOn": written, "dosageInstruction": [{"text": how}], **more}  # fmt: skip


def supply(id_, day, days=28, of="", medicine=METFORMIN):
    pointed = {"authorizingPrescription": [{"reference": f"MedicationRequest/{of}"}]} if of else {}
    return {"resourceType": "MedicationDispense", "id": id_, "status": "completed", "subject": MINE, "whenHandedOver": day,
            "medicationCodeableConcept": medicine, "daysSupply": {"value": days, "code": "d"}, **pointed}  # fmt: skip


def page_of(*resources, **hospital):
    return list_medicines(MemoryHospital(list(resources), **hospital).reader())


def ids(medicines):
    return [m.newest.id for m in medicines]


def test_the_same_medicine_with_the_same_instructions_is_one_row():
    page = page_of(rx("old", written="2025-01-01"), rx("new", written="2026-10-01"))
    assert ids(page.current) == ["new"] and [p.id for p in page.current[0].prescriptions] == ["new", "old"]


def test_different_doses_are_never_merged():
    assert sorted(ids(page_of(rx("a", how="1 a day"), rx("b", how="2 a day")).current)) == ["a", "b"]


def test_names_alone_make_the_same_medicine_only_without_codes():
    words = {"text": "Iron  tablets"}
    page = page_of(rx("a", medicine=words), rx("b", medicine={"text": "iron tablets"}), rx("c", medicine=METFORMIN))
    assert len(page.current) == 2


@pytest.mark.parametrize(
    ("status", "place"),
    [("active", "current"), ("unknown", "current"), ("on-hold", "paused"), ("draft", "paused"), ("stopped", "stopped"),
     ("completed", "stopped"), ("cancelled", "stopped"), ("entered-in-error", "stopped"), ("made-up", "current")],
)  # fmt: skip
def test_each_status_has_its_place(status, place):
    assert ids(getattr(page_of(rx("a", status)), place)) == ["a"]


def test_a_proposal_is_no_medicine_yet():
    assert page_of(rx("a", intent="proposal")).empty


def test_supplies_belong_by_the_prescription_they_name():
    page = page_of(rx("a"), rx("b", how="2 a day"), supply("s1", "2026-11-02", of="b"), supply("s0", "2026-10-02", of="b"))
    by_id = {m.newest.id: m for m in page.current}
    assert by_id["b"].last_supply.id == "s1" and by_id["b"].lasts_until.day.isoformat() == "2026-11-30"
    assert by_id["a"].last_supply is None


def test_a_supply_that_names_no_prescription_belongs_by_its_medicine():
    assert page_of(rx("a"), supply("s", "2026-11-02")).current[0].last_supply.id == "s"


def test_what_is_taken_when_needed_has_no_end():
    needed = rx("a", dosageInstruction=[{"text": "when wheezy", "asNeededBoolean": True}])
    assert page_of(needed, supply("s", "2026-11-02")).current[0].lasts_until is None


def test_what_people_say_they_take_stands_apart_unless_prescribed():
    said = {"resourceType": "MedicationStatement", "subject": MINE, "status": "active"}
    own = {**said, "id": "t1", "medicationCodeableConcept": {"text": "Vitamin D"}}
    twice = {**said, "id": "t2", "medicationCodeableConcept": METFORMIN}
    assert [t.id for t in page_of(rx("a"), own, twice).told] == ["t1"]


def test_what_did_not_come_is_named_and_the_rest_is_shown():
    page = page_of(rx("a"), down={"MedicationDispense", "AllergyIntolerance"})
    assert ids(page.current) == ["a"] and ("supplies", Source.DOWN) in page.troubles and page.allergies_source is Source.DOWN


def test_somebody_elses_prescription_is_not_there():
    other = rx("b", subject={"reference": "Patient/p2"})
    assert page_of(other).empty
    with pytest.raises(NotFound):
        get_medicine(MemoryHospital([other]).reader(), "b")


def test_one_medicine_comes_with_its_history():
    hospital = MemoryHospital([rx("new"), rx("old", written="2025-01-01"), supply("s", "2026-11-02", of="old")])
    medicine = get_medicine(hospital.reader(), "old")
    assert [p.id for p in medicine.prescriptions] == ["old", "new"] and medicine.supplies[0].id == "s"


def test_the_first_page_hears_of_what_is_taken_now():
    reader = MemoryHospital([rx("a"), rx("b", "stopped")]).reader()
    medicines, source = read_summary(reader.gather(REQUESTS, DISPENSES))
    assert ids(medicines) == ["a"] and source is Source.OK and reader.now == NOW

"""What an appointment may be taken to mean, and that nothing sent can break it."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import appointment, encounter, healthcare_service, location, practitioner_role, schedule, slot
from mappings.appointment import STATUSES
from mappings.visit_mode import meeting_of

READERS = {
    "Appointment": appointment.to_view,
    "Encounter": encounter.to_view,
    "HealthcareService": healthcare_service.to_view,
    "Location": location.to_view,
    "PractitionerRole": practitioner_role.to_view,
    "Schedule": schedule.to_view,
    "Slot": slot.to_view,
}
NAMES = (
    "id", "meta", "status", "start", "end", "minutesDuration", "participant", "actor", "reference", "display", "type", "contained",
    "extension", "url", "valueUrl", "valueCoding", "coding", "code", "system", "text", "serviceType", "appointmentType", "slot",
    "requestedPeriod", "cancelationReason", "telecom", "value", "address", "period", "class", "name", "reasonReference",
)  # fmt: skip
WORDS = st.one_of(st.text(max_size=12), st.sampled_from((*sorted(STATUSES), "#x", "Patient/p1", "Location/l", "video visit",
    "2026-12-08T10:40:00Z", "2026-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01")))  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=25,
)


def visit(**more):
    return appointment.to_view({"resourceType": "Appointment", "id": "a", "status": "booked"} | more)


def virtual(address):
    inner = [{"url": "addressUrl", "valueUrl": address}]
    return {"extension": [{"url": "x/extension-Appointment.virtualService", "extension": inner}]}


@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8))
def test_anything_becomes_a_view_or_none(type_, sent):
    view = READERS[type_]({"resourceType": type_} | sent)
    if isinstance(view, appointment.AppointmentView):
        assert view.status in (*STATUSES, "unknown")
        assert view.meeting == "" or view.meeting.startswith("https://")
        assert view.cancelled_by in ("patient", "hospital", "") and isinstance(view.also, tuple)
        assert view.end is None or view.start is None or view.end.start >= view.start.start


@pytest.mark.parametrize(
    "value", [None, [], "x", 7, {}, {"resourceType": "Appointment"}, {"resourceType": "Patient", "id": "a"}]
)
def test_what_says_nothing_is_none(value):
    assert appointment.to_view(value) is None


@given(ANYTHING)
def test_what_is_no_resource_is_none(sent):
    for read in READERS.values():
        assert read(sent) is None


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_is_kept(status):
    assert visit(status=status).status == status


def test_an_unknown_status_is_not_guessed():
    assert visit(status="rescheduled").status == "unknown"
    assert not visit(status="rescheduled").waits_for_patient


def test_staff_comments_never_reach_a_view():
    assert "rude" not in json.dumps(asdict(visit(comment="was rude")), default=str)


def test_a_withdrawn_visit_keeps_no_reason_person_or_advice():
    sent = {
        "reasonCode": [{"text": "Private"}],
        "patientInstruction": "Fast",
        "participant": [{"actor": {"display": "Dr Vass"}}],
    }
    said = json.dumps(asdict(visit(status="entered-in-error", description="Heart", **sent)), default=str)
    assert "Heart" in said and not any(word in said for word in ("Private", "Fast", "Vass"))


@pytest.mark.parametrize(("words", "mode"), [
    ("Video visit", "video"), ("video-consultation", "video"), ("Follow-up by video", "video"), ("Phone Call", "phone"),
    ("Telephone appointment", "phone"), ("Telehealth review", "virtual"), ("Virtual visit", "virtual"), ("Home visit", "home"),
    ("Video EEG", "unknown"), ("Videofluoroscopy", "unknown"), ("Headphone fitting", "unknown"), ("Homeopathy", "unknown"),
    ("Virtual reality therapy", "unknown"),
])  # fmt: skip
def test_the_way_of_a_visit_by_words(words, mode):
    assert visit(serviceType=[{"text": words}]).mode == mode


def test_words_say_what_the_code_for_virtual_leaves_open():
    code = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"}]}
    assert visit(appointmentType=code).mode == "virtual"
    assert visit(appointmentType=code | {"text": "Video visit"}).mode == "video"
    assert visit(appointmentType={"coding": [{"code": "VR"}]}).mode == "virtual"
    other = {"coding": [{"system": "urn:other", "code": "VR"}]}
    assert visit(appointmentType=other).mode == "unknown"


@pytest.mark.parametrize("address", [
    "http://meet.example/x", "javascript:alert(1)", "https://", "https://me@meet.example", "https://meet.example/\u202ex",
    "https://a b", "https://meet.example\\@evil.example", "//meet.example", "https://[", "https://m.example/" + "x" * 3000, "",
])  # fmt: skip
def test_only_plain_https_addresses_can_be_joined(address):
    assert visit(**virtual(address)).meeting == ""


def test_a_good_address_can_be_joined():
    assert visit(**virtual("https://meet.example/room?k=1")).meeting == "https://meet.example/room?k=1"


def test_the_clinicians_room_is_not_the_patients():
    room = {"resourceType": "HealthcareService", "type": [{"text": "Provider Patient Room"}],
            "telecom": [{"system": "url", "value": "https://video.example/host"}]}  # fmt: skip
    assert meeting_of({}, [room]) == ""


@pytest.mark.parametrize(("status", "patient", "waits"), [
    ("booked", "needs-action", True), ("pending", "needs-action", True), ("booked", "accepted", False),
    ("proposed", "needs-action", False), ("cancelled", "needs-action", False), ("fulfilled", "needs-action", False),
])  # fmt: skip
def test_who_waits_for_whom(status, patient, waits):
    people = [
        {"actor": {"reference": "Patient/p1"}, "status": patient},
        {"actor": {"reference": "Location/l"}, "status": "needs-action"},
    ]
    assert visit(status=status, participant=people).waits_for_patient is waits


@pytest.mark.parametrize(("code", "who"), [("pat", "patient"), ("pat-fb", "patient"), ("prov-pers", "hospital"),
    ("maint", "hospital"), ("oth-weath", ""), ("patio", ""), ("", "")])  # fmt: skip
def test_who_cancelled(code, who):
    reason = {"coding": [{"system": appointment.CANCELLATION, "code": code, "display": "x"}]}
    assert visit(status="cancelled", cancelationReason=reason).cancelled_by == who
    assert visit(status="booked", cancelationReason=reason).cancelled_by == ""


def test_only_a_free_slot_is_free():
    start = {"resourceType": "Slot", "start": "2026-12-08T10:40:00Z"}
    assert slot.to_view(start | {"status": "free"}).free
    assert not any(slot.to_view(start | {"status": s}).free for s in ("busy", "odd", None))
    assert not slot.to_view({"resourceType": "Slot", "status": "free"}).free

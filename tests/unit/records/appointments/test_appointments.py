"""Which visit belongs where, and who and where it is, through the real Reader over a hospital in memory."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_hospital import NOW

from fhirportal.errors import NotFound, UpstreamError
from fhirportal.records.appointments import MOST_AHEAD, PAST_SHOWN, get_visit, is_over, list_visits, next_queries, read_next
from fhirportal.records.found import Source
from mappings import appointment
from tests.unit.records.appointments.visit_hospital import PATIENT, VisitHospital, visit, with_actor

DOCTOR = {"resourceType": "Practitioner", "id": "d1", "name": [{"text": "Dr Imre Vass"}]}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r1",
    "practitioner": {"reference": "Practitioner/d1"},
    "code": [{"text": "Audiologist"}],
}
ROOM = {
    "resourceType": "Location",
    "id": "l1",
    "name": "Room 4",
    "description": "Level 2",
    "telecom": [{"system": "phone", "value": "01 9"}],
}


def ids(visits):
    return [v.view.id for v in visits]


def page_of(*resources, past=PAST_SHOWN, **hospital):
    return list_visits(VisitHospital(list(resources), **hospital).reader(), NOW, past=past)


def one(*resources, id_="a", **hospital):
    return get_visit(VisitHospital(list(resources), **hospital).reader(), id_, NOW)


def next_of(*resources, **hospital):
    reader = VisitHospital(list(resources), **hospital).reader()
    return read_next(reader.gather(*next_queries(NOW)), NOW)


def test_coming_ones_soonest_first_past_ones_newest_first():
    page = page_of(visit("far", 9), visit("near", 1), visit("old", -90), visit("lately", -1), visit("asked", 3, "proposed"))
    assert ids(page.upcoming) == ["near", "far"] and ids(page.past) == ["lately", "old"] and ids(page.asked) == ["asked"]
    assert page.source is Source.OK and not page.older and not page.later


def test_every_visit_is_there_once_whoever_found_it():
    page = page_of(*(visit(f"v{n}", n - 3.5) for n in range(8)), visit("pending", 2, "pending"))
    assert sorted(ids((*page.upcoming, *page.past, *page.asked))) == ["pending", *(f"v{n}" for n in range(8))]


def test_a_server_that_ignores_dates_and_status_gives_the_same():
    sent = [visit("far", 9), visit("near", 1), visit("old", -90), visit("asked", 3, "waitlist")]
    page = page_of(*sent, ignores={"date", "status", "_sort"})
    assert (ids(page.upcoming), ids(page.past), ids(page.asked)) == (["near", "far"], ["old"], ["asked"])


@pytest.mark.parametrize("more", [{}, {"end": None}, {"end": None, "minutesDuration": 45}])
def test_a_visit_going_on_now_is_not_past(more):
    assert ids(page_of(visit("now", -0.01, **more)).upcoming) == ["now"]


@pytest.mark.parametrize("status", ["fulfilled", "noshow"])
def test_what_the_hospital_says_is_over_is_over(status):
    assert ids(page_of(visit("a", 0.01, status)).past) == ["a"]


def test_cancelled_and_withdrawn_ones_stand_among_their_time():
    page = page_of(visit("off", 1, "cancelled"), visit("gone", 2, "entered-in-error"), visit("was", -3, "cancelled"))
    assert ids(page.upcoming) == ["off", "gone"] and ids(page.past) == ["was"] and page.standing == ()


def test_requests_and_booked_ones_without_a_time_are_found():
    booked = visit("x", 0, start=None, end=None)
    page = page_of(booked, visit("wish", 0, "waitlist", start=None, end=None))
    assert ids(page.undated) == ["x"] and ids(page.asked) == ["wish"]


def test_the_slot_gives_the_time_that_the_visit_lacks():
    slot = {"resourceType": "Slot", "id": "s", "status": "busy", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:20:00Z"}
    booked = visit("a", 0, start=None, end=None, slot=[{"reference": "Slot/s"}])
    assert page_of(booked, slot).upcoming[0].view.start.start == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert one(booked, slot).view.end.start == datetime(2026, 12, 1, 10, 20, tzinfo=UTC)
    assert ids(page_of(booked, slot | {"status": "entered-in-error"}).undated) == ["a"]


def test_older_ones_come_when_asked_for():
    sent = [visit(f"v{n:03}", -1 - n, "fulfilled") for n in range(50)]
    first, more, all_ = page_of(*sent), page_of(*sent, past=40), page_of(*sent, past=60)
    assert (len(first.past), first.older, first.source) == (20, True, Source.OK)
    assert (len(more.past), more.older) == (40, True) and (len(all_.past), all_.older) == (50, False)
    assert ids(first.past)[0] == "v000"


def test_more_to_come_than_are_shown_is_said():
    page = page_of(*(visit(f"v{n:03}", 1 + n / 10) for n in range(MOST_AHEAD + 5)))
    assert page.later and ids(page.upcoming)[0] == "v000" and page.source is Source.OK


def test_a_visit_of_somebody_else_is_not_there():
    other = visit("a", 1, participant=[{"actor": {"reference": "Patient/p2"}}])
    assert page_of(other, ignores={"patient"}).empty
    with pytest.raises(NotFound):
        one(other)


@pytest.mark.parametrize(("state", "source"), [
    ({"down": {"Appointment"}}, Source.DOWN), ({"absent": {"Appointment"}}, Source.NOT_OFFERED),
    ({"refuses": ("status",)}, Source.PARTIAL), ({"refuses": ("date",)}, Source.PARTIAL),
])  # fmt: skip
def test_what_is_missing_is_named(state, source):
    page = page_of(visit("a", 1), **state)
    assert page.source is source
    assert page.empty is (source is not Source.PARTIAL)


def test_without_the_right_nothing_is_asked():
    hospital = VisitHospital([visit("a", 1)])
    page = list_visits(hospital.reader(scopes=frozenset({"patient/Observation.rs"})), NOW)
    assert page.source is Source.NOT_SHARED and page.empty and not hospital.asked


def test_trouble_with_one_visit_is_raised():
    with pytest.raises(UpstreamError):
        one(visit("a", 1), down={"Appointment"})
    with pytest.raises(NotFound):
        one(visit("a", 1), id_="b")


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize(("participants", "name"), [
    (with_actor("Practitioner/d1"), "Dr Imre Vass"),
    (with_actor("Practitioner/d1", "Dr Vass"), "Dr Vass"),
    (with_actor("PractitionerRole/r1"), "Dr Imre Vass"),
    (with_actor("Practitioner/gone", type=[{"text": "Nurse"}]), "Nurse"),
    (with_actor("https://ehr.example/fhir/Practitioner/d1"), "Dr Imre Vass"),
])  # fmt: skip
def test_who_gives_care(participants, name, include):
    sent = (visit("a", 1, participant=participants), DOCTOR, ROLE)
    assert page_of(*sent, include=include).upcoming[0].clinicians == (name,)
    assert one(*sent, include=include).clinicians == (name,)


def test_a_role_without_a_person_is_named_by_what_it_is():
    role = {k: v for k, v in ROLE.items() if k != "practitioner"}
    assert one(visit("a", 1, participant=with_actor("PractitionerRole/r1")), role).clinicians == ("Audiologist",)


def test_names_are_not_worth_a_failed_page():
    sent = visit("a", 1, participant=with_actor("Practitioner/d1"))
    page = page_of(sent, DOCTOR, down={"Practitioner"}, include=False)
    assert page.upcoming[0].clinicians == () and page.source is Source.OK
    assert one(sent, DOCTOR, down={"Practitioner"}).clinicians == ()


def test_the_place_tells_how_to_get_there_and_its_telephone():
    made = one(visit("a", 1, participant=with_actor("Location/l1", "Clinic 4")), ROOM)
    assert (made.place_name, made.place.directions, made.phone) == ("Clinic 4", "Level 2", "01 9")
    assert one(visit("a", 1, participant=with_actor("Location/l1", "Clinic 4")), down={"Location"}).place_name == "Clinic 4"


def test_what_stands_within_is_not_mistaken_for_another_with_its_id():
    inside = {"contained": [{"resourceType": "Location", "id": "l1", "name": "Tent"}], "participant": with_actor("#l1")}
    assert one(visit("a", 1, **inside), ROOM).place_name == "Tent"


def test_a_service_tells_its_telephone_where_the_place_does_not():
    service = {
        "resourceType": "HealthcareService",
        "id": "h",
        "name": "Ears",
        "telecom": [{"system": "phone", "value": "01 8"}],
    }
    assert one(visit("a", 1, participant=with_actor("HealthcareService/h")), service).phone == "01 8"


def encounter(appointment_id, **more):
    made = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "VR"}, "subject": {"reference": "Patient/p1"},
            "period": {"start": "2026-11-20T09:00:00Z"}, "appointment": [{"reference": f"Appointment/{appointment_id}"}]}  # fmt: skip
    return made | more


def test_a_past_visit_knows_the_encounter_that_names_it():
    past = visit("a", -4, "fulfilled")
    assert one(past, encounter("a")).took_place.id == "e"
    assert one(past, encounter("a")).view.mode == "virtual"
    assert one(past, encounter("b")).took_place is None
    assert one(past, encounter("a", status="entered-in-error")).took_place is None
    assert one(past, encounter("a"), down={"Encounter"}).took_place is None


def test_no_encounter_is_asked_for_of_a_visit_to_come():
    hospital = VisitHospital([visit("a", 4)])
    get_visit(hospital.reader(), "a", NOW)
    assert "Encounter" not in {type_ for type_, _ in hospital.asked}


def test_the_next_visit_is_one_that_stands():
    found, _, source = next_of(visit("off", 1, "cancelled"), visit("maybe", 2, "proposed"), visit("yes", 3))
    assert found.view.id == "yes" and source is Source.OK
    assert next_of(visit("off", 1, "cancelled"))[0] is None


def test_the_next_one_is_found_behind_many():
    found, _, source = next_of(*(visit(f"v{n}", 1 + n) for n in range(60)), *(visit(f"p{n}", -1 - n) for n in range(60)))
    assert found.view.id == "v0" and source is Source.OK


def test_a_visit_that_waits_for_an_answer_is_told():
    open_ = {**PATIENT, "status": "needs-action"}
    _, waiting, _ = next_of(visit("a", 3, participant=[open_]), visit("b", -3, participant=[open_]), visit("c", 2))
    assert ids(waiting) == ["a"]


def test_no_search_is_without_a_bound():
    hospital = VisitHospital([visit(f"v{n}", n / 9 - 40) for n in range(900)])
    page = list_visits(hospital.reader(), NOW, past=10**6)
    assert len(page.past) <= 300 and len(page.upcoming) <= 200 and len(hospital.asked) <= 5


def over(start, status="booked", end=None, now=NOW):
    return is_over(
        appointment.to_view({"resourceType": "Appointment", "id": "a", "status": status, "start": start, "end": end}), now
    )


@pytest.mark.parametrize(("start", "past"), [
    ("2026-11-24", False), ("2026-11-23", False), ("2026-11-22", True), ("2026-11", False), ("2026-10", True), ("2026", False),
    ("2025", True), ("2026-11-24T08:00:00Z", False), ("2026-11-24T05:59:00Z", True), ("9999-12-31T23:00:00Z", False),
    ("9999-12-31", False), ("0001-01-01", True), (None, False),
])  # fmt: skip
def test_what_is_over(start, past):
    assert over(start) is past


def test_a_day_is_over_when_it_is_over_everywhere():
    assert not over("2026-11-23", now=datetime(2026, 11, 24, 11, 59, tzinfo=UTC))
    assert over("2026-11-23", now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-720, 840), st.integers(1, 600), st.integers(0, 1200)
)
def test_over_is_about_the_moment_whatever_zone_it_is_written_in(moment, offset, minutes, passed):
    start = moment.replace(microsecond=0, tzinfo=UTC).astimezone(timezone(timedelta(minutes=offset)))
    end = start + timedelta(minutes=minutes)
    assert over(start.isoformat(), end=end.isoformat(), now=start + timedelta(minutes=passed)) is (passed >= minutes)

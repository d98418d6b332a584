"""Which visit belongs where, through the real Reader over a hospital in memory; and the calendar file of one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_hospital import NOW, MemoryHospital

from fhirportal.errors import NotFound
from fhirportal.portal.appointments.calendar import calendar_file, uid_of
from fhirportal.records.appointments import VISITS, Visit, get_visit, is_over, list_visits, read_next
from fhirportal.records.found import Source
from fhirportal.words import translator
from mappings import appointment

PATIENT = {"actor": {"reference": "Patient/p1"}, "status": "accepted"}


def visit(id_, days, status="booked", **more):
    start = (NOW + timedelta(days=days)).isoformat()
    end = (NOW + timedelta(days=days, minutes=30)).isoformat()
    return {
        "resourceType": "Appointment",
        "id": id_,
        "status": status,
        "start": start,
        "end": end,
        "participant": [PATIENT],
        **more,
    }


def ids(visits):
    return [v.view.id for v in visits]


def page_of(*resources, **hospital):
    return list_visits(MemoryHospital(list(resources), **hospital).reader(), NOW)


def test_coming_ones_soonest_first_past_ones_newest_first():
    page = page_of(visit("far", 9), visit("near", 1), visit("old", -90), visit("lately", -1), visit("asked", 3, "proposed"))
    assert ids(page.upcoming) == ["near", "far"] and ids(page.past) == ["lately", "old"] and ids(page.asked) == ["asked"]


def test_a_visit_going_on_now_is_not_past():
    going_on = visit("now", -0.01)
    assert ids(page_of(going_on).upcoming) == ["now"]
    assert not is_over(appointment.to_view({**going_on, "end": None}), NOW)


def test_what_has_no_time_is_kept_apart():
    page = page_of({"resourceType": "Appointment", "id": "x", "status": "booked", "participant": [PATIENT]})
    assert ids(page.undated) == ["x"] and not page.upcoming


def test_a_visit_of_somebody_else_is_not_there():
    other = {"actor": {"reference": "Patient/p2"}}
    assert page_of(visit("b", 1, participant=[other])).empty
    with pytest.raises(NotFound):
        get_visit(MemoryHospital([visit("b", 1, participant=[other])]).reader(), "b")


@pytest.mark.parametrize(
    ("state", "source"), [({"down": {"Appointment"}}, Source.DOWN), ({"absent": {"Appointment"}}, Source.NOT_OFFERED)]
)
def test_why_there_is_nothing_is_named(state, source):
    assert page_of(visit("a", 1), **state).source is source


def test_the_next_visit_is_one_that_stands():
    hospital = MemoryHospital([visit("off", 1, "cancelled"), visit("maybe", 2, "proposed"), visit("yes", 3)])
    found, _, source = read_next([hospital.reader().search(VISITS)], NOW)
    assert found.view.id == "yes" and source is Source.OK


def test_a_visit_that_waits_for_an_answer_is_told():
    open_ = {**PATIENT, "status": "needs-action"}
    hospital = MemoryHospital([visit("a", 3, participant=[open_])])
    _, waiting, _ = read_next([hospital.reader().search(VISITS)], NOW)
    assert ids(waiting) == ["a"]


def event_of(resource, zone="Europe/Dublin", now=NOW):
    booked = Visit(appointment.to_view(resource), ("Dr Bell",), None, "Clinic 4; Level 1, left")
    data = calendar_file(
        booked, "Visit: Heart check, yearly", "Clinic 4; Level 1, left", "Hill Hospital", "hill", translator("en", zone), now
    )
    calendar = icalendar.Calendar.from_ical(data)
    return calendar, next(iter(calendar.walk("VEVENT")))


def test_the_calendar_file_says_when_and_where_in_the_sites_zone():
    calendar, event = event_of(visit("a", 14, meta={"versionId": "4"}))
    assert event.decoded("dtstart") == NOW + timedelta(days=14) and event["dtstart"].params["TZID"] == "Europe/Dublin"
    assert event["summary"] == "Visit: Heart check, yearly" and event["location"] == "Clinic 4; Level 1, left, Hill Hospital"
    assert event["sequence"] == 4 and event["status"] == "CONFIRMED" and list(calendar.walk("VTIMEZONE"))


def test_a_cancelled_visit_takes_the_old_one_out_of_the_calendar():
    calendar, event = event_of(visit("a", 14, "cancelled"))
    assert calendar["method"] == "CANCEL" and event["status"] == "CANCELLED"
    assert event["uid"] == event_of(visit("a", 14))[1]["uid"]


def test_the_identifier_tells_nobody_who_it_is():
    assert "patient-7" not in uid_of("hill", "patient-7") and uid_of("hill", "a") != uid_of("vale", "a")


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2036, 1, 1)),
    st.sampled_from(["Europe/Dublin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_the_hour_is_right_across_zones_and_summer_time(moment, zone):
    start = moment.replace(tzinfo=UTC, microsecond=0)
    resource = {
        "resourceType": "Appointment",
        "id": "a",
        "status": "booked",
        "start": start.isoformat(),
        "participant": [PATIENT],
    }
    _, event = event_of(resource, zone, now=start)
    assert event.decoded("dtstart").astimezone(UTC) == start
    assert event.decoded("dtstart").utcoffset() == start.astimezone(ZoneInfo(zone)).utcoffset()

"""The calendar file of a visit, read back by another's eyes: moments, zones, names, calling off."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.portal.appointments.calendar import LONGEST, Entry, calendar_file, can_stand, uid_of
from fhirportal.words import translator
from mappings import appointment

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ENTRY = Entry("Visit: Heart check, yearly", "Clinic 4; Level 1, left", "Hill Hospital", "hill", "mailto:help@hill.example")
ZONES = ("Europe/Dublin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "Africa/Casablanca")


def visit(start="2026-12-08T10:40:00Z", status="booked", **more):
    return appointment.to_view({"resourceType": "Appointment", "id": "a", "status": status, "start": start, **more})


def read(view, zone="Europe/Dublin", entry=ENTRY, now=NOW):
    data = calendar_file(view, entry, translator("en", zone), now)
    calendar = icalendar.Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_it_says_what_where_and_when_in_the_sites_zone():
    calendar, event = read(visit(end="2026-12-08T11:10:00Z", meta={"versionId": "4", "lastUpdated": "2026-10-01T08:00:00Z"}))
    assert (
        event.decoded("dtstart") == datetime(2026, 12, 8, 10, 40, tzinfo=UTC)
        and event["dtstart"].params["TZID"] == "Europe/Dublin"
    )
    assert event.decoded("dtend") == datetime(2026, 12, 8, 11, 10, tzinfo=UTC)
    assert event["summary"] == ENTRY.title and event["location"] == ENTRY.place
    assert event["sequence"] == 4 and event["status"] == "CONFIRMED" and event["class"] == "PRIVATE"
    assert event.decoded("dtstamp") == NOW and event.decoded("last-modified") == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert calendar["version"] == "2.0" and calendar["method"] == "PUBLISH" and calendar["prodid"]
    assert event["organizer"] == "mailto:help@hill.example" and event["organizer"].params["CN"] == "Hill Hospital"
    assert [str(z["tzid"]) for z in calendar.walk("VTIMEZONE")] == ["Europe/Dublin"]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)), st.sampled_from(ZONES), st.integers(1, 3000))
def test_the_moments_are_right_across_zones_and_summer_time(moment, zone, minutes):
    start = moment.replace(tzinfo=UTC, microsecond=0)
    end = start + timedelta(minutes=minutes)
    _, event = read(visit(start.isoformat(), end=end.isoformat()), zone)
    for name, meant in (("dtstart", start), ("dtend", end)):
        sent = event.decoded(name)
        wall = meant.astimezone(ZoneInfo(zone))
        assert sent.replace(tzinfo=None) == wall.replace(tzinfo=None)
        if wall.fold == 0:  # an hour that comes twice cannot be told apart in a calendar file
            assert sent.astimezone(UTC) == meant


@pytest.mark.parametrize(("start", "wall"), [
    ("2026-03-29T00:59:00Z", "20260329T005900"), ("2026-03-29T01:00:00Z", "20260329T020000"),
    ("2026-10-25T00:59:00Z", "20261025T015900"), ("2026-10-25T02:00:00Z", "20261025T020000"),
])  # fmt: skip
def test_the_days_the_clocks_change(start, wall):
    data = calendar_file(visit(start), ENTRY, translator("en", "Europe/Dublin"), NOW).decode()
    assert f"DTSTART;TZID=Europe/Dublin:{wall}\r\n" in data


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=80))
def test_no_words_break_out_of_their_line(title, place, hospital):
    calendar, event = read(visit(), entry=Entry(title, place, hospital, "hill", "mailto:help@hill.example"))
    assert len(list(calendar.walk("VEVENT"))) == 1 and event["uid"] == uid_of("hill", "a")
    assert set(event) <= {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "LOCATION", "STATUS", "SEQUENCE", "CLASS", "ORGANIZER"}
    assert len(event["summary"]) <= LONGEST and "\n" not in event["summary"]


def test_lines_of_an_attack_stay_words():
    entry = Entry("x\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT", "y\nDTSTART:1", 'H"ill;X=1', "hill", "mailto:h@h.example")
    _, event = read(visit(), entry=entry)
    assert "attendee" not in event and event["summary"].startswith("x ATTENDEE:mailto")
    assert event["organizer"].params["CN"] == "H'ill;X=1"


@pytest.mark.parametrize(("status", "method", "stands"), [
    ("booked", "PUBLISH", "CONFIRMED"), ("cancelled", "CANCEL", "CANCELLED"), ("entered-in-error", "CANCEL", "CANCELLED"),
    ("proposed", "PUBLISH", "TENTATIVE"), ("waitlist", "PUBLISH", "TENTATIVE"), ("noshow", "PUBLISH", "CONFIRMED"),
])  # fmt: skip
def test_how_far_it_is_settled(status, method, stands):
    calendar, event = read(visit(status=status))
    assert (calendar["method"], event["status"]) == (method, stands)
    assert event["uid"] == read(visit())[1]["uid"]


@pytest.mark.parametrize(("meta", "sequence"), [
    ({"versionId": "12"}, 12), ({"versionId": 3}, 3), ({"versionId": "2-1", "lastUpdated": "1970-01-01T00:01:00Z"}, 60),
    ({"lastUpdated": "9999-01-01T00:00:00Z"}, 2**31 - 1), ({"versionId": "2-1"}, 0), ({}, 0), ({"versionId": "٣"}, 0),
    ({"lastUpdated": "1950-01-01T00:00:00Z"}, 0),
])  # fmt: skip
def test_the_sequence_grows_with_the_version(meta, sequence):
    assert read(visit(meta=meta))[1]["sequence"] == sequence


def test_a_day_without_a_time_is_the_whole_day():
    _, event = read(visit("2026-12-08"))
    assert event.decoded("dtstart") == date(2026, 12, 8) and event["dtstart"].params["VALUE"] == "DATE"


def test_an_end_is_never_made_up():
    assert "dtend" not in read(visit())[1]
    assert read(visit(minutesDuration=25))[1].decoded("dtend") == datetime(2026, 12, 8, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize("start", [None, "2026-12", "2026"])
def test_without_a_day_there_is_no_file(start):
    assert not can_stand(visit(start))
    with pytest.raises(ValueError, match="cannot stand in a calendar"):
        calendar_file(visit(start), ENTRY, translator(), NOW)


def test_the_identifier_names_nobody_and_is_another_at_another_hospital():
    assert "patient-7" not in uid_of("hill", "patient-7")
    assert uid_of("hill", "a") != uid_of("vale", "a") and uid_of("hill", "a") == uid_of("hill", "a")


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_time_do_not_break_it(start):
    calendar_file(visit(start), ENTRY, translator("en", "Europe/Dublin"), NOW)
    calendar_file(visit(start, minutesDuration=90), ENTRY, translator("en", "America/New_York"), NOW)

"""The pages about visits as a browser gets them: words, times and zones, states, owners, calendar files."""

import re
from html import unescape
from urllib.parse import quote

import icalendar
import pytest

from fhirportal.access.viewer import Kind
from fhirportal.settings import Contacts
from tests.unit.records.appointments.visit_hospital import PATIENT, visit, with_actor

ROOM = {"resourceType": "Location", "id": "l1", "name": "Room 4", "description": "Level 2", "address": {"line": ["3 Mill Lane"], "city": "Cork"},
        "telecom": [{"system": "phone", "value": "01 555 0199"}]}  # fmt: skip
FULL = {"serviceType": [{"text": "Hearing test"}], "patientInstruction": "Do not clean your ears.",
        "participant": [*with_actor("Practitioner/d1", "Dr Vass"), {"actor": {"reference": "Location/l1", "display": "Room 4"}}]}  # fmt: skip
UNANSWERED = [{**PATIENT, "status": "needs-action"}]


def text(answer):
    """What a reader sees: no tags, no doubled blanks."""
    body = re.sub(r"<(svg|script|head)\b.*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_list_starts_with_the_next_visit(make_portal):
    portal = make_portal(visit("a", 14, **FULL), visit("off", 1, "cancelled"), visit("old", -30, "fulfilled"), ROOM)
    page = portal.open().get()
    words = text(page)
    assert page.status_code == 200
    assert words.index("Your next visit, in 2 weeks") < words.index("Hearing test with Dr Vass") < words.index("Coming up")
    assert "Tuesday 8 December 2026" in words and "9am Irish time" in words
    assert "Room 4. Level 2." in words and "Do not clean your ears." in words
    assert words.index("Coming up") < words.index("Cancelled") < words.index("Past visits")
    assert 'href="/c/h1/appointments/a"' in page.text and 'href="/c/h1/appointments/a/calendar.ics"' in page.text
    assert "Times are in Irish time, where the hospital is." in words
    assert "Some parts of a record may be private or not yet released." in words


@pytest.mark.parametrize(("days", "said"), [(14, "9am to 9:30am (Irish time)"), (180, "10am to 10:30am (Irish time)")])
def test_times_are_the_sites_in_winter_and_summer(make_portal, days, said):
    page = make_portal(visit("a", days, "pending")).open().get("appointments/a")
    assert said in text(page)
    assert ('data-own-time="2026-12-08T09:00+00:00"' in page.text) is (days == 14)


def test_a_visit_over_midnight_says_both_days(make_portal):
    page = make_portal(visit("a", 14, end="2026-12-09T08:00:00Z")).open().get("appointments/a")
    assert "Tuesday 8 December 2026, 9am until Wednesday 9 December 2026 at 8am (Irish time)" in text(page)


@pytest.mark.parametrize(("trouble", "words"), [
    ({}, "Your hospital has sent us no visits, past or to come."),
    ({"down": {"Appointment"}}, "We can’t reach this part just now"),
    ({"absent": {"Appointment"}}, "Your hospital does not offer this here"),
])  # fmt: skip
def test_why_there_is_nothing(make_portal, trouble, words):
    page = make_portal(**trouble).open().get()
    assert page.status_code == 200
    assert words in text(page) and "Some parts of a record may be private" in text(page)


def test_a_part_that_is_missing_is_named_and_the_rest_shown(make_portal):
    words = text(make_portal(visit("a", 3, **FULL), refuses=("status",)).open().get())
    assert "We could not load: Visits." in words and "Hearing test" in words


@pytest.mark.parametrize(("status", "words"), [
    ("proposed", "The time is not fixed until the hospital confirms it."), ("pending", "Waiting for the hospital to confirm"),
    ("waitlist", "On the waiting list"), ("booked", "Booked"), ("arrived", "You have arrived"), ("checked-in", "Checked in"),
    ("fulfilled", "Done"), ("cancelled", "This visit is cancelled"), ("noshow", "nobody came"),
    ("entered-in-error", "Withdrawn by the hospital"), ("nonsense", "Ask your hospital about this visit"),
])  # fmt: skip
def test_every_status_has_words(make_portal, status, words):
    browser = make_portal(visit("a", 5, status)).open()
    assert words in text(browser.get("appointments/a"))
    assert browser.get().status_code == 200
    assert status in ("booked", "arrived", "fulfilled") or f">{status}<" not in browser.get("appointments/a").text


def test_the_detail_says_where_whom_to_call_and_has_no_dead_button(make_portal):
    page = make_portal(visit("a", 5, **FULL), ROOM).open().get("appointments/a")
    words = text(page)
    assert "Call 01 555 0199 to change or cancel this visit." in words and 'href="tel:015550199"' in page.text
    for said in (
        "Hearing test",
        "Dr Vass",
        "Room 4",
        "Level 2",
        "3 Mill Lane",
        "Cork",
        "Do not clean your ears.",
        "Add to calendar",
    ):
        assert said in words
    assert not re.findall(r'href=""', page.text)


def test_without_a_telephone_of_its_own_the_help_line_is_named(make_portal):
    assert "Call 01 555 0140 to change or cancel" in text(make_portal(visit("a", 5)).open().get("appointments/a"))


def test_without_any_telephone_no_number_is_made_up(make_portal):
    none = {"contacts": Contacts()}
    assert "Ask the hospital to change or cancel" in text(make_portal(visit("a", 5), setup=none).open().get("appointments/a"))


@pytest.mark.parametrize(("reason", "said", "unsaid"), [
    ({"coding": [{"code": "prov-pers", "display": "Provider: Personal"}]}, "The hospital cancelled it. The clinician could not be there.", "Personal"),
    ({"coding": [{"code": "pat-fb", "display": "Patient: Feeling Better"}]}, "It was cancelled from your side. You were feeling better.", "Patient:"),
    ({"coding": [{"code": "prov", "display": "Provider"}], "text": "Dr Vass is ill."}, "The hospital writes: Dr Vass is ill.", "zzz"),
    ({"coding": [{"code": "oth-new", "display": "Other: Flood"}]}, "The hospital writes: Other: Flood", "zzz"),
])  # fmt: skip
def test_who_cancelled_and_why(make_portal, reason, said, unsaid):
    system = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
    reason = {**reason, "coding": [c | {"system": system} for c in reason["coding"]]}
    words = text(make_portal(visit("a", 5, "cancelled", cancelationReason=reason)).open().get("appointments/a"))
    assert said in words and unsaid not in words and "Update my calendar" in words and "Change or cancel" not in words


def test_an_answer_is_asked_for_only_before_the_visit(make_portal):
    portal = make_portal(visit("a", 5, participant=UNANSWERED), visit("b", -5, participant=UNANSWERED))
    browser = portal.open()
    assert text(browser.get()).count("Needs your answer") == 1
    assert "The hospital waits for your answer" in text(browser.get("appointments/a"))
    assert "The hospital waits for your answer" not in text(browser.get("appointments/b"))


def test_a_request_says_which_days_were_asked_for(make_portal):
    asked = visit("a", 0, "proposed", start=None, end=None, requestedPeriod=[{"start": "2026-12-01", "end": "2026-12-15"}])
    browser = make_portal(asked).open()
    for page in ("appointments", "appointments/a"):
        words = text(browser.get(page))
        assert "Asked for: 1 December 2026 to 15 December 2026" in words and "Date not known" in words
    assert browser.get("appointments/a/calendar.ics").status_code == 404


def test_a_request_that_was_never_confirmed_is_not_waited_for(make_portal):
    words = text(make_portal(visit("a", -5, "pending")).open().get())
    assert "It was not confirmed" in words and "Waiting for the hospital to confirm" not in words


def test_a_visit_by_video_says_where_it_opens(make_portal):
    inner = [{"url": "addressUrl", "valueUrl": "https://meet.example/r?k=1"}]
    url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService"
    sent = {"extension": [{"url": url, "extension": inner}], "serviceType": [{"text": "Video visit"}]}
    browser = make_portal(visit("a", 5, **sent), visit("b", 5, "cancelled", **sent)).open()
    page = browser.get("appointments/a")
    assert "By video" in text(page) and "meet.example" in text(page)
    assert 'href="https://meet.example/r?k=1" rel="noreferrer noopener"' in page.text
    assert "meet.example" not in browser.get("appointments/b").text


def test_codes_and_staff_words_are_not_shown(make_portal):
    sent = {"comment": "rude on the phone", "serviceType": [{"coding": [{"system": "http://snomed.info/sct", "code": "408443003"}]}],
            "appointmentType": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "FOLLOWUP"}]}}  # fmt: skip
    page = make_portal(visit("a", 5, **sent)).open().get("appointments/a")
    assert "Follow-up visit" in text(page)
    assert not any(word in page.text for word in ("rude", "408443003", "FOLLOWUP"))


def test_hospital_words_are_escaped(make_portal):
    sent = {"serviceType": [{"text": "<script>alert(1)</script>"}], "patientInstruction": '"><img src=x>'}
    browser = make_portal(visit("a", 5, **sent)).open()
    for page in ("appointments", "appointments/a"):
        assert "<script>alert" not in browser.get(page).text and "<img src=x" not in browser.get(page).text


def test_the_calendar_file(make_portal):
    answer = make_portal(visit("a", 180, **FULL), ROOM).open().get("appointments/a/calendar.ics")
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert "no-store" in answer.headers["Cache-Control"]
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["summary"] == "Visit: Hearing test" and event["location"] == "Room 4, 3 Mill Lane, Cork, Alder Quay Hospital"
    assert event["dtstart"].params["TZID"] == "Europe/Dublin" and event.decoded("dtstart").hour == 10
    assert event["organizer"] == "http://localhost:8000/about/alder"
    assert "Vass" not in answer.text and "ears" not in answer.text and "p1" not in answer.text


@pytest.mark.parametrize("id_", ["a b", "50%", "é", "a.b-c", "x?y", "#", "calendar.ics"])
def test_any_id_makes_an_address(make_portal, id_):
    browser = make_portal(visit(id_, 5)).open()
    assert f"/appointments/{quote(id_, safe='')}" in browser.get().text
    assert browser.get(f"appointments/{quote(id_, safe='')}").status_code == 200
    assert browser.get(f"appointments/{quote(id_, safe='')}/calendar.ics").status_code == 200


@pytest.mark.parametrize("page", ["appointments/a", "appointments/a/calendar.ics"])
def test_nobody_elses_visit_opens(make_portal, page):
    other = visit("a", 5, description="Secret", participant=[{"actor": {"reference": "Patient/p2"}}])
    answer = make_portal(other, ignores={"patient"}).open().get(page)
    assert answer.status_code == 404 and "Secret" not in answer.text


@pytest.mark.parametrize("asked", ["40", "-1", "x", "99999999", "٤٠", "", "1&past=2"])
def test_the_way_to_older_ones(make_portal, asked):
    browser = make_portal(*(visit(f"v{n:03}", -1 - n, "fulfilled") for n in range(45))).open()
    answer = browser.get(f"appointments?past={quote(asked, safe='&=')}")
    assert answer.status_code == 200 and "Show older visits" in text(answer)
    assert (f"past={60 if asked == '40' else 40}#past") in answer.text


def test_switched_off_there_is_no_page(make_portal):
    browser = make_portal(visit("a", 5), setup={"features_off": ("appointments",)}).open()
    assert {browser.get(p).status_code for p in ("appointments", "appointments/a", "appointments/a/calendar.ics")} == {404}


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("kind", [Kind.SELF, Kind.PREVIEW])
def test_every_reader_gets_every_page(make_portal, language, kind):
    browser = make_portal(visit("a", 5, **FULL), visit("b", -5, "cancelled"), ROOM).open(kind=kind, language=language)
    for page in ("appointments", "appointments/a", "appointments/b"):
        answer = browser.get(page)
        assert answer.status_code == 200 and answer.text.count("<h1") == 1
        assert f'lang="{language}"' in answer.text and ("rtl" in answer.text.split(">")[1]) is (language == "ar")

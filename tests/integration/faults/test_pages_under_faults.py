"""Each way in which a hospital's server fails, seen from the pages: quick, honest, and whole again afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fhirportal.sandbox.faults import KINDS
from tests.integration.faults.clinic import LISTS, busy_threads, settle

MOST_SECONDS = 5.0
AWAY = "We can’t reach this part just now"
MISSING = "Some parts are missing from this page"
NOT_SHARED = "This part was not shared"
SIGN_IN = "Your sign-in at the hospital has ended"
SAYS_SO = (AWAY, MISSING, NOT_SHARED, SIGN_IN, "Not shared with this site")
# what each kind makes of a page that can show nothing at all; None: nobody notices
SAID = {
    "timeout": AWAY,
    "drop": AWAY,
    "reset": AWAY,
    "busy": AWAY,
    "error": AWAY,
    "down": AWAY,
    "truncated": AWAY,
    "html": AWAY,
    "mislabelled": None,
    "expired": SIGN_IN,
    "forbidden": NOT_SHARED,
    "drip": AWAY,
}


def test_every_kind_of_fault_is_walked_through():
    assert set(SAID) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(SAID))
def test_every_list_answers_in_time_and_says_what_is_missing(clinic, orla, healthy, kind):
    clinic.fault(kind, seconds=60, retry_after=1)
    for page in LISTS:
        got = orla.get(page, good=SAID[kind] != SIGN_IN)
        assert got.seconds < MOST_SECONDS, (page, got.seconds)
        assert got.status == (401 if SAID[kind] == SIGN_IN else 200), page
        if SAID[kind] is None:
            assert not any(words in got.words for words in SAYS_SO), page
        elif page:
            assert SAID[kind] in got.words, (page, got.words[:800])
        else:
            assert any(words in got.words for words in SAYS_SO), got.words[:800]
        assert "Java" not in got.html and "Maintenance" not in got.html, "nothing of the server's own words"


@pytest.mark.parametrize("kind", sorted(set(SAID) - {"mislabelled", "expired"}))
def test_one_broken_part_leaves_the_rest(clinic, orla, healthy, kind):
    clinic.fault(kind, type="Invoice", seconds=60, retry_after=1)
    first = orla.get("")
    assert first.seconds < MOST_SECONDS and first.status == 200
    for words in ("Diabetes check", "Your record", "Test results"):
        assert words in first.words
    bills = orla.get("bills")
    assert bills.seconds < MOST_SECONDS and any(words in bills.words for words in SAYS_SO)
    visits = orla.get("appointments")
    assert not any(words in visits.words for words in SAYS_SO) and "Diabetes check" in visits.words


def test_a_part_that_cannot_be_reached_is_named_on_the_first_page(clinic, orla):
    clinic.fault("down", type="MedicationRequest")
    words = orla.get("").words
    assert MISSING in words and "Medicines" in words.split(MISSING)[1].split("Everything else")[0]


@pytest.mark.parametrize("kind", ["drop", "reset", "down", "busy"])
def test_one_bad_moment_is_not_noticed(clinic, orla, healthy, kind):
    clinic.fault(kind, type="Appointment", times=1, retry_after=0)
    got = orla.get("appointments")
    assert not any(words in got.words for words in SAYS_SO)


@pytest.mark.parametrize("wait", [1, 3])
def test_a_hospital_that_asks_for_a_pause_gets_it_while_there_is_time(clinic, orla, wait):
    clinic.fault("busy", type="Appointment", times=1, retry_after=wait)
    got = orla.get("appointments")
    assert not any(words in got.words for words in SAYS_SO)
    assert wait <= got.seconds < MOST_SECONDS


def test_a_body_that_drips_but_ends_in_time_is_taken(clinic, orla):
    clinic.fault("drip", type="Appointment", seconds=1.5)
    got = orla.get("appointments")
    assert "Diabetes check" in got.words and AWAY not in got.words


def test_a_slow_network_only_makes_pages_slow(clinic, orla):
    clinic.turn(latency_ms=400)
    for page in LISTS:
        got = orla.get(page)
        assert got.seconds < MOST_SECONDS and not any(words in got.words for words in SAYS_SO), page


def test_the_breaker_opens_pages_stay_quick_and_it_closes_by_itself(clinic, orla):
    clinic.fault("down")
    for _ in range(4):
        orla.get("")
    assert clinic.gateway.resting
    begun = time.monotonic()
    got = orla.get("")
    assert time.monotonic() - begun < 1 and any(words in got.words for words in SAYS_SO)
    clinic.turn(reset=True)
    end = time.monotonic() + 30
    while AWAY in orla.get("appointments").words and time.monotonic() < end:
        time.sleep(0.2)
    assert not clinic.gateway.resting
    assert not any(words in orla.get("").words for words in SAYS_SO)


def test_one_part_that_fails_for_good_does_not_close_the_others_off(clinic, orla):
    clinic.fault("down", type="Invoice")
    for _ in range(6):
        orla.get("")
    assert not clinic.gateway.resting


def test_many_people_waiting_for_nothing_leave_nothing_behind(clinic, orla):
    people = [clinic.visitor("orla") for _ in range(8)]
    orla.get("")
    before = busy_threads()
    clinic.fault("timeout", seconds=60)
    with ThreadPoolExecutor(8) as pool:
        waited = [got.seconds for got in pool.map(lambda person: person.get(""), people)]
    assert max(waited) < MOST_SECONDS
    clinic.heal()
    assert settle(before) <= before
    assert orla.get("").seconds < 2


def test_signing_in_again_after_the_hospital_forgot_us(clinic):
    person = clinic.visitor("orla")
    clinic.fault("expired")
    assert person.get("results", good=False).status == 401
    clinic.turn(reset=True)
    assert clinic.visitor("orla").get("results").status == 200

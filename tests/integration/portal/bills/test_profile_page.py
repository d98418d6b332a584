"""The profile page: what the hospital has about a person, what is shared, and the ways out."""

import html
import re

import pytest

from fhirportal.access.viewer import Kind
from fhirportal.portal.profile.shares import keeps_access, list_shared
from fhirportal.words import translator

V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
PERSON = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"type": {"coding": [{"system": V2, "code": "MR"}]}, "value": "H-77"},
        {"type": {"coding": [{"system": V2, "code": "SS"}]}, "value": "999-11-2222"},
    ],
    "name": [{"use": "official", "text": "田中 健二"}, {"use": "usual", "given": ["Kenji"], "family": "Tanaka"}],
    "gender": "male",
    "birthDate": "1977-12",
    "telecom": [{"system": "phone", "use": "mobile", "value": "555 0106"}],
    "address": [{"use": "home", "line": ["1 Quay"], "city": "Dublin"}],
    "contact": [{"relationship": [{"coding": [{"code": "WIFE"}]}], "name": {"text": "Aya Tanaka"}}],
    "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ja"}]}, "preferred": True}],
}


def seen(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_who_someone_is(make_portal):
    page = make_portal(PERSON).open().get("profile")
    words = seen(page)
    for said in (
        "Name 田中 健二", "Other name Kenji Tanaka", "Date of birth December 1977", "Sex in the record Male", "Hospital number H-77",
        "Preferred language Japanese", "Phone · Mobile 555 0106", "1 Quay", "Aya Tanaka Who it is Wife",
        "Everything in the record that your hospital shares", "You have accepted the terms, version 1.",
    ):  # fmt: skip
        assert said in words, said
    assert "999-11-2222" not in page.text
    assert "call 01 555 0140" in words and "<title>Profile and privacy" in page.text


def test_the_ways_out(make_portal):
    text = make_portal(PERSON).open().get("profile").text
    main = text[text.index("<main") : text.index("</main>")]
    assert main.count('action="/signout"') == 2 and 'name="everywhere" value="yes"' in main
    assert main.count('name="csrf_token"') == 3
    assert 'action="/preferences"' in main and 'name="back" value="/c/' in main


def test_without_an_account_there_is_one_way_out(make_portal):
    page = make_portal(PERSON).open(kind=Kind.UNKNOWN).get("profile")
    assert 'name="everywhere"' not in page.text
    assert "did not tell us who you are" in seen(page)


def test_choosing_a_language_and_colours(make_portal):
    browser = make_portal(PERSON).open()
    form = {"language": "es", "theme": "dark", "back": f"{browser.chart}/profile"}
    base, site = "http://localhost:8000", {"Sec-Fetch-Site": "same-origin"}
    answer = browser.client.post("/preferences", data=form, base_url=base, headers=site)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"{browser.chart}/profile")
    text = browser.get("profile").text
    assert '<html lang="es"' in text and 'data-theme="dark"' in text


@pytest.mark.parametrize(
    ("hospital", "scopes", "expected"),
    [
        ({"down": {"Patient"}}, "patient/*.rs", "We can’t reach this part just now"),
        ({}, "patient/Observation.rs", "This part was not shared"),
    ],
)
def test_signing_out_works_whatever_the_hospital_does(make_portal, hospital, scopes, expected):
    page = make_portal(PERSON, **hospital).open(scopes=scopes).get("profile")
    assert page.status_code == 200 and expected in seen(page) and 'action="/signout"' in page.text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"active": False}, "marked as not in use"),
        ({"link": [{"type": "replaced-by", "other": {"reference": "Patient/zz9"}}]}, "joined with another"),
        ({"deceasedDateTime": "2025-03"}, "Died March 2025"),
        ({"birthDate": None}, "Date of birth Not given by your hospital"),
        ({"contact": None}, "The hospital has sent no contact person."),
        ({"identifier": None}, "Hospital number Not given by your hospital"),
    ],
)
def test_what_is_odd_or_missing_is_said(make_portal, more, expected):
    page = make_portal(PERSON | more).open().get("profile")
    assert expected in seen(page) and "zz9" not in page.text


def test_a_trusted_person_reads_whose_details_they_are(make_portal):
    assert "Who 田中 健二 is to the hospital" in seen(make_portal(PERSON).open(kind=Kind.TRUSTED).get("profile"))


WORDS = translator("en")


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ("patient/*.rs openid", ["Everything in the record that your hospital shares"]),
        ("patient/Observation.rs patient/Invoice.read", ["Test results and measurements", "Bills"]),
        ("patient/Observation.rs?category=laboratory", ["Test results and measurements, in part"]),
        ("patient/Observation.rs?category=laboratory patient/Observation.rs", ["Test results and measurements"]),
        ("patient/Basic.rs", ["Other parts of the record"]),
        ("patient/Observation.c", []),
        ("openid launch/patient", []),
        ("patient/Nonsense.rs", []),
    ],
)
def test_scopes_in_words(scopes, expected):
    assert list_shared(scopes.split(), WORDS) == expected


def test_whether_access_lasts():
    assert keeps_access(["offline_access"]) and not keeps_access(["patient/*.rs"])

"""Every way in which signing in can fail has a page: what happened, a way on, whom to call, a reference number."""

import json
import re

import pytest
from joserfc.jwk import RSAKey

from fhirportal import logs
from fhirportal.web.problems import PROBLEMS
from tests.integration.signin.rig import hospital, state_in


def is_page(answer, status, title):
    assert answer.status_code == status, answer.text
    assert title in answer.text
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)
    assert "01 555 0140" in answer.text and "112" in answer.text
    assert 'class="btn' in answer.text
    return True


def finish(rig, ehr):
    browser = rig.browser()
    return browser.get(browser.launch(ehr))


@pytest.mark.parametrize(
    ("settings", "status", "title"),
    [
        ({"error": "access_denied"}, 403, "You were not signed in"),
        ({"error": "server_error"}, 400, "did not sign you in"),
        ({"token_status": 400}, 502, "did not finish signing you in"),
        ({"token_status": 503}, 503, "stopped answering while you signed in"),
        ({"patient": None}, 403, "No patient was chosen"),
        ({"fhir_user": "Practitioner/d"}, 403, "This site is for patients"),
        ({"fhir_user": "RelatedPerson/r"}, 403, "You cannot see another person"),
        ({"claims": {"aud": "someone-else"}}, 400, "We could not be sure who you are"),
        ({"id_token_key": RSAKey.generate_key(2048)}, 400, "We could not be sure who you are"),
    ],
)
def test_the_answer_of_the_hospital_is_explained(rig, ehr, settings, status, title):
    for name, value in settings.items():
        setattr(ehr, name, value)
    is_page(finish(rig, ehr), status, title)


def test_what_was_refused_leaves_no_token_and_no_session(rig, ehr):
    from fhirportal.storage.schema import accounts, audit_rows, open_sessions, upstream_tokens
    from tests.integration.signin.test_entering import rows

    ehr.fhir_user = "Practitioner/d"
    finish(rig, ehr)
    assert rows(rig, upstream_tokens) == rows(rig, open_sessions) == rows(rig, accounts) == []
    assert len(ehr.revoked) == 2
    (row,) = rows(rig, audit_rows)
    assert (row.outcome, row.reason, row.actor) == ("refused", "clinician", "Practitioner/d")


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ("", 400, "The link that brought you here is not complete"),
        ("?iss=http://x/fhir", 400, "The link that brought you here is not complete"),
        ("?iss=http://x/fhir&launch=1", 403, "We do not know the system that sent you here"),
    ],
)
@pytest.mark.parametrize("path", ["/launch", "/launch/alder"])
def test_launch_addresses_that_lead_nowhere(rig, ehr, path, query, status, title):
    is_page(rig.browser().get(path + query), status, title)


def test_a_hospital_that_cannot_be_reached(rig, ehr):
    ehr.discovery = {"authorization_endpoint": "not an address"}
    answer = rig.browser().get("/launch/alder", query_string={"iss": ehr.fhir, "launch": "x"})
    is_page(answer, 502, "We cannot reach the hospital’s sign-in")


def test_a_hospital_without_safe_pkce(rig, ehr):
    ehr.discovery = {"code_challenge_methods_supported": ["plain"]}
    answer = rig.browser().get("/launch/alder", query_string={"iss": ehr.fhir, "launch": "x"})
    is_page(answer, 502, "sign-in is not safe enough")


def test_an_old_sign_in(rig, ehr):
    browser = rig.browser()
    back = browser.launch(ehr)
    rig.later(minutes=31)
    is_page(browser.get(back), 400, "This sign-in is over")


def test_standalone_switched_off(make_rig, ehr):
    from tests.integration.signin.rig import token_in

    rig = make_rig(hospital(ehr, standalone_launch=False))
    browser = rig.browser()
    page = browser.get("/signin/alder").text
    assert "opens this site from its own system" in page
    answer = browser.post("/signin/alder/start", {"csrf_token": token_in(page)})
    is_page(answer, 403, "Sign in at your hospital first")


def test_a_browser_without_cookies(rig, ehr):
    back = rig.browser().launch(ehr)
    is_page(rig.browser().get(back), 403, "Your browser did not keep you signed in")
    assert state_in(back)


def test_too_many_tries_say_when_to_come_back(rig, ehr, monkeypatch):
    monkeypatch.setattr("fhirportal.signin.beginning.PER_MINUTE", 5)
    browser = rig.browser()
    answers = [browser.get("/launch/alder?iss=x&launch=y") for _ in range(6)]
    is_page(answers[-1], 429, "Too many tries")
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[0].status_code == 403
    assert rig.browser(REMOTE_ADDR="127.0.0.9").get("/launch/alder?iss=x&launch=y").status_code == 403


def test_addresses_that_are_not_there(rig):
    browser = rig.browser()
    is_page(browser.get("/nothing/here"), 404, "We could not find this page")
    is_page(browser.get("/signin/nowhere"), 404, "We could not find this page")
    assert browser.get("/signout").headers["Allow"] == "OPTIONS, POST"


def test_a_bug_shows_nothing_of_itself(rig, caplog):
    answer = rig.browser().get("/bug")
    is_page(answer, 500, "Something went wrong on our side")
    written = "\n".join(logs.SafeFormatter().format(record) for record in caplog.records)
    assert "name of a patient" not in answer.text + written
    line = next(line for line in map(json.loads, written.splitlines()) if line.get("event") == "unexpected")
    assert line["exception"]["type"] == "RuntimeError" and "bug" in line["exception"]["raised"][-1]


def test_the_page_stands_while_the_stores_are_away(rig, ehr, monkeypatch):
    from fhirportal.errors import Unavailable

    browser = rig.browser()
    path = browser.enter(ehr)

    def away(*_):
        raise Unavailable("database away")

    monkeypatch.setattr(rig.services.sessions, "find", away)
    is_page(browser.get(path), 503, "A part of this site is not working")


def test_every_code_of_the_protocol_and_of_our_errors_has_words():
    from fhirportal import errors
    from smart_launch import errors as protocol

    codes = {kind.code for kind in vars(protocol).values() if isinstance(kind, type) and issubclass(kind, protocol.LaunchError)}
    codes |= {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PortalError)}
    assert codes <= set(PROBLEMS)


def test_without_a_known_hospital_every_hospitals_numbers_stand_there(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick", name="Fenwick Health"))
    page = rig.browser().get("/nothing").text
    assert page.count("01 555 0140") == 2 and "Fenwick Health" in page and "112" in page

"""Attacks on the way in, by their numbers in the acceptance list."""

import json
import logging
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from fhirportal.storage.engine import reading
from fhirportal.storage.schema import accounts, open_sessions
from tests.integration.signin.rig import hospital, state_in, token_in


@pytest.mark.parametrize(
    "iss",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/fhir",
        "{fhir}.evil.example",
        "{fhir}@evil.example/fhir",
        "{fhir}/../other",
        "{fhir}?x=1",
        "file:///etc/passwd",
        "",
    ],
)
def test_ab4_an_issuer_not_on_the_list_is_never_fetched(rig, ehr, iss):
    for path in ("/launch", "/launch/alder"):
        answer = rig.browser().get(path, query_string={"iss": iss.format(fhir=ehr.fhir), "launch": "x"})
        assert answer.status_code in (400, 403)
    assert ehr.asked == [] and ehr.authorizations == []


def test_ab4_the_issuer_of_one_hospital_is_unknown_at_the_other(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick"))
    answer = rig.browser().get("/launch/fenwick", query_string={"iss": ehr.fhir, "launch": "x"})
    assert answer.status_code == 403 and ehr.asked == second_ehr.asked == []


def test_ab5_a_callback_works_once(rig, ehr):
    browser = rig.browser()
    back = browser.launch(ehr)
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400
    tokens = [path for path in ehr.asked if path == "/token"]
    assert len(tokens) == 1


def test_ab6_an_attackers_answer_does_not_sign_the_victim_in(rig, ehr):
    attacker, victim = rig.browser(), rig.browser()
    injected = attacker.launch(ehr)
    victim.launch(ehr)
    answer = victim.get(injected)
    assert answer.status_code == 400 and "begun in another browser" in answer.text
    assert victim.cookie() is None
    assert attacker.get(injected).status_code == 400  # used up: the state is taken once, by whoever


@pytest.mark.parametrize("state", ["", "x", "%00", "a" * 3000])
def test_ab6_missing_or_foreign_state(rig, ehr, state):
    browser = rig.browser()
    browser.launch(ehr)
    answer = browser.get(f"/signin/alder/callback?{urlencode({'code': 'c', 'state': state})}")
    assert answer.status_code == 400 and "/token" not in ehr.asked


def test_ab6_doubled_parameters_are_refused(rig, ehr):
    browser = rig.browser()
    back = browser.launch(ehr)
    assert browser.get(f"{back}&state=other").status_code == 400
    assert browser.get(f"{back}&code=other").status_code == 400
    assert "/token" not in ehr.asked


def test_ab6_mix_up_between_two_hospitals(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick"))
    browser = rig.browser()
    back = browser.launch(ehr).replace("/signin/alder/", "/signin/fenwick/")
    assert browser.get(back).status_code == 400
    assert "/token" not in ehr.asked + second_ehr.asked


def test_ab6_a_response_iss_of_another_server_is_refused(rig, ehr):
    browser = rig.browser()
    back = browser.launch(ehr)
    answer = browser.get(f"{back}&iss=https%3A%2F%2Fevil.example")
    assert answer.status_code == 400 and "another system" in answer.text and "/token" not in ehr.asked


def test_ab10_no_secret_in_log_address_or_cookie(rig, ehr, caplog):
    caplog.set_level(logging.DEBUG)
    browser = rig.browser()
    back = browser.launch(ehr, launch="launch-secret-value")
    code = back.split("code=")[1].split("&")[0]
    answer = browser.get(back)
    assert code not in answer.headers["Location"]
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("urllib3"))
    for secret in (code, state_in(back), browser.cookie(), "launch-secret-value"):
        assert secret and secret not in ours
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_ab10_sign_in_terms_and_records_stand_in_no_frame(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    for page in ("/signin/alder", path, "/signed-out"):
        headers = browser.get(page).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"nonce": "other"},
        {"iss": "https://evil.example"},
        {"fhirUser": "https://evil.example/fhir/Patient/p1"},
        {"exp": 1},
    ],
)
def test_ab13_a_false_id_token_opens_nothing(rig, ehr, claims):
    ehr.claims = claims
    browser = rig.browser()
    assert browser.get(browser.launch(ehr)).status_code == 400
    assert browser.cookie() is None


def test_ab13_algorithm_confusion(rig, ehr):
    import base64

    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    ehr.token_extra = {"id_token": f"{unsigned}.e30."}
    browser = rig.browser()
    assert browser.get(browser.launch(ehr)).status_code == 400


def test_ab15_the_cookie_changes_at_every_sign_in_and_the_old_one_is_dead(rig, ehr):
    browser = rig.browser()
    browser.enter(ehr)
    old = browser.cookie()
    path = browser.enter(ehr)
    assert browser.cookie() != old
    thief = rig.browser()
    thief.client.set_cookie("fhirportal", old, domain="localhost")
    assert thief.get(path).status_code == 303


@pytest.mark.parametrize("planted", ["attacker-chosen", "A" * 43, "a" * 3000])
def test_ab15_a_planted_cookie_is_never_a_session(rig, ehr, planted):
    browser = rig.browser()
    browser.client.set_cookie("fhirportal", planted, domain="localhost")
    browser.enter(ehr)
    assert browser.cookie() != planted


def test_ab15_a_request_in_flight_cannot_bring_a_signed_out_session_back(rig, ehr):
    browser = rig.browser()
    browser.enter(ehr)
    sessions = rig.services.sessions
    held = sessions.find(browser.cookie())
    sessions.end(held)
    rig.later(minutes=2)
    sessions.touch(held)
    sessions.set_terms(held, "alder@1")
    assert sessions.find(browser.cookie()) is None
    assert sessions.renew(held) is None


def test_ab15_a_row_deleted_anywhere_ends_the_session_on_the_next_request(rig, ehr):
    from fhirportal.storage.engine import writing

    browser = rig.browser()
    path = browser.enter(ehr)
    with writing(rig.engine) as connection:
        connection.execute(open_sessions.delete())
    assert browser.get(path).status_code == 303


def test_ab39_a_handle_of_another_session_or_hospital_is_not_found(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick"))
    one, two = rig.browser(), rig.browser()
    first = one.enter(ehr)
    second = two.enter(second_ehr, "fenwick")
    assert one.get(second).status_code == two.get(first).status_code == 404
    assert one.get(second).text.count("p1") == 0


def test_ab40_a_form_of_a_dead_chart_lands_nowhere_and_its_text_is_shown_back(rig, ehr):
    browser = rig.browser()
    old = browser.enter(ehr)
    csrf = browser.get(old).json["csrf"]
    ehr.sub, ehr.patient, ehr.fhir_user = "sub-9", "p9", "Patient/p9"
    new = browser.enter(ehr)
    text = "My <b>long</b> message\nto the team"
    stale = browser.post(old, {"csrf_token": csrf, "message": text})
    assert stale.status_code == 403 and "My &lt;b&gt;long&lt;/b&gt; message" in stale.text
    assert csrf not in stale.text
    fresh = browser.get(new).json["csrf"]
    missed = browser.post(old, {"csrf_token": fresh, "message": text})
    assert missed.status_code == 404 and "My &lt;b&gt;long&lt;/b&gt; message" in missed.text
    assert browser.post(new, {"csrf_token": fresh, "message": "x"}).json == browser.get(new).json | {"written": "x"}


def test_ab40_posted_text_is_shown_back_after_the_session_ended(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    csrf = browser.get(path).json["csrf"]
    rig.later(hours=1)
    answer = browser.post(path, {"csrf_token": csrf, "message": "kept words"})
    assert answer.status_code == 401 and "kept words" in answer.text and "/signin/alder" in answer.text


def test_ab41_another_patients_fhir_user_reads_only_and_makes_no_account(rig, ehr):
    ehr.fhir_user = "Patient/somebody-else"
    browser = rig.browser()
    seen = browser.get(browser.enter(ehr)).json
    assert (seen["kind"], seen["read_only"], seen["account"]) == ("unknown", True, None)
    with reading(rig.engine) as connection:
        assert connection.execute(select(accounts)).all() == []


FORGED = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher",
          "X-Forwarded-For": "6.6.6.6", "Forwarded": "host=evil.example"}  # fmt: skip


def test_ab47_forged_host_changes_no_address(rig, ehr):
    browser = rig.browser()
    for path in ("/", "/signin/alder", "/signin/alder/", "//signin/alder", "/results", "/c/x/results", "/nothing"):
        answer = browser.get(path, headers=FORGED)
        assert "evil.example" not in answer.text + str(answer.headers)
    answer = browser.get("/launch/alder", query_string={"iss": ehr.fhir, "launch": "x"}, headers=FORGED)
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fsignin%2Falder%2Fcallback" in answer.headers["Location"]


def test_ab47_a_forged_client_address_does_not_escape_the_limit(rig, monkeypatch):
    monkeypatch.setattr("fhirportal.signin.beginning.PER_MINUTE", 5)
    browser = rig.browser()
    answers = [browser.get("/launch?iss=x&launch=y", headers={"X-Forwarded-For": f"6.6.6.{n}"}) for n in range(6)]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(rig, ehr, headers):
    browser = rig.browser()
    path = browser.enter(ehr)
    csrf = browser.get(path).json["csrf"]
    assert browser.post(path, {"csrf_token": csrf}, headers=headers).status_code == 403
    assert browser.post("/signout", {"csrf_token": csrf}, headers=headers).status_code == 403
    assert browser.get(path).status_code == 200


def test_a_form_without_or_with_another_sessions_token_is_refused(rig, ehr):
    browser, other = rig.browser(), rig.browser()
    path = browser.enter(ehr)
    foreign = other.get(other.enter(ehr)).json["csrf"]
    for token in ("", "x", foreign):
        assert browser.post(path, {"csrf_token": token}).status_code == 403
        assert browser.post("/signout", {"csrf_token": token}).status_code == 403


def test_a_token_from_before_sign_in_is_worth_nothing_after_it(rig, ehr):
    browser = rig.browser()
    early = token_in(browser.get("/signin/alder").text)
    path = browser.enter(ehr)
    assert browser.post(path, {"csrf_token": early}).status_code == 403

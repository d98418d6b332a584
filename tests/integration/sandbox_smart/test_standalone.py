"""Standalone launch: the sign-in page, the choice of a chart, the person's no; and discovery before it."""

import re

import pytest
import requests

from tests.integration.sandbox_smart.rp import REDIRECT, query_of


def handle_of(page):
    return re.search(r'name="request" value="([^"]+)"', page.text)[1]


def begin(app, **changes):
    """The sign-in page an authorize request leads to."""
    answer = app.authorize(**changes)
    assert answer.status_code == 302, answer.text
    return app.http.get(answer.headers["Location"], timeout=5)


def sign_in(app, page, username, password="demo"):
    form = {"request": handle_of(page), "username": username, "password": password}
    return app.http.post(page.url, data=form, timeout=5)


def choose(app, page, **answer):
    form = {"request": handle_of(page), **answer}
    return app.http.post(page.url, data=form, allow_redirects=False, timeout=5)


def test_a_patient_signs_in_allows_and_is_back_at_the_app(rig):
    app = rig.app()
    page = begin(app)
    assert "Orla Devane" in page.text and "<html lang=" in page.text
    consent = sign_in(app, page, "cillian")
    assert "Cillian Devane" in consent.text and "See everything in the record" in consent.text
    done = choose(app, consent, chart="patient cillian")
    assert done.status_code == 303
    got = app.exchange(query_of(done.headers["Location"])["code"]).json()
    assert got["patient"] == "cillian" and "launch/patient" in got["scope"].split()
    assert app.identity(got["id_token"])["fhirUser"] == f"{rig.fhir}/Patient/cillian"


def test_a_mother_picks_her_child(rig):
    app = rig.app()
    consent = sign_in(app, begin(app), "orla")
    assert {"patient orla", "relative finn", "relative brendan"} <= set(re.findall(r'value="([^"]+)"', consent.text))
    done = choose(app, consent, chart="relative finn")
    got = app.exchange(query_of(done.headers["Location"])["code"]).json()
    assert got["patient"] == "finn"
    assert app.identity(got["id_token"])["fhirUser"] == f"{rig.fhir}/RelatedPerson/orla-for-finn"


def test_a_doctor_finds_a_patient_by_name(rig):
    app = rig.app()
    consent = sign_in(app, begin(app), "doctor")
    found = app.http.get(consent.url, params={"request": handle_of(consent), "name": "Tanaka"}, timeout=5)
    assert "clinician kenji" in found.text and "clinician orla" not in found.text
    done = choose(app, found, chart="clinician kenji")
    got = app.exchange(query_of(done.headers["Location"])["code"]).json()
    assert got["patient"] == "kenji" and "/Practitioner/" in app.identity(got["id_token"])["fhirUser"]


@pytest.mark.parametrize("chart", ["patient orla", "relative finn", "clinician orla", "clinician", "", "king orla"])
def test_nobody_opens_a_chart_that_was_not_offered(rig, chart):
    app = rig.app()
    answer = choose(app, sign_in(app, begin(app), "cillian"), chart=chart)
    assert answer.status_code == 400 and "Choose whose record" in answer.text


def test_the_person_may_say_no(rig):
    app = rig.app()
    done = choose(app, sign_in(app, begin(app), "orla"), answer="deny")
    assert query_of(done.headers["Location"])["error"] == "access_denied"
    assert query_of(done.headers["Location"])["state"] == app.state


@pytest.mark.parametrize("username, password", [("orla", "wrong"), ("nobody", "demo"), ("", ""), ("orla", "pässwörd")])
def test_a_wrong_password_says_so_and_goes_nowhere(rig, username, password):
    answer = sign_in(app := rig.app(), begin(app), username, password)
    assert answer.status_code == 400 and "do not go together" in answer.text


def test_a_step_belongs_to_the_browser_that_began_it(rig):
    app, thief = rig.app(), rig.app()
    page = begin(app)
    assert thief.http.get(page.url, timeout=5).status_code == 400
    begin(thief)
    assert sign_in(thief, page, "orla").status_code == 400
    consent = sign_in(app, page, "orla")
    assert choose(thief, consent, chart="patient orla").status_code == 400
    skipped = app.http.get(begin(app).url.replace("sign-in", "allow"), timeout=5)
    assert skipped.status_code == 400, "no allowing before signing in"


def test_a_finished_step_is_gone(rig):
    app = rig.app()
    consent = sign_in(app, begin(app), "cillian")
    assert choose(app, consent, chart="patient cillian").status_code == 303
    assert choose(app, consent, chart="patient cillian").status_code == 400


def test_prompt_none_is_answered_without_a_page(rig):
    answer = rig.app().authorize(prompt="none")
    assert answer.headers["Location"].startswith(REDIRECT)
    assert query_of(answer.headers["Location"])["error"] == "login_required"


def test_pages_cannot_be_framed_or_run_script_and_may_post_to_the_app(rig):
    headers = begin(rig.app()).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost:9" in policy and headers["Cache-Control"] == "no-store"


def test_discovery_says_what_is_there_for_any_origin(rig):
    app = rig.app()
    for path in ("smart-configuration", "smart-configuration/", "openid-configuration"):
        answer = requests.get(f"{rig.fhir}/.well-known/{path}", headers={"Origin": "http://any"}, timeout=5)
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json()["issuer"] == rig.fhir
    told = app.configuration
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "permission-v2", "client-confidential-asymmetric"} <= set(told["capabilities"])
    assert all(told[name].startswith("http://127.0.0.1") for name in told if name.endswith(("endpoint", "uri")))
    keys = requests.get(told["jwks_uri"], timeout=5).json()["keys"]
    assert keys and not {"d", "p", "q", "dp", "dq", "qi"} & set(keys[0])
    assert requests.get(f"{rig.url}/nowhere/fhir/.well-known/smart-configuration", timeout=5).status_code == 404

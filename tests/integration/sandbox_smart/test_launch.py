"""EHR launch: from the one-time launch value to tokens, context and an id_token one can check."""

import re
import time

import pytest
import requests

from tests.integration.sandbox_smart.rp import REDIRECT, query_of


def test_a_patient_launch_ends_in_tokens_context_and_identity(rig):
    app = rig.app()
    answer = app.launch(rig.launch(encounter="enc-1", intent="reconcile", fhir_context=[{"reference": "ImagingStudy/1"}]))
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 3600
    assert answer["scope"].split() == ["launch", "openid", "fhirUser", "offline_access", "patient/*.rs"]
    assert (answer["patient"], answer["encounter"], answer["intent"]) == ("orla", "enc-1", "reconcile")
    assert answer["need_patient_banner"] is True and answer["fhirContext"] == [{"reference": "ImagingStudy/1"}]
    assert requests.get(answer["smart_style_url"], timeout=5).json()["color_background"].startswith("#")
    claims = app.identity(answer["id_token"])
    assert claims["iss"] == rig.fhir and claims["aud"] == "portal" and claims["nonce"] == app.nonce
    assert claims["fhirUser"] == f"{rig.fhir}/Patient/orla" and "orla" not in claims["sub"]
    assert claims["exp"] > time.time() >= claims["iat"] - 1


def test_a_launch_goes_to_the_apps_own_address_and_names_nobody(rig):
    launch = rig.launch()
    assert launch.startswith("http://localhost:9/launch?iss=") and query_of(launch)["iss"] == rig.fhir
    assert len(query_of(launch)["launch"]) >= 22 and "orla" not in launch


@pytest.mark.parametrize(
    "key, as_, patient, fhir_user",
    [
        ("orla", "relative", "finn", "RelatedPerson/orla-for-finn"),
        ("finn", "relative", "finn", "RelatedPerson/orla-for-finn"),
        ("finn", "clinician", "finn", r"Practitioner/.+"),
    ],
)
def test_relatives_and_clinicians_are_who_they_are(rig, key, as_, patient, fhir_user):
    app = rig.app()
    answer = app.launch(rig.launch(key, as_))
    assert answer["patient"] == patient
    assert re.fullmatch(f"{rig.fhir}/{fhir_user}", app.identity(answer["id_token"])["fhirUser"])


def test_one_person_has_one_subject_in_every_role(rig):
    subjects = [rig.app().launch(rig.launch("orla", as_))["id_token"] for as_ in ("patient", "relative")]
    subs = {rig.app().identity(token)["sub"] for token in subjects}
    other = rig.app().identity(rig.app().launch(rig.launch("finn"))["id_token"])["sub"]
    assert len(subs) == 1 and other not in subs


def test_the_answer_carries_the_same_state_and_the_issuer(rig):
    app = rig.app()
    location = app.authorize(query_of(rig.launch())["launch"]).headers["Location"]
    assert location.startswith(REDIRECT + "?") and query_of(location)["state"] == app.state
    assert query_of(location)["iss"] == rig.fhir
    rig.turn(send_iss=False)
    assert "iss" not in query_of(app.authorize(query_of(rig.launch())["launch"]).headers["Location"])


def test_authorize_takes_a_posted_form_and_an_aud_with_a_slash(rig):
    app = rig.app()
    answer = app.authorize(query_of(rig.launch())["launch"], post=True, aud=rig.fhir + "/")
    assert answer.status_code == 303
    assert app.exchange(query_of(answer.headers["Location"])["code"]).status_code == 200


def error_of(answer):
    assert answer.status_code == 302 and answer.headers["Location"].startswith(REDIRECT)
    return query_of(answer.headers["Location"])["error"]


def test_a_launch_works_once_for_its_own_app_and_five_minutes(rig):
    app, launch = rig.app(), query_of(rig.launch())["launch"]
    assert app.authorize(launch).status_code == 302
    assert error_of(app.authorize(launch)) == "invalid_request"
    assert error_of(rig.app("little").authorize(query_of(rig.launch())["launch"])) == "invalid_request"
    old = query_of(rig.launch())["launch"]
    rig.later(301)
    assert error_of(app.authorize(old)) == "invalid_request"
    assert error_of(app.authorize("made-up")) == "invalid_request"


@pytest.mark.parametrize(
    "change, error",
    [
        ({"aud": "https://elsewhere.example/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"state": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid patient/*.rs"}, "invalid_request"),
        ({"scope": "launch system/*.rs", "nonce": None}, None),
        ({"request": "ey.."}, "request_not_supported"),
    ],
)
def test_an_unsound_request_goes_back_with_an_error(rig, change, error):
    answer = rig.app().authorize(query_of(rig.launch())["launch"], **change)
    if error is None:
        assert query_of(answer.headers["Location"]).get("code")
    else:
        assert error_of(answer) == error


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "http://localhost:9/callback/"},
        {"redirect_uri": "http://localhost:9/callback?x=1"},
        {"redirect_uri": "http://localhost:9@evil.example/callback"},
        {"redirect_uri": None},
        {"client_id": None},
    ],
)
def test_an_unknown_app_or_address_gets_a_page_and_no_redirect(rig, change):
    answer = rig.app().authorize(query_of(rig.launch())["launch"], **change)
    assert answer.status_code == 400 and "Location" not in answer.headers and "<h1>" in answer.text


def test_a_parameter_given_twice_is_refused(rig):
    app = rig.app()
    params = [*app.request(query_of(rig.launch())["launch"]).items(), ("scope", "openid")]
    answer = requests.get(app.configuration["authorization_endpoint"], params=params, allow_redirects=False, timeout=5)
    assert error_of(answer) == "invalid_request"


def test_scopes_are_narrowed_to_what_the_app_may_have(rig):
    answer = rig.app("little").launch(rig.launch(client_id="little"))
    assert answer["scope"] == "launch openid fhirUser patient/Patient.r patient/Observation.rs"
    assert "refresh_token" not in answer


def test_launches_codes_and_tokens_survive_a_restart(rig):
    app = rig.app()
    code, launch = app.code(rig.launch()), rig.launch("finn")
    rig.restart()
    first = app.exchange(code).json()
    assert app.refresh(first["refresh_token"]).status_code == 200
    assert app.launch(launch)["patient"] == "finn"


def test_scripts_get_a_launch_over_http_with_the_control_token(rig):
    url, auth = f"{rig.url}/alder/desk/api/launch", {"Authorization": "Bearer control-token-of-the-test"}
    assert requests.post(url, json={"person": "orla"}, timeout=5).status_code == 401
    made = requests.post(url, json={"person": "orla", "as": "relative", "patient": "brendan"}, headers=auth, timeout=5)
    assert rig.app().launch(made.json()["url"])["patient"] == "brendan"
    assert requests.post(url, json={"person": "nobody"}, headers=auth, timeout=5).status_code == 404
    assert requests.post(url, json={"person": "cillian", "as": "relative"}, headers=auth, timeout=5).status_code == 404
    for wrong in ([], {}, {"person": "orla", "as": "king"}, {"person": "orla", "speed": 1}):
        assert requests.post(url, json=wrong, headers=auth, timeout=5).status_code == 400

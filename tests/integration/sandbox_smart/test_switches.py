"""Each fault an app's tests can ask this hospital for."""

import time

import pytest
import requests
from joserfc.errors import JoseError

from tests.integration.sandbox_smart.rp import query_of


def test_the_switchboard_is_locked_and_names_what_it_does_not_know(rig):
    url = f"{rig.url}/alder/auth/_control"
    assert requests.post(url, json={"patient": "omit"}, timeout=5).status_code == 401
    assert requests.post(url, json={}, headers={"Authorization": "Bearer nonsense"}, timeout=5).status_code == 401
    for wrong in ({"patiens": "omit"}, {"patient": "king"}, {"access_token_seconds": "2"}, {"send_iss": 1}):
        answer = rig.turn(**wrong)
        assert answer.status_code == 400 and next(iter(wrong)) in answer.json()["error"]
    assert rig.turn().json()["patient"] == "send"
    assert rig.turn(access_token_seconds=2).json()["access_token_seconds"] == 2
    assert rig.turn(reset=True).json()["access_token_seconds"] == 3600


def test_short_tokens_end_when_they_say(rig):
    rig.turn(access_token_seconds=2)
    answer = rig.app().launch(rig.launch())
    assert answer["expires_in"] == 2 and rig.ehr.state.find("access", answer["access_token"], rig.ehr.now())
    rig.later(2.1)
    assert rig.ehr.state.find("access", answer["access_token"], rig.ehr.now()) is None


def test_fewer_scopes_are_granted_today(rig):
    rig.turn(granted_scopes="launch openid patient/Observation.rs")
    answer = rig.app().launch(rig.launch())
    assert answer["scope"] == "launch openid patient/Observation.rs"
    rig.turn(granted_scopes="")
    refused = rig.app().authorize(query_of(rig.launch())["launch"])
    assert query_of(refused.headers["Location"])["error"] == "invalid_scope"


@pytest.mark.parametrize("fault", ["wrong-signature", "alg-none"])
def test_an_id_token_nobody_signed(rig, fault):
    rig.turn(id_token=fault)
    app = rig.app()
    token = app.launch(rig.launch())["id_token"]
    with pytest.raises(JoseError):
        app.identity(token)


@pytest.mark.parametrize(
    "fault, claim", [("wrong-audience", "aud"), ("wrong-issuer", "iss"), ("wrong-nonce", "nonce"), ("expired", "exp")]
)
def test_an_id_token_with_one_wrong_claim(rig, fault, claim):
    app = rig.app()
    sound = app.identity(app.launch(rig.launch())["id_token"])
    rig.turn(id_token=fault)
    wrong = app.identity(app.launch(rig.launch())["id_token"])
    assert wrong[claim] != sound[claim] and wrong["sub"] == sound["sub"]
    assert fault != "expired" or wrong["exp"] < rig.ehr.now()


def test_no_id_token_at_all(rig):
    rig.turn(id_token="missing")
    assert "id_token" not in rig.app().launch(rig.launch())


@pytest.mark.parametrize(
    "how, claim",
    [("omit", None), ("other-patient", "Patient/"), ("off-server", "https://another-hospital.example/fhir/Patient/orla")],
)
def test_a_fhir_user_missing_or_somebody_else(rig, how, claim):
    rig.turn(fhir_user=how)
    app = rig.app()
    told = app.identity(app.launch(rig.launch())["id_token"]).get("fhirUser")
    assert (told is None) if claim is None else (claim in told and told != f"{rig.fhir}/Patient/orla")


def test_no_patient_or_another_one(rig):
    rig.turn(patient="omit")
    assert "patient" not in rig.app().launch(rig.launch())
    rig.turn(patient="other")
    assert rig.app().launch(rig.launch())["patient"] not in (None, "orla")


def test_authorize_always_says_no(rig):
    rig.turn(authorize_error="access_denied")
    answer = rig.app().authorize(query_of(rig.launch())["launch"])
    assert query_of(answer.headers["Location"])["error"] == "access_denied"


def test_the_token_endpoint_down_slow_talking_html_or_refusing(rig):
    app = rig.app()
    code = app.code(rig.launch())
    rig.turn(token_endpoint="down")
    assert app.exchange(code).status_code == 503
    rig.turn(token_endpoint="html")
    assert app.exchange(code).headers["Content-Type"].startswith("text/html")
    rig.turn(token_endpoint="refuses")
    assert app.exchange(code).json()["error"] == "invalid_grant"
    rig.turn(token_endpoint="slow", slow_seconds=0.3)
    began = time.monotonic()
    assert app.exchange(code).status_code == 200 and time.monotonic() - began >= 0.3


def test_without_rotation_a_refresh_token_stays_good(rig):
    rig.turn(refresh_rotation=False)
    app = rig.app()
    token = app.launch(rig.launch())["refresh_token"]
    for _ in range(2):
        answer = app.refresh(token)
        assert answer.status_code == 200 and "refresh_token" not in answer.json()

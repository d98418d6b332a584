"""The token endpoint: codes once, PKCE, refresh with rotation, revocation, introspection, client authentication."""

import base64
import hmac
import json
import secrets

import pytest
import requests
from joserfc.jwk import RSAKey

from tests.integration.sandbox_smart.rig import EC, RSA
from tests.integration.sandbox_smart.rp import REDIRECT


def refused(answer, error, status=400):
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Pragma"] == "no-cache"
    return True


def active(rig, token):
    return rig.app("basic", secret="s:e c/r%t").http.post(
        f"{rig.url}/alder/auth/introspect", data={"token": token}, auth=("basic", "s%3Ae+c%2Fr%25t"), timeout=5
    ).json()  # fmt: skip


def test_a_code_works_once_and_its_reuse_ends_what_it_gave(rig):
    app = rig.app()
    code = app.code(rig.launch())
    first = app.exchange(code).json()
    assert active(rig, first["access_token"])["active"]
    assert refused(app.exchange(code), "invalid_grant")
    assert active(rig, first["access_token"]) == {"active": False}
    assert refused(app.refresh(first["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": secrets.token_urlsafe(48)},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "http://localhost:9/other"},
        {"code": "made-up"},
    ],
)
def test_a_code_needs_its_verifier_and_address(rig, change):
    app = rig.app()
    assert refused(app.exchange(app.code(rig.launch()), **change), "invalid_grant")


def test_a_code_belongs_to_one_app_and_lives_a_minute(rig):
    app, thief = rig.app(), rig.app("little")
    thief.verifier = app.verifier
    assert refused(thief.exchange(app.code(rig.launch())), "invalid_grant")
    code = app.code(rig.launch())
    rig.later(61)
    assert refused(app.exchange(code), "invalid_grant")


def test_a_refresh_rotates_and_brings_the_context_again(rig):
    app = rig.app()
    first = app.launch(rig.launch())
    second = app.refresh(first["refresh_token"]).json()
    assert second["patient"] == "orla" and second["scope"] == first["scope"]
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})
    assert refused(app.refresh(first["refresh_token"]), "invalid_grant")
    assert refused(app.refresh(second["refresh_token"]), "invalid_grant"), "reuse ends the whole family"
    assert active(rig, second["access_token"]) == {"active": False}


def test_a_refresh_may_ask_for_less_and_not_for_more(rig):
    app = rig.app()
    token = app.launch(rig.launch())["refresh_token"]
    assert refused(app.refresh(token, scope="patient/*.cruds"), "invalid_scope")
    less = app.refresh(token, scope="patient/Observation.rs offline_access").json()
    assert less["scope"] == "patient/Observation.rs offline_access"
    assert "patient/*.rs" in app.refresh(less["refresh_token"]).json()["scope"].split()


def test_a_public_app_may_leave_its_id_out_of_a_refresh(rig):
    app = rig.app()
    token = app.launch(rig.launch())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert requests.post(f"{rig.url}/alder/auth/token", data=form, timeout=5).status_code == 200


def test_a_refresh_token_of_another_app_and_an_old_one_are_refused(rig):
    app = rig.app()
    token = app.launch(rig.launch())["refresh_token"]
    assert refused(rig.app("little").refresh(token), "invalid_grant")
    rig.later(91 * 86400)
    assert refused(app.refresh(token), "invalid_grant")


def test_revoking_either_token_ends_both(rig):
    app, url = rig.app(), f"{rig.url}/alder/auth/revoke"
    for which in ("access_token", "refresh_token"):
        got = app.launch(rig.launch())
        other = requests.post(url, data={"token": got[which], "client_id": "little"}, timeout=5)
        assert other.status_code == 200 and active(rig, got["access_token"])["active"]
        assert requests.post(url, data={"token": got[which], "client_id": "portal"}, timeout=5).status_code == 200
        assert active(rig, got["access_token"]) == {"active": False}
        assert refused(app.refresh(got["refresh_token"]), "invalid_grant")
    assert requests.post(url, data={"token": "unknown", "client_id": "portal"}, timeout=5).status_code == 200


def test_introspection_tells_confidential_apps_what_a_token_is(rig):
    got = rig.app().launch(rig.launch())
    said = active(rig, got["access_token"])
    assert (said["client_id"], said["patient"], said["scope"]) == ("portal", "orla", got["scope"])
    assert active(rig, got["refresh_token"]) == {"active": False}
    public = requests.post(
        f"{rig.url}/alder/auth/introspect", data={"token": got["access_token"], "client_id": "portal"}, timeout=5
    )
    assert refused(public, "invalid_client", 401)


@pytest.mark.parametrize("key, alg, client_id", [(RSA, "RS384", "rsa"), (EC, "ES384", "ec")])
def test_an_app_with_a_key_signs_in_with_it(rig, key, alg, client_id):
    app = rig.app(client_id, key=key, alg=alg)
    got = app.launch(rig.launch(client_id=client_id))
    assert app.refresh(got["refresh_token"]).status_code == 200


def test_apps_with_secrets_send_them_their_own_way(rig):
    # RFC 6749 2.3.1: both parts are form-encoded before they are joined
    basic = rig.app("basic", secret="s%3Ae+c%2Fr%25t")
    assert basic.launch(rig.launch(client_id="basic"))["patient"] == "orla"
    post = rig.app("post", secret="other", post_secret=True)
    assert post.launch(rig.launch(client_id="post"))["patient"] == "orla"


@pytest.mark.parametrize(
    "client_id, values",
    [
        ("basic", {"secret": "wrong"}),
        ("basic", {"secret": "s:e c/r%t", "post_secret": True}),
        ("basic", {}),
        ("post", {"secret": "other"}),
        ("rsa", {}),
        ("rsa", {"key": EC, "alg": "ES384"}),
        ("rsa", {"key": RSAKey.generate_key(2048, {"kid": "rsa"})}),
        ("portal", {"secret": "anything", "post_secret": True}),
        ("nobody", {}),
    ],
)
def test_a_wrong_proof_is_an_invalid_client(rig, client_id, values):
    app = rig.app(client_id, **values)
    assert refused(app.exchange("a-code"), "invalid_client", 401)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/token"},
        {"exp": 1},
        {"exp": 99999999999},
        {"sub": "portal"},
        {"jti": ""},
        {"exp": "soon"},
    ],
)
def test_an_assertion_must_say_exactly_what_it_should(rig, changes):
    app = rig.app("rsa", key=RSA)
    assertion = app.assertion(f"{rig.url}/alder/auth/token", rig.ehr.now(), **changes)
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT, "code_verifier": app.verifier}
    answer = requests.post(f"{rig.url}/alder/auth/token", data=form | assertion, timeout=5)
    assert refused(answer, "invalid_client", 401)


def test_an_assertion_works_once_and_needs_its_algorithm(rig):
    app, url = rig.app("rsa", key=RSA), f"{rig.url}/alder/auth/token"
    once = app.assertion(url, rig.ehr.now())
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    assert refused(requests.post(url, data=form | once, timeout=5), "invalid_grant"), "the client was believed"
    assert refused(requests.post(url, data=form | once, timeout=5), "invalid_client", 401)
    claims = json.dumps({"iss": "rsa", "sub": "rsa", "aud": url, "exp": int(rig.ehr.now()) + 60, "jti": "j"}).encode()
    signed = f"{_header('HS384')}.{_b64(claims)}"
    # RSA public key taken for an HMAC secret: the classic confusion of algorithms
    forged = f"{signed}.{_b64(hmac.digest(RSA.as_pem(private=False), signed.encode(), 'sha384'))}"
    unsigned = f"{_header('none')}.{_b64(claims)}."
    for assertion in (forged, unsigned, "not.a-jwt", "ü.ü.ü", ""):
        answer = requests.post(url, data=form | once | {"client_assertion": assertion}, timeout=5)
        assert refused(answer, "invalid_client", 401)


def _header(alg):
    return _b64(json.dumps({"alg": alg, "typ": "JWT", "kid": "rsa"}).encode())


def _b64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_other_grants_and_doubled_parameters_are_refused(rig):
    url = f"{rig.url}/alder/auth/token"
    assert refused(requests.post(url, data={"grant_type": "password"}, timeout=5), "unsupported_grant_type")
    assert refused(requests.post(url, data=[("code", "a"), ("code", "b")], timeout=5), "invalid_request")
    assert requests.get(url, timeout=5).status_code == 405


def test_registered_origins_may_read_the_token_answer_and_others_not(rig):
    url = f"{rig.url}/alder/auth/token"
    ours = requests.post(url, data={}, headers={"Origin": "http://localhost:9"}, timeout=5)
    assert ours.headers["Access-Control-Allow-Origin"] == "http://localhost:9"
    assert "Access-Control-Allow-Origin" not in requests.post(url, headers={"Origin": "http://x"}, timeout=5).headers

"""Tokens: how we prove who we are, how answers are read, and when a session is over."""

import base64
import json
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from joserfc import jws, jwt

from smart_launch import keys
from smart_launch.client.client_assertion import ASSERTION_TYPE, KeySigner, make_assertion
from smart_launch.client.identity import ClientIdentity, authenticate
from smart_launch.client.token_response import parse_token_answer
from smart_launch.client.tokens import refresh, revoke
from smart_launch.errors import ContextChanged, HttpFailure, SessionEnded, TokenError, TokenUnreachable
from smart_launch.ports import HttpAnswer

ENDPOINT = "https://ehr.example/oauth/token"


def again(meeting, token="refresh-0", **more):
    return refresh(
        meeting.ehr, meeting.configuration, meeting.client, token, "patient/*.rs", now=meeting.now, deadline=1234.5, **more
    )


def read(document, now, status=200):
    return parse_token_answer(HttpAnswer(status, {}, json.dumps(document).encode()), "asked/scope", now)


def test_a_public_client_names_itself(meeting):
    assert authenticate(ClientIdentity("portal"), ENDPOINT, meeting.now) == ({"client_id": "portal"}, {})


def test_basic_encodes_both_halves_first(meeting):
    form, headers = authenticate(ClientIdentity("a:b", "client_secret_basic", "s %:+é"), ENDPOINT, meeting.now)
    kind, value = headers["authorization"].split()
    assert form == {} and kind == "Basic"
    assert [unquote_plus(half) for half in base64.b64decode(value).decode().split(":")] == ["a:b", "s %:+é"]


def test_a_secret_in_the_form(meeting):
    client = ClientIdentity("portal", "client_secret_post", "s")
    assert authenticate(client, ENDPOINT, meeting.now) == ({"client_id": "portal", "client_secret": "s"}, {})
    assert "secret='s'" not in repr(client)


@pytest.mark.parametrize(
    ("client_id", "auth"),
    [("", "public"), ("x", "client_secret_basic"), ("x", "client_secret_post"), ("x", "private_key_jwt")],
)
def test_an_incomplete_client_is_refused_when_it_is_made(client_id, auth):
    with pytest.raises(ValueError):
        ClientIdentity(client_id, auth)


@pytest.mark.parametrize("alg", keys.ASSERTION_ALGS)
def test_an_assertion_says_what_smart_asks(meeting, alg):
    key = keys.generate(alg)
    client = ClientIdentity("portal", "private_key_jwt", signer=KeySigner(key, alg))
    form, headers = authenticate(client, ENDPOINT, meeting.now)
    token = jwt.decode(form["client_assertion"], keys.import_key(keys.public_jwk(key)), algorithms=[alg])
    assert headers == {} and form["client_assertion_type"] == ASSERTION_TYPE
    assert token.header == {"typ": "JWT", "alg": alg, "kid": key.thumbprint()}
    now = int(meeting.now.timestamp())
    assert {**token.claims, "jti": ""} == {
        "iss": "portal",
        "sub": "portal",
        "aud": ENDPOINT,
        "iat": now,
        "exp": now + 240,
        "jti": "",
    }


def test_each_assertion_has_a_jti_of_its_own(ec_key, meeting):
    signer = KeySigner(ec_key, "ES384", "https://portal.example/" + "k" * 600)
    made = [make_assertion(signer, "portal", ENDPOINT, meeting.now) for _ in range(20)]
    registry = jws.JWSRegistry(algorithms=["ES384"], strict_check_header=False)
    registry.max_header_length = 4096
    read_back = [jwt.decode(each, ec_key, algorithms=["ES384"], registry=registry) for each in made]
    assert len({each.claims["jti"] for each in read_back}) == 20
    assert read_back[0].header["jku"] == signer.jku


@pytest.mark.parametrize("alg", ["RS256", "HS384", "none", "RS384"])
def test_a_signer_takes_only_a_private_key_that_fits(ec_key, alg):
    with pytest.raises(ValueError):
        KeySigner(ec_key, alg)
    with pytest.raises(ValueError):
        KeySigner(keys.import_key(keys.public_jwk(ec_key)), "ES384")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (3600, 3600),
        ("570", 570),
        (1.5, 1.5),
        (None, 300),
        ("soon", 300),
        (True, 300),
        (-5, 0),
        (10**400, 300),
        (10**9, 86400),
        ("nan", 300),
        ([1], 300),
    ],
)
def test_lives_as_servers_write_them(meeting, said, seconds):
    tokens = read({"access_token": "a", "token_type": "BeaReR", "expires_in": said}, meeting.now)
    assert tokens.expires_at == meeting.now + timedelta(seconds=seconds) and tokens.token_type == "Bearer"


@pytest.mark.parametrize(
    ("said", "scope"), [("a  b", "a b"), (["a", 1, "b"], "a b"), (None, "asked/scope"), (7, "asked/scope"), ("", "")]
)
def test_scopes_as_servers_write_them(meeting, said, scope):
    assert read({"access_token": "a", "scope": said}, meeting.now).scope == scope


@pytest.mark.parametrize("token", [None, "", "a b", "a\r\nX: y", 7, ["a"], "é", "x" * 17000])
def test_an_access_token_no_header_could_carry(meeting, token):
    with pytest.raises(TokenError):
        read({"access_token": token, "token_type": "Bearer"}, meeting.now)


def test_tokens_of_another_type(meeting):
    with pytest.raises(TokenError):
        read({"access_token": "a", "token_type": "DPoP"}, meeting.now)


@pytest.mark.parametrize(
    ("status", "body", "kind", "server_error"),
    [
        (400, b'{"error":"invalid_grant","error_description":"Jane Doe"}', SessionEnded, "invalid_grant"),
        (401, b'{"error":"invalid_client"}', TokenError, "invalid_client"),
        (200, b'{"error":"invalid_grant"}', SessionEnded, "invalid_grant"),
        (400, b'{"error":["x"]}', TokenError, "unreadable"),
        (400, b'{"error":"temporarily_unavailable"}', TokenUnreachable, "temporarily_unavailable"),
        (400, b"<html>", TokenError, None),
        (404, b"", TokenError, None),
        (200, b"[]", TokenError, None),
        (200, b"access_token=a", TokenError, None),
        (503, b"", TokenUnreachable, None),
        (500, b'{"error":"invalid_grant"}', TokenUnreachable, None),
        (429, b"", TokenUnreachable, None),
    ],
)
def test_refusals_for_good_and_for_now(meeting, status, body, kind, server_error):
    with pytest.raises((TokenError, SessionEnded, TokenUnreachable)) as caught:
        parse_token_answer(HttpAnswer(status, {}, body), "", meeting.now)
    assert type(caught.value) is kind and caught.value.server_error == server_error
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("99999", 3600), ("Tue, 01 Jan", None), ("", None), ("²", None)])
def test_when_to_come_back(meeting, said, seconds):
    with pytest.raises(TokenUnreachable) as caught:
        parse_token_answer(HttpAnswer(429, {"retry-after": said}), "", meeting.now)
    assert caught.value.retry_after == seconds


def test_a_refresh_sends_no_scope_and_keeps_the_old_token(meeting):
    tokens = again(meeting)
    assert (tokens.access_token, tokens.refresh_token) == ("at-1", "refresh-0")
    (url, form, headers), *_ = meeting.ehr.posted
    assert url == ENDPOINT and headers["accept"] == "application/json"
    assert form == {"grant_type": "refresh_token", "refresh_token": "refresh-0", "client_id": "portal"}


def test_a_refresh_takes_the_new_token(meeting):
    meeting.ehr.token_extra = {"refresh_token": "refresh-9"}
    assert again(meeting).refresh_token == "refresh-9"


def test_a_refresh_without_scope_has_the_old_one(meeting):
    meeting.ehr.token_extra = {"scope": None}
    assert again(meeting).scope == "patient/*.rs"


def test_a_dead_refresh_token_ends_the_session(meeting):
    with pytest.raises(SessionEnded) as caught:
        again(meeting, "refresh-stolen")
    assert caught.value.code == "session_ended"


@pytest.mark.parametrize("trouble", [HttpFailure("timed out"), HttpAnswer(502)])
def test_a_refresh_that_may_work_later(meeting, trouble):
    meeting.ehr.token_answer = trouble
    with pytest.raises(TokenUnreachable):
        again(meeting)


@pytest.mark.parametrize("patient", ["p1", "Patient/p1", None])
def test_a_refresh_for_the_same_patient(meeting, patient):
    meeting.ehr.extra = {"patient": patient}
    assert again(meeting, patient="p1").access_token == "at-1"


@pytest.mark.parametrize("patient", ["p2", "", ["p1"], "https://evil.example/Patient/p1"])
def test_a_refresh_for_another_patient_is_not_used(meeting, patient):
    meeting.ehr.extra = {"patient": patient}
    with pytest.raises(ContextChanged) as caught:
        again(meeting, patient="p1")
    assert caught.value.code == "context_changed" and isinstance(caught.value, SessionEnded)


def test_giving_a_token_back(meeting_as, assertion_client, ec_key):
    meeting = meeting_as(assertion_client)
    args = (meeting.ehr, meeting.configuration, assertion_client, "refresh-0", "refresh_token")
    assert revoke(*args, now=meeting.now, deadline=1234.5)
    (url, form, _), *_ = meeting.ehr.posted
    assert url.endswith("/revoke") and (form["token"], form["token_type_hint"]) == ("refresh-0", "refresh_token")
    assert jwt.decode(form["client_assertion"], ec_key, algorithms=["ES384"]).claims["aud"] == ENDPOINT


@pytest.mark.parametrize("trouble", [HttpFailure("timed out"), HttpAnswer(500), HttpAnswer(401)])
def test_giving_back_never_fails(meeting, trouble):
    meeting.ehr.token_answer = trouble
    args = (meeting.ehr, meeting.configuration, meeting.client, "at-1", "access_token")
    assert revoke(*args, now=meeting.now, deadline=1234.5) is False


def test_a_server_that_takes_nothing_back(meeting, ehr):
    ehr.publish(revocation_endpoint=None)
    meeting = type(meeting)(ehr)
    args = (ehr, meeting.configuration, meeting.client, "at-1", "access_token")
    assert revoke(*args, now=meeting.now, deadline=1234.5) is False and ehr.posted == []

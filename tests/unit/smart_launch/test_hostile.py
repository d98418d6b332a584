"""Whatever a server sends, the client answers with one of its own errors: never a crash, never an exception of a library."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_launch import keys
from smart_launch.client.id_token import validate
from smart_launch.client.token_response import parse_token_answer
from smart_launch.configuration import CAPABILITIES, OAUTH_URIS, Configuration, discover
from smart_launch.context import is_id, parse_context
from smart_launch.errors import DiscoveryFailed, IdTokenInvalid, TokenProblem
from smart_launch.ports import HttpAnswer

BASE = "https://ehr.example/r4"
ISSUER = "https://ehr.example/oauth"
gentle = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
words = st.sampled_from(
    [BASE, ISSUER, f"{ISSUER}/t", OAUTH_URIS, CAPABILITIES, "authorize", "token", "S256", "Patient/p1", "\ud800"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def documents(*names):
    return st.dictionaries(st.sampled_from(names), values, max_size=len(names))


extensions = documents("url", "valueUri", "valueUrl", "valueCode", "extension")
nested = st.builds(lambda outer, inner: {**outer, "extension": inner}, extensions, st.lists(extensions, max_size=3))
statements = st.builds(
    lambda some: {"resourceType": "CapabilityStatement", "rest": [{"security": {"extension": some}}]},
    st.lists(nested | values, max_size=3),
)
SMART = (
    *("issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "capabilities", "scopes_supported"),
    *("code_challenge_methods_supported", "authorization_response_iss_parameter_supported"),
)


@gentle
@given(documents(*SMART), statements | values, values)
def test_any_documents(ehr, configuration, statement, openid):
    answers = {"smart-configuration": configuration, "metadata": statement, "openid-configuration": openid}
    for base in (BASE, ISSUER):
        for name, document in answers.items():
            path = name if name == "metadata" else f".well-known/{name}"
            ehr.documents[f"{base}/{path}"] = HttpAnswer(200, {}, json.dumps(document).encode())
    try:
        found = discover(ehr, BASE, 1234.5)
    except DiscoveryFailed:
        return
    assert found.authorization_endpoint.startswith("https://") and found.token_endpoint.startswith("https://")


@gentle
@given(
    documents("access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token", "error"), st.integers(100, 599)
)
def test_any_token_answer(meeting, document, status):
    try:
        read = parse_token_answer(HttpAnswer(status, {}, json.dumps(document).encode()), "", meeting.now)
    except TokenProblem:
        return
    assert status == 200 and read.access_token.isascii() and read.access_token.isprintable()


@given(st.binary(max_size=60))
def test_any_bytes_from_the_token_endpoint(body):
    from datetime import UTC, datetime

    with pytest.raises(TokenProblem):
        parse_token_answer(HttpAnswer(200, {}, body), "", datetime(2026, 1, 1, tzinfo=UTC))


@given(documents("patient", "encounter", "need_patient_banner", "smart_style_url", "intent", "tenant", "fhirContext"))
def test_any_context(document):
    read = parse_context(document, BASE)
    assert read.patient is None or is_id(read.patient)


@gentle
@given(st.text(max_size=80) | st.builds(lambda *parts: ".".join(parts), *[st.text(max_size=20)] * 3))
def test_any_text_as_id_token(meeting, text):
    with pytest.raises(IdTokenInvalid):
        check(meeting, text)


@gentle
@given(documents("alg", "kid", "typ", "crit", "b64", "jwk", "x5c"), st.sampled_from(["RS256", None]))
def test_any_header(meeting, header, alg):
    part = base64.urlsafe_b64encode(json.dumps({**header, **({"alg": alg} if alg else {})}).encode()).rstrip(b"=").decode()
    with pytest.raises(IdTokenInvalid):
        check(meeting, f"{part}.e30.c2ln")


@gentle
@given(documents("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "fhirUser", "profile"))
def test_any_claims_under_a_good_signature(meeting, ehr, claims):
    try:
        who = check(meeting, ehr.id_token(**json.loads(json.dumps(claims))))
    except (IdTokenInvalid, UnicodeEncodeError):  # the latter from signing what no JWT can hold
        return
    assert who.issuer == ISSUER and 0 < len(who.subject) <= 255


@given(st.lists(documents("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"), max_size=4) | values)
def test_any_key_set(entries):
    for key in keys.parse_jwks({"keys": entries}):
        assert not key.is_private


def check(meeting, token):
    assert isinstance(meeting.configuration, Configuration)
    return validate(meeting.ehr, meeting.configuration, token, "portal", "n", meeting.now, 1234.5, meeting.cache)

"""The small parts: context, keys, PKCE, addresses, the cache that forgets, and the error codes."""

import inspect
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from smart_launch import errors, keys, pkce
from smart_launch.addresses import normal, same, usable
from smart_launch.aged import Aged
from smart_launch.context import ContextItem, LaunchContext, parse_context

BASE = "https://ehr.example/r4"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def test_the_whole_context_is_read():
    read = parse_context(
        {
            "patient": "Patient/p1",
            "encounter": f"{BASE}/Encounter/e1",
            "need_patient_banner": "false",
            "smart_style_url": "https://ehr.example/style.json",
            "intent": "reconcile",
            "tenant": "t",
            "fhirContext": [
                {"reference": "ImagingStudy/1", "role": "x"},
                {"canonical": "http://x|1"},
                {"identifier": {"system": "s", "value": "v"}, "type": "Task"},
                "Task/2",
                {},
                7,
            ],
        },
        BASE,
    )
    assert (read.patient, read.encounter, read.need_patient_banner, read.intent) == ("p1", "e1", False, "reconcile")
    assert read.smart_style_url == "https://ehr.example/style.json" and read.tenant == "t"
    assert read.fhir_context == (
        ContextItem(reference="ImagingStudy/1", role="x"),
        ContextItem(canonical="http://x|1"),
        ContextItem(identifier=("s", "v"), type="Task"),
        ContextItem(reference="Task/2"),
    )


def test_an_empty_context():
    assert parse_context({}, BASE) == LaunchContext()


def test_a_numeric_patient_id_is_an_id():
    assert parse_context({"patient": 12}, BASE).patient == "12"


@pytest.mark.parametrize("url", ["javascript:x", "http://ehr.example/s.json", "/style.json", 7])
def test_a_style_address_that_is_none(url):
    assert parse_context({"smart_style_url": url}, BASE).smart_style_url is None


@given(st.dictionaries(st.sampled_from(["patient", "encounter", "need_patient_banner", "fhirContext", "intent"]), json_values))
def test_any_context_is_read_without_a_crash(response):
    parse_context(response, BASE)


def test_published_keys_hold_nothing_private(rsa_key, ec_key):
    published = keys.public_jwks([rsa_key, ec_key])
    assert [set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"} for key in published["keys"]] == [set(), set()]
    assert published["keys"][0]["kid"] == "rsa-1" and published["keys"][1]["kid"] == ec_key.thumbprint()
    assert (published["keys"][1]["alg"], published["keys"][1]["use"]) == ("ES384", "sig")


def test_keys_survive_their_store(ec_key):
    again = keys.import_key(json.loads(json.dumps(keys.export_key(ec_key))))
    assert again.is_private and again.thumbprint() == ec_key.thumbprint()


def test_pem_keys_are_read():
    for native in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())):
        pem = native.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        assert keys.import_key(pem).is_private


@pytest.mark.parametrize(
    "source", ["", "secret", {}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-1"}]
)
def test_what_is_no_signing_key_is_refused(source):
    with pytest.raises(ValueError):
        keys.import_key(source)


@pytest.mark.filterwarnings("ignore:Key size")  # as in production, where the library only warns
def test_small_rsa_keys_do_not_count():
    small = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    entry = {"kty": "RSA", "n": _number(small.n), "e": _number(small.e)}
    found = keys.parse_jwks({"keys": [entry]})
    assert len(found) == 1 and keys.candidates(found, None, "RS256") == ()


def test_a_key_is_used_only_for_what_it_is_published_for(rsa_key):
    public = keys.public_jwk(rsa_key)
    assert keys.parse_jwks({"keys": [{**public, "use": "enc"}]}) == ()
    bound = keys.parse_jwks({"keys": [{**public, "alg": "RS384"}]})
    assert keys.candidates(bound, "rsa-1", "RS384") == bound and keys.candidates(bound, "rsa-1", "RS256") == ()
    assert keys.candidates(bound, "rsa-2", "RS384") == ()


def _number(value):
    import base64

    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def test_a_key_fits_only_its_algorithms(rsa_key, ec_key):
    assert [alg for alg in (*keys.ID_TOKEN_ALGS, "HS256", "none") if keys.fits(rsa_key, alg)] == ["RS256", "RS384", "PS256"]
    assert [alg for alg in (*keys.ID_TOKEN_ALGS, "HS256", "none") if keys.fits(ec_key, alg)] == ["ES384"]
    with pytest.raises(ValueError):
        keys.stamped(rsa_key, "ES384")


def test_pkce_is_the_example_of_the_rfc():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce.matches(verifier, pkce.challenge(verifier)) and not pkce.matches(verifier, verifier)
    assert not pkce.matches("short", "x") and not pkce.matches(verifier, "é")


@pytest.mark.parametrize("verifier", ["", "x" * 42, "x" * 129, "ü" * 50, " " * 50])
def test_a_weak_verifier_is_no_verifier(verifier):
    with pytest.raises(ValueError):
        pkce.challenge(verifier)


def test_addresses_are_the_same_or_not():
    assert normal("HTTPS://Ehr.Example:443/R4/") == "https://ehr.example/R4"
    assert same("http://[::1]:8080/r4", "http://[::1]:8080/r4/") and not same("https://a/x", "https://a/X")
    assert not same("", "") and not same("https://a@b/", "https://a@b/")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_not_without_a_crash(text):
    if usable(text, BASE):
        assert normal(text).startswith("https://")
    normal(f"https://{text}")


def test_the_cache_forgets_by_age_and_by_number_and_when_the_clock_goes_back():
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    cache = Aged(timedelta(seconds=10), lambda: now[0], 2)
    assert cache.keep("a", 1) == 1 and cache.find("a") == 1
    now[0] += timedelta(seconds=10)
    assert cache.find("a") is None and len(cache) == 0
    for key in "abc":
        cache.keep(key, key)
    assert [cache.find(key) for key in "abc"] == [None, "b", "c"]
    now[0] -= timedelta(seconds=1)
    assert cache.find("b") is None


def test_every_launch_error_has_a_stable_code_of_its_own_meaning():
    found = {
        kind.__name__: kind.code
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.LaunchError)
    }
    assert found == {
        "AccessDenied": "access_denied",
        "AuthorizationError": "authorization_error",
        "ContextChanged": "context_changed",
        "DiscoveryFailed": "discovery_failed",
        "IdTokenInvalid": "id_token_invalid",
        "IssuerMismatch": "issuer_mismatch",
        "LaunchError": "launch_error",
        "LaunchExpired": "launch_expired",
        "NoPatient": "no_patient",
        "PkceUnsupported": "pkce_unsupported",
        "SessionEnded": "session_ended",
        "StateMismatch": "state_mismatch",
        "TokenError": "token_error",
        "TokenProblem": "token_error",
        "TokenUnreachable": "token_unreachable",
        "UnknownIssuer": "unknown_issuer",
    }

"""An id_token is believed only when every check passes; each attack fails for its own reason (AB13)."""

import base64
import json
from datetime import timedelta

import pytest
from joserfc.jwk import OctKey

from smart_launch import keys
from smart_launch.client.id_token import Trust, parse_fhir_user, validate
from smart_launch.errors import HttpFailure, IdTokenInvalid
from smart_launch.ports import HttpAnswer

BASE = "https://ehr.example/r4"
ISSUER = "https://ehr.example/oauth"


def check(meeting, token, nonce="n-1", trust=None, configuration=None):
    return validate(
        meeting.ehr,
        configuration or meeting.configuration,
        token,
        "portal",
        nonce,
        meeting.now,
        1234.5,
        meeting.cache,
        trust,
    )


def refused(meeting, token, **more):
    with pytest.raises(IdTokenInvalid) as caught:
        check(meeting, token, **more)
    assert caught.value.code == "id_token_invalid"
    return caught.value.reason


def unsigned(header, claims):
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join(parts)


def claims_of(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_a_good_one(meeting, ehr):
    who = check(meeting, ehr.id_token(nonce="n-1"))
    assert (who.issuer, who.subject, who.fhir_user.type, who.fhir_user.id) == (ISSUER, "u-1", "Patient", "p1")


@pytest.mark.parametrize("alg", keys.ID_TOKEN_ALGS)
def test_each_allowed_algorithm(meeting, ehr, alg):
    key = ehr.rsa if alg[:2] in ("RS", "PS") else keys.generate(alg)
    ehr.published = [key]
    assert check(meeting, ehr.id_token(key, alg)).subject == "u-1"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS256", "HS384", "EdDSA", "RS512", ["RS256"], None])
def test_other_algorithms_are_refused_before_any_key_is_touched(meeting, ehr, alg):
    good = ehr.id_token()
    forged = f"{unsigned({'alg': alg, 'kid': 'rsa-1'}, claims_of(good))}.{good.split('.')[2]}"
    ehr.asked.clear()
    assert refused(meeting, forged) == "algorithm" and ehr.asked == []


def test_unsigned_is_refused(meeting, ehr):
    assert refused(meeting, unsigned({"alg": "none"}, claims_of(ehr.id_token())) + ".") == "algorithm"


def test_the_public_key_as_shared_secret_is_refused(meeting, ehr):
    secret = OctKey.import_key(json.dumps(keys.public_jwk(ehr.rsa)))
    assert refused(meeting, ehr.id_token(secret, "HS256", {"kid": "rsa-1"})) == "algorithm"


def test_an_rsa_signature_under_an_ec_kid_is_refused(meeting, ehr):
    assert refused(meeting, ehr.id_token(header={"kid": ehr.ec.kid})) == "unknown-key"


def test_a_foreign_key_under_a_known_kid_is_refused(meeting, ehr, other_rsa_key):
    assert refused(meeting, ehr.id_token(other_rsa_key, header={"kid": "rsa-1"})) == "signature"


def test_a_key_brought_along_in_the_header_is_not_used(meeting, ehr, other_rsa_key):
    brought = {"jwk": keys.public_jwk(other_rsa_key), "jku": "https://evil.example/jwks", "kid": None}
    assert refused(meeting, ehr.id_token(other_rsa_key, header=brought)) == "signature"
    assert not any("evil" in url for url in ehr.asked)


def test_changed_claims_are_refused(meeting, ehr):
    head, _, signature = ehr.id_token().split(".")
    _, body, _ = ehr.id_token(sub="somebody-else").split(".")
    assert refused(meeting, f"{head}.{body}.{signature}") == "signature"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "é.b.c", "e30.e30.e30", "W10.e30.x", "x" * 70000])
def test_what_is_no_jwt(meeting, token):
    assert refused(meeting, token) in ("malformed", "algorithm")


def test_a_rotated_key_is_found_by_asking_once_more(meeting, ehr, other_rsa_key):
    check(meeting, ehr.id_token())
    ehr.published = [other_rsa_key]
    ehr.asked.clear()
    assert check(meeting, ehr.id_token(other_rsa_key)).subject == "u-1"
    assert ehr.asked == [f"{ISSUER}/jwks"]


def test_an_unknown_kid_costs_one_fetch_and_is_refused(meeting, ehr):
    check(meeting, ehr.id_token())
    ehr.asked.clear()
    assert refused(meeting, ehr.id_token(header={"kid": "../../etc/passwd"})) == "unknown-key"
    assert ehr.asked == [f"{ISSUER}/jwks"]


def test_keys_are_remembered_for_a_while(meeting, ehr):
    ehr.asked.clear()
    check(meeting, ehr.id_token())
    check(meeting, ehr.id_token())
    meeting.later(minutes=3)
    check(meeting, ehr.id_token())
    assert ehr.asked == [f"{ISSUER}/jwks"]


def test_a_token_without_kid_is_checked_against_the_fitting_keys(meeting, ehr, other_rsa_key):
    ehr.published = [ehr.ec, other_rsa_key, ehr.rsa]
    assert check(meeting, ehr.id_token(header={"kid": None})).subject == "u-1"


@pytest.mark.parametrize("trouble", [HttpFailure("refused"), HttpAnswer(503), HttpAnswer(200, {}, b"<html>"), HttpAnswer(404)])
def test_keys_that_cannot_be_had(meeting, ehr, trouble):
    ehr.documents["https://ehr.example/elsewhere"] = trouble
    ehr.publish(jwks_uri="https://ehr.example/elsewhere")
    assert refused(type(meeting)(ehr), ehr.id_token()) == "keys-unavailable"


def test_a_server_without_keys(meeting, ehr):
    ehr.publish(jwks_uri=None)
    assert refused(type(meeting)(ehr), ehr.id_token()) == "no-keys"


def test_broken_and_secret_keys_in_a_set_are_passed_over(ehr):
    document = {
        "keys": [None, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": "x"}, {"kty": "OKP"}, keys.public_jwk(ehr.rsa)]
    }
    assert [key.kid for key in keys.parse_jwks(document)] == ["rsa-1"]
    assert keys.parse_jwks({"keys": "no"}) == ()


@pytest.mark.parametrize("issuer", ["https://evil.example", f"{ISSUER}/", ISSUER.upper(), None, [ISSUER]])
def test_the_issuer_is_compared_byte_for_byte(meeting, ehr, issuer):
    assert refused(meeting, ehr.id_token(iss=issuer)) == "issuer"


def test_an_issuer_the_hospital_forgives(meeting, ehr):
    trust = Trust(issuers=frozenset({f"{ISSUER}/"}))
    assert check(meeting, ehr.id_token(iss=f"{ISSUER}/"), trust=trust).issuer == f"{ISSUER}/"
    assert refused(meeting, ehr.id_token(iss="https://evil.example"), trust=trust) == "issuer"


def test_a_server_without_issuer_is_held_to_its_base(meeting, ehr):
    ehr.publish(issuer=None)
    meeting = type(meeting)(ehr)
    assert check(meeting, ehr.id_token(iss=f"{BASE}/")).issuer == f"{BASE}/"
    assert refused(meeting, ehr.id_token()) == "issuer"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-app"},
        {"aud": None},
        {"aud": []},
        {"aud": ["another-app"]},
        {"aud": ["portal", "another-app"]},
        {"aud": ["portal", "another-app"], "azp": "another-app"},
        {"azp": "another-app"},
        {"aud": {"portal": 1}},
    ],
)
def test_tokens_for_another_app(meeting, ehr, claims):
    assert refused(meeting, ehr.id_token(**claims)) == "audience"


@pytest.mark.parametrize("claims", [{"aud": ["portal"]}, {"aud": ["x", "portal"], "azp": "portal"}, {"azp": "portal"}])
def test_tokens_for_us_in_other_spellings(meeting, ehr, claims):
    assert check(meeting, ehr.id_token(**claims)).subject == "u-1"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": -61}, "expired"),
        ({"exp": -59}, None),
        ({"iat": 61}, "issued-in-future"),
        ({"iat": 59}, None),
        ({"nbf": 61}, "not-yet-valid"),
        ({"nbf": 59}, None),
    ],
)
def test_clocks_may_differ_by_a_minute(meeting, ehr, claims, reason):
    instants = {name: int((meeting.now + timedelta(seconds=passed)).timestamp()) for name, passed in claims.items()}
    token = ehr.id_token(**instants)
    assert (refused(meeting, token) if reason else check(meeting, token).subject) == (reason or "u-1")


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", [None, "2030-01-01", True, float("nan"), float("inf"), 10**400, "1900000000"])
def test_times_that_are_no_times(meeting, ehr, name, value):
    assert refused(meeting, ehr.id_token(**{name: value})) == "missing-time"


@pytest.mark.parametrize("nonce", ["other", "", 7, ["n-1"]])
def test_a_wrong_nonce(meeting, ehr, nonce):
    assert refused(meeting, ehr.id_token(nonce=nonce)) == "nonce"


def test_a_missing_nonce_is_a_setting(meeting, ehr):
    assert check(meeting, ehr.id_token()).subject == "u-1"
    assert refused(meeting, ehr.id_token(), trust=Trust(require_nonce=True)) == "nonce"


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256])
def test_a_subject_that_is_none(meeting, ehr, subject):
    assert refused(meeting, ehr.id_token(sub=subject)) == "subject"


@pytest.mark.parametrize(
    "user",
    [
        "https://evil.example/r4/Patient/p1",
        "https://ehr.example.evil.example/r4/Patient/p1",
        "https://ehr.example/r4evil/Patient/p1",
        "https://ehr.example@evil.example/r4/Patient/p1",
        "http://ehr.example/r4/Patient/p1",
        "//evil.example/Patient/p1",
        "http://169.254.169.254/Patient/p1",
        "https://ehr.example/r5/Patient/p1",
    ],
)
def test_a_user_on_another_server_is_refused_and_never_fetched(meeting, ehr, user):
    check(meeting, ehr.id_token())
    ehr.asked.clear()
    assert refused(meeting, ehr.id_token(fhirUser=user)) == "foreign-user" and ehr.asked == []


@pytest.mark.parametrize(
    ("value", "user"),
    [
        ("Patient/p1", "Patient/p1"),
        (f"{BASE}/Practitioner/d-2", "Practitioner/d-2"),
        ("https://EHR.example:443/r4/RelatedPerson/m.3", "RelatedPerson/m.3"),
        (f"{BASE}/Person/x/_history/2", "Person/x"),
        ("PractitionerRole/r", "PractitionerRole/r"),
        ("Device/d", "None"),
        ("Patient/", "None"),
        ("Patient/..", "None"),
        (f"{BASE}/Patient/../Person/x", "None"),
        (f"{BASE}/Patient/p1?x=1", "None"),
        ("Patient/" + "a" * 65, "None"),
        (["Patient/p1"], "None"),
    ],
)
def test_users_as_servers_write_them(meeting, ehr, value, user):
    assert str(check(meeting, ehr.id_token(fhirUser=value)).fhir_user) == user


def test_profile_stands_in_for_fhir_user_and_may_be_any_web_page(meeting, ehr):
    assert str(check(meeting, ehr.id_token(fhirUser=None, profile="Patient/p9")).fhir_user) == "Patient/p9"
    assert check(meeting, ehr.id_token(fhirUser=None, profile="https://social.example/me")).fhir_user is None
    assert check(meeting, ehr.id_token(fhirUser=None)).fhir_user is None
    assert parse_fhir_user(None, BASE) is None

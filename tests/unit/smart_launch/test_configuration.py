"""Discovery believes only usable documents, falls back in order, and forgets."""

from datetime import timedelta

import pytest

from smart_launch.configuration import CAPABILITIES, OAUTH_URIS, ConfigurationCache, discover
from smart_launch.errors import DiscoveryFailed, HttpFailure, PkceUnsupported
from smart_launch.ports import HttpAnswer

BASE = "https://ehr.example/r4"
ISSUER = "https://ehr.example/oauth"
WELL_KNOWN = f"{BASE}/.well-known/smart-configuration"
OPENID = f"{ISSUER}/.well-known/openid-configuration"


def find(ehr, base=BASE):
    return discover(ehr, base, 1234.5)


def metadata(**addresses):
    parts = [{"url": name, "valueUri": address} for name, address in addresses.items()]
    extensions = [{"url": OAUTH_URIS, "extension": parts}, {"url": CAPABILITIES, "valueCode": "launch-ehr"}, "odd"]
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "security": {"extension": extensions}}]}


def test_the_smart_configuration_is_read(ehr):
    found = find(ehr)
    assert found.token_endpoint == f"{ISSUER}/token" and found.issuer == ISSUER and found.jwks_uri == f"{ISSUER}/jwks"
    assert found.capabilities == {"launch-ehr", "sso-openid-connect"} and found.signs_in
    assert found.management_endpoint is None and not found.iss_parameter_supported
    assert ehr.asked == [WELL_KNOWN]
    found.require_pkce()


def test_it_is_asked_below_the_base_with_or_without_slash(ehr):
    assert find(ehr, f"{BASE}/").token_endpoint == find(ehr).token_endpoint


@pytest.mark.parametrize(
    "answer",
    [
        None,
        HttpAnswer(200, {}, b"<html>hello</html>"),
        HttpAnswer(401, {}, b"{}"),
        HttpAnswer(302, {"location": "https://evil.example"}, b""),
        {"capabilities": ["client_credentials"]},
    ],
)
def test_older_servers_are_read_from_their_capability_statement(ehr, answer):
    ehr.documents[WELL_KNOWN] = answer
    ehr.documents[f"{BASE}/metadata"] = metadata(authorize=f"{ISSUER}/a", token=f"{ISSUER}/t", manage="not an address")
    found = find(ehr)
    assert (found.authorization_endpoint, found.token_endpoint, found.source) == (f"{ISSUER}/a", f"{ISSUER}/t", "metadata")
    assert found.capabilities == {"launch-ehr"} and found.management_endpoint is None


def test_odd_parts_of_a_capability_statement_are_passed_over(ehr):
    ehr.documents[WELL_KNOWN] = None
    statement = metadata(authorize=f"{ISSUER}/a", token=f"{ISSUER}/t")
    statement["rest"][0]["security"]["extension"][0]["extension"] += [{"url": ["token"]}, {"url": None}, [], {}]
    ehr.documents[f"{BASE}/metadata"] = statement
    assert find(ehr).token_endpoint == f"{ISSUER}/t"


def test_keys_and_issuer_come_from_openid_where_they_are_missing(ehr):
    ehr.publish(jwks_uri=None)
    ehr.documents[OPENID] = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/other-jwks"}
    assert find(ehr).jwks_uri == f"{ISSUER}/other-jwks"


def test_an_openid_document_that_speaks_for_another_issuer_is_not_believed(ehr):
    ehr.publish(jwks_uri=None)
    ehr.documents[OPENID] = {"issuer": "https://evil.example", "jwks_uri": "https://evil.example/jwks"}
    assert find(ehr).jwks_uri is None


def test_without_issuer_the_base_is_asked_for_openid(ehr):
    ehr.publish(issuer=None, jwks_uri=None)
    ehr.documents[f"{BASE}/.well-known/openid-configuration"] = {"issuer": BASE, "jwks_uri": f"{BASE}/jwks"}
    found = find(ehr)
    assert (found.issuer, found.jwks_uri) == (BASE, f"{BASE}/jwks")


def test_neither_is_one_below_the_base_that_names_another_issuer(ehr):
    ehr.publish(issuer=None, jwks_uri=None)
    document = {"issuer": "https://evil.example", "jwks_uri": "https://evil.example/jwks"}
    ehr.documents[f"{BASE}/.well-known/openid-configuration"] = document
    assert (find(ehr).issuer, find(ehr).jwks_uri) == (None, None)


def test_a_missing_openid_document_costs_only_the_keys(ehr):
    ehr.publish(jwks_uri=None)
    assert find(ehr).jwks_uri is None


def test_an_openid_document_that_is_away_for_the_moment_is_asked_again_later(ehr):
    ehr.publish(jwks_uri=None)
    ehr.documents[OPENID] = HttpAnswer(503)
    with pytest.raises(DiscoveryFailed):
        find(ehr)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize(
    "address",
    [
        "/oauth/token",
        "http://ehr.example/token",
        "javascript:alert(1)",
        "https://user@evil.example/",
        "https://ehr.example/t#x",
        "https://ehr.example:nope/",
        "https://",
        "https://ehr.example/a b",
        ["https://ehr.example"],
        "https://ehr.example/" + "a" * 3000,
    ],
)
def test_endpoints_must_be_absolute_https(ehr, name, address):
    ehr.publish(**{name: address})
    with pytest.raises(DiscoveryFailed):
        find(ehr)


def test_plain_http_passes_only_where_the_base_is_http(ehr):
    ehr.documents["http://127.0.0.1:9/r4/.well-known/smart-configuration"] = {
        "authorization_endpoint": "http://127.0.0.1:9/authorize",
        "token_endpoint": "http://127.0.0.1:9/token",
    }
    assert find(ehr, "http://127.0.0.1:9/r4").token_endpoint == "http://127.0.0.1:9/token"


@pytest.mark.parametrize("trouble", [HttpFailure("refused"), HttpAnswer(500), HttpAnswer(503)])
def test_a_server_that_is_away_is_no_older_server(ehr, trouble):
    ehr.documents[WELL_KNOWN] = trouble
    ehr.documents[f"{BASE}/metadata"] = metadata(authorize=f"{ISSUER}/a", token=f"{ISSUER}/t")
    with pytest.raises(DiscoveryFailed) as caught:
        find(ehr)
    assert caught.value.code == "discovery_failed" and ehr.asked == [WELL_KNOWN]


@pytest.mark.parametrize(
    "statement",
    [
        None,
        {"resourceType": "Patient"},
        {"resourceType": "CapabilityStatement", "rest": "x"},
        metadata(token=f"{ISSUER}/t"),
        [1],
    ],
)
def test_nothing_usable_anywhere(ehr, statement):
    ehr.documents[WELL_KNOWN] = None
    ehr.documents[f"{BASE}/metadata"] = statement
    with pytest.raises(DiscoveryFailed):
        find(ehr)


@pytest.mark.parametrize("base", ["", "ehr.example", "file:///etc/passwd", "https://a@b/"])
def test_a_base_that_is_no_address_is_not_asked(ehr, base):
    with pytest.raises(DiscoveryFailed):
        find(ehr, base)
    assert ehr.asked == []


def test_deeply_nested_json_is_no_document(ehr):
    ehr.documents[WELL_KNOWN] = HttpAnswer(200, {}, b"[" * 200_000)
    with pytest.raises(DiscoveryFailed):
        find(ehr)


def test_plain_pkce_alone_is_refused(ehr):
    ehr.publish(code_challenge_methods_supported=["plain"])
    with pytest.raises(PkceUnsupported) as caught:
        find(ehr).require_pkce()
    assert caught.value.code == "pkce_unsupported"


def test_a_silent_server_gets_pkce_all_the_same(ehr):
    ehr.publish(code_challenge_methods_supported=None)
    find(ehr).require_pkce()


def test_the_cache_asks_once_per_base_and_age(ehr, meeting):
    ehr.asked.clear()
    cache = ConfigurationCache(lambda: meeting.now, ttl=timedelta(minutes=15), entries=2)
    first = cache.get(ehr, BASE, 1234.5)
    assert cache.get(ehr, f"{BASE}/", 1234.5) is first and len(ehr.asked) == 1
    meeting.later(minutes=15)
    assert cache.get(ehr, BASE, 1234.5) is not first
    cache.forget(BASE)
    cache.get(ehr, BASE, 1234.5)
    assert len(ehr.asked) == 3


def test_the_cache_is_bounded_and_keeps_no_failures(ehr, meeting):
    cache = ConfigurationCache(lambda: meeting.now, entries=2)
    for name in ("a", "b", "c"):
        ehr.documents[f"https://{name}.example/.well-known/smart-configuration"] = ehr.documents[WELL_KNOWN]
        cache.get(ehr, f"https://{name}.example", 1234.5)
    ehr.asked.clear()
    cache.get(ehr, "https://c.example", 1234.5)
    assert ehr.asked == []
    cache.get(ehr, "https://a.example", 1234.5)
    assert len(ehr.asked) == 1
    with pytest.raises(DiscoveryFailed):
        cache.get(ehr, "https://d.example", 1234.5)
    ehr.documents["https://d.example/.well-known/smart-configuration"] = ehr.documents[WELL_KNOWN]
    assert cache.get(ehr, "https://d.example", 1234.5).token_endpoint

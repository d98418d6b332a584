"""Reads from a hospital that misbehaves: resources, attachments, what each status means."""

import base64
import time

import pytest

from fhirportal.errors import NotFound, UpstreamDown, UpstreamError
from fhirportal.upstream.errors import NotOffered, NotShared, UpstreamSignedOut

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": "Ann B"}]}


def trouble(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


def test_a_read_keeps_decimals_and_says_who_asks(stub, bench, kit):
    stub.answers["/fhir/Observation/1"] = kit.http(
        body=b'{"resourceType":"Observation","id":"1","valueQuantity":{"value":1.50}}'
    )
    assert str(bench.read()["valueQuantity"]["value"]) == "1.50"
    headers = stub.requests[0].headers
    assert headers["authorization"] == "Bearer one"
    assert headers["accept"] == "application/fhir+json"
    assert headers["x-request-id"] == "req-1"


@pytest.mark.parametrize(
    ("id_", "path"),
    [
        ("a-80000.E-14545", "a-80000.E-14545"),
        ("-12", "-12"),
        ("x" * 70, "x" * 70),
        ("a b|c", "a%20b%7Cc"),
        ("../Patient/2", "..%2FPatient%2F2"),
        ("1?_include=*", "1%3F_include%3D%2A"),
        ("1#x", "1%23x"),
        ("é", "%C3%A9"),
        ("%2e%2e", "%252e%252e"),
    ],
)
def test_ids_are_opaque_and_stay_one_segment(stub, bench, kit, id_, path):
    stub.answers[f"/fhir/Observation/{path}"] = kit.http(body=kit.observation("1"))
    bench.read(id_=id_)
    assert stub.paths == [f"/fhir/Observation/{path}"]


@pytest.mark.parametrize("id_", ["", ".", "..", "\ud800", "x" * 2000])
def test_ids_no_server_can_have_are_not_asked(stub, bench, id_):
    assert type(trouble(lambda: bench.read(id_=id_))) is NotFound
    assert stub.requests == []


STATUSES = [
    (400, UpstreamError, "upstream-refused"),
    (422, UpstreamError, "upstream-refused"),
    (406, UpstreamError, "upstream-refused"),
    (401, UpstreamSignedOut, "upstream-signed-out"),
    (403, NotShared, "not-shared"),
    (301, UpstreamError, "upstream-redirect"),
    (302, UpstreamError, "upstream-redirect"),
    (405, NotOffered, "not-offered"),
    (501, NotOffered, "not-offered"),
    (500, UpstreamError, "upstream-error"),
    (502, UpstreamDown, "upstream-down"),
    (503, UpstreamDown, "upstream-down"),
    (504, UpstreamDown, "upstream-down"),
    (429, UpstreamDown, "upstream-busy"),
]


@pytest.mark.parametrize("body", [OUTCOME, b"<html>Ann B</html>", b""], ids=["outcome", "html", "empty"])
@pytest.mark.parametrize(("status", "kind", "code"), [*STATUSES, (404, NotFound, "not-found"), (410, NotFound, "not-found")])
def test_what_each_status_means_for_a_read(stub, bench, kit, status, kind, code, body):
    stub.answers["/fhir/Observation/1"] = kit.http(status, body)
    problem = trouble(bench.read)
    assert (type(problem), problem.code) == (kind, code)
    assert "Ann" not in f"{problem} {problem.reason}"


@pytest.mark.parametrize(("status", "kind", "code"), [*STATUSES, (404, NotOffered, "not-offered")])
def test_what_each_status_means_for_a_search(stub, bench, kit, status, kind, code):
    stub.answers["/fhir/Observation"] = kit.http(status, OUTCOME)
    problem = trouble(bench.search)
    assert (type(problem), problem.code) == (kind, code)


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_without_the_scope_is_not_refreshed(stub, bench, kit, status):
    scope = 'Bearer realm="x", error="insufficient_scope"'
    stub.answers["/fhir/Observation/1"] = kit.http(status, b"", WWW_Authenticate=scope)
    assert isinstance(trouble(bench.read), NotShared)
    assert bench.tokens.refreshed == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"<html>Sign in</html>", b"\xef\xbb\xbf<?xml version='1.0'?><Bundle/>", b"{", b"[]", b"null", b"{}",
     b"[" * 100_000, b'{"resourceType":5}', b'{"resourceType":"Patient","id":"1"}',
     b'{"resourceType":"Observation","value":NaN}'],
)  # fmt: skip
def test_what_is_no_such_resource_is_an_error_of_ours(stub, bench, kit, body):
    stub.answers["/fhir/Observation/1"] = kit.http(body=body)
    problem = trouble(bench.read)
    assert (type(problem), problem.code) == (UpstreamError, "upstream-not-fhir")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json+fhir", "text/html", ""])
def test_a_wrong_content_type_is_forgiven(stub, bench, kit, content_type):
    stub.answers["/fhir/Observation/1"] = kit.http(body=kit.observation("1"), content_type=content_type)
    assert bench.read()["id"] == "1"


def binary(bench, url):
    return bench.gateway.fetch_binary(url, Right(), time.monotonic() + 2, "r")


class Right:
    kind, token_id = "user-token", "t1"


def test_a_binary_comes_native_or_unwrapped(stub, bench, kit):
    wrapped = {"resourceType": "Binary", "contentType": "application/pdf", "data": base64.b64encode(b"%PDF").decode()}
    stub.answers["/fhir/Binary/1"] = kit.http(body=b"%PDF", content_type="application/pdf")
    stub.answers["/fhir/Binary/2"] = kit.http(body=wrapped)
    stub.answers["/fhir/Binary/3"] = kit.http(body=b"\x00{", content_type="application/json")
    assert binary(bench, "Binary/1") == ("application/pdf", b"%PDF")
    assert binary(bench, f"{stub.base}/Binary/2") == ("application/pdf", b"%PDF")
    assert binary(bench, "Binary/3") == ("application/json", b"\x00{")


@pytest.mark.parametrize(
    "url",
    ["http://evil.example/fhir/Binary/1", "//evil.example/Binary/1", "Patient/2", "Binary/../Patient/2",
     "Binary/..%2fPatient/2", "/Binary/1", "none", "", "Binary/", "Binary/1/../../Patient/2", "metadata", "ftp://x/Binary/1",
     "http://169.254.169.254/Binary/1"],
)  # fmt: skip
def test_nothing_but_a_binary_of_this_server_is_fetched(stub, bench, url):
    assert isinstance(trouble(lambda: binary(bench, url)), NotFound)
    assert stub.requests == []

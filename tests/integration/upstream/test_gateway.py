"""The gateway in front of a hospital that misbehaves."""

import base64
import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from fhirportal.errors import NotFound, UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.upstream.breaker import Breaker
from fhirportal.upstream.errors import NotOffered, NotShared, UpstreamSignedOut

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": "Ann B"}]}


def trouble(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


# --- reading ------------------------------------------------------------------------------------------------------


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


# --- tokens -------------------------------------------------------------------------------------------------------


def test_a_refused_token_is_refreshed_once(stub, bench, kit):
    stub.answers["/fhir/Observation/1"] = deque([kit.http(401), kit.http(body=kit.observation("1"))])
    assert bench.read()["id"] == "1"
    assert [request.headers["authorization"] for request in stub.requests] == ["Bearer one", "Bearer two"]


def test_a_token_refused_again_is_a_sign_out(stub, bench, kit):
    stub.answers["/fhir/Observation/1"] = kit.http(401)
    assert isinstance(trouble(bench.read), UpstreamSignedOut)
    assert len(stub.requests) == 2


# --- trying again -------------------------------------------------------------------------------------------------


def hang_up(request, write):
    write(None)


@pytest.mark.parametrize("first", [502, 503, 504, 429, hang_up])
def test_what_passes_is_tried_again(stub, bench, kit, first):
    first = kit.http(first) if isinstance(first, int) else first
    stub.answers["/fhir/Observation/1"] = deque([first, first, kit.http(body=kit.observation("1"))])
    assert bench.read()["id"] == "1"


@pytest.mark.parametrize("status", [400, 404, 500])
def test_what_does_not_pass_is_not(stub, bench, kit, status):
    stub.answers["/fhir/Observation/1"] = kit.http(status)
    trouble(bench.read)
    assert len(stub.requests) == 1


def test_it_gives_up_after_three(stub, bench, kit):
    stub.answers["/fhir/Observation/1"] = kit.http(503)
    trouble(bench.read)
    assert len(stub.requests) == 3


def test_retry_after_is_waited_for(stub, bench, kit):
    stub.answers["/fhir/Observation/1"] = deque([kit.http(429, Retry_After="1"), kit.http(body=kit.observation("1"))])
    begun = time.monotonic()
    bench.read()
    assert 1.0 <= time.monotonic() - begun < 1.6


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_retry_after_beyond_the_deadline_fails_now_and_is_kept(stub, bench, kit, form):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    form = date if form == "date" else "120"
    stub.answers["/fhir/Observation/1"] = kit.http(429, Retry_After=form)
    begun = time.monotonic()
    problem = trouble(bench.read)
    assert time.monotonic() - begun < 0.5
    assert len(stub.requests) == 1
    assert 100 <= problem.retry_after <= 120


def test_a_server_that_stalls_costs_no_more_than_the_deadline(stub, make_bench):
    bench = replace(make_bench(), seconds=0.4)
    stub.answers["/fhir/Observation/1"] = lambda request, write: time.sleep(1.2)
    begun = time.monotonic()
    assert isinstance(trouble(bench.read), UpstreamTimeout)
    assert time.monotonic() - begun < 0.8
    assert len(stub.requests) == 1


def test_an_open_breaker_asks_nothing(stub, make_bench, kit):
    bench = make_bench(breaker=Breaker(threshold=3, rest=60))
    stub.answers["/fhir/Observation/1"] = kit.http(503)
    trouble(bench.read)
    begun = time.monotonic()
    problem = trouble(bench.read)
    assert (problem.code, type(problem)) == ("upstream-resting", UpstreamDown)
    assert problem.retry_after > 30
    assert time.monotonic() - begun < 0.1
    assert len(stub.requests) == 3
    assert bench.gateway.resting


def test_a_breaker_closes_when_the_server_is_back(stub, make_bench, kit):
    bench = make_bench(breaker=Breaker(threshold=3, rest=0.2))
    stub.answers["/fhir/Observation/1"] = kit.http(503)
    trouble(bench.read)
    stub.answers["/fhir/Observation/1"] = kit.http(body=kit.observation("1"))
    time.sleep(0.35)
    assert bench.read()["id"] == "1"
    assert not bench.gateway.resting


def test_errors_about_one_question_do_not_open_it(stub, make_bench, kit):
    bench = make_bench(breaker=Breaker(threshold=2))
    for status in (400, 404, 500, 403, 429):
        stub.answers["/fhir/Observation/1"] = kit.http(status)
        trouble(bench.read)
    assert not bench.gateway.resting


# --- searching ----------------------------------------------------------------------------------------------------


def ids(page):
    return [resource["id"] for resource in page.resources]


def pages(stub, kit, count, **more):
    """`count` pages of two Observations, each linking to the next."""
    for number in range(count):
        next_ = f"{stub.base}?_getpages=abc&_getpagesoffset={number + 1}" if number + 1 < count else None
        path = f"/fhir?_getpages=abc&_getpagesoffset={number}" if number else "/fhir/Observation"
        found = [kit.observation(number * 2), kit.observation(number * 2 + 1)]
        stub.answers[path] = kit.http(body=kit.bundle(*found, next_=next_, **more))


def test_parameters_are_encoded_and_a_page_size_is_asked_for(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle())
    bench.search(
        params=(("patient", "p 1&x=y"), ("code", "http://loinc.org|4548-4,2345-7"), ("_include", "Observation:performer"))
    )
    assert stub.paths == [
        "/fhir/Observation?patient=p%201%26x%3Dy&code=http%3A%2F%2Floinc.org%7C4548-4%2C2345-7"
        "&_include=Observation%3Aperformer&_count=100"
    ]
    bench.search(limit=7)
    bench.search(params=(("_count", "3"),))
    assert stub.paths[1:] == ["/fhir/Observation?patient=p1&_count=7", "/fhir/Observation?_count=3"]


def test_pages_are_followed_verbatim_to_the_end(stub, bench, kit):
    pages(stub, kit, 4)
    page = bench.search()
    assert ids(page) == [str(n) for n in range(8)]
    assert not page.partial
    assert stub.paths[1:] == [f"/fhir?_getpages=abc&_getpagesoffset={n}" for n in (1, 2, 3)]


def test_next_may_be_relative(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1), next_="Observation/page2?x=1"))
    stub.answers["/fhir/Observation/page2?x=1"] = kit.http(body=kit.bundle(kit.observation(2)))
    assert ids(bench.search()) == ["1", "2"]


@pytest.mark.parametrize(
    "next_",
    [
        "http://127.0.0.2:{port}/fhir?page=2",
        "http://127.0.0.1:1/fhir?page=2",
        "https://127.0.0.1:{port}/fhir?page=2",
        "http://127.0.0.1:{port}/admin?page=2",
        "http://127.0.0.1:{port}/fhirx?page=2",
        "http://127.0.0.1:{port}/fhir/../admin",
        "http://127.0.0.1:{port}/fhir/%2e%2e/admin",
        "http://127.0.0.1:{port}/fhir/%252e%252e/admin",
        "http://127.0.0.1:{port}/fhir/..%5cadmin",
        "http://u@127.0.0.1:{port}/fhir?page=2",
        "http://127.0.0.1:{port}@evil.example/fhir",
        "//evil.example/fhir",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_next_never_leaves_the_hospitals_own_base(stub, bench, kit, next_):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1), next_=next_.format(port=stub.port)))
    page = bench.search()
    assert (ids(page), page.partial) == (["1"], True)
    assert len(stub.requests) == 1


def test_next_in_circles_ends(stub, bench, kit):
    around = kit.http(body=kit.bundle(kit.observation(1), next_=f"{stub.base}?page=1"))
    stub.answers |= {"/fhir/Observation": around, "/fhir": around}
    page = bench.search()
    assert (ids(page), page.partial) == (["1"], True)
    assert len(stub.requests) == 2


def test_pages_without_end_end(stub, bench, kit):
    def another(request, write):
        number = len(stub.requests)
        write(kit.http(body=kit.bundle(next_=f"{stub.base}?page={number}")))

    stub.answers |= {"/fhir/Observation": another, "/fhir": another}
    page = bench.search()
    assert page.partial
    assert len(stub.requests) == 50


def test_no_more_than_the_limit(stub, bench, kit):
    pages(stub, kit, 4)
    page = bench.search(limit=3)
    assert (ids(page), page.partial) == (["0", "1", "2"], True)
    assert len(stub.requests) == 2
    exactly = bench.search(limit=8)
    assert (len(exactly.resources), exactly.partial) == (8, False)


@pytest.mark.parametrize("second", [500, 403, 404, b"<html>", "stall"])
def test_a_later_page_that_fails_leaves_what_came(stub, make_bench, kit, second):
    pages(stub, kit, 2)
    if second == "stall":
        answer = lambda request, write: time.sleep(1.2)  # noqa: E731
    else:
        answer = kit.http(second) if isinstance(second, int) else kit.http(body=second)
    stub.answers["/fhir?_getpages=abc&_getpagesoffset=1"] = answer
    page = replace(make_bench(), seconds=0.6).search()
    assert (ids(page), page.partial) == (["0", "1"], True)


def test_matches_inclusions_and_outcomes_are_told_apart(stub, bench, kit):
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    found = kit.bundle(total=2)
    found["entry"] = [
        {"resource": kit.observation(1), "search": {"mode": "match"}, "fullUrl": "https://elsewhere.example/Observation/1"},
        {"resource": kit.observation(2)},
        {"resource": kit.observation(3), "search": {"mode": "include"}},
        {"resource": {"resourceType": "Practitioner", "id": "p"}},
        {"resource": {"resourceType": "Device", "id": "d"}, "search": {"mode": "match"}},
        {"resource": outcome, "search": {"mode": "outcome"}},
        {"fullUrl": "nothing"},
        {"resource": "text"},
        {"resource": {}},
        None,
    ]
    stub.answers["/fhir/Observation"] = kit.http(body=found)
    page = bench.search()
    assert ids(page) == ["1", "2"]
    assert [r["id"] for r in page.included] == ["3", "p", "d"]
    assert not page.partial


def warning(code="", severity="warning", issue_code="processing"):
    issue = {"severity": severity, "code": issue_code, "details": {"coding": [{"code": code}]}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


@pytest.mark.parametrize(
    ("outcome", "partial"),
    [
        (warning("59204"), True),
        (warning("4119"), True),
        (warning(severity="error"), True),
        (warning(severity="information", issue_code="suppressed"), True),
        (warning("4101"), False),
        (warning(severity="information"), False),
        ({"resourceType": "OperationOutcome"}, False),
        ({"resourceType": "OperationOutcome", "issue": ["x", {"severity": "warning", "details": {"coding": "y"}}]}, True),
    ],
)
def test_warnings_make_an_answer_partial(stub, bench, kit, outcome, partial):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1), outcome))
    page = bench.search()
    assert (ids(page), page.partial) == (["1"], partial)


def test_a_total_larger_than_what_came_is_partial(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(total=50))
    assert bench.search().partial


def test_a_resource_on_two_pages_is_there_once(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1), next_=f"{stub.base}?page=2"))
    stub.answers["/fhir"] = kit.http(body=kit.bundle(kit.observation(1), kit.observation(2), {"resourceType": "Observation"}))
    page = bench.search()
    assert [r.get("id") for r in page.resources] == ["1", "2", None]


@pytest.mark.parametrize("body", [OUTCOME, {"resourceType": "Observation"}, b"<html>"])
def test_a_search_that_answers_no_bundle_is_an_error(stub, bench, kit, body):
    stub.answers["/fhir/Observation"] = kit.http(body=body)
    assert trouble(bench.search).code == "upstream-not-fhir"


@pytest.mark.parametrize(
    "found", [{"entry": None}, {"entry": "x"}, {"link": "x"}, {"link": [None, {"relation": "next"}]}, {"total": "x"}]
)
def test_an_odd_bundle_is_an_empty_one(stub, bench, kit, found):
    stub.answers["/fhir/Observation"] = kit.http(body={"resourceType": "Bundle", **found})
    page = bench.search()
    assert (page.resources, page.partial) == ((), False)


def test_cookies_stick_to_one_search(stub, bench, kit):
    first = kit.bundle(kit.observation(1), next_=f"{stub.base}?page=2")
    stub.answers["/fhir/Observation"] = kit.http(
        body=first, Set_Cookie="node=a7; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/"
    )
    stub.answers["/fhir"] = kit.http(body=kit.bundle())
    bench.search()
    bench.search()
    assert [request.headers.get("cookie") for request in stub.requests] == [None, "node=a7", None, "node=a7"]


# --- attachments --------------------------------------------------------------------------------------------------


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


# --- the whole ----------------------------------------------------------------------------------------------------


def test_a_private_hospital_is_refused_unless_it_is_configured_so(stub, make_bench):
    bench = make_bench(allow_private_addresses=False)
    assert trouble(bench.read).code == "address-refused"
    assert stub.connections == 0


def test_connections_per_request_stay_within_the_pool(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1)))
    bench = replace(bench, seconds=20)
    answers = bench.gateway.map_([bench.search] * 300, time.monotonic() + 20)
    assert [ids(page) for page in answers] == [["1"]] * 300
    assert stub.connections <= 16 + 1  # the pool's threads, and the caller that lends a hand when they are busy


def test_one_part_that_stalls_is_the_only_one_missing(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1)))
    stub.answers["/fhir/Invoice"] = lambda request, write: time.sleep(1.2)
    bench = replace(bench, seconds=0.5)
    calls = [bench.search, lambda: bench.search("Invoice"), bench.search]
    begun = time.monotonic()
    one, stalled, three = bench.gateway.map_(calls, begun + 0.5)
    assert time.monotonic() - begun < 0.8
    assert ids(one) == ids(three) == ["1"]
    assert isinstance(stalled, UpstreamTimeout)


def test_capabilities_are_read_and_pages_never_wait_for_them(stub, bench, kit):
    assert bench.gateway.offers("Invoice", "search-type")
    statement = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "read"}]}]}],
    }
    stub.answers["/fhir/metadata"] = kit.http(body=statement)
    assert bench.gateway.refresh_capabilities().fhir_version == "4.0.1"
    assert bench.gateway.offers("Patient", "read")
    assert not bench.gateway.offers("Invoice", "search-type")
    assert "authorization" not in stub.requests[-1].headers
    stub.answers["/fhir/metadata"] = kit.http(500)
    with pytest.raises(UpstreamError):
        bench.gateway.refresh_capabilities()
    assert not bench.gateway.offers("Invoice", "search-type")


def test_decimals_survive_the_way(stub, bench, kit):
    body = b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","valueQuantity":{"value":0.10}}}]}'
    stub.answers["/fhir/Observation"] = kit.http(body=body)
    assert bench.search().resources[0]["valueQuantity"]["value"].as_tuple() == Decimal("0.10").as_tuple()

"""Searches over many pages of a hospital that misbehaves."""

import time
from dataclasses import replace

import pytest

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": "Ann B"}]}


def trouble(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


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
        "&_include=Observation%3Aperformer&_count=200"
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

"""Asking again: a fresh token, a pause, or not at all."""

import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fhirportal.errors import UpstreamDown, UpstreamTimeout
from fhirportal.upstream.breaker import Breaker
from fhirportal.upstream.errors import UpstreamSignedOut


def trouble(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


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
    assert 1.0 <= time.monotonic() - begun < 1.8


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

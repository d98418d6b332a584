"""Each fault switch, as a client on a real socket meets it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from fhirportal.sandbox.faults import KINDS, MOST_HELD

PATIENT = "/Patient/odd"


@pytest.fixture
def faulty(server):
    """Turns faults of the open base on; afterwards all are off."""

    def turn(kind, **values):
        answer = server.control("open", {"faults": [{"kind": kind, **values}]})
        assert answer.status_code == 200, answer.text

    yield turn
    assert server.control("open", {"reset": True}).status_code == 200


def fresh(server, path=PATIENT, **values):
    """On a connection of its own."""
    return requests.get(server.base + path, timeout=values.pop("timeout", 5), **values)


def test_nothing_is_wrong_until_somebody_says_so(server):
    assert fresh(server).json()["id"] == "odd"


@pytest.mark.parametrize("kind", ["drop", "reset"])
def test_a_dropped_connection_has_no_answer(server, faulty, kind):
    faulty(kind)
    with pytest.raises(requests.ConnectionError):
        fresh(server)


def test_a_reset_is_a_reset(server, faulty):
    faulty("reset")
    with pytest.raises(requests.ConnectionError, match="reset"):
        fresh(server)


def test_a_timeout_sends_no_byte_until_its_time_or_its_end(server, faulty):
    faulty("timeout", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        fresh(server, timeout=0.3)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(fresh, server)
        time.sleep(0.2)
        assert not waiting.done()
        server.control("open", {"faults": []})
        assert waiting.result(2).status_code == 200


def test_waiting_requests_never_take_the_last_thread(server, faulty):
    faulty("timeout", seconds=20)
    with ThreadPoolExecutor(MOST_HELD + 4) as pool:
        asked = [pool.submit(fresh, server, timeout=20) for _ in range(MOST_HELD + 4)]
        end = time.monotonic() + 5
        while sum(a.done() for a in asked) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        assert sum(a.done() for a in asked) == 4, "what is over the limit is dropped at once"
        server.control("open", {"reset": True})
        assert sum(a.exception() is None for a in asked) == MOST_HELD


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "header"),
    [
        ("busy", 429, "application/fhir+json", ("Retry-After", "7")),
        ("error", 500, "application/fhir+json", ("Content-Type", "application/fhir+json; charset=utf-8")),
        ("down", 503, "text/html", ("Retry-After", "7")),
        ("html", 200, "application/fhir+json", ("Content-Type", "application/fhir+json; charset=utf-8")),
        ("mislabelled", 200, "text/html", ("Content-Type", "text/html; charset=utf-8")),
        ("expired", 401, "application/fhir+json", ("WWW-Authenticate", 'Bearer error="invalid_token"')),
        ("forbidden", 403, "text/plain", ("WWW-Authenticate", 'Bearer error="insufficient_scope"')),
    ],
)
def test_answers_that_are_wrong(server, faulty, kind, status, content_type, header):
    faulty(kind, retry_after=7)
    answer = fresh(server)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.headers[header[0]] == header[1]
    if kind == "forbidden":
        assert answer.content == b""
    if kind in ("busy", "error", "expired"):
        assert answer.json()["resourceType"] == "OperationOutcome"
    if kind in ("down", "html"):
        assert answer.text.startswith("<!doctype html>")
    if kind == "mislabelled":
        assert answer.json()["id"] == "odd"


def test_truncated_json_is_whole_http(server, faulty):
    faulty("truncated")
    answer = fresh(server)
    assert answer.status_code == 200 and answer.text.startswith("{")
    with pytest.raises(ValueError):
        answer.json()


def test_a_drip_takes_its_time_and_is_whole(server, faulty):
    faulty("drip", seconds=0.6)
    begun = time.monotonic()
    answer = fresh(server, stream=True)
    assert time.monotonic() - begun < 0.4, "the head comes at once"
    assert answer.json()["id"] == "odd"
    assert 0.5 < time.monotonic() - begun < 3


def test_latency_is_before_everything(server):
    server.control("open", {"latency_ms": 300})
    try:
        begun = time.monotonic()
        assert fresh(server).status_code == 200
        assert time.monotonic() - begun >= 0.3
    finally:
        server.control("open", {"latency_ms": 0})
    begun = time.monotonic()
    fresh(server)
    assert time.monotonic() - begun < 0.3


def test_a_fault_of_one_type_spares_the_others(server, faulty):
    faulty("down", type="Invoice")
    assert fresh(server, "/Invoice?patient=odd").status_code == 503
    assert fresh(server).status_code == 200
    assert fresh(server, "/metadata").status_code == 200


def test_a_fault_may_strike_a_few_times_only(server, faulty):
    faulty("error", times=2)
    assert [fresh(server).status_code for _ in range(3)] == [500, 500, 200]


def test_the_other_base_and_the_sandbox_itself_are_spared(server, faulty):
    faulty("down")
    assert requests.get(server.shut + "/metadata", timeout=5).status_code == 200
    assert requests.get(server.base.rsplit("/", 2)[0] + "/", timeout=5).status_code == 200


def test_what_is_named_changes_and_the_rest_stays(server, faulty):
    faulty("down", type="Invoice")
    shown = server.control("open", {"latency_ms": 1}).json()
    assert shown["latency_ms"] == 1
    assert [f["kind"] for f in shown["faults"]] == ["down"]
    assert server.control("open", {"reset": True}).json()["faults"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"faults": "timeout"},
        {"faults": [{"kind": "nonsense"}]},
        {"faults": [{}]},
        {"faults": [{"kind": "down", "colour": "red"}]},
        {"faults": [{"kind": "timeout", "seconds": -1}]},
        {"faults": [{"kind": "timeout", "seconds": "3"}]},
        {"faults": [{"kind": "timeout", "seconds": None}]},
        {"faults": [{"kind": "down", "times": True}]},
        {"faults": [{"kind": "down", "type": 3}]},
        {"latency_ms": "fast"},
        {"latency_ms": 1e12},
        {"faultz": []},
        [],
    ],
)
def test_a_switch_nobody_knows_is_refused_and_nothing_changes(server, faulty, asked):
    answer = server.control("open", asked)
    assert answer.status_code == 400 and answer.json()["error"]
    assert fresh(server).status_code == 200


def test_every_kind_is_tested_here():
    assert set(KINDS) == {
        "timeout",
        "drop",
        "reset",
        "busy",
        "error",
        "down",
        "truncated",
        "html",
        "mislabelled",
        "expired",
        "forbidden",
        "drip",
    }

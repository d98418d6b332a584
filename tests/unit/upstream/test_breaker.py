"""The breaker over a clock that is set by hand."""

from dataclasses import dataclass

import pytest

from fhirportal.errors import UpstreamDown
from fhirportal.upstream.breaker import Breaker


@dataclass
class Hands:
    now: float = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def breaker(hands):
    return Breaker(threshold=3, rest=10, longest=40, probe=30, clock=hands, jitter=lambda: 0.5)


def fail(breaker, times=1):
    for _ in range(times):
        breaker.failed(breaker.enter())


def open_(breaker):
    try:
        breaker.enter()
    except UpstreamDown as problem:
        assert problem.code == "upstream-resting"
        return problem.retry_after
    return None


def test_it_opens_after_failures_in_a_row(breaker):
    fail(breaker, 2)
    breaker.succeeded(breaker.enter())
    fail(breaker, 2)
    assert open_(breaker) is None
    fail(breaker)
    assert open_(breaker) == 10


def test_after_the_rest_one_probe_goes_and_decides(breaker, hands):
    fail(breaker, 3)
    hands.now += 10
    probe = breaker.enter()
    assert open_(breaker)
    breaker.succeeded(probe)
    assert open_(breaker) is None
    fail(breaker, 2)
    assert open_(breaker) is None


def test_each_failed_probe_doubles_the_rest_up_to_a_limit(breaker, hands):
    fail(breaker, 3)
    rests = []
    for _ in range(5):
        rests.append(open_(breaker))
        hands.now += rests[-1]
        fail(breaker)
    assert rests == [10, 20, 40, 40, 40]


def test_a_probe_that_never_reports_is_replaced(breaker, hands):
    fail(breaker, 3)
    hands.now += 10
    breaker.enter()
    hands.now += 29
    assert open_(breaker)
    hands.now += 1
    breaker.succeeded(breaker.enter())
    assert open_(breaker) is None


def test_a_probe_that_proved_nothing_hands_on(breaker, hands):
    fail(breaker, 3)
    hands.now += 10
    breaker.undecided(breaker.enter())
    breaker.succeeded(breaker.enter())
    assert not breaker.resting


def test_late_news_from_before_it_opened_changes_nothing(breaker, hands):
    early = [breaker.enter() for _ in range(20)]
    fail(breaker, 3)
    for ticket in early[:10]:
        breaker.failed(ticket)
    for ticket in early[10:]:
        breaker.succeeded(ticket)
    assert open_(breaker) == 10
    breaker.undecided(early[0])
    assert breaker.resting


def test_the_rest_is_jittered(hands):
    lengths = set()
    for share in (0.0, 0.5, 1.0):
        breaker = Breaker(threshold=1, rest=100, longest=100, clock=hands, jitter=lambda share=share: share)
        fail(breaker)
        lengths.add(open_(breaker))
    assert lengths == {75, 100, 125}

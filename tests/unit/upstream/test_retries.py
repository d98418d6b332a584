"""Retry-After and when to ask again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.upstream.retries import decide_wait, parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@given(st.integers(0, 10**9 - 1))
def test_seconds_are_seconds_up_to_a_day(seconds):
    assert parse_retry_after(str(seconds), NOW) == min(seconds, 86_400)


@given(st.integers(-(10**6), 86_400))
def test_a_date_is_seconds_from_now(seconds):
    assert parse_retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == max(0, seconds)


@given(st.text() | st.none())
def test_anything_else_is_none_or_a_sane_number(text):
    wait = parse_retry_after(text, NOW)
    assert wait is None or 0 <= wait <= 86_400


@pytest.mark.parametrize("text", ["", None, "soon", "-5", "1.5", "1e3", "٣", "9" * 30, "Mon, 99 Foo 2026 99:99:99 GMT"])
def test_what_cannot_be_read_is_none(text):
    assert parse_retry_after(text, NOW) is None


def test_old_date_forms_are_read():
    assert parse_retry_after("Sunday, 01-Mar-26 12:00:30 GMT", NOW) == 30
    assert parse_retry_after("Sun Mar  1 12:00:30 2026", NOW) == 30


@given(st.integers(1, 2), st.none() | st.integers(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_waiting_never_goes_past_the_deadline_nor_before_what_was_asked(attempt, asked_for, left, jitter):
    wait = decide_wait(attempt, asked_for, left, lambda: jitter)
    if wait is None:
        assert left < (asked_for or 0) + 1.0
    else:
        assert (asked_for or 0) <= wait < left


def test_after_three_there_is_no_more():
    assert decide_wait(3, None, 100) is None


def test_waits_grow():
    waits = [decide_wait(attempt, None, 100, lambda: 0.5) for attempt in (1, 2)]
    assert waits == [0.15, 0.3]

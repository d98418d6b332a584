"""Dates at the sandbox's FHIR server: what a text covers, and what each prefix means, held against plain set logic."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.sandbox.fhir.dates import FAR_FUTURE, FAR_PAST, PREFIXES, SECOND, condition, parse_interval, split_prefix


def micros(*args):
    return (datetime(*args, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2020", (2020, 1, 1), (2021, 1, 1)),
        ("2020-02", (2020, 2, 1), (2020, 3, 1)),
        ("2019-12", (2019, 12, 1), (2020, 1, 1)),
        ("2020-02-29", (2020, 2, 29), (2020, 3, 1)),
        ("2020-02-29T10:05", (2020, 2, 29, 10, 5), (2020, 2, 29, 10, 6)),
        ("2020-02-29T10:05:07", (2020, 2, 29, 10, 5, 7), (2020, 2, 29, 10, 5, 8)),
        ("2020-02-29T10:05:07.25Z", (2020, 2, 29, 10, 5, 7, 250000), (2020, 2, 29, 10, 5, 7, 260000)),
        ("2020-02-29T10:05:07+02:00", (2020, 2, 29, 8, 5, 7), (2020, 2, 29, 8, 5, 8)),
        ("2020-02-29T10:05:07 02:00", (2020, 2, 29, 8, 5, 7), (2020, 2, 29, 8, 5, 8)),
        ("2020-02-29T23:05:07-05:30", (2020, 3, 1, 4, 35, 7), (2020, 3, 1, 4, 35, 8)),
        ("2016-12-31T23:59:60Z", (2016, 12, 31, 23, 59, 59), (2017, 1, 1)),
    ],
)
def test_a_text_covers_an_interval(text, start, end):
    assert parse_interval(text) == (micros(*start), micros(*end))


@pytest.mark.parametrize(
    "text",
    ["", "20", "0000", "2020-13", "2020-02-30", "2020-1-1", "2020-02-29T", "2020-02-29T25:00", "2020-02-29T10:05:61",
     "2020-02-29T10:05:07+25:00", "24/12/2020", "yesterday", "٢٠٢٠", "2020-02-29T16: 49: 43Z", "2020-02-29T10:05:07.Z"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        parse_interval(text)


@given(st.text(max_size=40))
def test_any_text_is_an_interval_or_a_value_error(text):
    try:
        low, high = parse_interval(text)
    except ValueError:
        return
    assert FAR_PAST < low < high < FAR_FUTURE


dates = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
texts = st.builds(
    lambda moment, length: moment.isoformat(timespec="seconds")[:length], dates, st.sampled_from([4, 7, 10, 16, 19])
)


@given(texts, st.integers(0, 3))
def test_a_shorter_text_covers_the_longer_one(text, step):
    shorter = text[: [4, 7, 10, 16][step]]
    low, high = parse_interval(text)
    outer_low, outer_high = parse_interval(shorter)
    assert outer_low <= low < high <= outer_high


def meaning(prefix, target, searched):
    """R4 3.1.1.4.6 in words: target and searched are intervals."""
    (a, b), (low, high) = target, searched
    inside = low <= a and b <= high
    above, below = b > high, a < low
    return {
        "eq": inside, "ne": not inside, "gt": above, "lt": below, "ge": above or inside, "le": below or inside,
        "sa": a >= high, "eb": b <= low,
    }[prefix]  # fmt: skip


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@given(
    st.sampled_from([p for p in PREFIXES if p != "ap"]),
    st.tuples(st.integers(-50, 50), st.integers(1, 20)),
    st.tuples(st.integers(-50, 50), st.integers(1, 20)),
)
def test_every_prefix_is_interval_logic(database, prefix, target, searched):
    target, searched = (target[0], sum(target)), (searched[0], sum(searched))
    sql, values = condition(prefix, searched, 0)
    found = database.execute(f"SELECT {sql} FROM (SELECT ? AS lo, ? AS hi)", [*values, *target]).fetchone()[0]
    assert bool(found) is meaning(prefix, target, searched)


def test_about_reaches_further_the_longer_ago():
    now = micros(2026, 11, 24)
    _, (high, low) = condition("ap", parse_interval("2016-11-24"), now)
    assert high - low > 2 * 360 * 86_400 * SECOND
    _, (high, low) = condition("ap", parse_interval("2026-11-23"), now)
    assert high - low == 3 * 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "split"), [("ge2020", ("ge", "2020")), ("2020", ("eq", "2020")), ("xx2020", ("eq", "xx2020"))]
)
def test_prefixes(text, split):
    assert split_prefix(text) == split

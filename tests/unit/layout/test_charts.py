"""Charts as geometry: everything inside, mirrored whole, the band stepping where the range changed."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.layout.charts import NumberLine, Point, Sparkline, Trend, drawing
from fhirportal.layout.scales import nice_ticks, year_ticks
from fhirportal.words import translator

EN, AR = translator("en"), translator("ar")
VALUES = st.decimals(min_value=-10_000, max_value=100_000, places=2)
RANGES = st.one_of(st.none(), VALUES)


def places(drawn, *names):
    return [float(v.removesuffix("%")) for m in drawn.marks for n, v in m.attributes if n in names and v.endswith("%")]


def marks(drawn, css):
    return [dict(m.attributes) | {"text": m.text} for m in drawn.marks if css in m.css.split()]


def line(value, low, high, words=EN, **more):
    basics = {"label": "You", "title": "t", "description": "d", "low_label": "lo", "high_label": "hi", "range_label": "Range"}
    return drawing(NumberLine(value=value, low=low, high=high, words=words, **(basics | more)))


def point(day, value, low=None, high=None, side=""):
    return Point(at=day, value=D(value), label=str(value), low=low, high=high, range_label=f"{low} to {high}", side=side)


@given(VALUES, RANGES, RANGES, st.sampled_from([EN, AR]))
def test_a_number_line_stays_inside_and_in_order(value, low, high, words):
    if low is not None and high is not None and low > high:
        low, high = high, low
    drawn = line(value, low, high, words)
    assert all(-0.01 <= x <= 100.01 for x in places(drawn, "x", "cx", "x1", "x2"))
    ends = [float(m["x"].removesuffix("%")) for m in marks(drawn, "t-s")]
    if len(ends) == 2 and low != high:
        assert (ends[0] < ends[1]) is (words is EN)
    (dot,) = [m for m in drawn.marks if m.tag == "circle"]
    assert dot.css == "c-end"


def test_a_value_outside_has_its_own_mark_and_gap():
    drawn = line(D(44), D(20), D(41), out=True)
    assert marks(drawn, "c-hit") and marks(drawn, "c-out") and len(marks(drawn, "c-edge")) == 2
    inside = line(D(30), D(20), D(41))
    assert marks(inside, "c-end") and not marks(inside, "c-out")


def test_an_open_range_has_one_edge_and_none_has_no_band():
    assert len(marks(line(D(2), None, D(3)), "c-edge")) == 1
    assert not marks(line(D(2), None, None), "c-band")


def test_the_band_steps_between_reports_with_different_ranges():
    points = (
        point(date(2022, 1, 1), 40, D(23), D(43)), point(date(2023, 1, 1), 41, D(23), D(43)),
        point(date(2025, 1, 1), 44, D(20), D(41), "above"),
    )  # fmt: skip
    drawn = drawing(Trend(points=points, title="t", description="d", words=EN))
    bands = marks(drawn, "c-band")
    assert len(bands) == 2
    first_end = float(bands[0]["x"].removesuffix("%")) + float(bands[0]["width"].removesuffix("%"))
    assert first_end == pytest.approx(float(bands[1]["x"].removesuffix("%")), abs=0.02)
    assert bands[0]["y"] != bands[1]["y"]
    assert [m["text"] for m in marks(drawn, "t-b")] == ["44"]
    assert marks(drawn, "c-hit")


def test_a_report_without_a_range_has_no_band():
    drawn = drawing(Trend(points=(point(date(2022, 1, 1), 4), point(date(2023, 1, 1), 5)), title="t", description="", words=EN))
    assert not marks(drawn, "c-band")


def test_time_runs_from_the_right_where_text_does():
    points = (point(date(2021, 1, 1), 4), point(date(2023, 6, 1), 5), point(date(2026, 1, 1), 6))
    left, right = (drawing(Trend(points=points, title="t", description="", words=w)) for w in (EN, AR))
    assert right.direction == "rtl"
    for one, other in zip(places(left, "cx"), places(right, "cx"), strict=True):
        assert one == pytest.approx(100 - other, abs=0.02)


@given(
    st.lists(
        st.tuples(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), VALUES, RANGES, RANGES), min_size=1, max_size=60
    )
)
def test_any_history_can_be_drawn(rows):
    points = tuple(point(at.replace(tzinfo=UTC), value, low, high) for at, value, low, high in rows)
    drawn = drawing(Trend(points=points, title="t", description="d", words=EN))
    assert all(-0.01 <= x <= 100.01 for x in places(drawn, "x", "cx", "x1", "x2"))
    heights = [float(v) for m in drawn.marks for n, v in m.attributes if n in ("cy", "y1", "y2")]
    assert all(0 <= y <= 250 for y in heights)
    assert all(float(v) >= 0 for m in drawn.marks for n, v in m.attributes if n == "height")
    assert len(marks(drawn, "t-b")) == 1


@given(st.lists(VALUES, min_size=1, max_size=12), RANGES, RANGES)
def test_any_sparkline_can_be_drawn(values, low, high):
    drawn = drawing(Sparkline(values=tuple(values), title="t", low=low, high=high, words=EN))
    heights = [float(v) for m in drawn.marks for n, v in m.attributes if n in ("cy", "y1", "y2", "y")]
    assert all(0 <= y <= 36 for y in heights)


@given(st.tuples(VALUES, VALUES))
def test_ticks_hold_the_values_and_are_few(extent):
    low, high = sorted(map(float, extent))
    ticks = nice_ticks((low, high))
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low + 1e-6 and ticks[-1] >= high - 1e-6


def test_years():
    assert year_ticks(date(2021, 10, 1), date(2026, 1, 1)) == [2022, 2023, 2024, 2025, 2026]
    assert len(year_ticks(date(1990, 1, 1), date(2026, 1, 1))) <= 5
    assert year_ticks(date(2025, 3, 1), date(2026, 3, 1)) == []

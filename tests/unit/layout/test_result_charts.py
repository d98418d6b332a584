"""Drawings of findings: exact sentences, and no drawing where it would lie."""

from decimal import Decimal

import pytest

from fhirportal.layout.charts import drawing
from fhirportal.layout.result_charts import change_words, distance_words, moved_note, number_line, sparkline, trend_chart
from fhirportal.words import translator
from mappings.observation import to_view
from mappings.trend import trend_of

EN = translator("en")


def result(id_, day, value, low=20, high=41, **more):
    ends = {"low": {"value": low}, "high": {"value": high}} if low is not None else {}
    return to_view(
        {
            "resourceType": "Observation",
            "id": id_,
            "status": "final",
            "code": {"text": "HbA1c"},
            "effectiveDateTime": day,
            "valueQuantity": {"value": value, "unit": "mmol/mol"},
            "referenceRange": [ends],
        }
        | more
    )


def address(id_):
    return f"/x/{id_}"


def test_the_number_line_says_what_it_draws():
    line = number_line(result("a", "2026-01-01", Decimal("44.50")), EN)
    assert (line.label, line.out) == ("You 44.50", True)
    assert line.description == "Your result is 3.50 above this report’s range, 20 to 41."
    assert drawing(line).marks


@pytest.mark.parametrize("value", ["1e400", "-1e400", "1e-400"])
def test_absurd_numbers_are_not_drawn(value):
    seen = [result("a", "2026-01-01", value), result("b", "2026-02-01", value)]
    trend = trend_of(seen[0], seen)
    assert number_line(seen[0], EN) is None
    assert trend_chart(trend, EN, address) is None and sparkline(trend, EN) is None


def test_a_trend_with_a_moved_range_is_told_in_words():
    seen = [result("a", "2024-01-01", 43, 23, 43), result("b", "2025-01-01", 44), result("c", "2026-01-01T08:00:00Z", 40)]
    trend = trend_of(seen[2], seen)
    chart = trend_chart(trend, EN, address)
    assert [p.label for p in chart.points] == ["43", "44", "40"]
    assert [p.side for p in chart.points] == ["in", "above", "in"]
    assert "44 on 1 January 2025 (Above range)" in chart.description
    assert moved_note(trend, EN) == "The lab changed its range to 20 to 41 by January 2025."
    assert drawing(chart).marks


def test_one_result_is_no_trend():
    seen = [result("a", "2026-01-01", 43)]
    assert trend_chart(trend_of(seen[0], seen), EN, address) is None


def test_a_change_is_told_exactly_or_not_at_all():
    seen = [result("a", "2025-01-01", Decimal("0.3")), result("b", "2026-01-01", Decimal("0.1"))]
    assert change_words("b", trend_of(seen[1], seen), EN) == "It is 0.2 less than your result before, 0.3 on 1 January 2025."
    bound = [seen[0], result("b", "2026-01-01", 1, valueQuantity={"value": 1, "unit": "mmol/mol", "comparator": "<"})]
    assert change_words("b", trend_of(bound[1], bound), EN) == ""
    assert change_words("a", trend_of(seen[0], seen), EN) == ""


def test_a_bound_beyond_the_range_has_a_side_but_no_distance():
    seen = result("a", "2026-01-01", 1, valueQuantity={"value": 50, "unit": "mmol/mol", "comparator": ">"})
    assert distance_words(seen, EN) == "Your result is above this report’s range, 20 to 41."
    assert number_line(seen, EN) is None


def test_a_range_in_another_unit_is_not_drawn_behind_a_trend():
    other = [{"high": {"value": 7, "unit": "%"}}]
    seen = [result("a", "2025-01-01", 43, referenceRange=other), result("b", "2026-01-01", 44)]
    points = trend_chart(trend_of(seen[1], seen), EN, address).points
    assert [(p.low, p.high) for p in points] == [(None, None), (20, 41)]

"""What results mean: positions against ranges, marks, groups, trends; and that no JSON whatever makes them fail."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import diagnostic_report, observation
from mappings.interpretation import Mark, list_interpretations, strongest
from mappings.quantity import Quantity
from mappings.reference_range import ReferenceRange, distance, normal_range, position
from mappings.result_group import group_of
from mappings.trend import test_keys as keys_of
from mappings.trend import trend_of

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def amount(value, unit="mg/L", comparator=""):
    return Quantity(Decimal(str(value)), comparator, unit, unit)


def limits(low=None, high=None, unit="mg/L"):
    return ReferenceRange(low and amount(low, unit), high and amount(high, unit))


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        ("5", "1", "5", "inside"),
        ("5.0000000000000000000000001", "1", "5", "above"),
        ("0.99", "1", "5", "below"),
        ("1", "1", None, "inside"),
        ("-3", None, "-3.1", "above"),
        ("7", None, None, "unknown"),
    ],
)
def test_exact_values_are_compared_exactly(value, low, high, expected):
    assert position(amount(value), limits(low, high)) == expected


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high", "expected"),
    [
        ("<", "5", "1", "9", "unknown"),
        ("<", "1", "1", "9", "below"),
        ("<=", "1", "1", "9", "unknown"),
        ("<=", "0.9", "1", "9", "below"),
        ("<", "9", None, "9", "inside"),
        (">", "9", "1", "9", "above"),
        (">=", "9", "1", "9", "unknown"),
        (">=", "1", "1", None, "inside"),
        (">", "4", "1", "9", "unknown"),
        ("ad", "4", "1", "9", "unknown"),
        ("~", "40", "1", "9", "unknown"),
    ],
)
def test_a_comparator_decides_only_what_it_settles(comparator, value, low, high, expected):
    assert position(amount(value, comparator=comparator), limits(low, high)) == expected


def test_a_range_s_own_comparator_is_kept():
    below_five = ReferenceRange(None, amount("5", comparator="<"))
    assert position(amount("5"), below_five) == "above"
    assert position(amount("4.9"), below_five) == "inside"
    assert position(amount("4.9"), ReferenceRange(None, amount("5", comparator=">"))) == "unknown"


def test_units_are_never_mixed():
    assert position(amount("5", "mmol/L"), limits("70", "99", "mg/dL")) == "unknown"
    assert position(amount("5", ""), limits("1", "9", "mg/dL")) == "unknown"
    assert position(amount("5", "mmol/L"), limits("1", "9", "")) == "inside"


def test_ends_the_wrong_way_round_decide_nothing():
    assert normal_range([limits("9", "1")]) is None
    assert position(amount("5"), limits("9", "1")) == "unknown"


def test_two_ranges_leave_doubt_but_a_repeated_one_does_not():
    assert normal_range([limits("1", "9"), limits("2", "9")]) is None
    sent = [{"low": {"value": 1}}, {"low": {"value": 1}}]
    assert observation.to_view(plain_observation(referenceRange=sent)).range is not None


def test_distance_is_only_told_for_a_value_certainly_outside():
    assert distance(amount("44"), limits("20", "41")) == Decimal("3")
    assert distance(amount("30"), limits("20", "41")) is None
    assert distance(amount("44", comparator=">"), limits("20", "41")) is None


@pytest.mark.parametrize(
    ("code", "mark"),
    [("H", Mark.HIGH), ("h*", Mark.FAR_HIGH), ("HH", Mark.FAR_HIGH), ("L<", Mark.LOW), ("AA", Mark.FAR), ("POS", Mark.OTHER)],
)
@pytest.mark.parametrize(
    "system",
    ["http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "http://hl7.org/fhir/v2/0078", ""],
)
def test_marks_in_the_spellings_of_labs(code, mark, system):
    assert strongest(list_interpretations([{"coding": [{"system": system, "code": code}]}])) is mark


def test_a_code_of_another_system_is_no_mark():
    found = list_interpretations([{"coding": [{"system": "https://ehr.example/52", "code": "H", "display": "Held"}]}])
    assert strongest(found) is Mark.OTHER
    assert found[0].text == "Held"


def test_the_report_s_own_mark_wins_over_its_range():
    high, marked_normal = {"low": {"value": 1}, "high": {"value": 2}}, [{"coding": [{"code": "N"}]}]
    view = observation.to_view(plain_observation(referenceRange=[high], interpretation=marked_normal))
    assert view.position == "above"
    assert not view.outside


@pytest.mark.parametrize(
    ("category", "code", "group"),
    [
        ([{"coding": [{"code": "laboratory"}]}, {"coding": [{"code": "survey"}]}], None, "laboratory"),
        ([{"coding": [{"code": "social-history"}]}], None, "none"),
        ([{"text": "Laboratory"}], None, "laboratory"),
        ([{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RUS"}]}], None, "imaging"),
        (None, {"coding": [{"system": LOINC, "code": "8480-6"}]}, "measurement"),
        (None, None, "other"),
    ],
)
def test_groups(category, code, group):
    assert group_of({"category": category, "code": code}) == group


def plain_observation(id="a", day="2026-01-05", value=5, unit="mmol/L", status="final", code=None, **more):
    return {
        "resourceType": "Observation",
        "id": id,
        "status": status,
        "code": code or {"coding": [{"system": LOINC, "code": "2345-7"}], "text": "Glucose"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    } | more


def views(*sent):
    return [observation.to_view(s) for s in sent]


def test_a_trend_holds_one_test_in_one_unit_oldest_first():
    seen = views(
        plain_observation("c", "2026-03-01"),
        plain_observation("a", "2024-01-05"),
        plain_observation("u", "2025-01-05", unit="mg/dL"),
        plain_observation("t", "2025-01-05", code={"text": "Glucose"}),
        plain_observation("m", "2025-03"),
    )
    trend = trend_of(seen[0], seen)
    assert [p.id for p in trend.points] == ["a", "c"]
    assert (trend.other_units, trend.undated) == (1, 1)


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error", "unknown", "nonsense"])
def test_results_that_do_not_stand_stay_out_of_trends(status):
    seen = views(plain_observation("a"), plain_observation("b", "2026-02-01", status=status))
    assert [p.id for p in trend_of(seen[0], seen).points] == ["a"]


def test_repetitions_are_folded():
    seen = views(plain_observation("a"), plain_observation("a"), plain_observation("b"), plain_observation("c", value=6))
    assert [p.id for p in trend_of(seen[0], seen).points] == ["a", "c"]


def test_a_moved_range_is_named():
    old, new = [{"low": {"value": 1}}], [{"low": {"value": 2}}]
    seen = views(
        plain_observation("a", "2024-01-01", referenceRange=old),
        plain_observation("b", "2025-01-01", referenceRange=new),
        plain_observation("c", "2026-01-01", referenceRange=new),
    )
    assert [p.id for p in trend_of(seen[2], seen).moved_ranges] == ["b"]


def test_blood_pressure_follows_each_component():
    def pressure(id, day, upper):
        parts = [("8480-6", upper), ("8462-4", 80)]
        return {"resourceType": "Observation", "id": id, "status": "final", "effectiveDateTime": day, "component": [
            {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": v, "unit": "mmHg"}}
            for code, v in parts
        ]}  # fmt: skip

    seen = views(pressure("a", "2025-01-01", 130), pressure("b", "2026-01-01", 125))
    trends = [trend_of(part, seen) for part in seen[1].components]
    assert [[p.value.value for p in t.points] for t in trends] == [[130, 125], [80, 80]]


def test_sameness_is_loinc_then_any_code_then_words():
    local = {"system": "urn:lab", "code": "7"}
    both = views(
        plain_observation(code={"coding": [local, {"system": LOINC, "code": "1-1"}]}),
        plain_observation(code={"coding": [local]}),
        plain_observation(code={"text": " Blood  Sugar"}),
    )
    assert [keys_of(v.code) for v in both] == [{f"{LOINC}|1-1"}, {"urn:lab|7"}, {"text|blood sugar"}]


def test_a_withdrawn_result_keeps_only_its_name_and_date():
    sent = plain_observation(status="entered-in-error", note=[{"text": "of someone else"}], performer=[{"display": "Dr X"}])
    view = observation.to_view(sent)
    assert (view.value, view.notes, view.performers, view.components) == (None, (), (), ())
    assert view.code.text == "Glucose"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8) | st.sampled_from(["2026", "final", "H"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "coding", "code", "system", "low", "high", "text", "start", "reference", "data", "extension", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = """
id meta status category code effectiveDateTime effectivePeriod effectiveTiming issued valueQuantity valueCodeableConcept
valueString valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valuePeriod _valueQuantity
dataAbsentReason interpretation note bodySite method specimen referenceRange hasMember derivedFrom component extension
performer result presentedForm conclusion conclusionCode imagingStudy
"""


@given(st.dictionaries(st.sampled_from(KEYS.split()), JSON, max_size=9))
def test_no_json_makes_an_observation_or_a_report_fail(sent):
    view = observation.to_view({"resourceType": "Observation"} | sent)
    if view:
        for finding in view.findings:
            assert finding.position and finding.mark is not None and finding.outside in (True, False)
            trend_of(finding, [view])
    diagnostic_report.to_view({"resourceType": "DiagnosticReport"} | sent)


@given(JSON)
def test_nothing_but_an_observation_is_one(sent):
    assert observation.to_view(sent) is None
    assert diagnostic_report.to_view(sent) is None


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_below_and_above_mirror_each_other(value, end):
    above = position(amount(value), ReferenceRange(None, amount(end))) == "above"
    inside_from_below = position(amount(value), ReferenceRange(amount(end), None)) == "inside"
    assert above == (value > end)
    assert inside_from_below == (value >= end)

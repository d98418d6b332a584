"""Findings in words: nothing rounded, nothing judged, every kind of value said."""

from decimal import Decimal

import pytest

from fhirportal.words import translator
from fhirportal.words.findings import NBSP, disagrees, name_of, range_lines, range_words, row_said, row_verdict, said, verdict
from mappings.observation import to_view

EN = translator("en")
LOINC = "http://loinc.org"


def view(**sent):
    return to_view({"resourceType": "Observation", "id": "a", "status": "final", "code": {"text": "Test"}} | sent)


def amount(value, unit="mmol/L", **more):
    return {"value": value, "unit": unit} | more


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ({"valueQuantity": amount(Decimal("5.30"))}, f"5.30{NBSP}mmol/L"),
        ({"valueQuantity": amount(5, comparator="<")}, f"less than 5{NBSP}mmol/L"),
        ({"valueQuantity": {"value": Decimal("0.0000010"), "unit": "1"}}, "0.0000010"),
        ({"valueCodeableConcept": {"text": "Not detected"}}, "Not detected"),
        ({"valueCodeableConcept": {"coding": [{"code": "260415000"}]}}, "Sent as a code without words"),
        ({"valueString": "few"}, "few"),
        ({"valueBoolean": False}, "No"),
        ({"valueInteger": 0}, "0"),
        ({"valueRange": {"low": amount(2, "/HPF"), "high": amount(5, "/HPF")}}, f"2 to 5{NBSP}/HPF"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 160}}}, "1:160"),
        ({"valueRatio": {"numerator": amount(5, "mg"), "denominator": amount(2, "mL")}}, f"5{NBSP}mg / 2{NBSP}mL"),
        ({"valueDateTime": "2026-11"}, "November 2026"),
        ({"valueTime": "14:30:00"}, "14:30:00"),
        ({"dataAbsentReason": {"coding": [{"code": "error"}]}}, "No value: the test did not work"),
        ({}, "No value was sent"),
    ],
)
def test_every_kind_of_value(sent, line):
    assert said(view(**sent), EN).line == line


def test_a_curve_is_said_to_be_one():
    assert "not drawn" in said(view(valueSampledData={"origin": {"value": 0}, "data": "1 2"}), EN).value


def test_the_hospital_s_words_are_marked_as_its_own():
    assert said(view(valueString="poco"), EN).own
    assert not said(view(valueInteger=3), EN).own


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"low": amount(20), "high": amount(41)}, "20 to 41"),
        ({"high": amount(Decimal("5.0"))}, "5.0 or less"),
        ({"low": amount(1)}, "1 or more"),
        ({"high": amount(5, comparator="<")}, "less than 5"),
        ({"text": "None seen"}, "None seen"),
    ],
)
def test_ranges(sent, words):
    assert range_words(view(referenceRange=[sent]).ranges[0], EN) == words


def test_ranges_say_for_whom_they_are():
    sent = [
        {"low": amount(130, "g/L"), "appliesTo": [{"text": "Men"}], "age": {"low": amount(18, "years")}},
        {"text": "Target", "type": {"coding": [{"code": "treatment"}], "text": "Agreed"}},
    ]
    lines = range_lines(view(referenceRange=sent, valueQuantity=amount(5, "g/L")), EN)
    assert lines == ((f"Men, age 18 or more{NBSP}years", f"130 or more{NBSP}g/L"), ("Agreed", "Target"))


RANGE = [{"low": amount(1), "high": amount(4)}]


@pytest.mark.parametrize(
    ("value", "mark", "side", "clash"),
    [
        (5, None, "above", False),
        (0, None, "below", False),
        (3, None, "in", False),
        (5, "H", "above", False),
        (3, "H", "above", True),
        (5, "N", "in", True),
        (0, "HH", "above", True),
        (3, "POS", "other", False),
    ],
)
def test_the_report_s_mark_comes_before_its_range(value, mark, side, clash):
    marks = [{"coding": [{"code": mark}]}] if mark else []
    seen = view(valueQuantity=amount(value), referenceRange=RANGE, interpretation=marks)
    assert verdict(seen, EN).side == side
    assert disagrees(seen) is clash


def test_a_mark_we_do_not_know_is_shown_in_the_report_s_words():
    judged = verdict(view(valueInteger=1, interpretation=[{"text": "Delta check"}]), EN)
    assert (judged.side, judged.label, judged.own) == ("other", "Delta check", True)


def part(code, value, high=None):
    ranges = [{"high": amount(high, "mmHg")}] if high else []
    code = {"coding": [{"system": LOINC, "code": code}]}
    return {"code": code, "valueQuantity": amount(value, "mmHg"), "referenceRange": ranges}


def test_blood_pressure_is_one_line_and_its_verdict_that_of_the_part_outside():
    seen = view(component=[part("8462-4", 84, 90), part("8480-6", 141, 139)])
    assert row_said(seen, EN).line == f"141/84{NBSP}mmHg"
    assert row_verdict(seen, EN).side == "above"


def test_other_panels_say_how_many_parts_they_have():
    seen = view(component=[part("1-1", 5, 4), part("2-2", 5), part("3-3", 5)])
    assert row_said(seen, EN).line == "3 parts"
    assert row_verdict(view(component=[part("1-1", 5), part("2-2", 5)]), EN).side == ""


def test_names_are_the_hospital_s_unless_they_are_the_catalogue_s():
    coding = {"system": LOINC, "code": "2345-7", "display": "Glucose [Mass/volume] in Serum or Plasma"}
    assert name_of(view(code={"text": "Fasting sugar", "coding": [coding]}).code, EN) == "Fasting sugar"
    assert name_of(view(code={"coding": [coding]}).code, EN) == "Blood sugar (glucose)"
    assert name_of(None, EN) == "Test without a name"

"""How to take a medicine, said exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.words import translator
from fhirportal.words.dosage import say_dosage
from fhirportal.words.terms import plain_term
from mappings.dosage import list_dosages

EN, ES = translator("en"), translator("es")
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
SNOMED = "http://snomed.info/sct"
TABLET = {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}


def said(words=EN, **sent):
    (dosage,) = list_dosages([sent])
    return say_dosage(dosage, words)


def how(words=EN, **repeat):
    return said(words, **TABLET, timing={"repeat": repeat}).how.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "d"}, "1 tablet, once a day"),
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, "1 tablet, 3 times a day"),
        ({"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}, "1 tablet, 1 to 2 times a day"),
        ({"frequency": 1, "period": 8, "periodUnit": "h"}, "1 tablet, every 8 hours"),
        ({"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}, "1 tablet, every 4 to 6 hours"),
        ({"frequency": 2, "period": 3, "periodUnit": "wk"}, "1 tablet, 2 times every 3 weeks"),
        ({"frequency": 1, "period": Decimal("0.5"), "periodUnit": "d"}, "1 tablet, every 0.5 days"),
        (
            {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["thu", "mon"]},
            "1 tablet, once a week, on Monday and Thursday",
        ),
        ({"timeOfDay": ["08:00:00", "12:00"]}, "1 tablet, at 8am and midday"),
        ({"when": ["ACM"], "offset": 30}, "1 tablet, 30 minutes before breakfast"),
        ({"when": ["MORN", "HS"]}, "1 tablet, in the morning and at bedtime"),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "count": 7}, "1 tablet, once a day, 7 times in all"),
        (
            {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 7, "unit": "days", "code": "d"}},
            "1 tablet, once a day, for 7 days",
        ),
        (
            {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": "2026-12-01"}},
            "1 tablet, once a day, until 1 December 2026",
        ),
    ],
)
def test_a_schedule_is_said_exactly(repeat, words):
    assert how(**repeat) == words


@pytest.mark.parametrize(
    "repeat",
    [
        {"period": 1, "periodUnit": "d"},
        {"frequency": 2},
        {"frequency": 2, "period": 1},
        {"frequency": 2, "period": 1, "periodUnit": "fortnight"},
        {"frequency": "twice", "period": 1, "periodUnit": "d"},
        {"frequency": 3, "frequencyMax": 2, "period": 1, "periodUnit": "d"},
        {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["SOON"]},
        {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["25:00"]},
        {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "someday"]},
        {"frequency": 1, "period": 1, "periodUnit": "d", "skipEvery": 3},
        {"when": ["HS"], "offset": 30},
    ],
)
def test_half_a_schedule_is_not_said(repeat):
    one = said(**TABLET, timing={"repeat": repeat})
    assert one.how == "" and one.parts == () and "Ask your pharmacist" in one.ask
    assert one.sent


@pytest.mark.parametrize(
    ("code", "words"),
    [("BID", "1 tablet, 2 times a day"), ("QOD", "1 tablet, every other day"), ("Q8H", "1 tablet, every 8 hours")],
)
def test_the_usual_abbreviations_have_words(code, words):
    assert said(**TABLET, timing={"code": {"coding": [{"system": GTS, "code": code}]}}).how == words


def test_an_abbreviation_without_its_system_is_the_same():
    assert said(**TABLET, timing={"code": {"coding": [{"code": "BID"}]}}).how == "1 tablet, 2 times a day"


@given(st.integers(-3, 200), st.integers(-3, 200), st.sampled_from(["d", "h", "wk", "mo", "a", "", "min"]))
def test_no_timing_breaks_the_words(frequency, period, unit):
    for language in ("en", "es", "ar"):
        one = said(
            translator(language), **TABLET, timing={"repeat": {"frequency": frequency, "period": period, "periodUnit": unit}}
        )
        assert bool(one.how) != bool(one.ask)


def test_what_else_was_said_is_kept_once():
    one = said(text="1 a day", patientInstruction="With water", additionalInstruction=[{"text": "With water"}])
    assert one.extra == ("With water",)


def test_a_code_of_the_hospitals_own_stands_in_its_words():
    assert said(**TABLET, timing={"code": {"text": "With every feed"}}).how == "1 tablet, With every feed"
    unknown = said(**TABLET, timing={"code": {"coding": [{"system": GTS, "code": "QZZ"}]}})
    assert unknown.ask


@pytest.mark.parametrize("tag", ["en", "es", "ar"])
def test_a_range_keeps_both_its_numbers_in_every_language(tag):
    """Arabic says "two tablets" in one word without a digit: a range must never fall into that form."""
    amount = {"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}
    repeat = {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}
    one = said(translator(tag), doseAndRate=[amount], timing={"repeat": repeat}).how
    assert one.count("1") == 2 and one.count("2") == 2
    half = said(
        translator(tag), doseAndRate=[{"doseQuantity": {"value": Decimal("2.5"), "unit": "tablet"}}], asNeededBoolean=True
    )
    assert "2" in half.how and "5" in half.how


def test_the_hospitals_own_words_win_and_the_parts_stand_beside():
    one = said(text="Take 2 at night", patientInstruction="With water", **TABLET, timing={"repeat": {"when": ["HS"]}})
    assert (one.how, one.theirs, one.extra) == ("Take 2 at night", True, ("With water",))
    assert dict(one.parts) == {"Each time": "1 tablet", "How often": "at bedtime"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"doseQuantity": {"value": Decimal("1.50"), "unit": "mL"}}, "1.50 mL"),
        ({"doseQuantity": {"value": 2, "unit": "tabs"}}, "2 tablets"),
        ({"doseQuantity": {"value": 1, "unit": "puffs"}}, "1 puff"),
        ({"doseQuantity": {"value": Decimal("0.5"), "code": "{tbl}", "system": "http://unitsofmeasure.org"}}, "0.5 tablets"),
        ({"doseQuantity": {"value": 1}}, "1 (no unit was sent)"),
        ({"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}, "1 to 2 tablets"),
        ({"doseRange": {"high": {"value": 10, "unit": "mg"}}}, "10 mg or less"),
        ({"rateQuantity": {"value": 20, "unit": "mL/h"}}, "20 mL/h"),
    ],
)
def test_amounts_keep_their_digits_and_units(sent, words):
    assert said(doseAndRate=[sent], asNeededBoolean=True).how.replace("\xa0", " ") == f"{words}, only when you need it"


def test_what_it_is_needed_for_how_and_the_most():
    one = said(
        **TABLET,
        asNeededCodeableConcept={"text": "Pain (finding)"},
        route={"coding": [{"system": SNOMED, "code": "26643006"}]},
        maxDosePerPeriod={"numerator": {"value": 4, "unit": "tablet"}, "denominator": {"value": 24, "unit": "h"}},
    )
    assert one.how == "1 tablet, by mouth, only when you need it (Pain), never more than 4 tablets in 24 hours"


def test_what_is_missing_is_said():
    assert "How much" in said(timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}).ask
    assert "How often" in said(**TABLET).ask
    assert said(text="as told").ask == ""


def test_a_modifier_nobody_understands_silences_the_parts():
    one = said(**TABLET, timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, modifierExtension=[{"url": "x"}])
    assert one.how == "" and one.ask


def test_two_amounts_for_one_instruction_are_no_amount():
    amounts = [{"doseQuantity": {"value": 1, "unit": "mg"}}, {"doseQuantity": {"value": 2, "unit": "mg"}}]
    assert said(doseAndRate=amounts, asNeededBoolean=True).how == ""


def test_terms_lose_only_their_kind():
    assert plain_term("Oral route (qualifier value)") == "Oral route"
    assert plain_term("Iron (ferrous fumarate)") == "Iron (ferrous fumarate)"

"""How to take a medicine, in words: the hospital's own first, else only what can be said safely."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.words import translator
from fhirportal.words.dosage import dosage_words, extra_words
from mappings.dosage import list_dosages

WORDS = translator("en", "Europe/Dublin")


def said(**dosage):
    (one,) = list_dosages([dosage])
    return dosage_words(one, WORDS)


def repeat(**parts):
    return {"repeat": {k: Decimal(v) if isinstance(v, int) else v for k, v in parts.items()}}


TABLET = [{"doseQuantity": {"value": Decimal(1), "unit": "tablet"}}]


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (repeat(frequency=1, period=1, periodUnit="d"), "once a day"),
        (repeat(frequency=3, period=1, periodUnit="d"), "3 times a day"),
        (repeat(frequency=1, period=2, periodUnit="d"), "every other day"),
        (repeat(frequency=1, period=8, periodUnit="h"), "every 8 hours"),
        (repeat(frequency=1, period=1, periodUnit="wk"), "once a week"),
        ({"code": {"coding": [{"code": "BID"}]}}, "2 times a day"),
        (repeat(frequency=1, period=1, periodUnit="d", when=["CM"]), "once a day with breakfast"),
    ],
)
def test_plain_timings_are_said(timing, words):
    assert said(timing=timing, doseAndRate=TABLET).endswith(words)


@pytest.mark.parametrize(
    "timing",
    [
        repeat(frequency=2, period=3, periodUnit="d"),
        repeat(frequency=1, frequencyMax=2, period=1, periodUnit="d"),
        repeat(frequency=1, period=1, periodUnit="fortnight"),
        repeat(frequency=1, period=1, periodUnit="d", dayOfWeek=["mon"]),
        {"code": {"coding": [{"code": "XYZ"}]}},
        {"repeat": {"frequency": Decimal(1), "period": Decimal("1.5"), "periodUnit": "d"}},
    ],
)
def test_what_cannot_be_said_safely_is_not_said(timing):
    assert "day" not in said(timing=timing, doseAndRate=TABLET) and "XYZ" not in said(timing=timing, doseAndRate=TABLET)


def test_the_hospitals_own_words_win():
    assert said(text="Half a tablet at 8", timing=repeat(frequency=9, period=1, periodUnit="d")) == "Half a tablet at 8"


def test_what_else_was_said_is_kept_once():
    (one,) = list_dosages(
        [{"text": "1 a day", "patientInstruction": "With water", "additionalInstruction": [{"text": "With water"}]}]
    )
    assert extra_words(one) == ("With water",)


def test_when_needed_says_for_what():
    assert said(asNeededCodeableConcept={"text": "pain"}, doseAndRate=TABLET).endswith("when needed for: pain")


@given(st.integers(-3, 200), st.integers(-3, 200), st.sampled_from(["d", "h", "wk", "mo", "a", "", "min"]))
def test_no_timing_breaks_the_words(frequency, period, unit):
    for language in ("en", "es", "ar"):
        (one,) = list_dosages([{"timing": repeat(frequency=frequency, period=period, periodUnit=unit), "doseAndRate": TABLET}])
        assert dosage_words(one, translator(language, "UTC"))

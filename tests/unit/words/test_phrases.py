"""Every code has words, no code is its own words, and nothing is said that only a clinician may say."""

import re

import pytest

from fhirportal.words import LANGUAGES, phrases, translator
from fhirportal.words.phrases import TABLES, Side, acting_for, known, phrase, side_of
from fhirportal.words.tests_explained import _TESTS, find_explained

EN = translator("en")
VALUE_SETS = {
    "appointment_status": "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist",
    "slot_status": "busy free busy-unavailable busy-tentative entered-in-error",
    "observation_status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
    "report_status": "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown",
    "medication_request_status": "active on-hold cancelled completed entered-in-error stopped draft unknown",
    "medication_dispense_status": "preparation in-progress cancelled on-hold completed "
    "entered-in-error stopped declined unknown",
    "medication_statement_status": "active completed entered-in-error intended stopped on-hold unknown not-taken",
    "invoice_status": "draft issued balanced cancelled entered-in-error",
    "account_status": "active inactive entered-in-error on-hold unknown",
    "charge_item_status": "planned billable not-billable aborted billed entered-in-error unknown",
    "benefit_status": "active cancelled draft entered-in-error",
    "benefit_outcome": "queued complete error partial",
    "coverage_status": "active cancelled draft entered-in-error",
    "encounter_status": "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
    "data_absent_reason": "unknown asked-unknown temp-unknown not-asked "
    "asked-declined masked not-applicable unsupported as-text "
    "error not-a-number negative-infinity positive-infinity not-performed not-permitted",
    "gender": "male female other unknown",
    "timing_when": "MORN MORN.early MORN.late NOON AFT AFT.early "
    "AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE C CM CD CV AC "
    "ACM ACD ACV PC PCM PCD PCV",
    "immunization_status": "completed entered-in-error not-done",
    "document_status": "current superseded entered-in-error",
    "procedure_status": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
}  # FHIR R4 required value sets


@pytest.mark.parametrize("table", VALUE_SETS)
def test_required_value_sets_are_whole(table):
    assert [code for code in VALUE_SETS[table].split() if not known(table, code)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_words_are_never_codes(table, tag):
    words = translator(tag)
    for code in [*TABLES[table].phrases, "no-such-code", ""]:
        said = phrase(table, code, words)
        assert said and not re.fullmatch(r"[a-z]+(-[a-z]+)+|[A-Z]{2,}", said), (table, code, said)


def test_an_unknown_code_is_not_repeated():
    assert "xyz" not in phrase("appointment_status", "xyz", EN)


def test_the_reports_mark_decides_the_side():
    assert [side_of(code) for code in ("H", "HH", "L", "N", "A", "POS", "")] == [
        Side.ABOVE, Side.ABOVE, Side.BELOW, Side.IN, Side.OUTSIDE, Side.OTHER, Side.OTHER,
    ]  # fmt: skip
    assert phrase("interpretation", "HH", EN) == "Far above range"
    assert phrase("interpretation", "H", EN) == phrase("range_side", "above", EN) == "Above range"


def test_relatives():
    assert acting_for("MTH", EN) == "your child"
    assert acting_for("nonsense", EN) == ""


def test_nothing_judges():
    judging = re.compile(r"\b(danger|severe|serious|urgent|abnormal|critical|bad|good|healthy|disease|cancer|diagnos)", re.I)
    for said in [*(m for t in TABLES.values() for m in t.phrases.values()), *(m for _, *both in _TESTS for m in both)]:
        assert not judging.search(said), said


def test_about_120_tests_are_explained_once_each():
    codes = [code for group, _, _ in _TESTS for code in group.split()]
    assert len(_TESTS) >= 120
    assert len(codes) == len(set(codes))
    assert all(_has_right_check_digit(code) for code in codes)


def test_explanations_are_short_plain_and_without_numbers_of_ranges():
    for _, name, meaning in _TESTS:
        assert len(name) <= 45 and len(meaning) <= 70, name
        assert not re.search(r"\d+ ?(mg|mmol|%|g/)|normal|\bhigh\b|\blow\b", meaning), meaning


def test_the_first_known_code_counts():
    assert find_explained(("1-1", "4548-4"), EN).name == "HbA1c"
    assert find_explained(("1-1",), EN) is None


def _has_right_check_digit(code: str) -> bool:
    """LOINC's mod 10 check digit."""
    number, check = code.split("-")
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(number)))
    return (10 - total % 10) % 10 == int(check)


assert phrases  # the package itself, for coverage of its names

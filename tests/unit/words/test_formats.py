"""Dates, times and numbers as people say them, at the precision and with the digits that were sent."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.words import formats, numbers, translator
from mappings.reading import Span, when

EN = translator("en", "Europe/Dublin", "Irish time")
ES = translator("es", "Europe/Dublin", "")
AR = translator("ar", "Europe/Dublin", "")
NOW = datetime(2026, 11, 24, 8, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "long", "short"),
    [
        ("2026-12-08", "Tuesday 8 December 2026", "8 December 2026"),
        ("2026-12", "December 2026", "December 2026"),
        ("2026", "2026", "2026"),
        ("2026-06-30T23:30:00Z", "Wednesday 1 July 2026", "1 July 2026"),
        ("2026-12-08T10:40:00+05:00", "Tuesday 8 December 2026", "8 December 2026"),
    ],
)
def test_days_keep_their_precision_and_are_the_sites_own(sent, long, short):
    assert formats.date_long(when(sent), EN) == long
    assert formats.date_short(when(sent), EN) == short


def test_days_follow_the_locale_elsewhere():
    day = date(2026, 12, 8)
    assert formats.date_long(day, ES) == "martes, 8 de diciembre de 2026"
    assert formats.date_long(day, AR) == "الثلاثاء، 8 ديسمبر 2026"
    assert formats.date_near(day, ES) == "martes, 8 de diciembre"
    assert formats.date_near(day, EN) == "Tuesday 8 December"


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("17:30", "5:30pm"),
        ("09:00", "9am"),
        ("00:00", "midnight"),
        ("12:00", "midday"),
        ("00:05", "12:05am"),
        ("12:05", "12:05pm"),
    ],
)
def test_times_in_english(clock, said):
    assert formats.time_of_day(when(f"2026-12-08T{clock}:00Z"), EN) == said


def test_no_time_is_made_up():
    assert formats.time_of_day(when("2026-12-08"), EN) == ""
    assert formats.moment(when("2026-12-08"), EN) == "Tuesday 8 December 2026"


def test_visits_are_in_the_sites_zone_with_its_name():
    visit = when("2026-07-08T16:30:00Z")
    assert formats.visit_time(visit, "Europe/Dublin", "Irish time", "en") == "Wednesday 8 July 2026, 5:30pm (Irish time)"
    assert formats.visit_time(visit, "America/New_York", "", "en") == "Wednesday 8 July 2026, 12:30pm (Eastern Time)"
    assert formats.visit_time(visit, "Not/AZone", "", "en").endswith("4:30pm (UTC)")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 24), "today"), (date(2026, 11, 25), "tomorrow"), (date(2026, 11, 23), "yesterday"),
        (date(2026, 12, 3), "in 9 days"), (date(2026, 12, 8), "in 2 weeks"), (date(2026, 11, 14), "10 days ago"),
        (date(2027, 3, 1), "in 3 months"),
    ],
)  # fmt: skip
def test_how_far_away_a_day_is(day, said):
    assert formats.relative_day(day, NOW, EN) == said


def test_last_seen():
    assert formats.last_seen(NOW, NOW, EN) == "today at 8:52am"
    assert formats.last_seen(datetime(2026, 11, 23, 16, 12, tzinfo=UTC), NOW, EN) == "yesterday at 4:12pm"
    assert formats.last_seen(datetime(2026, 11, 1, 9, tzinfo=UTC), NOW, EN) == "on Sunday 1 November 2026 at 9am"


def test_spans_lists_and_minutes():
    assert formats.span(Span(when("2026-12-08"), when("2027-01")), EN) == "8 December 2026 to January 2027"
    assert formats.span(Span(when("2026-12-08"), None), EN) == "from 8 December 2026"
    assert formats.span(Span(None, when("2026")), EN) == "until 2026"
    assert formats.listed(["Medicines", "Bills", "Visits"], EN) == "Medicines, Bills and Visits"
    assert formats.listed([], EN) == ""
    assert formats.minutes(90, EN) == "1 hour and 30 minutes"
    assert formats.minutes(20, EN) == "20 minutes"
    assert formats.minutes(0, EN) == "0 minutes"


def test_machine_readable_moments():
    assert formats.iso(when("2026-12"), EN) == "2026-12"
    assert formats.iso(when("2026-12-08"), EN) == "2026-12-08"
    assert formats.iso(when("2026-07-08T16:30:00Z"), EN) == "2026-07-08T17:30+01:00"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**12), max_value=10**12))
def test_a_number_keeps_every_digit(value):
    plain = numbers.number(value, EN).replace(",", "")
    assert D(plain) == value or "E" in plain
    if value.as_tuple().exponent <= 0 and abs(value.adjusted()) <= 40:
        assert len(plain.partition(".")[2]) == -value.as_tuple().exponent


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_no_number_breaks_a_page(value):
    assert len(numbers.number(value, AR)) < 120


@pytest.mark.parametrize(
    ("value", "en", "es"),
    [
        ("5.30", "5.30", "5,30"),
        ("0.5", "0.5", "0,5"),
        ("-0.50", "-0.50", "-0,50"),
        ("12345.6", "12,345.6", "12.345,6"),
        ("1E+3", "1,000", "1.000"),
    ],
)
def test_numbers_in_two_languages(value, en, es):
    assert numbers.number(D(value), EN) == en
    assert numbers.number(D(value), ES) == es


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("184.5", "EUR", "€184.50"),
        ("1184.505", "EUR", "€1,184.505"),
        ("500", "JPY", "¥500"),
        ("-3", "USD", "-$3.00"),
        ("5", "", "5"),
        ("5", "ZZZ", "ZZZ5.00"),
    ],
)
def test_money_is_exact(amount, currency, said):
    assert numbers.money(D(amount), currency, EN).replace("\u00a0", "") == said


def test_money_elsewhere():
    assert numbers.money(D("1184.5"), "EUR", ES) == "1.184,50\u00a0€"
    assert "1,184.50" in numbers.money(D("1184.5"), "EUR", AR)


@pytest.mark.parametrize(
    ("comparator", "said"),
    [("", "5.0\u00a0mg/L"), ("<", "less than 5.0\u00a0mg/L"), (">=", "5.0\u00a0mg/L or more"), ("ad", "ad 5.0\u00a0mg/L")],
)
def test_quantities(comparator, said):
    assert numbers.quantity(D("5.0"), "mg/L", EN, comparator) == said


def test_ranges():
    assert numbers.between(D(20), D("41.0"), EN) == "20 to 41.0"
    assert numbers.between(D(5), None, EN) == "5 or more"
    assert numbers.between(None, D(3), EN) == "3 or less"
    assert numbers.between(None, None, EN) == ""


def test_unknown_languages_are_english_and_regions_keep_their_formats():
    assert translator("tlh").language == "en"
    assert translator("").language == "en"
    assert translator("es-MX").language == "es"
    assert (translator("ar").direction, translator("es").direction) == ("rtl", "ltr")
    assert numbers.number(D("1234567.5"), translator("es-MX")) == "1,234,567.5"

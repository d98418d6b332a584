"""Money is exact, within one currency, and what cannot be added is counted."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.adjudication import list_shares, shares_of_items
from mappings.bill_split import split_of
from mappings.invoice import to_view
from mappings.money import LARGEST, SMALLEST, add, amount, less, same, size
from mappings.price import list_components, total
from mappings.reading import Amount

VALUES = st.decimals(min_value=D("-1e12"), max_value=D("1e12"), allow_nan=False, allow_infinity=False, places=6)
AMOUNTS = st.builds(Amount, VALUES, st.sampled_from(["EUR", "USD", "JPY", "KWD", ""]))


@given(st.lists(AMOUNTS | st.none(), max_size=40))
def test_sums_are_exact_and_apart_by_currency(amounts):
    found = add(amounts)
    for code in {a.currency for a in amounts if a}:
        exact = sum(Fraction(a.value) for a in amounts if a and a.currency == code)
        assert [Fraction(s.value) for s in found.amounts if s.currency == code] == [exact]
    assert len(found.amounts) == len({a.currency for a in amounts if a})
    assert found.unknown == amounts.count(None)


@given(st.lists(AMOUNTS, max_size=12), st.randoms())
def test_the_order_never_matters(amounts, random):
    mixed = list(amounts)
    random.shuffle(mixed)
    assert [(a.currency, a.value) for a in add(mixed).amounts] == [(a.currency, a.value) for a in add(amounts).amounts]


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_whatever_can_be_read_can_be_added_without_rounding(one, other):
    read = [a for a in (amount({"value": one, "currency": "EUR"}), amount({"value": other, "currency": "EUR"})) if a]
    if len(read) == 2:
        assert Fraction(add(read).amounts[0].value) == Fraction(one) + Fraction(other)


@pytest.mark.parametrize(
    "sent", [f"1e{LARGEST + 1}", f"1e{SMALLEST - 1}", "1e999999", "NaN", "Infinity", "", "12,50", None, True, [], {}]
)
def test_what_is_no_amount_is_none(sent):
    assert amount({"value": sent, "currency": "EUR"}) is None


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"value": D("184.50"), "currency": "EUR"}, Amount(D("184.50"), "EUR")),
        ({"value": "1250.00", "currency": "usd"}, Amount(D("1250.00"), "USD")),
        ({"value": 0}, Amount(D(0), "GBP")),
        ({"value": D("-0.00"), "currency": "EUR"}, Amount(D("0.00"), "EUR")),
        ({"value": 5, "code": "EUR", "system": "urn:iso:std:iso:4217"}, Amount(D(5), "EUR")),
    ],
)
def test_amounts_keep_their_digits(sent, expected):
    found = amount(sent, "GBP")
    assert found == expected and str(found.value) == str(expected.value)


def test_trailing_zeros_do_not_make_another_amount():
    assert same(Amount(D("5"), "EUR"), Amount(D("5.00"), "EUR"))
    assert not same(Amount(D("5"), "EUR"), Amount(D("5"), "USD"))
    assert not same(None, None)


@given(AMOUNTS)
def test_signs(one):
    assert less(less(one)).value == one.value and size(one).value >= 0


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["discount", "deduction"]))
def test_both_spellings_of_taken_off_come_to_the_same(cents, off, kind):
    price = {"type": "base", "amount": {"value": D(cents).scaleb(-2), "currency": "EUR"}}
    for sign in (1, -1):
        taken = {"type": kind, "amount": {"value": sign * D(off).scaleb(-2), "currency": "EUR"}}
        assert total(list_components([price, taken])).one.value == (D(cents) - D(off)).scaleb(-2)


def test_information_costs_nothing():
    parts = list_components([{"type": "base", "amount": {"value": 5}}, {"type": "informational", "amount": {"value": 99}}])
    assert total(parts).one == Amount(D(5), "")


def bill(*components, gross=None, lines=()):
    made = {"resourceType": "Invoice", "id": "b", "status": "issued", "totalPriceComponent": list(components)}
    made["lineItem"] = [{"priceComponent": list(parts)} for parts in lines]
    return to_view(made | ({"totalGross": {"value": D(gross), "currency": "EUR"}} if gross is not None else {}))


def part(kind, value, words="", currency="EUR"):
    return {"type": kind, "code": {"text": words}, "amount": {"value": D(value), "currency": currency}}


def test_a_split_is_the_whole_price():
    split = split_of(
        bill(part("base", "1240"), part("deduction", "-985.5", "Insurance"), part("discount", "70"), gross="184.50")
    )
    assert [(p.kind, p.words, p.amount.value) for p in split.parts] == [
        ("deduction", "Insurance", D("985.5")),
        ("discount", "", D("70")),
        ("rest", "", D("184.50")),
    ]
    assert split.whole.value == 1240 and round(sum(split.shares), 9) == 100


@pytest.mark.parametrize(
    "view",
    [
        bill(part("base", "100"), gross="100"),  # nothing taken off
        bill(part("base", "100"), part("discount", "10"), gross="80"),  # does not come out even
        bill(part("base", "100"), part("discount", "10", currency="USD"), gross="90"),  # two currencies
        bill(part("base", "100"), part("discount", "10")),  # no total
        bill(part("base", "10"), part("discount", "30"), gross="-20"),  # a credit
    ],
)
def test_there_is_no_wrong_split(view):
    assert split_of(view) is None


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (bill(gross="30", lines=[[part("base", "10")], [part("base", "20")]]), True),
        (bill(part("tax", "6"), gross="36", lines=[[part("base", "10")], [part("base", "20")]]), True),
        (bill(part("base", "30"), part("discount", "5"), gross="25", lines=[[part("base", "30")]]), True),
        (bill(gross="31", lines=[[part("base", "10")], [part("base", "20")]]), False),
        (bill(gross="31", lines=[[part("base", "10")], []]), None),
        (bill(gross="30"), None),
        (bill(lines=[[part("base", "10")]]), None),
        (bill(gross="30", lines=[[part("base", "10", currency="USD")], [part("base", "20")]]), None),
    ],
)
def test_whether_a_bill_adds_up(view, expected):
    assert view.adds_up is expected


def share(code, value, currency="USD"):
    return {"category": {"coding": [{"code": code}]}, "amount": {"value": D(value), "currency": currency}}


def test_items_are_added_kind_by_kind_to_the_last_digit():
    cms = "https://bluebutton.cms.gov/resources/variables/line_coinsrnc_amt"
    items = [
        list_shares([share("benefit", "0.1"), share(cms, "28.104000000000003")]),
        list_shares([share("benefit", "0.2"), share("benefit", "5", "EUR")]),
    ]
    assert {(s.category, str(s.amount.value), s.amount.currency) for s in shares_of_items(items)} == {
        ("benefit", "0.3", "USD"),
        ("benefit", "5", "EUR"),
        ("coinsurance", "28.104000000000003", "USD"),
    }

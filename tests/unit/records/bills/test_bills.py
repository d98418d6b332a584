"""What is owed, what is open, what is missing: bills and accounts side by side, never added."""

from datetime import date
from decimal import Decimal as D

import pytest
from memory_hospital import NOW

from fhirportal.errors import NotAllowed, NotFound, UpstreamError
from fhirportal.records.bills import balance_queries, get_balance, get_bill, get_statement, list_bills, read_balance
from fhirportal.records.found import Source
from fhirportal.records.profile import get_profile

ME = {"reference": "Patient/p1"}


def euros(value, currency="EUR"):
    return {"value": D(value), "currency": currency}


def bill(id_, status="issued", total="10", day="2026-10-01", currency="EUR", **more):
    made = {"resourceType": "Invoice", "id": id_, "status": status, "subject": ME, "date": day}
    return made | ({"totalGross": euros(total, currency)} if total is not None else {}) | more


def due(day):
    return {"extension": [{"url": "https://x.example/due-date", "valueDate": day}]}


def account(id_="a", value="10"):
    extension = [{"url": "https://x.example/account-balance", "valueMoney": euros(value)}]
    return {"resourceType": "Account", "id": id_, "status": "active", "subject": [ME], "extension": extension}


def statement(id_="e", **more):
    return {"resourceType": "ExplanationOfBenefit", "id": id_, "status": "active", "patient": ME} | more


def owed(page):
    return {(str(a.value), a.currency) for a in page.balance.owed.amounts}


def test_only_issued_bills_are_owed(make_hospital):
    states = ("draft", "issued", "balanced", "cancelled", "entered-in-error", "odd")
    page = list_bills(make_hospital(*(bill(s, s) for s in states)).reader(), NOW)
    assert owed(page) == {("10", "EUR")}
    assert [b.id for b in page.open] == ["issued"] and [b.id for b in page.paid] == ["balanced"]
    assert {b.id for b in page.other} == {"draft", "cancelled", "entered-in-error", "odd"}


def test_currencies_stay_apart_and_unknown_totals_are_counted(make_hospital):
    sent = [bill("1", total="0.10"), bill("2", total="0.20"), bill("3", total="5", currency="USD"), bill("4", total=None)]
    page = list_bills(make_hospital(*sent).reader(), NOW)
    assert owed(page) == {("0.30", "EUR"), ("5", "USD")}
    assert page.balance.owed.unknown == 1 and not page.balance.certain


def test_an_amount_without_currency_is_in_the_hospitals(make_hospital):
    sent = bill("1", totalGross={"value": D("7")})
    assert owed(list_bills(make_hospital(sent).reader(), NOW, "GBP")) == {("7", "GBP")}


def test_balances_are_never_added_to_bills_nor_to_each_other(make_hospital):
    page = list_bills(make_hospital(bill("1"), account("a", "10"), account("b", "90")).reader(), NOW)
    assert owed(page) == {("10", "EUR")}
    assert sorted(a.balance.amount.value for a in page.balance.accounts) == [10, 90]


def test_what_is_due_first_comes_first(make_hospital):
    sent = [
        bill("new", day="2026-11-01"),
        bill("old", day="2026-01-01"),
        bill("soon", **due("2026-12-01")),
        bill("later", **due("2027-01-01")),
    ]
    page = list_bills(make_hospital(*sent).reader(), NOW)
    assert [b.id for b in page.open] == ["soon", "later", "new", "old"]
    assert page.balance.next_due.day == date(2026, 12, 1)


def test_credits_and_bills_to_others_are_not_owed(make_hospital):
    sent = [bill("credit", total="-5"), bill("insurer", recipient={"reference": "Organization/i"}), bill("zero", total="0")]
    page = list_bills(make_hospital(*sent).reader(), NOW)
    assert (page.open, owed(page)) == ((), set())
    assert [b.id for b in page.paid] == ["zero"] and {b.id for b in page.other} == {"credit", "insurer"}


@pytest.mark.parametrize(
    ("hospital", "from_bills", "certain"),
    [
        ({"down": {"Invoice"}}, False, False),
        ({"absent": {"Invoice"}}, False, False),
        ({"partial": ("Invoice",)}, True, False),
        ({}, True, True),
    ],
)
def test_what_is_owed_is_certain_only_where_all_came(make_hospital, hospital, from_bills, certain):
    balance = get_balance(make_hospital(account(), bill("paid", "balanced"), **hospital).reader())
    assert (balance.from_bills, balance.certain) == (from_bills, certain)
    assert len(balance.accounts) == 1


def test_no_bills_at_all_tell_nothing(make_hospital):
    balance = get_balance(make_hospital().reader())
    assert balance.source is Source.OK and not balance.from_bills and balance.owed.amounts == ()


def test_charges_are_asked_for_only_where_there_are_no_bills(make_hospital):
    charge = {"resourceType": "ChargeItem", "id": "c", "status": "billable", "subject": ME, "code": {"text": "Cast"}}
    without = make_hospital(charge, absent={"Invoice"})
    assert [c.words for c in list_bills(without.reader(), NOW).charges] == ["Cast"]
    with_bills = make_hospital(charge, bill("1"))
    assert list_bills(with_bills.reader(), NOW).charges == ()
    assert "ChargeItem" not in {type_ for type_, _ in with_bills.asked}


def test_each_missing_part_is_named(make_hospital):
    page = list_bills(make_hospital(bill("1"), down={"Coverage"}, absent={"Account"}).reader(), NOW)
    assert dict(page.troubles) == {"coverage": Source.DOWN, "accounts": Source.NOT_OFFERED}
    shared = make_hospital(bill("1")).reader(scopes=frozenset({"patient/Invoice.rs"}))
    assert dict(list_bills(shared, NOW).troubles) == dict.fromkeys(("accounts", "statements", "coverage"), Source.NOT_SHARED)


def test_nothing_of_somebody_else_is_shown(make_hospital):
    other = {"reference": "Patient/p2"}
    sent = [bill("1", subject=other), account() | {"subject": [other]}, statement(patient=other)]
    page = list_bills(make_hospital(*sent).reader(), NOW)
    assert page.empty and owed(page) == set() and not page.balance.certain


def test_the_dashboard_reads_the_same_from_its_own_search(make_hospital):
    reader = make_hospital(bill("1"), account()).reader()
    assert read_balance(reader.gather(*balance_queries())).owed == get_balance(reader).owed


def test_insurances_in_use_come_first(make_hospital):
    def plan(id_, **more):
        return {"resourceType": "Coverage", "id": id_, "status": "active", "beneficiary": ME} | more

    sent = [
        plan("over", period={"end": "2026-11-23"}),
        plan("today", period={"end": "2026-11-24"}, order=2),
        plan("month", period={"end": "2026-11"}, order=3),
        plan("year", period={"end": "2026"}, order=4),
        plan("open", order=1),
        plan("cancelled", status="cancelled"),
        plan("wrong", status="entered-in-error"),
    ]
    plans = list_bills(make_hospital(*sent).reader(), NOW).plans
    assert [p.view.id for p in plans if p.current] == ["open", "today", "month", "year"]
    assert {p.view.id for p in plans if not p.current} == {"over", "cancelled"}


def charged(id_, words, **more):
    return {"resourceType": "ChargeItem", "id": id_, "status": "billed", "subject": ME, "code": {"text": words}} | more


def test_a_bill_takes_the_words_of_its_charges(make_hospital):
    lines = [{"chargeItemReference": {"reference": f"ChargeItem/c{n}"}} for n in range(3)]
    hospital = make_hospital(
        bill("1", lineItem=lines, issuer={"reference": "Organization/o"}),
        charged("c0", "Cast", priceOverride=euros("4"), occurrenceDateTime="2026-09-30"),
        charged("c1", "Visit", occurrenceDateTime="2026-09-29"),
        {"resourceType": "Organization", "id": "o", "name": "Elm Hospital"},
    )
    page = get_bill(hospital.reader(), "1")
    assert [line.words for line in page.lines] == ["Cast", "Visit", ""]
    assert page.lines[0].price.value == 4 and page.missing == 1
    assert page.issuer == "Elm Hospital" and page.cared.day == date(2026, 9, 29)


def test_a_charge_of_somebody_else_lends_no_words(make_hospital):
    lines = [{"chargeItemReference": {"reference": "ChargeItem/c"}}]
    foreign = charged("c", "Secret") | {"subject": {"reference": "Patient/p2"}}
    assert get_bill(make_hospital(bill("1", lineItem=lines), foreign).reader(), "1").lines[0].words == ""


def test_a_bill_stands_without_its_charges(make_hospital):
    lines = [{"chargeItemReference": {"reference": "ChargeItem/c", "display": "Cast"}}]
    page = get_bill(make_hospital(bill("1", lineItem=lines), down={"ChargeItem", "Organization"}).reader(), "1")
    assert page.lines[0].words == "Cast" and page.missing == 0


@pytest.mark.parametrize(
    ("more", "hospital", "error"),
    [
        ({"subject": {"reference": "Patient/p2"}}, {}, NotFound),
        ({"id": "2"}, {}, NotFound),
        ({}, {"down": {"Invoice"}}, UpstreamError),
    ],
)
def test_a_bill_that_cannot_be_had(make_hospital, more, hospital, error):
    with pytest.raises(error):
        get_bill(make_hospital(bill("1") | more, **hospital).reader(), "1")


def test_a_bill_that_was_not_shared(make_hospital):
    with pytest.raises(NotAllowed):
        get_bill(make_hospital(bill("1")).reader(scopes=frozenset({"patient/Patient.rs"})), "1")


def test_a_statement_has_the_names_behind_it(make_hospital):
    sent = statement(provider={"reference": "Practitioner/d"}, insurer={"display": "Payer"})
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"prefix": ["Dr"], "family": "Ash"}]}
    found = get_statement(make_hospital(sent, doctor).reader(), "e").statement
    assert (found.provider, found.insurer) == ("Dr Ash", "Payer")


def test_a_person_s_ways_that_are_over_are_left_out(make_hospital):
    sent = {
        "resourceType": "Patient", "id": "p1",
        "telecom": [
            {"system": "phone", "value": "over", "period": {"end": "2026-11-23"}},
            {"system": "phone", "value": "today", "period": {"end": "2026-11-24"}},
            {"system": "phone", "value": "later", "period": {"end": "2027"}},
        ],
        "generalPractitioner": [{"reference": "Practitioner/d"}, {"display": "Dr Elm"}],
    }  # fmt: skip
    page = get_profile(make_hospital(sent, down={"Practitioner"}).reader(), NOW, NOW.tzinfo)
    assert [t.value for t in page.view.telecoms] == ["today", "later"]
    assert page.doctors == ("Dr Elm",)

"""What bills, accounts, insurance and people mean, where servers differ."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import account, charge_item, coverage, explanation_of_benefit, invoice, patient

READERS = {
    "Invoice": invoice.to_view,
    "Account": account.to_view,
    "ChargeItem": charge_item.to_view,
    "ExplanationOfBenefit": explanation_of_benefit.to_view,
    "Coverage": coverage.to_view,
    "Patient": patient.to_view,
}
SPELT = (
    "resourceType id status identifier type subject date lineItem chargeItemReference reference priceComponent amount value "
    "currency totalNet totalGross totalPriceComponent extension url valueMoney valueDate _paymentTerms paymentTerms contained "
    "balance item adjudication category coding code text display total payment period start end class name telecom use given "
    "family communication language contact relationship link address line birthDate subscriberId payor order sequence "
    "insurance coverage note occurrenceTiming event quantity factor deceasedBoolean system rank active meta"
)
NAMES = st.sampled_from(SPELT.split())
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(max_size=8)
    | st.sampled_from(["2026-02-30", "#x", "2026"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("type_", READERS)
@given(data=st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_dict_gives_a_view_or_none(type_, data):
    view = READERS[type_]({**data, "resourceType": type_})
    assert view is None or view.id == view.id.strip()
    if type_ == "Invoice" and view:
        assert view.payable in (True, False) and view.adds_up in (True, False, None)


@pytest.mark.parametrize("type_", READERS)
@pytest.mark.parametrize("data", [{}, [], None, "x", {"resourceType": "Basic"}])
def test_other_things_are_no_view(type_, data):
    assert READERS[type_](data) is None


def bill(**more):
    return invoice.to_view({"resourceType": "Invoice", "id": "b", "status": "issued"} | more)


def euros(value):
    return {"value": D(value), "currency": "EUR"}


@pytest.mark.parametrize(
    ("more", "payable"),
    [
        ({"totalGross": euros("5")}, True),
        ({"totalNet": euros("5")}, True),
        ({}, True),  # asked to pay an unknown sum
        ({"totalGross": euros("0")}, False),
        ({"totalGross": euros("-5")}, False),
        ({"totalGross": euros("5"), "recipient": {"reference": "Organization/insurer"}}, False),
        ({"totalGross": euros("5"), "recipient": {"reference": "RelatedPerson/mother"}}, True),
        *(
            ({"totalGross": euros("5"), "status": s}, False)
            for s in ("draft", "balanced", "cancelled", "entered-in-error", "x")
        ),
    ],
)
def test_what_is_to_be_paid(more, payable):
    assert bill(**more).payable is payable


def test_a_withdrawn_bill_keeps_no_amounts():
    view = bill(
        status="entered-in-error", totalGross=euros("5"), lineItem=[{}], identifier=[{"value": "N1"}], note=[{"text": "n"}]
    )
    assert (view.total, view.lines, view.notes, view.number, view.withdrawn) == (None, (), (), "N1", True)


@pytest.mark.parametrize(
    "more",
    [
        {"extension": [{"url": "https://x.example/invoice-due-date", "valueDate": "2026-12-11"}]},
        {"extension": [{"url": "https://x.example/paymentDueDate", "valueDateTime": "2026-12-11"}]},
        {"_paymentTerms": {"extension": [{"url": "https://x.example/zahlungsziel", "valueDate": "2026-12-11"}]}},
    ],
)
def test_due_dates_come_from_extensions(more):
    assert bill(**more).due.day == date(2026, 12, 11)


@pytest.mark.parametrize(
    "more",
    [
        {"paymentTerms": "Please pay by 2026-12-11, within 30 days"},
        {"extension": [{"url": "https://x.example/residue", "valueDate": "2026-12-11"}]},
        {"extension": [{"url": "https://x.example/due-date", "valueString": "soon"}]},
    ],
)
def test_no_due_date_is_made_up(more):
    assert bill(**more).due is None


def test_lines_take_their_words_from_where_they_stand():
    view = bill(
        contained=[{"resourceType": "ChargeItem", "id": "c", "status": "billed", "code": {"text": "Plaster"}}],
        lineItem=[
            {"chargeItemCodeableConcept": {"text": "Visit"}},
            {"chargeItemReference": {"reference": "#c"}},
            {"chargeItemReference": {"reference": "ChargeItem/9", "display": "Blood test"}},
            {"chargeItemReference": {"reference": "ChargeItem/10"}},
        ],
    )
    assert [line.words for line in view.lines] == ["Visit", "Plaster", "Blood test", ""]


def balance(*parts, url="http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance"):
    return {"url": url, "extension": list(parts)}


def test_balances_of_r5_brought_back():
    whose = {"url": "aggregate", "valueCodeableConcept": {"coding": [{"code": "patient"}]}}
    total = {"url": "aggregate", "valueCodeableConcept": {"coding": [{"code": "total"}]}}
    old = {"url": "term", "valueCodeableConcept": {"coding": [{"code": "30"}]}}
    view = account.to_view({
        "resourceType": "Account", "id": "a", "status": "active",
        "extension": [
            balance(total, {"url": "amount", "valueMoney": euros("100")}),
            balance(whose, {"url": "amount", "valueMoney": euros("20")}),
            balance(whose, old, {"url": "amount", "valueMoney": euros("7")}),
            {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.calculatedAt", "valueInstant": "2026-11-01T00:00:00Z"},
        ],
    })  # fmt: skip
    assert view.balance.amount.value == 20 and len(view.balances) == 3
    assert view.calculated.day == date(2026, 11, 1)


def test_oracle_health_balances():
    view = account.to_view({
        "resourceType": "Account", "id": "a", "status": "active", "type": {"text": "guarantor-balance"},
        "extension": [{"url": "https://fhir-ehr.cerner.com/r4/StructureDefinition/account-balance", "valueMoney": {"value": "-5.00", "currency": "USD"}}],
    })  # fmt: skip
    assert str(view.balance.amount.value) == "-5.00"


def test_two_balances_of_nobody_are_not_one():
    one = {"url": "account-balance", "valueMoney": euros("1")}
    two = {"url": "account-balance", "valueMoney": euros("2")}
    view = account.to_view({"resourceType": "Account", "id": "a", "extension": [one, two]})
    assert view.balance is None and len(view.balances) == 2


@pytest.mark.parametrize(
    ("number", "shown"),
    [("DZW9200000000", "0000"), ("12-34-5678", "5678"), ("1234567", "67"), ("1234", ""), ("", ""), ("--------", "")],
)
def test_member_numbers_are_never_shown_whole(number, shown):
    view = coverage.to_view({"resourceType": "Coverage", "id": "c", "subscriberId": number})
    assert view.ending == shown
    assert not number or number not in repr(view) or not shown


@given(st.text(max_size=30))
def test_masked_is_less_than_half(number):
    assert len(coverage.masked(number)) * 2 <= len(number)


def person(**more):
    return patient.to_view({"resourceType": "Patient", "id": "p"} | more)


def test_only_hospital_numbers_are_shown():
    kinds = ("MR", "SS", "PPN", "DL", "MB", "AN")
    sent = [
        {"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": k}]}, "value": k + "1"}
        for k in kinds
    ]
    plain = [{"value": "999"}, {"type": {"text": "BSN"}, "value": "888"}, {"type": {"text": "MRN"}, "value": "H2"}]
    old = [{"use": "old", "type": sent[0]["type"], "value": "OLD"}]
    assert person(identifier=sent + plain + old).numbers == ("MR1", "H2")


def test_names_in_any_script_once_the_official_first():
    view = person(name=[
        {"use": "usual", "given": ["Kenji"], "family": "Tanaka"},
        {"use": "official", "text": "田中 健二"},
        {"use": "nickname", "text": "田中 健二"},
        {"use": "old", "text": "Old Name"},
    ])  # fmt: skip
    assert [n.text for n in view.names] == ["田中 健二", "Kenji Tanaka"]


@pytest.mark.parametrize(("sent", "precision"), [("1979", "year"), ("1979-03", "month"), ("1979-03-14", "day")])
def test_birth_dates_keep_their_precision(sent, precision):
    assert person(birthDate=sent).born.precision == precision


def test_a_joined_record_says_so():
    link = [{"type": "replaced-by", "other": {"reference": "Patient/q"}}]
    assert person(link=link).replaced and not person(link=[{"type": "seealso"}]).replaced
    assert "q" not in repr(person(link=link)).replace("'", " ").split()


@pytest.mark.parametrize("end", ["9999-12-31", "9999-12-31T23:59:59Z", "9999"])
def test_an_insurance_without_end(end):
    view = coverage.to_view({"resourceType": "Coverage", "id": "c", "period": {"start": "2026", "end": end}})
    assert view.period.start and view.period.end is None

"""The pages about bills: what is owed, what is missing, and nothing that was not sent."""

import html
import re
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhirportal.access.viewer import Kind

ME = {"reference": "Patient/p1"}
PERSON = {"resourceType": "Patient", "id": "p1", "name": [{"text": "Ada Rook"}]}
STANDING = "Some parts of a record may be private or not yet released."


def euros(value, currency="EUR"):
    return {"value": D(value), "currency": currency}


def bill(id_="b1", status="issued", total="184.50", **more):
    made = {"resourceType": "Invoice", "id": id_, "status": status, "subject": ME, "date": "2026-10-21"}
    return made | ({"totalGross": euros(total)} if total is not None else {}) | more


def account(value="12.30", **more):
    extension = [{"url": "https://x.example/account-balance", "valueMoney": euros(value)}]
    return {
        "resourceType": "Account",
        "id": "a",
        "status": "active",
        "subject": [ME],
        "name": "My account",
        "extension": extension,
    } | more


def statement(**more):
    made = {"resourceType": "ExplanationOfBenefit", "id": "e1", "status": "active", "patient": ME, "outcome": "complete"}
    return made | {"type": {"coding": [{"code": "professional"}]}, "created": "2026-10-22"} | more


def seen(response):
    """What a reader sees: no tags, no entities."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_the_list_says_what_is_owed(make_portal):
    due = {"extension": [{"url": "https://x.example/due-date", "valueDate": "2026-12-11"}]}
    browser = make_portal(PERSON, bill(), bill("b2", "balanced", "50"), bill("b3", _paymentTerms=due), account()).open()
    page = browser.get()
    assert page.status_code == 200
    words = seen(page)
    assert "You owe €369.00" in words and "2 bills to pay" in words
    assert (
        "Due in 17 days" in words
        and "Friday 11 December 2026" in words
        and "€12.30" in words
        and "Do not add the two." in words
    )
    assert STANDING in words and "Last updated" in words
    assert "<title>Bills" in page.text and page.text.count("<h1") == 1


def test_no_button_leads_nowhere(make_portal):
    page = make_portal(PERSON, bill()).open().get("bills/b1").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main and 'href="#"' not in main
    assert re.findall(r"<button[^>]*>", main) == re.findall(r"<button[^>]*data-print hidden>", main)
    assert 'href="tel:015550140"' in main


@pytest.mark.parametrize(
    ("resources", "hospital", "expected", "never"),
    [
        ([], {}, "Your hospital has sent no bills here.", "You owe"),
        ([account()], {}, "Your account balance", "You owe"),
        ([bill("x", "balanced")], {}, "Your hospital has sent no bill that is still to be paid.", "to pay,"),
        ([account()], {"absent": {"Invoice"}}, "Your account balance", "You owe"),
        ([bill(), account()], {"down": {"Invoice"}}, "Your account balance", "€184.50"),
        ([statement()], {"absent": {"Invoice", "Account"}}, "Your hospital does not send bills here.", "no bill that is still"),
        ([statement()], {"down": {"Invoice", "Account"}}, "We can’t say what is to be paid just now", "no bill that is still"),
        (
            [],
            {"down": {"Invoice", "Account", "ExplanationOfBenefit", "Coverage", "ChargeItem"}},
            "We can’t reach this part just now",
            "You owe",
        ),
        (
            [],
            {"absent": {"Invoice", "Account", "ExplanationOfBenefit", "Coverage", "ChargeItem"}},
            "does not offer this here",
            "You owe",
        ),
        ([], {"absent": {"Invoice"}}, "Your hospital does not send bills here.", "does not offer this here"),
        ([bill(total=None)], {}, "One bill came without a total and is not counted here.", "€"),
        ([bill(), bill("b2", totalGross=euros("5", "USD"))], {}, "We do not add them up.", "189.50"),
        ([bill(subject={"reference": "Patient/p2"})], {}, "not all bills came", "€184.50"),
    ],
)
def test_the_head_of_the_list_is_honest(make_portal, resources, hospital, expected, never):
    words = seen(make_portal(PERSON, *resources, **hospital).open().get())
    assert expected in words and never not in words and STANDING in words


def test_missing_parts_are_named(make_portal):
    words = seen(make_portal(PERSON, bill(), down={"Coverage"}, absent={"Account"}).open().get())
    assert "We could not load: Your insurance." in words and "does not send: Your account." in words
    words = seen(make_portal(PERSON, bill()).open(scopes="patient/Invoice.rs patient/Patient.rs").get())
    assert "Not shared with this site when you signed in:" in words


def test_a_resource_that_cannot_be_read_costs_one_row(make_portal):
    odd = {"resourceType": "ChargeItem", "id": "x", "subject": ME}
    words = seen(make_portal(PERSON, odd, absent={"Invoice"}).open().get())
    assert "1 item cannot be shown here" in words


def test_one_bill(make_portal):
    components = [
        {"type": "base", "code": {"text": "Charges"}, "amount": euros("1240")},
        {"type": "deduction", "code": {"text": "Paid by insurance"}, "amount": euros("-985.5")},
        {"type": "discount", "amount": euros("70")},
    ]
    lines = [
        {
            "chargeItemCodeableConcept": {"text": "Clinic <b>visit</b>"},
            "priceComponent": [{"type": "base", "amount": euros("1240")}],
        },
        {"chargeItemCodeableConcept": {"coding": [{"code": "C-99"}]}},
    ]
    sent = bill(totalPriceComponent=components, lineItem=lines, identifier=[{"value": "AQ-1"}], paymentTerms="Within 30 days")
    page = make_portal(PERSON, sent).open().get("bills/b1")
    words = seen(page)
    assert "You owe €184.50" in words and "Bill number AQ-1" in words
    assert "Clinic &lt;b&gt;visit&lt;/b&gt;" in page.text and "€1,240.00" in words
    assert "Paid by insurance €985.50" in words and "Discount €70.00" in words and "You pay €184.50" in words
    assert "The hospital sent no words for this line" in words and "Code C-99" in words and "No price sent" in words
    assert "The hospital writes: Within 30 days" in words and "Due" not in words
    assert 'width="79.48%"' in page.text


@pytest.mark.parametrize(
    ("sent", "expected", "never"),
    [
        (bill(status="cancelled", cancelledReason="Charged twice"), "The hospital cancelled this bill.", "You owe"),
        (bill(status="draft"), "still preparing this bill", "You owe"),
        (bill(status="balanced"), "Paid €184.50", "You owe"),
        (bill(status="entered-in-error"), "Withdrawn by the hospital", "€184.50"),
        (bill(status="strange"), "Ask before you pay.", "You owe"),
        (
            bill(recipient={"reference": "Organization/i", "display": "Insurer"}),
            "This bill was sent to Insurer, not to you.",
            "You owe",
        ),
        (bill(total="-5"), "In your favour", "You owe"),
        (bill(total="0"), "Nothing to pay", "You owe"),
        (bill(total=None), "The hospital sent no total for this bill.", "€"),
        (bill(lineItem=[{"priceComponent": [{"type": "base", "amount": euros("1")}]}]), "These amounts do not add up", "€183"),
    ],
)
def test_each_state_of_a_bill(make_portal, sent, expected, never):
    words = seen(make_portal(PERSON, sent).open().get("bills/b1"))
    assert expected in words and never not in words


def test_ids_are_opaque(make_portal):
    browser = make_portal(PERSON, bill("a b%?#é.1")).open()
    href = re.search(r'href="(/c/[^"]*/bills/a[^"]*)"', browser.get().text)[1]
    assert browser.client.get(href, base_url="http://localhost:8000").status_code == 200


@pytest.mark.parametrize("path", ["bills/b1", "bills/statements/e1"])
def test_somebody_else_s_is_not_found(make_portal, path):
    other = {"reference": "Patient/p2", "display": "Victor Secret"}
    page = (
        make_portal(PERSON, bill(subject=other, paymentTerms="Secret"), statement(patient=other, disposition="Secret"))
        .open()
        .get(path)
    )
    assert page.status_code == 404 and "Secret" not in page.text


def test_a_statement(make_portal):
    adjudication = [
        {
            "category": {"coding": [{"code": "https://bluebutton.cms.gov/resources/variables/line_coinsrnc_amt"}]},
            "amount": euros("28.104"),
        }
    ]
    items = [{"productOrService": {"text": "Flu vaccine"}, "net": euros("140.52"), "adjudication": adjudication}]
    totals = [
        {"category": {"coding": [{"code": c}]}, "amount": euros(v)} for c, v in (("submitted", "140.52"), ("weird-code", "9"))
    ]
    sent = statement(item=items, total=totals, payment={"amount": euros("112.416"), "date": "2026-11-02"})
    portal = make_portal(PERSON, sent, absent={"Invoice"})
    words = seen(portal.open().get("bills/statements/e1"))
    assert "This is not a bill" in words and "What the hospital charged €140.52" in words
    assert "Other amount €9.00" in words and "weird-code" not in words
    assert "Added up from the parts below" in words and "Your share €28.104" in words and "€112.416" in words
    assert "Care by a doctor or nurse" in seen(portal.open().get("bills/statements"))


def test_a_withdrawn_statement_keeps_nothing(make_portal):
    words = seen(
        make_portal(PERSON, statement(status="entered-in-error", disposition="Secret")).open().get("bills/statements/e1")
    )
    assert "Withdrawn by your insurer" in words and "Secret" not in words


def test_a_member_number_is_never_on_a_page(make_portal):
    plan = {
        "resourceType": "Coverage",
        "id": "c",
        "status": "active",
        "beneficiary": ME,
        "subscriberId": "LH70412999",
        "payor": [{"display": "Payer"}],
    }
    page = make_portal(PERSON, plan).open().get()
    assert "LH70412999" not in page.text and "ends in 2999" in seen(page)


def test_a_trusted_person_sees_whose_bills_they_are(make_portal):
    page = make_portal(PERSON, bill()).open(kind=Kind.TRUSTED).get()
    assert "Ada Rook" in page.text[page.text.index("<title>") : page.text.index("</title>")]


def test_bills_can_be_switched_off(make_portal):
    assert make_portal(PERSON, setup={"features_off": ("bills",)}).open().get().status_code == 404


ODD = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=4) | st.sampled_from(["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "currency", "text", "type", "amount", "code", "start", "end"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PARTS = [
    "date", "status", "totalGross", "totalNet", "lineItem", "totalPriceComponent", "identifier", "type", "recipient",
    "paymentTerms", "note", "created", "total", "item", "period",
]  # fmt: skip


def test_no_resource_breaks_a_page(make_portal):
    portal = make_portal(PERSON)

    @settings(max_examples=40, deadline=None)
    @given(more=st.dictionaries(st.sampled_from(PARTS), ODD, max_size=6))
    def check(more):
        portal.hospital.resources[:] = [PERSON, bill() | more, statement() | more, account() | more]
        browser = portal.open()
        for page in ("bills", "bills/b1", "bills/statements/e1"):
            assert browser.get(page).status_code == 200

    check()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "9999-12-31", "0001"])
def test_the_ends_of_the_calendar_break_no_page(make_portal, moment):
    due = {"extension": [{"url": "due-date", "valueDateTime": moment}]}
    period = {"start": moment, "end": moment}
    plan = {"resourceType": "Coverage", "id": "c", "status": "active", "beneficiary": ME, "period": period}
    browser = make_portal(
        PERSON, bill(date=moment, _paymentTerms=due), statement(created=moment, billablePeriod=period), plan
    ).open()
    for page in ("bills", "bills/b1", "bills/statements/e1"):
        assert browser.get(page).status_code == 200

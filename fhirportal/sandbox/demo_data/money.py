"""Insurance, charges, bills in every state, and what the insurer decided. R4's Invoice has neither balance nor due date, so
both stand where hospitals put them: the Account's balance extension, and an extension of the Invoice's payment terms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fhirportal.sandbox.demo_data.build import THO, Calendar, Resource, concept, euros, iso, period, ref, without_empty
from fhirportal.sandbox.demo_data.family import BY_KEY, MEMBERS
from fhirportal.sandbox.demo_data.hospital import INSURER, ORGANIZATION

DUE_DATE = "https://alder-quay.example/fhir/StructureDefinition/invoice-due-date"


@dataclass(frozen=True)
class Bill:
    """One bill: lines are (words, price), `covered` is what the insurer paid, `due` in how many days from today."""

    who: str
    key: str
    ago: int
    status: str
    lines: Sequence[tuple[str, float]]
    covered: float = 0
    terms: str = ""
    reason: str = ""
    discount: float = 0
    due: int | None = None

    @property
    def total(self) -> float:
        return round(sum(price for _, price in self.lines), 2)

    @property
    def to_pay(self) -> float:
        return round(self.total - self.covered - self.discount, 2)


BILLS = (
    Bill("orla", "clinic", 34, "issued", (("Diabetes clinic visit", 240), ("Photos of both eyes", 310), ("Blood tests", 420), ("Foot check", 270)), 985.5,
         "Please pay by the date on this bill.", discount=70, due=17),
    Bill("orla", "throat", 410, "balanced", (("Clinic visit", 90), ("Medicines", 24.5)), 64.5),
    Bill("orla", "parking", 200, "cancelled", (("Parking", 12),), reason="Charged by mistake"),
    Bill("orla", "next", 3, "draft", (("Blood tests", 320),)),
    Bill("orla", "wrong", 150, "entered-in-error", (("Heart clinic visit", 260),)),
    Bill("aoife", "scan", 40, "issued", (("20 week scan", 280),), 280, "Nothing to pay."),
    Bill("finn", "asthma", 80, "issued", (("Children's clinic visit", 150), ("Breathing test", 95)), 171.5, "Please pay within 90 days."),
    Bill("brendan", "stay", 12, "issued", (("One day on the ward", 80), ("Blood tests", 120)), 120, "Please pay within 60 days."),
    Bill("kenji", "check", 38, "balanced", (("Blood tests", 140),), 90),
    Bill("salma", "check", 38, "issued", (("Blood tests", 140),), 0, "Please pay within 45 days."),
)  # fmt: skip


def resources(calendar: Calendar) -> Iterator[Resource]:
    for number, member in enumerate(MEMBERS):
        yield _coverage(member.key, number, calendar)
        yield _account(member.key, calendar)
    for bill in BILLS:
        yield from _charges(bill, calendar)
        yield _invoice(bill, calendar)
        if bill.covered:
            yield _explanation(bill, calendar)


def _coverage(who: str, number: int, calendar: Calendar) -> Resource:
    member = BY_KEY[who]
    holder = BY_KEY["orla"] if who in ("finn", "saoirse") else member
    return {
        "resourceType": "Coverage",
        "id": f"coverage-{who}",
        "status": "cancelled" if who == "cillian" else "active",
        "type": concept("Health insurance", (THO + "v3-ActCode", "EHCPOL", "extended healthcare")),
        "subscriber": ref(holder.reference, holder.name),
        "subscriberId": f"LH-{70412 + number * 31}",
        "beneficiary": ref(member.reference, member.name),
        "relationship": concept("", (THO + "subscriber-relationship", "child" if holder is not member else "self",
                                     "Child" if holder is not member else "Self")),
        "period": period(calendar.day(-700), calendar.day(300)),
        "payor": [ref(INSURER, "Liffey Health Insurance")],
        "class": [{"type": concept("", (THO + "coverage-class", "plan", "Plan")), "value": "QUAY-2", "name": "Quay Plan 2"}],
    }  # fmt: skip


def _account(who: str, calendar: Calendar) -> Resource:
    member = BY_KEY[who]
    owed = sum(b.to_pay for b in BILLS if b.who == who and b.status == "issued")
    return {
        "resourceType": "Account",
        "id": f"account-{who}",
        "extension": [{"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance",
                       "extension": [{"url": "amount", "valueMoney": euros(round(owed, 2))}]}],
        "status": "active",
        "type": concept("", (THO + "v3-ActCode", "PBILLACCT", "patient billing account")),
        "name": f"Account of {member.name}",
        "subject": [ref(member.reference, member.name)],
        "servicePeriod": {"start": iso(calendar.day(-700))},
        "coverage": [{"coverage": ref(f"Coverage/coverage-{who}")}],
        "owner": ref(ORGANIZATION, "Alder Quay Hospital"),
    }  # fmt: skip


def _charges(bill: Bill, calendar: Calendar) -> Iterator[Resource]:
    member = BY_KEY[bill.who]
    status = {"entered-in-error": "entered-in-error", "draft": "billable", "cancelled": "aborted"}.get(bill.status, "billed")
    for n, (words, price) in enumerate(bill.lines):
        yield {
            "resourceType": "ChargeItem",
            "id": f"charge-{bill.who}-{bill.key}-{n}",
            "status": status,
            "code": concept(words, ("https://alder-quay.example/charges", f"{bill.key}-{n}", words)),
            "subject": ref(member.reference, member.name),
            "occurrenceDateTime": iso(calendar.at(-bill.ago - 5, "10:00")),
            "quantity": {"value": 1},
            "priceOverride": euros(price),
            "account": [ref(f"Account/account-{bill.who}")],
        }


def _invoice(bill: Bill, calendar: Calendar) -> Resource:
    member = BY_KEY[bill.who]
    return without_empty(
        {
            "resourceType": "Invoice",
            "id": f"bill-{bill.who}-{bill.key}",
            "identifier": [
                {"system": "https://alder-quay.example/bills", "value": f"AQ-{20000 + len(bill.key) * 311 + bill.ago}"}
            ],
            "status": bill.status,
            "cancelledReason": bill.reason,
            "type": concept("Hospital bill"),
            "subject": ref(member.reference, member.name),
            "recipient": ref(member.reference, member.name),
            "date": iso(calendar.at(-bill.ago, "09:00")),
            "issuer": ref(ORGANIZATION, "Alder Quay Hospital"),
            "account": ref(f"Account/account-{bill.who}"),
            "lineItem": [_line(bill, n, price) for n, (_, price) in enumerate(bill.lines)],
            "totalPriceComponent": _components(bill),
            "totalNet": euros(bill.to_pay),
            "totalGross": euros(bill.to_pay),
            "paymentTerms": bill.terms,
            "_paymentTerms": _due(bill, calendar),
        }
    )


def _components(bill: Bill) -> list[Resource]:
    made = [{"type": "base", "code": concept("Charges"), "amount": euros(bill.total)}]
    if bill.covered:
        made.append({"type": "deduction", "code": concept("Paid by your insurance"), "amount": euros(-bill.covered)})
    if bill.discount:
        made.append({"type": "discount", "code": concept("Hospital discount"), "amount": euros(-bill.discount)})
    return made


def _due(bill: Bill, calendar: Calendar) -> Resource:
    if bill.due is None:
        return {}
    return {"extension": [{"url": DUE_DATE, "valueDate": iso(calendar.day(bill.due))}]}


def _line(bill: Bill, n: int, price: float) -> Resource:
    return {
        "sequence": n + 1,
        "chargeItemReference": ref(f"ChargeItem/charge-{bill.who}-{bill.key}-{n}", bill.lines[n][0]),
        "priceComponent": [{"type": "base", "amount": euros(price)}],
    }


def _explanation(bill: Bill, calendar: Calendar) -> Resource:
    member = BY_KEY[bill.who]
    lines = [
        {
            "sequence": n + 1,
            "productOrService": concept(words),
            "net": euros(price),
            "adjudication": [{"category": _word("submitted"), "amount": euros(price)}],
        }
        for n, (words, price) in enumerate(bill.lines)
    ]
    amounts = (("submitted", bill.total), ("benefit", bill.covered))
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"eob-{bill.who}-{bill.key}",
        "status": "active",
        "type": concept("", (THO + "claim-type", "institutional", "Institutional")),
        "use": "claim",
        "patient": ref(member.reference, member.name),
        "billablePeriod": period(calendar.day(-bill.ago - 5), calendar.day(-bill.ago - 5)),
        "created": iso(calendar.at(-bill.ago + 1, "12:00")),
        "insurer": ref(INSURER, "Liffey Health Insurance"),
        "provider": ref(ORGANIZATION, "Alder Quay Hospital"),
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": ref(f"Coverage/coverage-{bill.who}", "Quay Plan 2")}],
        "item": lines,
        "total": [{"category": _word(code), "amount": euros(value)} for code, value in amounts],
        "payment": {"amount": euros(bill.covered), "date": iso(calendar.day(-bill.ago + 3))},
    }


def _word(code: str) -> Resource:
    words = {"submitted": "Submitted Amount", "benefit": "Benefit Amount"}
    return concept("", (THO + "adjudication", code, words[code]))

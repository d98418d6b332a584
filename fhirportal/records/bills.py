"""Bills: what is to be paid, one bill in words, what insurers decided; and the balance for the first page.

It decides in which order the hospital is asked, which bills are open, and what is said to be missing. Bills and account
balances may hold the same money: they stand side by side and are never added. It must not know words, pages or addresses.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from fhirportal.errors import NotFound
from fhirportal.records.bills_page import (
    THERE,
    Balance,
    BillLine,
    BillPage,
    BillsPage,
    Part,
    Plan,
    Statement,
    StatementPage,
    owed_for,
)
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.names import Known, find_names, name_of
from fhirportal.records.reader import Reader
from fhirportal.records.result_queries import IDS_AT_ONCE, escaped
from mappings import account, charge_item, coverage, explanation_of_benefit, invoice
from mappings.bill_split import split_of
from mappings.charge_item import ChargeItemView
from mappings.coverage import CoverageView
from mappings.invoice import InvoiceView
from mappings.reading import Reference, When

BILLS = Query("Invoice", (("_sort", "-date"), ("_include", "Invoice:issuer")), 200)
ACCOUNTS = Query("Account", (), 100)
STATEMENTS = Query("ExplanationOfBenefit", (("_sort", "-created"), ("_include", "ExplanationOfBenefit:provider")), 200)
COVERAGE = Query("Coverage", (("_include", "Coverage:payor"),), 50)
CHARGES = Query("ChargeItem", (), 200)
MOST_LINES = 200

_FIRST = datetime.min.replace(tzinfo=UTC)
View = TypeVar("View")


def balance_queries() -> tuple[Query, ...]:
    """What `read_balance` needs, for a page that asks for other things at the same time."""
    return (BILLS, ACCOUNTS)


def get_balance(reader: Reader, currency: str = "") -> Balance:
    """What is to be paid. Never raises for the hospital's troubles: they are named in it."""
    return read_balance(reader.gather(*balance_queries()), currency)


def read_balance(answers: Sequence[Found], currency: str = "") -> Balance:
    """The balance from the answers to `balance_queries`, in that order. `currency` is meant where the hospital names none."""
    bills, accounts = answers
    return _balance(_views(bills, invoice.to_view, currency), bills, accounts, currency)


def list_bills(reader: Reader, now: datetime, currency: str = "") -> BillsPage:
    """Everything about money. Never raises for the hospital's troubles: they are named in it."""
    bills, accounts, statements, plans = reader.gather(BILLS, ACCOUNTS, STATEMENTS, COVERAGE)
    views = _views(bills, invoice.to_view, currency)
    charges = None if views or bills.source is Source.DOWN else reader.search(CHARGES)
    found: list[tuple[Part, Found]] = [
        ("bills", bills),
        ("accounts", accounts),
        ("statements", statements),
        ("coverage", plans),
    ]
    found += [("charges", charges)] if charges else []
    balance = _balance(views, bills, accounts, currency)
    return BillsPage(
        balance=balance,
        open=balance.open,
        paid=tuple(_newest(b for b in views if _settled(b))),
        other=tuple(_newest(b for b in views if not b.payable and not _settled(b))),
        charges=tuple(_charges(charges, currency)) if charges else (),
        statements=tuple(_statements(statements, currency)),
        plans=tuple(_plans(plans, now)),
        source=_worst(f.source for _, f in found),
        reached=any(f.source in THERE for _, f in found),
        troubles=tuple((part, f.source) for part, f in found if f.source is not Source.OK),
        unshown=sum(_unshown(f) for _, f in found),
        as_of=min(f.as_of for _, f in found),
    )


def get_bill(reader: Reader, id_: str, currency: str = "") -> BillPage:
    """One bill with what its lines point to. Raises NotFound, NotAllowed, UpstreamError."""
    view = invoice.to_view(reader.read("Invoice", id_), currency)
    if view is None:
        raise NotFound("not an invoice")
    charges = _charges_of(reader, view, currency)
    lines = tuple(BillLine(line, line.inside or _find(line.charge, charges)) for line in view.lines)
    names = find_names(reader, (view.issuer, view.recipient))
    cared = [line.charge.occurred for line in lines if line.charge and line.charge.occurred]
    return BillPage(
        view=view,
        lines=lines,
        split=split_of(view),
        issuer=name_of(view.issuer, names),
        recipient=name_of(view.recipient, names),
        cared=min(cared, key=lambda at: at.start, default=None),
        missing=sum(1 for line in lines if not (line.words or line.code)),
        as_of=reader.now,
    )


def get_statement(reader: Reader, id_: str, currency: str = "") -> StatementPage:
    """One explanation of benefit. Raises NotFound, NotAllowed, UpstreamError."""
    view = explanation_of_benefit.to_view(reader.read("ExplanationOfBenefit", id_), currency)
    if view is None:
        raise NotFound("not an explanation of benefit")
    names = find_names(reader, (view.provider, view.insurer))
    return StatementPage(Statement(view, name_of(view.provider, names), name_of(view.insurer, names)), reader.now)


def _balance(views: Sequence[InvoiceView], bills: Found, accounts: Found, currency: str) -> Balance:
    unpaid = sorted((b for b in views if b.payable), key=_due_order)
    stated = [a for a in _views(accounts, account.to_view, currency) if a.balances and not a.withdrawn]
    return Balance(
        owed=owed_for(unpaid),
        sent=len(views),
        open=tuple(unpaid),
        accounts=tuple(stated),
        source=bills.source,
        accounts_source=accounts.source,
        as_of=min(bills.as_of, accounts.as_of),
    )


def _settled(bill: InvoiceView) -> bool:
    """Paid, or sent out with nothing to pay."""
    nothing = bill.status == "issued" and bill.total is not None and bill.total.value == 0
    return bill.status == "balanced" or (nothing and not bill.to_another)


def _due_order(bill: InvoiceView) -> tuple[bool, float]:
    """What is due first comes first, then the newest."""
    return (bill.due is None, bill.due.start.timestamp() if bill.due else -_moment(bill.date).timestamp())


def _newest(bills: Iterable[InvoiceView]) -> list[InvoiceView]:
    return sorted(bills, key=lambda b: _moment(b.date), reverse=True)


def _moment(at: When | None) -> datetime:
    return at.start if at else _FIRST


def _statements(found: Found, currency: str) -> list[Statement]:
    views = _views(found, explanation_of_benefit.to_view, currency)
    views.sort(key=lambda v: _moment(v.filed), reverse=True)
    return [Statement(v, name_of(v.provider, found.included), name_of(v.insurer, found.included)) for v in views]


def _plans(found: Found, now: datetime) -> list[Plan]:
    views = [v for r in found.resources if (v := coverage.to_view(r)) and not v.withdrawn]
    plans = [Plan(v, _payors(v, found.included), _in_use(v, now)) for v in views]
    return sorted(plans, key=lambda p: (not p.current, p.view.order or 99))


def _payors(view: CoverageView, known: Known) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for r in view.payors if (name := name_of(r, known))))


def _in_use(view: CoverageView, now: datetime) -> bool:
    end = view.period.end if view.period else None
    return view.status == "active" and (end is None or _last_moment_known(end) >= now)


def _last_moment_known(end: When) -> datetime:
    """A day that is the last one counts to its end, wherever on earth; so does a month or a year."""
    at = end.start
    if end.precision == "time":
        return at
    month = 12 if end.precision == "year" else at.month
    day = at.day if end.precision == "day" else monthrange(at.year, month)[1]
    return at.replace(month=month, day=day, hour=23, minute=59)


def _charges(found: Found, currency: str) -> list[ChargeItemView]:
    views = [v for v in _views(found, charge_item.to_view, currency) if not v.withdrawn]
    return sorted(views, key=lambda v: _moment(v.occurred), reverse=True)


def _charges_of(reader: Reader, view: InvoiceView, currency: str) -> dict[str, ChargeItemView]:
    """The charges its lines point to, by id, asked for in bunches at once."""
    wanted = [line.charge.id for line in view.lines if line.charge and line.charge.id and not line.charge.contained]
    ids = list(dict.fromkeys(wanted))[:MOST_LINES]
    bunches = [ids[i : i + IDS_AT_ONCE] for i in range(0, len(ids), IDS_AT_ONCE)]
    queries = [Query("ChargeItem", (("_id", ",".join(map(escaped, bunch))),), len(bunch)) for bunch in bunches]
    answers = reader.gather(*queries) if queries else []
    return {v.id: v for found in answers for v in _views(found, charge_item.to_view, currency)}


def _find(pointed: Reference | None, charges: Mapping[str, ChargeItemView]) -> ChargeItemView | None:
    return charges.get(pointed.id) if pointed and not pointed.contained else None


def _views(found: Found, reader: Callable[[Mapping[str, Any], str], View | None], currency: str) -> list[View]:
    return [view for r in found.resources if (view := reader(r, currency)) is not None]


def _unshown(found: Found) -> int:
    readers = {
        "Invoice": invoice,
        "Account": account,
        "ExplanationOfBenefit": explanation_of_benefit,
        "ChargeItem": charge_item,
    }
    read = readers[found.type].to_view if found.type in readers else coverage.to_view
    return sum(1 for r in found.resources if read(r) is None)


def _worst(sources: Iterable[Source]) -> Source:
    order = (Source.DOWN, Source.PARTIAL, Source.NOT_SHARED, Source.NOT_OFFERED)
    found = set(sources)
    return next((source for source in order if source in found), Source.OK)

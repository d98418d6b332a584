"""What the bills pages are made of: frozen shapes.

It decides nothing but shapes, and which bills are summed. It must not know the hospital's server, words or pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fhirportal.records.found import Source
from mappings.account import AccountView
from mappings.bill_split import Split
from mappings.charge_item import ChargeItemView
from mappings.coverage import CoverageView
from mappings.explanation_of_benefit import ExplanationOfBenefitView
from mappings.invoice import InvoiceView, Line
from mappings.money import Sum, add
from mappings.reading import Amount, When

Part = Literal["bills", "accounts", "statements", "coverage", "charges"]
THERE = frozenset({Source.OK, Source.PARTIAL})


@dataclass(frozen=True)
class Statement:
    """What an insurer decided, with the names of who gave care and who pays, "" where nobody says."""

    view: ExplanationOfBenefitView
    provider: str = ""
    insurer: str = ""


@dataclass(frozen=True)
class Plan:
    """One insurance; `current` where it is in use and has not ended. `payors` are names."""

    view: CoverageView
    payors: tuple[str, ...]
    current: bool


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What is to be paid, by the hospital's bills; and, apart from it, what its accounts say. The two are never added.

    `source` is that of the bills, `accounts_source` that of the accounts. `owed` may leave out bills without a total: they are
    counted in it as unknown. `sent` counts all bills that came, in whatever state.
    """

    owed: Sum
    sent: int
    open: tuple[InvoiceView, ...]
    accounts: tuple[AccountView, ...]
    source: Source
    accounts_source: Source
    as_of: datetime

    @property
    def from_bills(self) -> bool:
        """Whether bills tell what is to be paid. That a server could send some and sent none tells nothing: many never do."""
        return self.source in THERE and self.sent > 0

    @property
    def certain(self) -> bool:
        """Whether `owed` is all of it."""
        return self.source is Source.OK and not self.owed.unknown

    @property
    def next_due(self) -> When | None:
        """The earliest due date among open bills, where the hospital sent any."""
        return min((b.due for b in self.open if b.due), key=lambda due: due.start, default=None)


@dataclass(frozen=True, kw_only=True)
class BillsPage:
    """Bills by what they ask of a person, what insurers decided, insurances, and why something is missing.

    `charges` are asked for only where the hospital has no bills. `reached` is whether any part answered, `source` the worst of
    all parts. `unshown` counts resources that could not be read.
    """

    balance: Balance
    open: tuple[InvoiceView, ...]
    paid: tuple[InvoiceView, ...]
    other: tuple[InvoiceView, ...]
    charges: tuple[ChargeItemView, ...]
    statements: tuple[Statement, ...]
    plans: tuple[Plan, ...]
    source: Source
    reached: bool
    troubles: tuple[tuple[Part, Source], ...]
    unshown: int
    as_of: datetime

    @property
    def bills(self) -> tuple[InvoiceView, ...]:
        return (*self.open, *self.paid, *self.other)

    @property
    def empty(self) -> bool:
        shown = self.bills or self.balance.accounts or self.charges or self.statements or self.plans
        return not (shown or self.unshown)


@dataclass(frozen=True)
class BillLine:
    """One line of a bill with the charge it points to, where that came."""

    line: Line
    charge: ChargeItemView | None

    @property
    def words(self) -> str:
        """What it was, in the bill's words, else the charge's; "" where only codes were sent."""
        return self.line.words or (self.charge.words if self.charge else "")

    @property
    def code(self) -> str:
        concept = self.line.what or (self.charge.code if self.charge else None)
        return next((c.code for c in concept.codings if c.code), "") if concept else ""

    @property
    def price(self) -> Amount | None:
        """What the line comes to; where the bill does not price it, what the charge was."""
        return self.line.price or (self.charge.price if self.charge and not self.line.components else None)


@dataclass(frozen=True, kw_only=True)
class BillPage:
    """One bill: its lines in order, how it is shared, who made it. `missing` counts lines whose charge did not come."""

    view: InvoiceView
    lines: tuple[BillLine, ...]
    split: Split | None
    issuer: str
    recipient: str
    cared: When | None
    missing: int
    as_of: datetime


@dataclass(frozen=True)
class StatementPage:
    """One explanation of benefit."""

    statement: Statement
    as_of: datetime


def owed_for(bills: Iterable[InvoiceView]) -> Sum:
    """What the open bills come to, in each currency."""
    return add(bill.total for bill in bills if bill.payable)

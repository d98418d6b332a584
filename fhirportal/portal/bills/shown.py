"""What the templates of bills draw: amounts, rows, lines and steps in the reader's words, addresses included.

It decides what is said of a bill and its state. It must not ask the hospital for anything, nor add amounts up.
"""

from dataclasses import dataclass
from urllib.parse import quote

from fhirportal.records.bills_page import Balance, BillLine, BillPage
from fhirportal.web import Visit
from fhirportal.words import Words
from fhirportal.words import mark as N_
from fhirportal.words.formats import date_long, date_short, day_of
from fhirportal.words.numbers import money, number
from fhirportal.words.phrases import phrase
from mappings.account import AccountView
from mappings.charge_item import ChargeItemView
from mappings.invoice import InvoiceView
from mappings.money import size
from mappings.price import TAKEN_OFF, PriceComponent
from mappings.reading import Amount, When

_TONES = {"issued": "notice", "balanced": "good"}
_ICONS = {"issued": "clock", "balanced": "okc"}


@dataclass(frozen=True)
class ShownOwed:
    """The head of the page. `state`: owed, nothing (all bills are settled), account, none (no bills ever came), unknown,
    not-offered or not-shared. `at_least`: there may be more."""

    state: str
    figures: tuple[str, ...]
    at_least: bool
    without_total: int
    due: str
    due_day: str


@dataclass(frozen=True)
class ShownBill:
    """One bill in a list, or at the head of its page. `due` says when, relative to today; "" where no date was sent."""

    href: str
    title: str
    small: str
    amount: str
    status: str
    tone: str
    icon: str
    due: str
    due_day: str
    withdrawn: bool


@dataclass(frozen=True)
class ShownLine:
    """One line: what, when, how many; its price in words, and what was added or taken off."""

    name: str
    small: tuple[str, ...]
    price: str
    code: str


@dataclass(frozen=True)
class ShownAccount:
    """One account: what it is called, each balance in words, when it was worked out."""

    title: str
    balances: tuple[tuple[str, str], ...]
    asof: str
    status: str


@dataclass(frozen=True)
class ShownSplit:
    """Who bears what of a price: rows (colour, words, amount) and, for the bar, (colour, per cent)."""

    whole: str
    rows: tuple[tuple[str, str, str], ...]
    shares: tuple[tuple[str, float], ...]


def amount(sent: Amount | None, words: Words) -> str:
    """€184.50, with every digit sent; "" for no amount."""
    return money(sent.value, sent.currency, words) if sent else ""


def bill_path(visit: Visit, id_: str) -> str:
    return visit.path(f"bills/{quote(id_, safe='')}")


def show_owed(balance: Balance, visit: Visit) -> ShownOwed:
    """What is to be paid, by the bills; by the accounts only where the hospital keeps no bills."""
    due = balance.next_due
    return ShownOwed(
        state=_state(balance),
        figures=tuple(amount(a, visit.words) for a in balance.owed.amounts),
        at_least=not balance.certain,
        without_total=balance.owed.unknown,
        due=_due_words(due, visit) if due else "",
        due_day=date_long(due, visit.words) if due else "",
    )


def _state(balance: Balance) -> str:
    if balance.open:
        return "owed"
    if balance.from_bills:
        return "nothing" if balance.certain else "unknown"
    if balance.accounts:
        return "account"
    return {"ok": "none", "not-offered": "not-offered", "not-shared": "not-shared"}.get(balance.source.value, "unknown")


def show_bill(view: InvoiceView, visit: Visit) -> ShownBill:
    """A bill's name, amount and state."""
    words = visit.words
    status, tone, icon = _status(view, words)
    due = view.due if view.payable else None
    return ShownBill(
        href=bill_path(visit, view.id),
        title=words.gettext("Bill from %(day)s", day=date_short(view.date, words)) if view.date else words.gettext("Bill"),
        small=_small(view, words),
        amount=amount(view.total, words),
        status=status,
        tone=tone,
        icon=icon,
        due=_due_words(due, visit) if due else "",
        due_day=date_long(due, words) if due else "",
        withdrawn=view.withdrawn,
    )


def _small(view: InvoiceView, words: Words) -> str:
    number_ = words.gettext("Bill number %(number)s", number=view.number) if view.number else ""
    what = next((line.words for line in view.lines if line.words), "") or (view.type.text if view.type else "")
    return " · ".join(part for part in (what, number_) if part)


def _status(view: InvoiceView, words: Words) -> tuple[str, str, str]:
    """The state in words, its tone and icon. A bill to nobody's debit is not "to pay"."""
    if view.status == "issued" and view.to_another:
        return words.gettext("Not sent to you"), "", "info"
    if view.status == "issued" and view.total is not None and view.total.value < 0:
        return words.gettext("In your favour"), "good", "okc"
    if view.status == "issued" and view.total is not None and view.total.value == 0:
        return words.gettext("Nothing to pay"), "good", "okc"
    return phrase("invoice_status", view.status, words), _TONES.get(view.status, ""), _ICONS.get(view.status, "info")


def _due_words(due: When, visit: Visit) -> str:
    """How far off, to the day: a deadline is no place for "about two weeks"."""
    words = visit.words
    if due.precision in ("year", "month"):
        return words.gettext("Due %(day)s", day=date_short(due, words))
    days = (day_of(due, words) - day_of(visit.now, words)).days
    if days < 0:
        return words.ngettext("Was due %(num)s day ago", "Was due %(num)s days ago", -days)
    return words.ngettext("Due in %(num)s day", "Due in %(num)s days", days) if days else words.gettext("Due today")


def show_line(line: BillLine, visit: Visit) -> ShownLine:
    """A line of a bill; the charge it points to says what the bill does not."""
    words, charge = visit.words, line.charge
    small = [date_short(charge.occurred, words)] if charge and charge.occurred else []
    small += _times(charge, words)
    # one plain price says all there is to say of it
    parts = line.line.components if len(line.line.components) > 1 else ()
    small += [_component(part, words) for part in parts]
    return ShownLine(
        name=line.words or words.gettext("The hospital sent no words for this line"),
        small=tuple(filter(None, small)),
        price=amount(line.price, words) or words.gettext("No price sent"),
        code="" if line.words else line.code,
    )


def _times(charge: ChargeItemView | None, words: Words) -> list[str]:
    if charge is None or charge.quantity is None or charge.quantity.value == 1:
        return []
    count = number(charge.quantity.value, words)
    unit = f" {charge.quantity.shown_unit}" if charge.quantity.shown_unit else ""
    if charge.each is None:
        return [words.gettext("How many: %(count)s", count=count + unit)]
    return [words.gettext("%(count)s at %(price)s each", count=count + unit, price=amount(charge.each, words))]


def _component(part: PriceComponent, words: Words) -> str:
    """A part of a price: the hospital's words or ours, and the amount; what was taken off is said so."""
    name = part.words or phrase("price_component", part.kind, words)
    if part.amount is None:
        return (
            words.gettext("%(name)s: times %(factor)s", name=name, factor=number(part.factor, words)) if part.factor else name
        )
    if part.kind in TAKEN_OFF:
        return words.gettext("%(name)s: %(amount)s taken off", name=name, amount=amount(size(part.amount), words))
    return words.gettext("%(name)s: %(amount)s", name=name, amount=amount(part.amount, words))


def show_totals(view: InvoiceView, visit: Visit) -> list[tuple[str, str]]:
    """The foot of the table: the parts of the total, then before and with tax. The last one is the total."""
    words = visit.words
    rows = []
    for part in view.components:
        name = part.words or phrase("price_component", part.kind, words)
        shown = amount(part.amount, words)
        if part.kind in TAKEN_OFF and part.amount is not None:
            shown = words.gettext("%(amount)s off", amount=amount(size(part.amount), words))
        rows.append((name, shown or words.gettext("No amount sent")))
    if view.net and view.gross and view.net != view.gross:
        rows.append((words.gettext("Before tax"), amount(view.net, words)))
    name = words.gettext("Total before tax") if view.before_tax else words.gettext("Total")
    return [*rows, (name, amount(view.total, words))] if view.total else rows


def show_split(page: BillPage, visit: Visit) -> ShownSplit | None:
    """The bar and its legend: who bears which part of the price."""
    split, words = page.split, visit.words
    if split is None:
        return None
    taken = [part for part in split.parts if part.kind != "rest"]
    css = {id(part): "p1" if part.kind == "deduction" and part is taken[0] else "p2" for part in taken}
    rest = N_("You paid") if page.view.status == "balanced" else N_("You pay")
    label = {"deduction": N_("Taken off"), "discount": N_("Discount"), "rest": rest}
    rows = [(css.get(id(p), "p3"), p.words or words.gettext(label[p.kind]), amount(p.amount, words)) for p in split.parts]
    drawn = [
        (css.get(id(p), "p3"), round(float(share), 2)) for p, share in zip(split.parts, split.shares, strict=True) if share
    ]
    return ShownSplit(amount(split.whole, words), tuple(rows), tuple(drawn))


def show_steps(page: BillPage, visit: Visit) -> list[tuple[str, str, str]]:
    """How far the bill is, by what the hospital sent: (done, now or next; words; day)."""
    view, words = page.view, visit.words
    steps = []
    if page.cared:
        steps.append(("done", words.gettext("Your care"), date_short(page.cared, words)))
    if view.status in ("issued", "balanced", "cancelled") and view.date:
        steps.append(("done", words.gettext("Your bill was made"), date_short(view.date, words)))
    last = {
        "draft": ("now", N_("Your hospital is preparing the bill")),
        "issued": ("now", N_("Your part is ready to pay") if view.payable else N_("Nothing for you to pay")),
        "balanced": ("done", N_("Paid")),
        "cancelled": ("now", N_("Cancelled")),
    }.get(view.status)
    if last is None or not steps:
        return []
    steps.append((last[0], words.gettext(last[1]), ""))
    if view.payable and view.due:
        steps.append(("next", words.gettext("Due"), date_long(view.due, words)))
    return steps


def show_account(view: AccountView, visit: Visit) -> ShownAccount:
    """An account and its balances as stated."""
    words = visit.words
    calculated = view.calculated
    asof = words.gettext("Worked out on %(day)s", day=date_short(calculated, words)) if calculated else ""
    return ShownAccount(
        title=_account_title(view, words),
        balances=tuple((_balance_name(b.whose, b.term, b.estimate, words), _balance(b.amount, words)) for b in view.balances),
        asof=asof or words.gettext("As your hospital gives it on %(day)s", day=date_short(visit.now, words)),
        status="" if view.status == "active" else phrase("account_status", view.status, words),
    )


_ACCOUNTS = {"guarantor-balance": N_("What is left to pay"), "statement": N_("Statement"), "patient": N_("Your account")}


def _account_title(view: AccountView, words: Words) -> str:
    """The hospital's name for it, unless that is a code; the number tells statements apart."""
    said = view.type.text if view.type else ""
    title = view.name or words.gettext(_ACCOUNTS.get(said, N_("Your account")))
    return words.gettext("%(name)s, number %(number)s", name=title, number=view.number) if view.number else title


def _balance_name(whose: str, term: str, estimate: bool, words: Words) -> str:
    parts = [phrase("balance_whose", whose, words), phrase("balance_term", term, words) if term else ""]
    parts.append(words.gettext("an estimate") if estimate else "")
    return ", ".join(p for p in parts if p)


def _balance(stated: Amount, words: Words) -> str:
    if stated.value < 0:
        return words.gettext("%(amount)s in your favour", amount=amount(size(stated), words))
    return amount(stated, words)


def show_charge(view: ChargeItemView, visit: Visit) -> ShownLine:
    """A charge that stands on no bill we have."""
    words = visit.words
    small = [date_short(view.occurred, words)] if view.occurred else []
    small += [*_times(view, words), phrase("charge_item_status", view.status, words)]
    code = next((c.code for c in view.code.codings if c.code), "") if view.code else ""
    return ShownLine(
        name=view.words or words.gettext("The hospital sent no words for this charge"),
        small=tuple(small),
        price=amount(view.price, words) or words.gettext("No price sent"),
        code="" if view.words else code,
    )

"""What insurers decided, in the reader's words: one row in a list, one page, one thing that was looked at.

It decides which amounts come first and how each is named. It must not ask for anything, nor add amounts of different kinds.
"""

from dataclasses import dataclass
from urllib.parse import quote

from fhirportal.portal.bills.shown import amount
from fhirportal.records.bills_page import Statement
from fhirportal.web import Visit
from fhirportal.words import Words
from fhirportal.words.formats import date_short, span
from fhirportal.words.phrases import known, phrase
from mappings.adjudication import Share
from mappings.explanation_of_benefit import ExplanationOfBenefitView, Item

_ORDER = (
    "submitted", "eligible", "discount", "noncovered", "benefit", "paidtoprovider", "paidtopatient", "priorpayerpaid",
    "deductible", "copay", "coinsurance", "memberliability", "paidbypatient",
)  # fmt: skip
_PAID = ("paidtoprovider", "benefit", "paidtopatient")


@dataclass(frozen=True)
class ShownStatement:
    """One statement. `amounts`: stated totals (words, amount); `added`: totals nobody stated, added up from the items."""

    href: str
    title: str
    small: str
    charged: str
    paid: str
    yours: str
    status: str
    decided: str
    provider: str
    insurer: str
    amounts: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    payment: tuple[tuple[str, str], ...]
    withdrawn: bool


@dataclass(frozen=True)
class ShownItem:
    """One thing the insurer looked at."""

    name: str
    small: tuple[str, ...]
    charged: str
    amounts: tuple[tuple[str, str], ...]
    code: str


def show_statement(statement: Statement, visit: Visit) -> ShownStatement:
    """A statement in words: what for, when, and the amounts in the order in which they lead to what is left."""
    view, words = statement.view, visit.words
    return ShownStatement(
        href=visit.path(f"bills/statements/{quote(view.id, safe='')}"),
        title=_title(view, statement.provider, words),
        small=_day(view, words),
        charged=amount(view.amount_of("submitted"), words),
        paid=_paid(view, words),
        yours=amount(view.amount_of("memberliability"), words),
        status="" if view.status == "active" else phrase("benefit_status", view.status, words),
        decided=phrase("benefit_outcome", view.outcome, words) if view.outcome else "",
        provider=statement.provider,
        insurer=statement.insurer,
        amounts=_rows(view.shares, words),
        added=_rows(view.added, words),
        payment=_payment(view, words),
        withdrawn=view.withdrawn,
    )


def show_items(view: ExplanationOfBenefitView, visit: Visit) -> list[ShownItem]:
    """The things looked at, in order."""
    return [_item(item, visit.words) for item in view.items]


def _title(view: ExplanationOfBenefitView, provider: str, words: Words) -> str:
    code = next((c.code for c in view.type.codings if known("claim_type", c.code)), "") if view.type else ""
    kind = phrase("claim_type", code, words)
    return words.gettext("%(care)s, %(provider)s", care=kind, provider=provider) if provider else kind


def _day(view: ExplanationOfBenefitView, words: Words) -> str:
    if view.period:
        return span(view.period, words)
    return words.gettext("Written on %(day)s", day=date_short(view.created, words)) if view.created else ""


def _paid(view: ExplanationOfBenefitView, words: Words) -> str:
    """What the insurer paid: the payment itself where it was sent, else the total that says so."""
    made = view.payment.amount if view.payment else None
    return amount(made or view.amount_of(*_PAID), words)


def _rows(shares: tuple[Share, ...], words: Words) -> tuple[tuple[str, str], ...]:
    ordered = sorted(shares, key=lambda s: _ORDER.index(s.category) if s.category in _ORDER else len(_ORDER))
    return tuple((_named(share, words), _said(share, words)) for share in ordered if share.amount or share.reason)


def _named(share: Share, words: Words) -> str:
    """Our words for a kind we know; else the insurer's; else that it is another amount."""
    if share.category or not share.words:
        return phrase("adjudication", share.category, words)
    return share.words


def _said(share: Share, words: Words) -> str:
    shown = amount(share.amount, words)
    return f"{shown} ({share.reason})" if shown and share.reason else shown or share.reason


def _payment(view: ExplanationOfBenefitView, words: Words) -> tuple[tuple[str, str], ...]:
    made = view.payment
    if made is None:
        return ()
    rows = [
        (words.gettext("Paid"), amount(made.amount, words)),
        (words.gettext("On"), date_short(made.date, words) if made.date else ""),
        (words.gettext("Changed by"), amount(made.adjustment, words)),
        (words.gettext("Why it was changed"), made.reason),
    ]
    return tuple((label, value) for label, value in rows if value)


def _item(item: Item, words: Words) -> ShownItem:
    charged = item.net or next((s.amount for s in item.shares if s.category == "submitted" and s.amount), None)
    code = next((c.code for c in item.code.codings if c.code), "") if item.code else ""
    small = [date_short(item.serviced, words)] if item.serviced else []
    return ShownItem(
        name=item.words or words.gettext("Your insurer sent no words for this"),
        small=(*small, *item.details),
        charged=amount(charged, words),
        amounts=_rows(tuple(s for s in item.shares if s.category != "submitted"), words),
        code="" if item.words else code,
    )

"""What an ExplanationOfBenefit means (R4 13.10): what an insurer decided about what care cost; CARIN's and Synthea's, too.

It decides what is a total and what has to be added up from the items. It must not judge whether a decision is right, add
categories to one another, or know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.adjudication import Share, list_shares, shares_of_items
from mappings.money import amount
from mappings.observation import version_of
from mappings.reading import (
    Amount,
    Concept,
    Reference,
    Span,
    When,
    as_dict,
    concept,
    dicts,
    period,
    reference,
    text,
    when,
)

Status = Literal["active", "cancelled", "draft", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
Use = Literal["claim", "preauthorization", "predetermination", ""]
USES = frozenset({"claim", "preauthorization", "predetermination"})


@dataclass(frozen=True)
class Item:
    """One thing the insurer looked at: `words` say what ("" where only a code was sent), `shares` what was decided on it."""

    sequence: int | None
    words: str
    code: Concept | None
    serviced: When | None
    net: Amount | None
    shares: tuple[Share, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Payment:
    """What the insurer paid, when; `adjustment` is what it took off or added, and why."""

    amount: Amount | None
    date: When | None
    adjustment: Amount | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ExplanationOfBenefitView:
    """One ExplanationOfBenefit. `shares` are its totals by category; `added` those we had to add up from its items."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    use: Use = ""
    type: Concept | None = None
    number: str = ""
    period: Span | None = None
    created: When | None = None
    insurer: Reference | None = None
    provider: Reference | None = None
    outcome: str = ""
    disposition: str = ""
    plans: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    shares: tuple[Share, ...] = ()
    added: tuple[Share, ...] = ()
    payment: Payment | None = None
    notes: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def filed(self) -> When | None:
        """The day it is filed under: when care began, else when the insurer wrote it."""
        return _first(self.period) or self.created

    def amount_of(self, *categories: str) -> Amount | None:
        """The first total in these categories, as stated; else as added up from the items. None where none was sent."""
        for shares in (self.shares, self.added):
            for category in categories:
                if found := [s.amount for s in shares if s.category == category and s.amount]:
                    return found[0]
        return None


def to_view(data: Mapping[str, Any], currency: str = "") -> ExplanationOfBenefitView | None:
    """The view of one ExplanationOfBenefit; None for what is none. `currency` is meant where an amount names none."""
    if text(as_dict(data).get("resourceType")) != "ExplanationOfBenefit":
        return None
    sent = text(data.get("status")).casefold()
    status: Status = sent if sent in STATUSES else "unknown"  # type: ignore[assignment]
    told = _head(data) if status == "entered-in-error" else _head(data) | _body(data, currency)
    return ExplanationOfBenefitView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    use = text(data.get("use")).casefold()
    return {
        "language": text(data.get("language")),
        "use": use if use in USES else "",
        "type": concept(data.get("type")),
        "number": next((text(i.get("value")) for i in dicts(data.get("identifier")) if text(i.get("value"))), ""),
        "period": period(data.get("billablePeriod")),
        "created": when(data.get("created")),
        "insurer": reference(data.get("insurer")),
        "provider": reference(data.get("provider")),
    }


def _body(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    items = tuple(_item(item, currency) for item in (*dicts(data.get("item")), *dicts(data.get("addItem"))))
    shares = list_shares(data.get("total"), currency) or list_shares(data.get("adjudication"), currency)
    stated = {s.category or s.words for s in shares}
    return {
        "outcome": text(data.get("outcome")).casefold(),
        "disposition": text(data.get("disposition")),
        "plans": _plans(data),
        "items": items,
        "shares": shares,
        "added": tuple(s for s in shares_of_items(i.shares for i in items) if (s.category or s.words) not in stated),
        "payment": _payment(data, currency),
        "notes": tuple(dict.fromkeys(said for n in dicts(data.get("processNote")) if (said := text(n.get("text"))))),
    }


def _item(data: Mapping[str, Any], currency: str) -> Item:
    code = concept(data.get("productOrService"))
    absent = code is not None and all("data-absent-reason" in c.system for c in code.codings) and bool(code.codings)
    sequence = data.get("sequence")
    return Item(
        sequence=sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None,
        words=_said(data, None if absent else code),
        code=None if absent else code,
        serviced=when(data.get("servicedDate")) or _first(period(data.get("servicedPeriod"))),
        net=amount(data.get("net"), currency),
        shares=list_shares(data.get("adjudication"), currency),
        details=tuple(_details(data.get("detail"))),
    )


def _said(data: Mapping[str, Any], code: Concept | None) -> str:
    """What it was in words; its kind (revenue, category) where the thing itself has none."""
    others = (concept(data.get(name)) for name in ("revenue", "category"))
    return next((c.text for c in (code, *others) if c and c.text), "")


def _details(value: object) -> Iterator[str]:
    for part in dicts(value):
        said = concept(part.get("productOrService"))
        if said and said.text:
            yield said.text


def _plans(data: Mapping[str, Any]) -> tuple[str, ...]:
    named: Iterable[Reference | None] = (reference(i.get("coverage")) for i in dicts(data.get("insurance")))
    return tuple(dict.fromkeys(r.display for r in named if r and r.display))


def _payment(data: Mapping[str, Any], currency: str) -> Payment | None:
    sent = as_dict(data.get("payment"))
    reason = concept(sent.get("adjustmentReason"))
    made = Payment(
        amount(sent.get("amount"), currency),
        when(sent.get("date")),
        amount(sent.get("adjustment"), currency),
        reason.text if reason else "",
    )
    return made if made.amount or made.date or made.adjustment else None


def _first(span: Span | None) -> When | None:
    return (span.start or span.end) if span else None

"""What an Account means (R4 13.5): whose costs are gathered there, and the balance the hospital states for it.

R4 has no balance: it comes as R5's element brought back, or as Oracle Health's extension. It must not add balances up (accounts
hold the same money more than once), judge or know words for pages. `to_view` is lenient.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.money import amount
from mappings.observation import version_of
from mappings.reading import Amount, Concept, Reference, Span, When, as_dict, concept, dicts, period, reference, text, when

Status = Literal["active", "inactive", "entered-in-error", "on-hold", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
_BALANCES = ("account.balance", "account-balance")
_CALCULATED = ("account.calculatedat", "account-calculatedat", "account-calculated-at")


@dataclass(frozen=True)
class Balance:
    """One balance as stated. `whose` is R5's aggregate (patient, insurance, total) or ""; `term` how long it is owed
    (current, 30, 60, 90, 120) or ""."""

    amount: Amount
    whose: str = ""
    term: str = ""
    estimate: bool = False


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One Account. `calculated` is when the hospital worked the balances out, where it says so."""

    id: str
    version: str = ""
    status: Status = "unknown"
    type: Concept | None = None
    state: str = ""
    name: str = ""
    number: str = ""
    period: Span | None = None
    balances: tuple[Balance, ...] = ()
    calculated: When | None = None
    coverages: tuple[Reference, ...] = ()
    owner: Reference | None = None
    description: str = ""

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def balance(self) -> Balance | None:
        """The one balance a person is meant by: the patient's, else the one of nobody in particular, else the total.

        None where several could be meant.
        """
        whole = [b for b in self.balances if not b.term]
        for whose in ("patient", "", "total"):
            if found := [b for b in whole if b.whose == whose]:
                return found[0] if len(found) == 1 else None
        return None


def to_view(data: Mapping[str, Any], currency: str = "") -> AccountView | None:
    """The view of one Account; None for what is no Account. `currency` is meant where the hospital names none."""
    if text(as_dict(data).get("resourceType")) != "Account":
        return None
    sent = text(data.get("status")).casefold()
    status: Status = sent if sent in STATUSES else "unknown"  # type: ignore[assignment]
    told = _head(data) if status == "entered-in-error" else _head(data) | _body(data, currency)
    return AccountView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": concept(data.get("type")),
        "name": text(data.get("name")),
        "number": next((text(i.get("value")) for i in dicts(data.get("identifier")) if text(i.get("value"))), ""),
        "period": period(data.get("servicePeriod")),
    }


def _body(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    coverages = (reference(c.get("coverage")) for c in dicts(data.get("coverage")))
    return {
        "state": _state(data),
        "balances": tuple(dict.fromkeys(_balances(data, currency))),
        "calculated": next(
            (at for e in _named(data, *_CALCULATED) if (at := when(e.get("valueInstant") or e.get("valueDateTime")))), None
        ),
        "coverages": tuple(c for c in coverages if c),
        "owner": reference(data.get("owner")),
        "description": text(data.get("description")),
    }


def _balances(data: Mapping[str, Any], currency: str) -> Iterator[Balance]:
    for extension in _named(data, *_BALANCES):
        parts = {text(p.get("url")): p for p in dicts(extension.get("extension"))}
        plain = as_dict(parts.get("amount")) or extension
        stated = amount(plain.get("valueMoney"), currency)
        if stated:
            yield Balance(stated, _code(parts, "aggregate"), _code(parts, "term"), _flag(parts, "estimate"))
    # a server that already speaks R5, behind an R4 base
    for item in dicts(data.get("balance")):
        stated = amount(item.get("amount"), currency)
        if stated:
            yield Balance(stated, _first(item.get("aggregate")), _first(item.get("term")), item.get("estimate") is True)


def _named(data: Mapping[str, Any], *names: str) -> Iterator[Mapping[str, Any]]:
    """Extensions by the last part of their address: every server has its own in front of it."""
    return (e for e in dicts(data.get("extension")) if text(e.get("url")).casefold().endswith(names))


def _code(parts: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return _first(as_dict(parts.get(name)).get("valueCodeableConcept"))


def _first(value: object) -> str:
    said = concept(value)
    return next((c.code for c in said.codings if c.code), said.text).casefold() if said else ""


def _flag(parts: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    return as_dict(parts.get(name)).get("valueBoolean") is True


def _state(data: Mapping[str, Any]) -> str:
    said = next((concept(e.get("valueCodeableConcept")) for e in _named(data, "account-state")), None)
    return said.text if said else ""

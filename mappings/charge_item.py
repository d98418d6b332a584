"""What a ChargeItem means (R4 13.6): one thing the hospital put a price on, when, how many of it.

It decides which of the many codes are words a person can read. Reasons of whoever entered it are left out: they are not written
for patients. No words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.money import amount
from mappings.observation import references, version_of
from mappings.quantity import Quantity, quantity
from mappings.reading import Amount, Concept, Reference, Span, When, as_dict, concept, dicts, extensions, period, text, when

Status = Literal["planned", "billable", "not-billable", "aborted", "billed", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
ORACLE = "https://fhir-ehr.cerner.com/r4/StructureDefinition/"


@dataclass(frozen=True, kw_only=True)
class ChargeItemView:
    """One ChargeItem. `words` say what it was ("" where only codes were sent); `price` is for all of it, `each` for one."""

    id: str
    version: str = ""
    status: Status = "unknown"
    words: str = ""
    code: Concept | None = None
    occurred: When | None = None
    lasted: Span | None = None
    quantity: Quantity | None = None
    price: Amount | None = None
    each: Amount | None = None
    performers: tuple[str, ...] = ()
    accounts: tuple[Reference, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"


def to_view(data: Mapping[str, Any], currency: str = "") -> ChargeItemView | None:
    """The view of one ChargeItem; None for what cannot be shown. `currency` is meant where the hospital names none."""
    if text(as_dict(data).get("resourceType")) != "ChargeItem":
        return None
    status = text(data.get("status")).casefold()
    known: Status = status if status in STATUSES else "unknown"  # type: ignore[assignment]
    told = _head(data) if known == "entered-in-error" else _head(data) | _body(data, currency)
    if not told["words"] and told["code"] is None and told.get("price") is None:
        return None
    return ChargeItemView(id=text(data.get("id")), version=version_of(data), status=known, **told)


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    code, lasted = concept(data.get("code")), period(data.get("occurrencePeriod"))
    described = next((text(e.get("valueString")) for e in extensions(data, ORACLE + "description")), "")
    return {
        "words": described or (code.text if code else ""),
        "code": code,
        "occurred": when(data.get("occurrenceDateTime")) or (lasted and (lasted.start or lasted.end)) or _event(data),
        "lasted": lasted,
    }


def _body(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    actors = (as_dict(p.get("actor")) for p in dicts(data.get("performer")))
    return {
        "quantity": quantity(data.get("quantity")),
        "price": amount(data.get("priceOverride"), currency) or _oracle(data, "net-price", currency),
        "each": _oracle(data, "unit-price", currency),
        "performers": tuple(dict.fromkeys(name for a in actors if (name := text(a.get("display"))))),
        "accounts": references(data.get("account")),
    }


def _event(data: Mapping[str, Any]) -> When | None:
    events = as_dict(data.get("occurrenceTiming")).get("event")
    return next((at for e in events if (at := when(e))), None) if isinstance(events, list) else None


def _oracle(data: Mapping[str, Any], name: str, currency: str) -> Amount | None:
    """Oracle Health sends prices as extensions."""
    return next((a for e in extensions(data, ORACLE + name) if (a := amount(e.get("valueMoney"), currency))), None)

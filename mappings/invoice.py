"""What an Invoice means (R4 13.7): what a bill is for, what it comes to, and whether anything of it is to be paid.

It decides what of a bill may be believed: a withdrawn one keeps its number, date and maker. A due date is read only where a
date was sent, never out of prose. It must not add bills up, fetch charges or know words for pages. `to_view` is lenient.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.annotation import Note, list_notes
from mappings.charge_item import ChargeItemView
from mappings.charge_item import to_view as charge_item
from mappings.money import amount, same
from mappings.observation import version_of
from mappings.price import PriceComponent, list_components, total
from mappings.reading import Amount, Concept, Reference, When, as_dict, as_list, concept, dicts, reference, text, when

Status = Literal["draft", "issued", "balanced", "cancelled", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
_DUE = re.compile(r"(?:^|[-_.])due(?:[-_.]|$)|zahlungsziel")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Line:
    """One line. What was charged stands in `what` (chargeItemCodeableConcept), or in the ChargeItem that `charge` points to;
    `inside` is that ChargeItem where it came within the bill."""

    sequence: int | None
    what: Concept | None
    charge: Reference | None
    components: tuple[PriceComponent, ...]
    inside: ChargeItemView | None = None

    @property
    def words(self) -> str:
        """What the bill itself says it was; "" where only a pointer or a code was sent."""
        said = (self.what.text if self.what else "") or (self.inside.words if self.inside else "")
        return said or (self.charge.display if self.charge else "")

    @property
    def price(self) -> Amount | None:
        """What the line comes to; None where its parts do not settle it."""
        return total(self.components).one


@dataclass(frozen=True, kw_only=True)
class InvoiceView:
    """One Invoice. `net` is before and `gross` after tax; `due` only where the hospital sent a date."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    number: str = ""
    type: Concept | None = None
    date: When | None = None
    due: When | None = None
    issuer: Reference | None = None
    recipient: Reference | None = None
    account: Reference | None = None
    cancelled_reason: str = ""
    lines: tuple[Line, ...] = ()
    components: tuple[PriceComponent, ...] = ()
    net: Amount | None = None
    gross: Amount | None = None
    payment_terms: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def total(self) -> Amount | None:
        """What the bill comes to: with tax, or without where no more was sent (`before_tax`)."""
        return self.gross or self.net

    @property
    def before_tax(self) -> bool:
        return self.gross is None and self.net is not None

    @property
    def to_another(self) -> bool:
        """Whether it was sent to an organization, such as the insurer, and not to a person."""
        return self.recipient is not None and self.recipient.type == "Organization"

    @property
    def payable(self) -> bool:
        """Whether a person is asked to pay it: issued, to a person, not known to be nothing or a credit."""
        return self.status == "issued" and not self.to_another and (self.total is None or self.total.value > 0)

    @property
    def adds_up(self) -> bool | None:
        """Whether the parts come to the total; None where they do not settle it."""
        return _adds_up(self)


def to_view(data: Mapping[str, Any], currency: str = "") -> InvoiceView | None:
    """The view of one Invoice; None for what cannot be shown. `currency` is meant where the hospital names none."""
    if text(as_dict(data).get("resourceType")) != "Invoice":
        return None
    sent = text(data.get("status")).casefold()
    status: Status = sent if sent in STATUSES else "unknown"  # type: ignore[assignment]
    told = _head(data) if status == "entered-in-error" else _head(data) | _body(data, currency)
    return InvoiceView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "language": text(data.get("language")),
        "number": _number(data),
        "type": concept(data.get("type")),
        "date": when(data.get("date")),
        "issuer": reference(data.get("issuer")),
        "recipient": reference(data.get("recipient")),
    }


def _body(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    inside = {f"{c.get('id')}": c for c in dicts(data.get("contained"))}
    return {
        "due": _due(data),
        "account": reference(data.get("account")),
        "cancelled_reason": text(data.get("cancelledReason")),
        "lines": tuple(_line(item, inside, currency) for item in dicts(data.get("lineItem"))),
        "components": list_components(data.get("totalPriceComponent"), currency),
        "net": amount(data.get("totalNet"), currency),
        "gross": amount(data.get("totalGross"), currency),
        "payment_terms": text(data.get("paymentTerms")),
        "notes": list_notes(data.get("note")),
    }


def _number(data: Mapping[str, Any]) -> str:
    """The number printed on the bill: the official or usual identifier, else the first that is not an old one."""
    sent = [i for i in dicts(data.get("identifier")) if text(i.get("value")) and i.get("use") != "old"]
    sent.sort(key=lambda i: ("official", "usual").index(i["use"]) if i.get("use") in ("official", "usual") else 2)
    return text(sent[0].get("value")) if sent else ""


def _line(item: Mapping[str, Any], inside: Mapping[str, Mapping[str, Any]], currency: str) -> Line:
    charge = reference(item.get("chargeItemReference"))
    contained = inside.get(charge.id) if charge and charge.contained else None
    sequence = item.get("sequence")
    return Line(
        sequence=sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None,
        what=concept(item.get("chargeItemCodeableConcept")),
        charge=charge,
        components=list_components(item.get("priceComponent"), currency),
        inside=charge_item(contained, currency) if contained else None,
    )


def _due(data: Mapping[str, Any]) -> When | None:
    """R4 has no due date: hospitals put one into an extension of the bill or of its payment terms."""
    places = (data, *dicts(data.get("_paymentTerms")))
    found = (when(e.get("valueDate")) or when(e.get("valueDateTime")) for p in places for e in _extensions_named_due(p))
    return next((at for at in found if at), None)


def _extensions_named_due(place: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for extension in dicts(as_list(place.get("extension"))):
        name = _HUMP.sub("-", text(extension.get("url")).rstrip("/").rpartition("/")[2]).casefold()
        if _DUE.search(name):
            yield extension


def _adds_up(view: InvoiceView) -> bool | None:
    """Totals may repeat the lines' prices or only add to them: the total has to be one of these readings."""
    lines = [c for line in view.lines for c in line.components]
    extra = [c for c in view.components if c.kind != "base"]
    readings = [_total(parts) for parts in (lines, [*lines, *extra], view.components) if _priced(parts)]
    if view.total is None or not readings:
        return None
    if any(same(reading, sent) for reading in readings for sent in (view.net, view.gross)):
        return True
    certain = None not in readings and all(_priced(line.components) for line in view.lines)
    return False if certain else None


def _total(parts: Iterable[PriceComponent]) -> Amount | None:
    return total(parts).one


def _priced(parts: Iterable[PriceComponent]) -> bool:
    return any(c.kind == "base" for c in parts)

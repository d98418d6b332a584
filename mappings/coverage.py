"""What a Coverage means (R4 13.2): which insurance, through whom, since when. The member number never leaves here whole.

It decides how much of a number may be shown, and which of the many class values is a plan's name. It must not say whether
something is covered, or know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from mappings.observation import references, version_of
from mappings.reading import Concept, Reference, Span, as_dict, coding, concept, dicts, period, text

Status = Literal["active", "cancelled", "draft", "entered-in-error", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
_NAMED = ("plan", "subplan", "group", "subgroup", "class")


@dataclass(frozen=True, kw_only=True)
class CoverageView:
    """One Coverage. `ending` are the last characters of the member number, "" where it is too short to show any."""

    id: str
    version: str = ""
    status: Status = "unknown"
    type: Concept | None = None
    plans: tuple[str, ...] = ()
    payors: tuple[Reference, ...] = ()
    has_number: bool = False
    ending: str = ""
    relationship: str = ""
    relationship_text: str = ""
    period: Span | None = None
    order: int | None = None

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"


def to_view(data: Mapping[str, Any]) -> CoverageView | None:
    """The view of one Coverage; None for what is no Coverage."""
    if text(as_dict(data).get("resourceType")) != "Coverage":
        return None
    sent = text(data.get("status")).casefold()
    status: Status = sent if sent in STATUSES else "unknown"  # type: ignore[assignment]
    head = {"type": concept(data.get("type")), "payors": references(data.get("payor")), "plans": _plans(data)}
    told = head if status == "entered-in-error" else head | _body(data)
    return CoverageView(id=text(data.get("id")), version=version_of(data), status=status, **told)


def masked(number: str) -> str:
    """The part of a number that may be shown: four characters of eight or more, two of five or more, else none."""
    plain = "".join(c for c in number if c.isalnum())
    return plain[-4:] if len(plain) >= 8 else plain[-2:] if len(plain) >= 5 else ""


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    number, relation, order = _number(data), concept(data.get("relationship")), data.get("order")
    return {
        "has_number": bool(number),
        "ending": masked(number),
        "relationship": next((c.code for c in relation.codings if c.code), "") if relation else "",
        "relationship_text": relation.text if relation else "",
        "period": _period(data.get("period")),
        "order": order if isinstance(order, int) and not isinstance(order, bool) else None,
    }


def _period(value: object) -> Span | None:
    """From when to when; the year 9999 is how servers write that there is no end."""
    sent = period(value)
    return Span(sent.start, None) if sent and sent.start and sent.end and sent.end.day.year == date.max.year else sent


def _number(data: Mapping[str, Any]) -> str:
    """The member's own number (an identifier of type MB), else the subscriber's."""
    for item in dicts(data.get("identifier")):
        kinds = {coding(c).code for c in dicts(as_dict(item.get("type")).get("coding"))}
        if "MB" in kinds and text(item.get("value")):
            return text(item.get("value"))
    return text(data.get("subscriberId"))


def _plans(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Names only, the plan's first; a class that has a number and no name is no name."""
    found = sorted(_classes(data), key=lambda pair: _NAMED.index(pair[0]) if pair[0] in _NAMED else len(_NAMED))
    return tuple(dict.fromkeys(name for _, name in found))


def _classes(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in dicts(data.get("class")):
        kind = concept(item.get("type"))
        code = next((c.code.casefold() for c in kind.codings if c.code), "") if kind else ""
        if text(item.get("name")):
            yield code, text(item.get("name"))

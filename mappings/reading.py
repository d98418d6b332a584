"""Ten tiny lenient readers over FHIR JSON dicts: they take anything, and give a value or None, never an exception.

Numbers arrive as Decimal (the upstream room parses them so). No words for pages, no clock, no I/O.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeGuard

Precision = Literal["year", "month", "day", "time"]

_FIRST, _LAST = date(1, 1, 3), date(9999, 12, 29)
_PARTIAL = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True)
class Coding:
    """One code of one system, with the display the hospital sent."""

    system: str
    code: str
    display: str


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept: `text` is what to show (text, else a display, else ""), codes come last."""

    text: str
    codings: tuple[Coding, ...]

    def code_in(self, system: str) -> str | None:
        return next((c.code for c in self.codings if c.system == system), None)


@dataclass(frozen=True)
class When:
    """A FHIR date, dateTime or instant kept at its own precision (R4 2.24.0.1): `start` is its first moment.

    `start` is aware where a time was sent, else midnight UTC standing for a date without a zone.
    """

    precision: Precision
    start: datetime

    @property
    def day(self) -> date:
        return self.start.date()


@dataclass(frozen=True)
class Span:
    """A Period; either end may be missing."""

    start: When | None
    end: When | None


@dataclass(frozen=True)
class Amount:
    """Money: exact value and ISO 4217 code, "" where the hospital sent none."""

    value: Decimal
    currency: str


@dataclass(frozen=True)
class Reference:
    """Where a Reference points: type and id where they can be read from it, and the display sent along."""

    type: str
    id: str
    display: str
    contained: bool = False


def as_dict(value: object) -> Mapping[str, Any]:
    return value if is_object(value) else {}


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a JSON object. Nearly all are plain dicts, and asking the abstract class is many times dearer."""
    return type(value) is dict or isinstance(value, Mapping)


def as_list(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def dicts(value: object) -> Iterator[Mapping[str, Any]]:
    """The dicts in a list, or the one dict standing where a list should."""
    return (item for item in as_list(value) if is_object(item)) if value else iter(())


def text(value: object) -> str:
    """A trimmed string, "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def number(value: object) -> Decimal | None:
    """A Decimal exactly as sent; real servers send numbers as strings too."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        return None
    try:
        result = Decimal(value.strip()) if isinstance(value, str) else Decimal(str(value))
    except InvalidOperation:
        return None
    return result if result.is_finite() else None


def coding(value: object) -> Coding:
    data = as_dict(value)
    return Coding(text(data.get("system")), text(data.get("code")), text(data.get("display")))


def concept(value: object) -> Concept | None:
    """A CodeableConcept; None where there is neither text nor a code."""
    if not value:
        return None
    data = as_dict(value)
    sent = list(dicts(data.get("coding")))
    codings = tuple(c for c in map(coding, sent) if c.code or c.display)
    chosen: Mapping[str, Any] = next((c for c in sent if c.get("userSelected") is True), {})
    words = text(data.get("text")) or text(chosen.get("display")) or next((c.display for c in codings if c.display), "")
    return Concept(words, codings) if words or codings else None


def when(value: object) -> When | None:
    """A date, dateTime or instant at the precision sent; None where it cannot be read."""
    raw = text(value).replace(" ", "")
    if not raw:
        return None
    if partial := _PARTIAL.match(raw):
        return _partial_date(*partial.groups())
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if "T" not in raw.upper():
        return None
    if not _FIRST <= moment.date() <= _LAST:
        # servers write 9999-12-31T23:59:59Z for "no end": no zone can tell that time, so it stands as its day
        return _partial_date(*moment.date().isoformat().split("-"))
    return When("time", moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _partial_date(year: str, month: str | None, day: str | None) -> When | None:
    precision: Precision = "day" if day else "month" if month else "year"
    try:
        return When(precision, datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC))
    except ValueError:
        return None


def period(value: object) -> Span | None:
    if not value:
        return None
    data = as_dict(value)
    span = Span(when(data.get("start")), when(data.get("end")))
    return span if span.start or span.end else None


def money(value: object) -> Amount | None:
    data = as_dict(value)
    amount = number(data.get("value"))
    return None if amount is None else Amount(amount, text(data.get("currency")).upper())


def human_name(value: object) -> str:
    """The best of several names (official, usual, first), as one line; text wins over parts."""
    names = sorted(
        dicts(value),
        key=lambda n: ("official", "usual").index(n["use"]) if n.get("use") in ("official", "usual") else 2,
    )
    for name in names:
        parts = [
            *map(text, as_list(name.get("prefix"))),
            *map(text, as_list(name.get("given"))),
            text(name.get("family")),
        ]
        parts += [text(s) for s in as_list(name.get("suffix"))]
        if line := text(name.get("text")) or " ".join(p for p in parts if p):
            return line
    return ""


def reference(value: object) -> Reference | None:
    """A Reference in any spelling: relative, absolute, versioned, urn:uuid, contained `#id` or identifier only."""
    if not value:
        return None
    data = as_dict(value)
    display = text(data.get("display"))
    raw = text(data.get("reference"))
    if raw.startswith("#"):
        return Reference(text(data.get("type")), raw[1:], display, contained=True)
    path = raw.split("?")[0].split("/_history/")[0].rstrip("/").split("/")
    if len(path) >= 2 and path[-2][:1].isupper():
        return Reference(path[-2], path[-1], display)
    if raw:
        return Reference(text(data.get("type")), raw.removeprefix("urn:uuid:"), display)
    return Reference(text(data.get("type")), "", display) if display else None


def extensions(value: object, url: str) -> Iterator[Mapping[str, Any]]:
    """The extensions with this url."""
    return (e for e in dicts(as_dict(value).get("extension")) if e.get("url") == url)


def absent_reason(value: object) -> str:
    """The data-absent-reason code on an element, "" where there is none."""
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    return next((text(e.get("valueCode")) for e in extensions(value, url)), "")

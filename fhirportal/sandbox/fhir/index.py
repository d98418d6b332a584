"""From a resource to the rows it is found by: one row for each value of each search parameter.

Columns: `v` what is compared (code, "Type/id", folded text, uri), `s` its companion (token system, bare id, exact text, unit),
`lo` and `hi` the interval of a date or number. It takes any JSON and never raises: what cannot be read is not indexed.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhirportal.sandbox.fhir import dates
from fhirportal.sandbox.fhir.parameters import TABLE, Parameter

Resource = Mapping[str, Any]
_TYPED = re.compile(r"(.+)\((\w+)\)$")
EXTREME = 1e300
"""Beyond every number a resource holds: the open end of `< 5`."""
_CHOICES = [
    "DateTime",
    "Period",
    "Instant",
    "Date",
    "Timing",
    "Quantity",
    "CodeableConcept",
    "String",
    "Boolean",
    "Integer",
    "Range",
    "Ratio",
    "Age",
    "Time",
    "SampledData",
    "Reference",
]


@dataclass(frozen=True, slots=True)
class Row:
    p: str
    v: str = ""
    s: str = ""
    lo: float | None = None
    hi: float | None = None


def rows(resource: Resource, base: str) -> Iterator[Row]:
    """Every index row of a resource; `base` is this server's own FHIR base, so absolute references to it become local."""
    for parameter in TABLE.get(str(resource.get("resourceType")), {}).values():
        seen = set()
        for path in parameter.paths:
            steps, only = _steps(path)
            for value in _values(resource, steps) if steps[-1][-1] != "?" else _presence(resource, steps):
                for row in _rows_of(parameter, value, only, base):
                    if row not in seen:
                        seen.add(row)
                        yield row


@lru_cache(maxsize=2048)
def _steps(path: str) -> tuple[tuple[str, ...], str]:
    typed = _TYPED.match(path)
    return (tuple(typed[1].split(".")), typed[2]) if typed else (tuple(path.split(".")), "")


def _presence(resource: Resource, steps: tuple[str, ...]) -> Iterator[bool]:
    """Whether the element is there; its own boolean speaks for itself."""
    found = any(True for _ in _values(resource, (*steps[:-1], steps[-1][:-1])))
    sibling = steps[-1].removesuffix("DateTime?") + "Boolean"
    if found or sibling not in resource:
        yield found


def _values(value: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, Mapping):
        step, rest = steps[0], steps[1:]
        names = [step[:-3] + choice for choice in _CHOICES] if step.endswith("[x]") else [step]
        for name in names:
            if name in value:
                yield from _values(value[name], rest)


def _rows_of(parameter: Parameter, value: Any, only: str, base: str) -> Iterator[Row]:
    name = parameter.name
    match parameter.kind:
        case "token":
            yield from (Row(name, code, system) for system, code in tokens(value) if not only or system == only)
        case "reference":
            yield from _references(name, value, only, base)
        case "date":
            yield from (Row(name, "", "", lo, hi) for lo, hi in intervals(value))
        case "string":
            yield from (Row(name, fold(text), text) for text in texts(value))
        case "quantity" | "number":
            yield from _quantities(name, value)
        case "uri":
            if isinstance(value, str):
                address, _, version = value.partition("|")
                yield Row(name, address, version)


def tokens(value: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of a code, boolean, Coding, CodeableConcept, Identifier or ContactPoint."""
    if isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value.strip()
    elif isinstance(value, Mapping):
        if isinstance(codings := value.get("coding"), list):
            for coding in codings:
                yield from tokens(coding)
        code = value.get("code", value.get("value"))
        if isinstance(code, str):
            yield str(value.get("system") or ""), code


def _references(name: str, value: Any, only: str, base: str) -> Iterator[Row]:
    if isinstance(value, str) and not only:  # a canonical, its version behind a bar
        address, _, version = value.partition("|")
        yield Row(name, address, version)
    if not isinstance(value, Mapping):
        return
    raw = value.get("reference")
    if isinstance(raw, str) and not raw.startswith("#"):
        local = localised(raw, base)
        kind, _, id_ = local.rpartition("/")
        if not only or kind.rpartition("/")[2] == only:
            yield Row(name, local, id_)
    if not only or value.get("type") == only:
        yield from (Row(f"{name}:identifier", code, system) for system, code in tokens(value.get("identifier")))


def localised(reference: str, base: str) -> str:
    """`Type/id` for every spelling of a reference to this server; anything else as it is."""
    path = reference.removeprefix(base.rstrip("/") + "/").split("/_history/")[0]
    return path.strip()


def intervals(value: Any) -> Iterator[dates.Interval]:
    """Intervals of a date, dateTime, instant, Period or Timing."""
    with contextlib.suppress(ValueError, OverflowError):
        if isinstance(value, str):
            yield dates.parse_interval(value)
        elif isinstance(value, Mapping) and ("start" in value or "end" in value):
            start, end = value.get("start"), value.get("end")
            low = dates.parse_interval(start)[0] if isinstance(start, str) else dates.FAR_PAST
            high = dates.parse_interval(end)[1] if isinstance(end, str) else dates.FAR_FUTURE
            yield low, high
        elif isinstance(value, Mapping):
            repeat = value.get("repeat")
            yield from intervals(repeat.get("boundsPeriod") if isinstance(repeat, Mapping) else None)
            events = value.get("event")
            for event in events if isinstance(events, list) else ():
                yield from intervals(event)


def texts(value: Any) -> Iterator[str]:
    """The words in a string, HumanName, Address or CodeableConcept."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name in (
            "text",
            "family",
            "given",
            "prefix",
            "suffix",
            "line",
            "city",
            "district",
            "state",
            "postalCode",
            "country",
            "display",
        ):
            inner = value.get(name)
            yield from (t for t in (inner if isinstance(inner, list) else [inner]) if isinstance(t, str))


def fold(text: str) -> str:
    """Lower case without accents, single blanks: what string search compares."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def _quantities(name: str, value: Any) -> Iterator[Row]:
    """A number as the interval it stands for: `< 5` reaches down without end. Both the coded and the human unit find it."""
    about: Resource = value if isinstance(value, Mapping) else {"value": value}
    number = _number(about.get("value"))
    if number is None:
        return
    comparator = str(about.get("comparator") or "")
    low = -EXTREME if "<" in comparator else number
    high = EXTREME if ">" in comparator else number
    system = str(about.get("system") or "")
    units = {str(about.get(name) or "") for name in ("code", "unit", "currency")} - {""}
    for unit in sorted(units) or [""]:
        yield Row(name, unit, system, low, high)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) <= EXTREME else None

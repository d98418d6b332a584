"""One search value as a condition on the index: what each kind of parameter, prefix and modifier means (R4 3.1.1.4).

It decides what a value means. It must not know which resources there are, nor how conditions are joined to a search.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from fhirportal.sandbox.fhir import dates
from fhirportal.sandbox.fhir.index import fold, localised
from fhirportal.sandbox.fhir.outcome import BadRequest
from fhirportal.sandbox.fhir.parameters import Parameter
from fhirportal.sandbox.fhir.resource_types import TYPES

_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True)
class Condition:
    """SQL over one row of the index (columns v, s, lo, hi) and its values. `selective`: it fits few resources."""

    sql: str
    values: list[object] = field(default_factory=list)
    selective: bool = False


def condition_of(parameter: Parameter, modifier: str, value: str, base: str) -> Condition:
    """What one value of a parameter asks of an index row. Raises BadRequest, also for a modifier it does not have
    (R4 3.1.1.4.4: a server must refuse those, else they would silently widen the search)."""
    if parameter.kind == "reference" and modifier in TYPES:
        return _reference(parameter, value, modifier, base)
    made = _MAKERS.get((parameter.kind, modifier))
    if made is None:
        raise BadRequest(f"{parameter.name} does not take the modifier {modifier!r}")
    return made(parameter, value, base)


def _token(value: str) -> Condition:
    system, bar, code = value.rpartition("|")
    if not bar:
        return Condition("v = ?", [value])
    if not code:
        return Condition("s = ?", [system])
    return Condition("(s = ? AND v = ?)", [system, code])


def _reference(parameter: Parameter, value: str, modifier: str, base: str) -> Condition:
    local = localised(value, base)
    if "://" in local and "|" in local:
        return _uri(local)
    if "/" in local or local.startswith("urn:"):
        fits = not modifier or local.startswith(f"{modifier}/") or f"/{modifier}/" in local
        return Condition("v = ?", [local], selective=True) if fits else Condition("0")
    target = modifier or parameter.only_target
    if target:
        return Condition("v = ?", [f"{target}/{local}"], selective=True)
    # spelled out for every type, so that the index on v finds it
    return Condition("v IN (SELECT name || '/' || ? FROM kind)", [local], selective=True)


def _date(value: str) -> Condition:
    prefix, rest = dates.split_prefix(value)
    try:
        interval = dates.parse_interval(rest)
    except (ValueError, OverflowError) as problem:
        raise BadRequest(f"{rest[:40]!r} is no date") from problem
    sql, values = dates.condition(prefix, interval, int(time.time() * dates.SECOND))
    return Condition(sql, list(values))


def _starts(value: str) -> Condition:
    return Condition("v LIKE ? ESCAPE '\\'", [like(fold(value)) + "%"])


def _contains(value: str) -> Condition:
    return Condition("v LIKE ? ESCAPE '\\'", ["%" + like(fold(value)) + "%"])


def _exact(value: str) -> Condition:
    return Condition("s = ?", [value])


def _uri(value: str) -> Condition:
    """A canonical may carry a version behind a bar."""
    address, _, version = value.partition("|")
    return Condition("(v = ? AND s = ?)", [address, version]) if version else Condition("v = ?", [address])


def _below(value: str) -> Condition:
    return Condition("(v = ? OR v LIKE ? ESCAPE '\\')", [value, like(value.rstrip("/")) + "/%"])


def like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _quantity(value: str) -> Condition:
    """`[prefix]number`, `number|system|code` or `number||code`; a code also fits the human unit (R4 3.1.1.4.11)."""
    prefix, rest = dates.split_prefix(value)
    number, _, unit = rest.partition("|")
    system, _, code = unit.partition("|")
    sql, values = _compared(prefix, number)
    if code:
        sql, values = f"({sql} AND v = ?)", [*values, code]
    if system:
        sql, values = f"({sql} AND s = ?)", [*values, system]
    return Condition(sql, values)


def _compared(prefix: str, number: str) -> tuple[str, list[object]]:
    if _NUMBER.fullmatch(number) is None:
        raise BadRequest(f"{number[:40]!r} is no number")
    exact = Decimal(number)
    exponent = exact.as_tuple().exponent
    value = float(exact)
    # R4 3.1.1.4.6: 5.4 stands for [5.35, 5.45); "about" is a tenth either way
    half = float(Decimal(5).scaleb(int(exponent) - 1)) if prefix in ("eq", "ne") else abs(value) * 0.1
    low, high = value - half, value + half
    forms: dict[str, tuple[str, list[object]]] = {
        "eq": ("(lo >= ? AND hi < ?)", [low, high]),
        "ne": ("NOT (lo >= ? AND hi < ?)", [low, high]),
        "ap": ("(lo <= ? AND hi >= ?)", [high, low]),
        "gt": ("hi > ?", [value]),
        "lt": ("lo < ?", [value]),
        "ge": ("hi >= ?", [value]),
        "le": ("lo <= ?", [value]),
        "sa": ("lo > ?", [value]),
        "eb": ("hi < ?", [value]),
    }
    return forms[prefix]


def _plain(made: Callable[[str], Condition]) -> Callable[[Parameter, str, str], Condition]:
    return lambda _parameter, value, _base: made(value)


_MAKERS: dict[tuple[str, str], Callable[[Parameter, str, str], Condition]] = {
    ("token", ""): _plain(_token),
    ("token", "not"): _plain(_token),
    ("reference", ""): lambda parameter, value, base: _reference(parameter, value, "", base),
    ("reference", "identifier"): _plain(_token),
    ("date", ""): _plain(_date),
    ("string", ""): _plain(_starts),
    ("string", "exact"): _plain(_exact),
    ("string", "contains"): _plain(_contains),
    ("number", ""): _plain(_quantity),
    ("quantity", ""): _plain(_quantity),
    ("uri", ""): _plain(_uri),
    ("uri", "below"): _plain(_below),
}

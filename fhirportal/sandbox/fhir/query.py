"""From a query string to SQL: what each search parameter, prefix and modifier means (R4 3.1.1).

It decides which resources match and in which order. It must not know HTTP, pages of results or who may see them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from fhirportal.sandbox.fhir import dates
from fhirportal.sandbox.fhir.index import fold, localised
from fhirportal.sandbox.fhir.outcome import BadRequest
from fhirportal.sandbox.fhir.parameters import Parameter, find_parameter
from fhirportal.sandbox.fhir.store import Store

Clause = tuple[str, list[object]]
MOST_VALUES = 500
_ESCAPED = re.compile(r"\\(.)|,")


@dataclass
class Search:
    """One parsed search: clauses all of which must hold, the order, and the parameters that were understood."""

    type: str
    clauses: list[Clause] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    applied: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def parse_search(type_: str, params: Sequence[tuple[str, str]], base: str) -> Search:
    """Raises BadRequest for values that cannot be read; unknown parameters are only noted."""
    search = Search(type_)
    for name, value in params:
        if value == "":
            continue
        if name == "_sort":
            search.order = _parse_order(type_, value)
        elif (clause := _clause(type_, name, value, base)) is None:
            search.unknown.append(name)
            continue
        else:
            search.clauses.append(clause)
        search.applied.append((name, value))
    return search


def matching_ids(store: Store, search: Search) -> list[str]:
    """The ids of all matches, in order."""
    conditions = " AND ".join(c for c, _ in search.clauses) or "1"
    values = [v for _, vs in search.clauses for v in vs]
    order, order_values = _order_by(search)
    sql = f"SELECT r.id FROM resource r WHERE r.type = ? AND r.deleted = 0 AND {conditions} ORDER BY {order}"  # noqa: S608
    with store.connection() as connection:
        return [row[0] for row in connection.execute(sql, [search.type, *values, *order_values])]


def _parse_order(type_: str, value: str) -> list[tuple[str, bool]]:
    order = []
    for part in value.split(","):
        name, down = part.removeprefix("-"), part.startswith("-")
        if name not in ("_id", "_lastUpdated") and find_parameter(type_, name) is None:
            raise BadRequest(f"cannot sort {type_} by {name!r}")
        order.append((name, down))
    return order


def _order_by(search: Search) -> tuple[str, list[object]]:
    parts, values = [], []
    for name, down in search.order:
        direction = "DESC" if down else "ASC"
        if name in ("_id", "_lastUpdated"):
            parts.append(f"r.{'id' if name == '_id' else 'updated'} {direction}")
            continue
        pick = "MAX" if down else "MIN"
        column = f"(SELECT {pick}(coalesce(lo, v)) FROM idx WHERE type = r.type AND id = r.id AND p = ?)"  # noqa: S608
        parts.append(f"{column} {direction} NULLS LAST")
        values.append(name)
    return ", ".join([*parts, "r.id"]), list(values)


def _clause(type_: str, name: str, value: str, base: str) -> Clause | None:
    bare, _, modifier = name.partition(":")
    if bare == "_id" and not modifier:
        ids = _split(value)
        return f"r.id IN ({','.join('?' * len(ids))})", list(ids)
    if bare == "_lastUpdated" and not modifier:
        return _any([_updated(v) for v in _split(value)])
    parameter = find_parameter(type_, bare)
    if parameter is None:
        return None
    if modifier == "missing":
        return _missing(type_, parameter, value)
    made = [_one(parameter, modifier, v, base) for v in _split(value)]
    if any(m is None for m in made):
        return None
    found = _any([m for m in made if m is not None])
    return _exists(type_, parameter, found, negated=modifier == "not")


def _one(parameter: Parameter, modifier: str, value: str, base: str) -> Clause | None:
    match parameter.kind:
        case "token" if modifier in ("", "not"):
            return _token(value)
        case "reference" if modifier == "" or modifier[:1].isupper():
            return _reference(value, modifier, base)
        case "date" if not modifier:
            return _date(value)
        case "string" if modifier in ("", "exact", "contains"):
            return _string(value, modifier)
        case "quantity" | "number" if not modifier:
            return _quantity(value)
        case "uri" if modifier in ("", "below"):
            return ("v = ?", [value]) if not modifier else ("(v = ? OR v LIKE ? ESCAPE '\\')", [value, _like(value) + "/%"])
    return None


def _exists(type_: str, parameter: Parameter, clause: Clause, *, negated: bool) -> Clause:
    # an uncorrelated subquery lets SQLite start from the few rows of one patient instead of all of the type
    inner = f"SELECT id FROM idx WHERE type = ? AND p = ? AND {clause[0]}"  # noqa: S608
    return f"r.id {'NOT ' if negated else ''}IN ({inner})", [type_, parameter.name, *clause[1]]


def _missing(type_: str, parameter: Parameter, value: str) -> Clause:
    if value not in ("true", "false"):
        raise BadRequest(":missing takes true or false")
    inner = "SELECT id FROM idx WHERE type = ? AND p = ?"
    return f"r.id {'NOT ' if value == 'true' else ''}IN ({inner})", [type_, parameter.name]


def _any(clauses: Sequence[Clause]) -> Clause:
    if not clauses:
        raise BadRequest("a search value is empty")
    return "(" + " OR ".join(c for c, _ in clauses) + ")", [v for _, vs in clauses for v in vs]


def _split(value: str) -> list[str]:
    """Comma-separated values; a backslash takes a comma, a bar or a dollar sign literally (R4 3.1.1.3.1)."""
    parts, current, position = [], [], 0
    for mark in _ESCAPED.finditer(value):
        current.append(value[position : mark.start()])
        position = mark.end()
        if mark[0] == ",":
            parts.append("".join(current))
            current = []
        else:
            current.append(mark[1])
    parts.append("".join([*current, value[position:]]))
    found = [p for p in parts if p]
    if len(found) > MOST_VALUES:
        raise BadRequest(f"more than {MOST_VALUES} values in one parameter")
    return found


def _token(value: str) -> Clause:
    system, bar, code = value.rpartition("|")
    if not bar:
        return "v = ?", [value]
    if not code:
        return "s = ?", [system]
    return "(s = ? AND v = ?)", [system, code]


def _reference(value: str, modifier: str, base: str) -> Clause:
    local = localised(value, base)
    if "/" in local:
        return "v = ?", [local]
    if modifier:
        return "v = ?", [f"{modifier}/{local}"]
    return "(s = ? AND v NOT LIKE '%://%')", [local]


def _string(value: str, modifier: str) -> Clause:
    if modifier == "exact":
        return "s = ?", [value]
    pattern = _like(fold(value)) + "%"
    return "v LIKE ? ESCAPE '\\'", [f"%{pattern}" if modifier == "contains" else pattern]


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _date(value: str) -> Clause:
    prefix, rest = dates.split_prefix(value)
    try:
        sql, values = dates.condition(prefix, dates.parse_interval(rest), time.time())
    except (ValueError, OverflowError) as problem:
        raise BadRequest(f"{rest!r} is no date") from problem
    return sql, list(values)


def _updated(value: str) -> Clause:
    """_lastUpdated is a column of the resource itself: an instant with milliseconds."""
    sql, values = _date(value)
    instant = "((julianday(r.updated) - 2440587.5) * 86400.0)"
    return re.sub(r"\b(lo|hi)\b", instant, sql), values


def _quantity(value: str) -> Clause:
    prefix, rest = dates.split_prefix(value)
    number, _, unit = rest.partition("|")
    system, _, code = unit.partition("|")
    try:
        exact = Decimal(number)
        exponent = exact.as_tuple().exponent
        if not isinstance(exponent, int):
            raise BadRequest(f"{number!r} is no number")
    except InvalidOperation as problem:
        raise BadRequest(f"{number!r} is no number") from problem
    # R4 3.1.1.4.5: a number without prefix stands for its implicit range, 5.4 for [5.35, 5.45)
    half = float(Decimal(5).scaleb(exponent - 1)) if prefix in ("eq", "ne") else 0.0
    if prefix == "ap":
        half = abs(float(exact)) * 0.1
    sql, values = _number(prefix, float(exact), half)
    for column, wanted in (("v", code), ("s", system)):
        if wanted:
            sql, values = f"({sql} AND {column} = ?)", [*values, wanted]
    return sql, values


def _number(prefix: str, value: float, half: float) -> Clause:
    low, high = value - half, value + half
    forms: dict[str, Clause] = {
        "eq": ("(lo >= ? AND lo < ?)", [low, high]),
        "ap": ("(lo >= ? AND lo <= ?)", [low, high]),
        "ne": ("NOT (lo >= ? AND lo < ?)", [low, high]),
        "gt": ("lo > ?", [value]),
        "sa": ("lo > ?", [value]),
        "lt": ("lo < ?", [value]),
        "eb": ("lo < ?", [value]),
        "ge": ("lo >= ?", [value]),
        "le": ("lo <= ?", [value]),
    }
    return forms[prefix]

"""From a query string to SQL: which resources match, and in which order (R4 3.1.1).

It must not know HTTP, pages of results or who may see them; what one value means is `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fhirportal.sandbox.fhir.conditions import Condition, condition_of
from fhirportal.sandbox.fhir.outcome import BadRequest
from fhirportal.sandbox.fhir.parameters import find_parameter
from fhirportal.sandbox.fhir.store import Store

MOST_VALUES = 500
MOST_PARAMETERS = 50
MOST_BOUND = 5_000
LONGEST = 2_000
_ESCAPED = re.compile(r"\\(.)|,", re.DOTALL)


@dataclass(frozen=True)
class Clause:
    """One parameter: some index row of `p` must fit `condition` (or none may, where `negated`). `p` "_id": the id itself."""

    p: str
    condition: Condition
    negated: bool = False


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
        if len(value) > LONGEST * 10 or any(len(v) > LONGEST for v in value.split(",")):
            raise BadRequest("a search value is too long")
        if name == "_sort":
            search.order += _parse_order(type_, value)
        elif (clause := _clause(type_, name, value, base)) is None:
            search.unknown.append(name)
            continue
        else:
            search.clauses.append(clause)
        search.applied.append((name, value))
    bound = sum(len(clause.condition.values) for clause in search.clauses)
    if len(search.applied) > MOST_PARAMETERS or bound > MOST_BOUND:
        raise BadRequest("this search asks for too much at once")
    return search


def matching_ids(store: Store, search: Search) -> list[str]:
    """The ids of all matches, in order."""
    conditions, values = _where(search)
    order, order_values = _order_by(search)
    sql = f"SELECT r.id FROM resource r WHERE r.type = ? AND r.deleted = 0{conditions} ORDER BY {order}"  # noqa: S608
    with store.connection() as connection:
        return [row[0] for row in connection.execute(sql, [search.type, *values, *order_values])]


def _where(search: Search) -> tuple[str, list[object]]:
    """SQLite starts from the few rows of the first selective clause and looks up the others one by one; without
    such a clause each becomes a set."""
    clauses = sorted(search.clauses, key=lambda c: not (c.condition.selective and not c.negated))
    led = bool(clauses) and clauses[0].condition.selective and not clauses[0].negated
    parts, values = [], []
    for n, clause in enumerate(clauses):
        sql, bound = _joined(search.type, clause, by_one=led and n > 0)
        parts.append(f" AND {sql}")
        values += bound
    return "".join(parts), values


def _joined(type_: str, clause: Clause, *, by_one: bool) -> tuple[str, list[object]]:
    word = "NOT " if clause.negated else ""
    fits = clause.condition
    if clause.p == "_id":
        return f"{word}{fits.sql}", fits.values
    if by_one:
        inner = f"SELECT 1 FROM idx INDEXED BY idx_resource WHERE type = r.type AND id = r.id AND p = ? AND {fits.sql}"  # noqa: S608
        return f"{word}EXISTS ({inner})", [clause.p, *fits.values]
    inner = f"SELECT id FROM idx WHERE type = ? AND p = ? AND {fits.sql}"  # noqa: S608
    return f"r.id {word}IN ({inner})", [type_, clause.p, *fits.values]


def _parse_order(type_: str, value: str) -> list[tuple[str, bool]]:
    order = []
    for part in split_values(value):
        name, down = part.removeprefix("-"), part.startswith("-")
        if name != "_id" and find_parameter(type_, name) is None:
            raise BadRequest(f"cannot sort {type_} by {name[:64]!r}")
        order.append((name, down))
    if len(order) > MOST_PARAMETERS:
        raise BadRequest("too many things to sort by")
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
    if bare == "_id":
        if modifier:
            raise BadRequest("_id takes no modifier")
        ids = split_values(value)
        return Clause("_id", Condition(f"r.id IN ({','.join('?' * len(ids))})", list(ids), selective=True))
    parameter = find_parameter(type_, bare)
    if parameter is None:
        return None
    if modifier == "missing":
        return _missing(bare, value)
    fits = _any([condition_of(parameter, modifier, v, base) for v in split_values(value)])
    p = f"{bare}:identifier" if modifier == "identifier" else bare
    return Clause(p, fits, negated=modifier == "not")


def _missing(p: str, value: str) -> Clause:
    if value not in ("true", "false"):
        raise BadRequest(":missing takes true or false")
    return Clause(p, Condition("1"), negated=value == "true")


def _any(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        raise BadRequest("a search value is empty")
    sql = " OR ".join(c.sql for c in conditions)
    values = [v for c in conditions for v in c.values]
    return Condition(f"({sql})", values, selective=all(c.selective for c in conditions))


def split_values(value: str) -> list[str]:
    """Comma-separated values; a backslash takes a comma, a bar or a dollar sign literally (R4 3.1.1.4.3)."""
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

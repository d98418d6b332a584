"""The rules table: what `rules.toml` may say, read once and refused whole if anything in it is off.

It decides the table's form. It must not know viewers, queries or resources. A missing or broken table stops the start: a
security table that half loads is worse than none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

INTERACTIONS = frozenset({"read", "search"})


class RulesError(Exception):
    """The table cannot be believed; the process must not start."""


@dataclass(frozen=True)
class Rule:
    """One FHIR type's row. `owner` and `strip` are element paths, split at the dots."""

    type: str
    interactions: frozenset[str]
    bind: str | None
    owner: tuple[tuple[str, ...], ...]
    strip: tuple[tuple[str, ...], ...]
    parameters: frozenset[str]
    include: frozenset[str]
    is_patient: bool

    @property
    def in_compartment(self) -> bool:
        return self.is_patient or bool(self.owner)


@cache
def table() -> Mapping[str, Rule]:
    """The product's own table."""
    return parse((resources.files(__package__) / "rules.toml").read_text(encoding="utf-8"))


def parse(source: str) -> Mapping[str, Rule]:
    """TOML text -> rows by FHIR type. Raises RulesError for anything unknown, missing or contradictory."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as problem:
        raise RulesError(f"rules.toml cannot be read: {problem}") from problem
    if not data:
        raise RulesError("rules.toml has no rows")
    return {name: _row(name, row) for name, row in data.items()}


def _row(name: str, row: Any) -> Rule:
    known = {"interactions", "bind", "owner", "strip", "parameters", "include", "self"}
    if not isinstance(row, dict) or set(row) - known:
        raise RulesError(f"[{name}] has keys this version does not know")
    rule = Rule(
        type=name,
        interactions=frozenset(_words(name, row, "interactions")),
        bind=row.get("bind"),
        owner=tuple(tuple(p.split(".")) for p in _words(name, row, "owner")),
        strip=tuple(tuple(p.split(".")) for p in _words(name, row, "strip")),
        parameters=frozenset(_words(name, row, "parameters")),
        include=frozenset(_words(name, row, "include")),
        is_patient=row.get("self") is True,
    )
    _require_sound(rule)
    return rule


def _require_sound(rule: Rule) -> None:
    if not rule.interactions or rule.interactions - INTERACTIONS:
        raise RulesError(f"[{rule.type}] interactions must be some of {sorted(INTERACTIONS)}")
    if bool(rule.bind) != bool(rule.owner):
        raise RulesError(f"[{rule.type}] needs both bind and owner, or neither")
    if rule.bind and rule.bind in rule.parameters:
        raise RulesError(f"[{rule.type}] the binding parameter cannot be a free one")
    if rule.is_patient != (rule.type == "Patient"):
        raise RulesError(f"[{rule.type}] self belongs to Patient alone")


def _words(name: str, row: Mapping[str, Any], key: str) -> list[str]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise RulesError(f"[{name}] {key} must be a list of words")
    return value

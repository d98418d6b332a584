"""SMART scopes, v1 and v2, as this hospital reads them: what a scope says, what it covers, what is left when narrowed.

Pure. SMART App Launch 2.2, section "Scopes for requesting FHIR Resources". It must not know tokens or resources' content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

PLAIN = frozenset({"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter"})
DURABLE = frozenset({"offline_access", "online_access"})
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
_FORM = re.compile(
    r"(?P<who>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]+)\.(?P<can>read|write|\*|c?r?u?d?s?)(?P<query>\?[^\s]+)?"
)


@dataclass(frozen=True)
class Scope:
    """One resource scope; `can` is a subset of c, r, u, d, s; `where` are (parameter, value) pairs, all must match."""

    text: str
    who: str
    type: str
    can: frozenset[str]
    where: tuple[tuple[str, str], ...] = ()

    def names(self, type_: str) -> bool:
        return self.type in ("*", type_)


def parse_scope(text: str) -> Scope | None:
    """A resource scope, or None for anything else: an unreadable one grants nothing."""
    form = _FORM.fullmatch(text)
    if not form or not form["can"]:
        return None
    v1 = form["can"] in _V1
    if v1 and form["query"]:
        return None
    where = tuple(parse_qsl((form["query"] or "")[1:], keep_blank_values=True))
    if form["query"] and (not where or not all(name and value for name, value in where)):
        return None
    can = frozenset(_V1.get(form["can"], form["can"]))
    return Scope(text, form["who"], form["type"], can, where)


def parse_scopes(text: str) -> list[Scope]:
    return [scope for scope in map(parse_scope, text.split()) if scope]


def covers(allowed: Scope, asked: Scope) -> bool:
    """Whether `allowed` lets through everything `asked` names."""
    return (
        allowed.who == asked.who
        and allowed.type in ("*", asked.type)
        and asked.can <= allowed.can
        and set(allowed.where) <= set(asked.where)
    )


def narrow(asked: str, *limits: str) -> str:
    """What of `asked` every limit allows: fully covered scopes as they were written, others cut down to v2 scopes."""
    granted = list(dict.fromkeys(asked.split()))
    for limit in limits:
        granted = [piece for text in granted for piece in _cut(text, limit)]
    return " ".join(dict.fromkeys(granted))


def _cut(text: str, limit: str) -> Iterable[str]:
    if text in PLAIN or text in DURABLE:
        return [text] if text in limit.split() else []
    asked = parse_scope(text)
    if asked is None:
        return []
    allowed = parse_scopes(limit)
    if any(covers(scope, asked) for scope in allowed):
        return [text]
    return [piece for scope in allowed for piece in _meet(asked, scope)]


def _meet(asked: Scope, allowed: Scope) -> list[str]:
    if asked.who != allowed.who or not (asked.names(allowed.type) or allowed.names(asked.type)):
        return []
    can = "".join(letter for letter in "cruds" if letter in asked.can & allowed.can)
    type_ = allowed.type if asked.type == "*" else asked.type
    where = dict.fromkeys((*asked.where, *allowed.where))
    query = "&".join(f"{name}={value}" for name, value in where)
    return [f"{asked.who}/{type_}.{can}{'?' + query if query else ''}"] if can else []

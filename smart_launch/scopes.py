"""The language of SMART scopes, versions 1 and 2: what one says, whether it covers another, what two have in common.

It decides grammar and meaning (SMART App Launch 2.2, Scopes; conformance C1-C4): letters out of order, unknown
types and empty filters are refused, never read as something wider. It must not know people, consent or words for a
page; filters are handed back as data, holding resources against them is the caller's work.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import unquote

from smart_launch.fhir_types import RESOURCE_TYPES

Level = Literal["patient", "user", "system"]
Filter = tuple[tuple[str, str], ...]
"""Search parameters that must all hold, percent-decoded: (("category", "http://...|laboratory"),). () is no filter."""

LETTERS = "cruds"
INTERACTIONS = {
    "create": "c",
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "update": "u",
    "patch": "u",
    "delete": "d",
    "search-type": "s",
    "search-system": "s",
    "history-type": "s",
    "history-system": "s",
}
"""The letter each FHIR interaction needs (SMART App Launch 2.2, scopes for requesting FHIR resources)."""

_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE = re.compile(r"(?P<level>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]*)\.(?P<can>[a-z]+|\*)(?:\?(?P<query>.*))?")
_LIKE_ONE = re.compile(r"(?:patient|user|system)/", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 section 3.3
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(?::[A-Za-z0-9\-]+)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadScope(ValueError):
    """Text that looks like a scope for resources and is none."""


@dataclass(frozen=True)
class ResourceScope:
    """One scope for resources. `type` is a FHIR type or "*", `can` letters of "cruds" in that order, `text` its
    spelling.
    """

    level: Level
    type: str
    can: str
    filter: Filter
    text: str

    @property
    def version(self) -> int:
        """1 for `.read`, `.write` and `.*`, else 2."""
        return 1 if self.text.split("?")[0].rpartition(".")[2] in _V1 else 2

    def allows(self, type_: str, interaction: str) -> bool:
        """Whether it speaks of this type and interaction (a letter, or a name in INTERACTIONS), its filter aside."""
        return self.type in ("*", type_) and INTERACTIONS.get(interaction, interaction) in tuple(self.can)

    def covers(self, other: "ResourceScope") -> bool:
        """Whether everything `other` gives is given by this one: same level, no narrower in type, letters or filter."""
        return (
            self.level == other.level
            and self.type in ("*", other.type)
            and set(other.can) <= set(self.can)
            and set(self.filter) <= set(other.filter)
        )


def resource_scope(level: Level, type_: str, can: str, filter_: Filter = ()) -> ResourceScope:
    """The version 2 scope with these parts, in its usual spelling."""
    query = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in filter_)
    return ResourceScope(level, type_, can, filter_, f"{level}/{type_}.{can}{f'?{query}' if query else ''}")


def _escaped(text: str) -> str:
    """Only what would end a token, a name or a value is escaped: systems keep their readable `http://...|code` form."""
    return "".join(
        each if _TOKEN.fullmatch(each) and each not in "%&=#?+" else "".join(f"%{byte:02X}" for byte in each.encode())
        for each in text
    )


def parse_resource_scope(text: str) -> ResourceScope:
    """The scope in `text` (conformance C1). Raises BadScope: `.dus`, `.`, unknown types, blank or nameless filters."""
    match = _SCOPE.fullmatch(text)
    if match is None or not _TOKEN.fullmatch(text):
        raise BadScope("not of the form level/Type.interactions")
    if match["type"] != "*" and match["type"] not in RESOURCE_TYPES:
        raise BadScope("no FHIR R4 resource type")
    can = _V1.get(match["can"], match["can"])
    if can != "".join(letter for letter in LETTERS if letter in can):
        raise BadScope("interactions are letters of cruds, each once, in that order")
    if match["query"] is not None and match["can"] in _V1:
        raise BadScope("version 1 scopes have no filter")
    return ResourceScope(cast(Level, match["level"]), match["type"], can, _parse_filter(match["query"]), text)


def _parse_filter(query: str | None) -> Filter:
    if query is None:
        return ()
    if _BAD_ESCAPE.search(query):
        raise BadScope("a broken percent escape in the filter")
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name, value = unquote(name), unquote(value)
        if not _NAME.fullmatch(name) or not value.strip() or not value.isprintable():
            raise BadScope("a filter is name=value")
        pairs.append((name, value))
    return tuple(dict.fromkeys(pairs))


@dataclass(frozen=True)
class Allowance:
    """Under what filters something is allowed. No `filters` and not `unrestricted`: it is not."""

    unrestricted: bool
    filters: tuple[Filter, ...] = ()

    def __bool__(self) -> bool:
        return self.unrestricted or bool(self.filters)


@dataclass(frozen=True)
class ScopeSet:
    """A whole scope parameter, read. `others` are the words (openid, launch/patient, offline_access, ...), `rejected`
    what
    looked like a scope for resources and was none: it grants nothing.
    """

    resources: tuple[ResourceScope, ...] = ()
    others: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((*self.others, *(scope.text for scope in self.resources)))

    def __contains__(self, word: object) -> bool:
        return word in self.others

    def allowance(self, type_: str, interaction: str, levels: Iterable[Level] = ("patient", "user")) -> Allowance:
        """Union over all scopes (conformance C4): unrestricted if one has no filter, else any one of the filters must
        hold.
        """
        wanted = frozenset(levels)
        filters = [each.filter for each in self.resources if each.level in wanted and each.allows(type_, interaction)]
        if () in filters:
            return Allowance(True)
        return Allowance(False, tuple(dict.fromkeys(filters)))

    def allows(self, type_: str, interaction: str, levels: Iterable[Level] = ("patient", "user")) -> bool:
        """Whether some of it is allowed, perhaps under a filter: see `allowance`."""
        return bool(self.allowance(type_, interaction, levels))

    def covers(self, other: "ScopeSet") -> bool:
        """Whether `other` asks for nothing beyond this: each scope within one of ours, letter by letter, each word
        ours.
        """
        return set(other.others) <= set(self.others) and all(_is_covered(each, self) for each in other.resources)


def _is_covered(scope: ResourceScope, by: ScopeSet) -> bool:
    letters = (resource_scope(scope.level, scope.type, letter, scope.filter) for letter in scope.can)
    return all(any(own.covers(letter) for own in by.resources) for letter in letters)


def parse_scopes(text: str | Iterable[str]) -> ScopeSet:
    """A scope parameter, or a list of scopes; each counts once, order kept. What is malformed lands in `rejected`."""
    resources: dict[str, ResourceScope] = {}
    others: dict[str, None] = {}
    rejected: dict[str, None] = {}
    for token in text.split() if isinstance(text, str) else text:
        if not _LIKE_ONE.match(token):
            (others if _TOKEN.fullmatch(token) else rejected)[token] = None
            continue
        try:
            resources[token] = parse_resource_scope(token)
        except BadScope:
            rejected[token] = None
    return ScopeSet(tuple(resources.values()), tuple(others), tuple(rejected))


def narrow(asked: ScopeSet, allowed: ScopeSet) -> ScopeSet:
    """What both give (conformance C3): never more than either.

    A scope that is allowed whole keeps its spelling, version 1 included; what is cut comes back in version 2, so that
    `patient/*.read` narrowed to two types becomes those two types' `.rs`.
    """
    found: list[ResourceScope] = []
    for scope in asked.resources:
        if _is_covered(scope, allowed):
            found.append(scope)
        else:
            found.extend(_common(scope, allowed))
    kept = tuple(word for word in asked.others if word in allowed.others)
    return ScopeSet(tuple(_without_covered(found)), kept)


def _common(scope: ResourceScope, allowed: ScopeSet) -> Iterator[ResourceScope]:
    for other in allowed.resources:
        can = "".join(letter for letter in LETTERS if letter in scope.can and letter in other.can)
        if scope.level != other.level or not can or ("*" not in (scope.type, other.type) and scope.type != other.type):
            continue
        type_ = other.type if scope.type == "*" else scope.type
        yield resource_scope(scope.level, type_, can, tuple(dict.fromkeys((*scope.filter, *other.filter))))


def _without_covered(scopes: list[ResourceScope]) -> Iterator[ResourceScope]:
    """Each scope once, and none that another one covers; of two that say the same the first stays."""
    for place, scope in enumerate(scopes):
        earlier, later = scopes[:place], scopes[place + 1 :]
        if any(each.covers(scope) for each in earlier):
            continue
        if not any(each.covers(scope) and not scope.covers(each) for each in later):
            yield scope


@dataclass(frozen=True)
class Permission:
    """What scopes let an app do with one type, as data for a consent screen: words are the caller's."""

    level: Level
    type: str
    filter: Filter
    view: bool
    search: bool
    add: bool
    change: bool
    remove: bool


def describe(scopes: ScopeSet) -> tuple[Permission, ...]:
    """One Permission for each (level, type, filter), letters of all scopes for it joined, in the order first named."""
    letters: dict[tuple[Level, str, Filter], str] = {}
    for scope in scopes.resources:
        place = (scope.level, scope.type, scope.filter)
        letters[place] = letters.get(place, "") + scope.can
    return tuple(
        Permission(*place, view="r" in can, search="s" in can, add="c" in can, change="u" in can, remove="d" in can)
        for place, can in letters.items()
    )


def to_v1(scope: ResourceScope) -> str | None:
    """The same scope in version 1's spelling, where there is one: `.rs` is `.read`, `.cud` is `.write` (conformance
    C3).
    """
    for name, can in _V1.items():
        if scope.can == can and not scope.filter:
            return f"{scope.level}/{scope.type}.{name}"
    return None


def to_v2(scope: ResourceScope) -> str:
    """The same scope in version 2's spelling."""
    return resource_scope(scope.level, scope.type, scope.can, scope.filter).text

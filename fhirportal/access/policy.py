"""What may be asked of the hospital, and as which question: the first of the two checks.

`decide` is pure: viewer + interaction -> a Decision whose parameters are already bound to the one patient, or a refusal.
`Decision.check` is the second look, at everything that comes back. It must not know the network, the database or pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from fhirportal.access import compartment
from fhirportal.access.release import release
from fhirportal.access.rules import Rule, table
from fhirportal.access.viewer import Viewer
from fhirportal.errors import BadInput, NotAllowed, NotFound
from smart_launch.scopes import ScopeSet, parse_scopes

Kind = Literal["read", "search"]
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Interaction:
    """What is wanted: a read of one id, or a search. `params` never name the patient; the access room does."""

    kind: Kind
    type: str
    id: str | None = None
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Decision:
    """A permitted question in the form in which it goes upstream (`type`, `id`, `params`), and the check of its answer."""

    kind: Kind
    type: str
    id: str | None
    params: tuple[tuple[str, str], ...]
    rule: Rule
    viewer: Viewer

    def owned(self, resource: Resource) -> Resource | None:
        """The resource, cut by its row's strip paths, if it is what was asked for and this patient's own; else None."""
        if self.kind == "read" and resource.get("id") != self.id:
            return None
        return _owned(resource, self.rule, self.viewer)

    def check(self, resource: Resource, now: datetime) -> Resource | None:
        """The resource as this viewer may see it, or None: not what was asked, not theirs, not released."""
        seen = self.owned(resource)
        return seen if seen is not None and release(seen, self.viewer, now) else None

    def check_included(self, resource: Resource, now: datetime) -> Resource | None:
        """The same look at a resource that came along, by the row of its own type."""
        rule = table().get(str(resource.get("resourceType")))
        if rule is None or not scopes_of(self.viewer.scopes).allows(rule.type, "r"):
            return None
        seen = _owned(resource, rule, self.viewer)
        return seen if seen is not None and release(seen, self.viewer, now) else None


def decide(viewer: Viewer, wanted: Interaction) -> Decision:
    """Interaction -> Decision. Raises NotAllowed (no row, or code "not-shared": no scope), BadInput, NotFound."""
    rule = table().get(wanted.type)
    if rule is None or wanted.kind not in rule.interactions:
        raise NotAllowed(f"no row allows {wanted.kind} of this type", code="not-in-rules")
    require_scope(viewer, wanted.type, wanted.kind)
    if wanted.kind == "read":
        return _decide_read(viewer, wanted, rule)
    return _decide_search(viewer, wanted, rule)


def require_scope(viewer: Viewer, type_: str, kind: Kind) -> None:
    """Raises NotAllowed (code "not-shared") where the upstream sign-in did not include this kind of data."""
    if not scopes_of(viewer.scopes).allows(type_, "r" if kind == "read" else "s"):
        raise NotAllowed("the sign-in did not include this type", code="not-shared")


@lru_cache(maxsize=256)
def scopes_of(scopes: frozenset[str]) -> ScopeSet:
    return parse_scopes(sorted(scopes))


def _decide_read(viewer: Viewer, wanted: Interaction, rule: Rule) -> Decision:
    if not wanted.id or wanted.params:
        raise BadInput("a read names one id and nothing else")
    if rule.is_patient and wanted.id != viewer.patient:
        raise NotFound("another patient")
    return Decision("read", wanted.type, wanted.id, (), rule, viewer)


def _decide_search(viewer: Viewer, wanted: Interaction, rule: Rule) -> Decision:
    if wanted.id is not None:
        raise BadInput("a search names no id")
    for name, value in wanted.params:
        _require_parameter(rule, name, value)
    bound = ((rule.bind, viewer.patient),) if rule.bind else ()
    if not bound and not wanted.params:
        raise BadInput("a directory search needs a parameter")
    return Decision("search", wanted.type, None, bound + wanted.params, rule, viewer)


def _require_parameter(rule: Rule, name: str, value: str) -> None:
    """No chains, no `_has`, no modifiers: only what the row lists, letter by letter (AB17-AB22)."""
    if name == "_include":
        allowed: Iterable[str] = rule.include
        if value not in allowed:
            raise BadInput("this _include is not allowed", code="parameter-not-allowed")
    elif name not in rule.parameters:
        raise BadInput("this search parameter is not allowed", code="parameter-not-allowed")


def _owned(resource: Resource, rule: Rule, viewer: Viewer) -> Resource | None:
    bound = compartment.Bound(viewer.fhir_base, viewer.patient)
    seen = compartment.trimmed(resource, rule, bound)
    return seen if compartment.owned(seen, rule, bound) else None

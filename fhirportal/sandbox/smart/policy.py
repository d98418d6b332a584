"""What a bearer token lets through the hospital's FHIR API: scopes, granular filters and exactly one patient.

Implements `fhir.policy.Policy`. Fails closed: patient/ scopes without a patient in context give nothing. It must not know
HTTP beyond the Authorization header, nor how resources are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fhirportal.sandbox.fhir.policy import Grant, OpenGrant, Unauthorized
from fhirportal.sandbox.smart.compartment import SHARED, belongs_to, list_references, split_reference
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.scopes import Scope, parse_scopes
from fhirportal.sandbox.smart.tokens import Live, find_live

Resource = Mapping[str, Any]
Find = Callable[[str, str], Resource | None]

LETTERS: Mapping[str, str] = {
    "read": "r", "vread": "r", "history-instance": "r", "history": "r",
    "search": "s", "search-type": "s", "search-system": "s", "history-type": "s", "history-system": "s",
    "create": "c", "update": "u", "patch": "u", "delete": "d",
}  # fmt: skip


class SmartPolicy:
    """The policy of one base."""

    def __init__(self, ehr: Ehr) -> None:
        self._ehr = ehr

    def authorize(self, authorization_header: str | None) -> Grant:
        """The grant behind `Authorization: Bearer ...`. Raises Unauthorized."""
        if not self._ehr.switches.enforce:
            return OpenGrant()
        scheme, _, token = (authorization_header or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized("a bearer token is required")
        live = find_live(self._ehr, token.strip())
        if live is None:
            raise Unauthorized("the token is unknown, expired or revoked")
        return TokenGrant(live, self._ehr.fhir, self._ehr.records.find)


class TokenGrant:
    """One living token's rights. `patient` is the chart it is bound to, None for a clinician who has none open."""

    def __init__(self, live: Live, base: str, find: Find) -> None:
        context = live.authorization.context
        self.patient = context.patient
        self._base = base
        self._find = find
        self._scopes = parse_scopes(live.scope)
        self._clinician = context.fhir_user.startswith("Practitioner/")
        # the claim must be readable with the same token, whatever else was granted
        self._self = split_reference(context.fhir_user, base) if "fhirUser" in live.scope.split() else None

    def may(self, interaction: str, type_: str) -> bool:
        """Whether some scope allows this interaction on this type at all; `sees` then judges each resource."""
        letter = LETTERS.get(interaction, "")
        if letter == "r" and self._self and self._self[0] == type_:
            return True
        return bool(letter) and any(scope.names(type_) and letter in scope.can for scope in self._scopes)

    def sees(self, resource: Resource) -> bool:
        """Whether this very resource may be shown: type, granular filter and patient all agree for one scope."""
        type_, id_ = str(resource.get("resourceType")), resource.get("id")
        if self._self == (type_, id_):
            return True
        reading = (scope for scope in self._scopes if scope.names(type_) and scope.can & {"r", "s"})
        return any(matches(scope, resource) and self._reaches(scope, resource) for scope in reading)

    def may_write(self, interaction: str, resource: Resource) -> bool:
        """Whether this very resource, as it would be stored, may be written."""
        letter, type_ = LETTERS.get(interaction, ""), str(resource.get("resourceType"))
        scopes = (scope for scope in self._scopes if scope.names(type_) and letter and letter in scope.can)
        return any(matches(scope, resource) and (self._unbound(scope) or self._owns(resource)) for scope in scopes)

    def _unbound(self, scope: Scope) -> bool:
        return scope.who == "user" and self._clinician

    def _reaches(self, scope: Scope, resource: Resource) -> bool:
        if self._unbound(scope):
            return True
        if self.patient is None or scope.who == "system":
            return False
        if resource.get("resourceType") in SHARED:
            return self._is_nobodys(resource)
        return self._owns(resource)

    def _owns(self, resource: Resource) -> bool:
        if self.patient is None:
            return False
        if belongs_to(resource, self.patient, self._base):
            return True
        return resource.get("resourceType") == "Provenance" and self._tells_of_own(resource)

    def _tells_of_own(self, provenance: Resource) -> bool:
        """A Provenance says who wrote something; it is shown with what it is about (US Core `_revinclude`)."""
        targets = (split_reference(r, self._base) for r in list_references(provenance, "target"))
        found = (self._find(*target) for target in targets if target and target[0] != "Provenance")
        return any(resource is not None and belongs_to(resource, str(self.patient), self._base) for resource in found)

    def _is_nobodys(self, resource: Resource) -> bool:
        """A Binary may be tied to a patient by its securityContext; everything else shared is everybody's."""
        context = resource.get("securityContext") if resource.get("resourceType") == "Binary" else None
        reference = split_reference(str((context or {}).get("reference")), self._base) if context else None
        owner = self._find(*reference) if reference else None
        return context is None or (owner is not None and self._owns(owner))


def matches(scope: Scope, resource: Resource) -> bool:
    """Whether the resource passes the scope's `?parameter=value` filters; all of them must hold."""
    return all(_has_token(resource.get(name), value) for name, value in scope.where)


def _has_token(element: Any, value: str) -> bool:
    """`system|code`, `|code`, `system|` or `code` against an element of codes, Codings or CodeableConcepts."""
    wanted = [one for one in value.split(",") if one]
    return any(_is_token(system, code, one) for system, code in _codes(element) for one in wanted)


def _is_token(system: str, code: str, wanted: str) -> bool:
    left, bar, right = wanted.partition("|")
    if not bar:
        return code == left
    return system == left and (not right or code == right)


def _codes(element: Any) -> Iterable[tuple[str, str]]:
    if isinstance(element, list):
        for item in element:
            yield from _codes(item)
    elif isinstance(element, str):
        yield "", element
    elif isinstance(element, Mapping):
        yield from _codes(element.get("coding"))
        if "code" in element and isinstance(element["code"], str):
            yield str(element.get("system") or ""), element["code"]

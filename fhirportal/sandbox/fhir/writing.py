"""Creating, updating and deleting one resource (R4 3.1.0.5 to 3.1.0.8).

It decides conditions and versions. Resources are checked against R4B before they are stored. Somebody else's resource looks
like one that is not there.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from fhirportal.sandbox.fhir.outcome import BadRequest, Missing, SeveralMatches, Unprocessable, VersionConflict
from fhirportal.sandbox.fhir.policy import Forbidden, Grant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.resource_types import find_model
from fhirportal.sandbox.fhir.store import Store, Stored

Resource = dict[str, Any]
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def require_valid(resource: object, type_: str) -> Resource:
    """A resource of this type that R4B accepts. Raises BadRequest, Unprocessable."""
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise BadRequest(f"the body must be a {type_}")
    model = find_model(type_)
    if model is None:
        raise Unprocessable(f"{type_[:64]} cannot be written here: there is nothing to check it against")
    try:
        model.model_validate({k: v for k, v in resource.items() if k != "resourceType"})
    except ValidationError as problem:
        where = "; ".join(".".join(map(str, e["loc"])) for e in problem.errors()[:5])
        raise Unprocessable(f"not a valid {type_}: {where}") from problem
    except (ArithmeticError, KeyError, TypeError, ValueError) as problem:
        raise Unprocessable(f"not a valid {type_}: its contents cannot be read") from problem
    return resource


def parse_if_match(header: object) -> int | None:
    """Raises BadRequest."""
    if header is None or header == "":
        return None
    match = _VERSION.fullmatch(header.strip()) if isinstance(header, str) else None
    if match is None:
        raise BadRequest('If-Match must be a version such as W/"3"')
    return int(match[1])


def create(store: Store, grant: Grant, type_: str, body: object, if_none_exist: str | None) -> tuple[Stored, bool]:
    """(what is stored, whether it is new). Raises Forbidden, BadRequest, Unprocessable, SeveralMatches."""
    resource = require_valid(body, type_)
    if not grant.may_write("create", resource):
        raise Forbidden("not allowed to create this")
    with store.transaction():
        if if_none_exist and (found := find_single(store, grant, type_, if_none_exist)):
            return found, False
        return store.create(resource), True


def update(store: Store, grant: Grant, type_: str, id_: str, body: object, if_match: object) -> tuple[Stored, bool]:
    """(what is stored, whether it is new). Raises Forbidden, BadRequest, Unprocessable, VersionConflict, Missing."""
    resource = require_valid(body, type_)
    if resource.get("id") != id_:
        raise BadRequest("the id in the body must be the id in the address")
    version = parse_if_match(if_match)
    with store.transaction():
        old = store.find(type_, id_)
        if old is not None and not grant.sees(old):
            raise Missing(f"{type_} with this id is not known")
        if old is None and version is not None:
            raise VersionConflict("there is no such version: the resource is not here")
        if not all(grant.may_write("update", r) for r in (resource, old) if r is not None):
            raise Forbidden("not allowed to update this")
        return store.update(resource, version), old is None


def delete(store: Store, grant: Grant, type_: str, id_: str, if_match: object) -> None:
    """What is not there, or is not for this caller to see, is left as it is: both look alike. Raises Forbidden,
    VersionConflict, BadRequest."""
    version = parse_if_match(if_match)
    with store.transaction():
        old = store.find(type_, id_)
        if old is None or not grant.sees(old):
            return
        if not grant.may_write("delete", old):
            raise Forbidden("not allowed to delete this")
        store.delete(type_, id_, version)


def find_single(store: Store, grant: Grant, type_: str, query: str) -> Stored | None:
    """The one resource a condition fits, among those the caller may see. Raises BadRequest, SeveralMatches."""
    search = parse_search(type_, parse_qsl(query.lstrip("?")), store.base)
    if not search.clauses or search.unknown:
        raise BadRequest("a condition needs search parameters this server knows")
    found: list[Stored] = []
    for id_ in matching_ids(store, search):
        stored = store.read(type_, id_)
        if grant.sees(stored.resource):
            found.append(stored)
        if len(found) > 1:
            raise SeveralMatches("the condition fits more than one resource")
    return found[0] if found else None

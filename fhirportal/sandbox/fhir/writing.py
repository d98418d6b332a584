"""Creating, updating and deleting, one by one or in a batch or transaction (R4 3.1.0.5 to 3.1.0.11).

It decides conditions and references between entries. Resources are checked against R4B before they are stored.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import ValidationError

from fhirportal.sandbox.fhir.load import renamed
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, Missing, SeveralMatches, Unprocessable, outcome
from fhirportal.sandbox.fhir.policy import Forbidden, Grant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store, Stored

Resource = dict[str, Any]
Read = Callable[[str], Mapping[str, Any]]
_VERSION = re.compile(r'(?:W/)?"?(\d+)"?')
ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "GET": 3, "HEAD": 3}
MOST_ENTRIES = 2000


def require_valid(resource: object, type_: str) -> Resource:
    """A resource of this type that R4B accepts. Raises BadRequest, Unprocessable."""
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise BadRequest(f"the body must be a {type_}")
    try:
        module = import_module(f"fhir.resources.R4B.{type_.lower()}")
        getattr(module, type_).model_validate({k: v for k, v in resource.items() if k != "resourceType"})
    except ModuleNotFoundError as problem:
        raise Unprocessable(f"{type_} is not a type of R4") from problem
    except (ValidationError, KeyError, ValueError) as problem:
        where = (
            "; ".join(".".join(map(str, e["loc"])) for e in problem.errors()[:5])
            if isinstance(problem, ValidationError)
            else ""
        )
        raise Unprocessable(f"not a valid {type_}: {where or 'its contents cannot be read'}") from problem
    return resource


def parse_if_match(header: str | None) -> int | None:
    """Raises BadRequest."""
    if not header:
        return None
    match = _VERSION.fullmatch(header.strip())
    if match is None:
        raise BadRequest('If-Match must be a version such as W/"3"')
    return int(match[1])


def create(store: Store, grant: Grant, type_: str, body: object, if_none_exist: str | None) -> tuple[Stored, bool]:
    """(what is stored, whether it is new). Raises Forbidden, BadRequest, Unprocessable, SeveralMatches."""
    resource = require_valid(body, type_)
    if not grant.may_write("create", resource):
        raise Forbidden("not allowed to create this")
    with store.transaction():
        if if_none_exist and (found := _single(store, grant, type_, if_none_exist)):
            return found, False
        return store.create(resource), True


def update(store: Store, grant: Grant, type_: str, id_: str, body: object, if_match: str | None) -> tuple[Stored, bool]:
    """(what is stored, whether it is new). Raises Forbidden, BadRequest, Unprocessable, VersionConflict, Missing."""
    resource = require_valid(body, type_)
    if resource.get("id") != id_:
        raise BadRequest("the id in the body must be the id in the address")
    with store.transaction():
        old = store.find(type_, id_)
        # somebody else's resource must look like one that is not there
        if old is not None and not grant.sees(old):
            raise Missing(f"{type_} with this id is not known")
        if not all(grant.may_write("update", r) for r in (resource, old) if r is not None):
            raise Forbidden("not allowed to update this")
        return store.update(resource, parse_if_match(if_match)), old is None


def delete(store: Store, grant: Grant, type_: str, id_: str, if_match: str | None) -> None:
    """Raises Forbidden, VersionConflict."""
    with store.transaction():
        old = store.find(type_, id_)
        if old is None:
            return
        if not grant.sees(old):
            raise Missing(f"{type_} with this id is not known")
        if not grant.may_write("delete", old):
            raise Forbidden("not allowed to delete this")
        store.delete(type_, id_, parse_if_match(if_match))


def _single(store: Store, grant: Grant, type_: str, query: str) -> Stored | None:
    search = parse_search(type_, parse_qsl(query.lstrip("?")), store.base)
    if not search.clauses or search.unknown:
        raise BadRequest("a condition needs search parameters this server knows")
    found = [s for s in (store.read(type_, i) for i in matching_ids(store, search)[:50]) if grant.sees(s.resource)]
    if len(found) > 1:
        raise SeveralMatches("the condition fits more than one resource")
    return found[0] if found else None


def process(store: Store, grant: Grant, bundle: object, read: Read) -> Resource:
    """A batch or transaction -> its response Bundle. `read(url)` answers a GET entry. Raises BadRequest and, for a
    transaction, whatever its first failing entry raised: then nothing was stored."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise BadRequest("the body must be a Bundle")
    kind, entries = bundle.get("type"), bundle.get("entry") or []
    if kind not in ("batch", "transaction"):
        raise BadRequest("Bundle.type must be batch or transaction")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES or not all(isinstance(e, dict) for e in entries):
        raise BadRequest(f"Bundle.entry must be a list of at most {MOST_ENTRIES} entries")
    if kind == "batch":
        answers = [_alone(store, grant, entry, read) for entry in entries]
    else:
        answers = _together(store, grant, entries, read)
    return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": answers}


def _alone(store: Store, grant: Grant, entry: Resource, read: Read) -> Resource:
    try:
        return _entry(store, grant, entry, read)
    except FhirProblem as problem:
        return _failed(problem.status, problem.issue, str(problem))
    except Forbidden as problem:
        return _failed(403, "forbidden", str(problem))


def _failed(status: int, issue: str, text: str) -> Resource:
    return {"response": {"status": str(status), "outcome": outcome(issue, text)}}


def _together(store: Store, grant: Grant, entries: Sequence[Resource], read: Read) -> list[Resource]:
    """All or nothing, in the order of R4 3.1.0.11.2; ids are given first, so that entries may point to each other."""
    names, prepared = {}, []
    with store.transaction():
        for entry in entries:
            made, name = _with_id_ahead(store, grant, entry)
            prepared.append(made)
            names.update(name)
        order = sorted(range(len(prepared)), key=lambda n: ORDER.get(_method(prepared[n]), 9))
        answers: dict[int, Resource] = {}
        for n in order:
            entry = _conditional_references(store, grant, renamed(prepared[n], names))
            answers[n] = _entry(store, grant, entry, read)
    return [answers[n] for n in range(len(prepared))]


def _with_id_ahead(store: Store, grant: Grant, entry: Resource) -> tuple[Resource, dict[str, str]]:
    request = entry.get("request") or {}
    resource, full = entry.get("resource"), entry.get("fullUrl")
    if _method(entry) == "PUT" and isinstance(full, str):
        return entry, {full: str(request.get("url", ""))}
    if _method(entry) != "POST" or not isinstance(resource, dict):
        return entry, {}
    type_ = str(resource.get("resourceType"))
    condition = request.get("ifNoneExist")
    found = _single(store, grant, type_, str(condition)) if condition else None
    id_ = found.id if found else str(uuid.uuid4())
    names = {full: f"{type_}/{id_}"} if isinstance(full, str) else {}
    return {**entry, "_id": id_, "_known": found}, names


def _conditional_references(store: Store, grant: Grant, value: Any) -> Any:
    if isinstance(value, list):
        return [_conditional_references(store, grant, v) for v in value]
    if not isinstance(value, dict):
        return value
    made = {k: _conditional_references(store, grant, v) for k, v in value.items()}
    target = made.get("reference")
    if isinstance(target, str) and re.match(r"[A-Z]\w+\?", target):
        type_, query = target.split("?", 1)
        found = _single(store, grant, type_, query)
        if found is None:
            raise BadRequest(f"nothing fits the conditional reference to {type_}")
        made["reference"] = f"{type_}/{found.id}"
    return made


def _method(entry: Mapping[str, Any]) -> str:
    request = entry.get("request")
    return str(request.get("method", "")).upper() if isinstance(request, Mapping) else ""


def _entry(store: Store, grant: Grant, entry: Resource, read: Read) -> Resource:
    request = entry.get("request") or {}
    url, method = str(request.get("url", "")), _method(entry)
    if method in ("GET", "HEAD"):
        return {"resource": dict(read(url)), "response": {"status": "200"}}
    type_, _, id_ = unquote(urlsplit(url).path).strip("/").partition("/")
    interaction = {"POST": "create", "PUT": "update", "DELETE": "delete"}.get(method)
    if interaction is None or not type_ or bool(id_) != (method != "POST"):
        raise BadRequest(f"cannot do {method or 'nothing'} in a Bundle at this address")
    if not grant.may(interaction, type_):
        raise Forbidden(f"no scope to {interaction} {type_}")
    if method == "POST":
        return _created(store, grant, type_, entry)
    if method == "DELETE":
        delete(store, grant, type_, id_, request.get("ifMatch"))
        return {"response": {"status": "204"}}
    stored, new = update(store, grant, type_, id_, entry.get("resource"), request.get("ifMatch"))
    return _stored(stored, new)


def _created(store: Store, grant: Grant, type_: str, entry: Resource) -> Resource:
    known = entry.get("_known")
    if isinstance(known, Stored):
        return _stored(known, new=False)
    if "_id" not in entry:
        return _stored(*create(store, grant, type_, entry.get("resource"), (entry.get("request") or {}).get("ifNoneExist")))
    resource = require_valid(entry.get("resource"), type_)
    if not grant.may_write("create", resource):
        raise Forbidden("not allowed to create this")
    return _stored(store.update({**resource, "id": entry["_id"]}), new=True)


def _stored(stored: Stored, new: bool) -> Resource:
    response = {
        "status": "201" if new else "200",
        "location": f"{stored.type}/{stored.id}/_history/{stored.version}",
        "etag": stored.etag,
        "lastModified": stored.updated,
    }
    return {"resource": stored.resource, "response": response}

"""Batches and transactions (R4 3.1.0.11): many interactions in one Bundle.

It decides their order, what holds together, and the references between entries. What one entry does is `writing`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from fhirportal.sandbox.fhir.load import renamed
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, outcome
from fhirportal.sandbox.fhir.policy import Forbidden, Grant
from fhirportal.sandbox.fhir.resource_types import TYPES
from fhirportal.sandbox.fhir.store import Store, Stored
from fhirportal.sandbox.fhir.writing import create, delete, find_single, require_valid, update

Resource = dict[str, Any]
Read = Callable[[str], Mapping[str, Any]]
INTERACTIONS = {"POST": "create", "PUT": "update", "DELETE": "delete", "GET": "read", "HEAD": "read"}
ORDER = ("DELETE", "POST", "PUT", "GET", "HEAD")
MOST_ENTRIES = 2000
_CONDITION = re.compile(r"([A-Z]\w{1,63})\?(.+)", re.ASCII)


def process(store: Store, grant: Grant, bundle: object, read: Read) -> Resource:
    """A batch or transaction -> its response Bundle. `read(url)` answers a GET entry. Raises BadRequest and, for a
    transaction, whatever its first failing entry raised: then nothing was stored."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise BadRequest("the body must be a Bundle")
    kind, entries = bundle.get("type"), bundle.get("entry") or []
    if kind not in ("batch", "transaction"):
        raise BadRequest("Bundle.type must be batch or transaction")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise BadRequest(f"Bundle.entry must be a list of at most {MOST_ENTRIES} entries")
    if not all(isinstance(e, dict) and isinstance(e.get("request"), dict) for e in entries):
        raise BadRequest("every entry needs its request")
    if kind == "batch":
        answers = [_alone(store, grant, entry, read) for entry in entries]
    else:
        answers = _together(store, grant, entries, read)
    return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": answers}


def _alone(store: Store, grant: Grant, entry: Resource, read: Read) -> Resource:
    try:
        return _entry(store, grant, _conditional_references(store, grant, entry), read)
    except FhirProblem as problem:
        return _failed(problem.status, problem.issue, str(problem))
    except Forbidden as problem:
        return _failed(403, "forbidden", str(problem))


def _failed(status: int, issue: str, text: str) -> Resource:
    return {"response": {"status": str(status), "outcome": outcome(issue, text)}}


def _together(store: Store, grant: Grant, entries: Sequence[Resource], read: Read) -> list[Resource]:
    """All or nothing, in the order of R4 3.1.0.11.2; ids are given first, so that entries may point to each other."""
    with store.transaction():
        prepared, names = [], {}
        for entry in entries:
            made, known_as = _with_id_ahead(store, grant, entry)
            prepared.append(made)
            names.update(known_as)
        _require_apart(prepared)
        order = sorted(range(len(prepared)), key=lambda n: ORDER.index(_method(prepared[n])))
        answers: dict[int, Resource] = {}
        for n in order:
            entry = _conditional_references(store, grant, renamed(prepared[n], names))
            answers[n] = _entry(store, grant, entry, read)
    return [answers[n] for n in range(len(prepared))]


def _require_apart(entries: Sequence[Resource]) -> None:
    """Raises BadRequest where two entries change the same resource (R4 3.1.0.11.2)."""
    changed = [_place(entry) for entry in entries if _method(entry) in ("PUT", "DELETE")]
    if len(changed) != len(set(changed)):
        raise BadRequest("two entries of the transaction change the same resource")


def _with_id_ahead(store: Store, grant: Grant, entry: Resource) -> tuple[Resource, dict[str, str]]:
    """The entry with the id it will get, and the names others in the Bundle may call it by."""
    method, resource, full = _method(entry), entry.get("resource"), entry.get("fullUrl")
    if method == "PUT":
        return entry, _names(full, "/".join(_place(entry)), resource)
    if method != "POST" or not isinstance(resource, dict):
        return entry, {}
    type_ = str(resource.get("resourceType"))
    condition = entry["request"].get("ifNoneExist")
    found = find_single(store, grant, type_, str(condition)) if condition else None
    id_ = found.id if found else str(uuid.uuid4())
    return {**entry, "_id": id_, "_known": found}, _names(full, f"{type_}/{id_}", resource)


def _names(full: object, new: str, resource: object) -> dict[str, str]:
    """A reference is relative to the fullUrl it stands in: http://x/Patient/1 is also called Patient/1."""
    if not isinstance(full, str):
        return {}
    old = f"{resource.get('resourceType')}/{resource.get('id')}" if isinstance(resource, dict) else ""
    return {full: new, old: new} if old and full.endswith(f"/{old}") else {full: new}


def _conditional_references(store: Store, grant: Grant, value: Any) -> Any:
    if isinstance(value, list):
        return [_conditional_references(store, grant, v) for v in value]
    if not isinstance(value, dict):
        return value
    made = {k: _conditional_references(store, grant, v) for k, v in value.items()}
    target = made.get("reference")
    if isinstance(target, str) and (asked := _CONDITION.fullmatch(target)):
        found = find_single(store, grant, asked[1], asked[2])
        if found is None:
            raise BadRequest(f"nothing fits the conditional reference to {asked[1]}")
        made["reference"] = f"{found.type}/{found.id}"
    return made


def _method(entry: Resource) -> str:
    """Raises BadRequest."""
    method = entry["request"].get("method")
    if not isinstance(method, str) or method not in INTERACTIONS:
        raise BadRequest(f"a Bundle cannot do {str(method)[:16]!r}")
    return method


def _place(entry: Resource) -> tuple[str, str]:
    """(type, id) of the request's address; the id is empty for a create. Raises BadRequest."""
    url, method = str(entry["request"].get("url", "")), _method(entry)
    type_, _, id_ = url.partition("?")[0].strip("/").partition("/")
    if type_ not in TYPES or bool(id_) != (method != "POST") or "/" in id_ or "?" in url:
        raise BadRequest(f"a Bundle cannot {method} at this address")
    return type_, unquote(id_)


def _entry(store: Store, grant: Grant, entry: Resource, read: Read) -> Resource:
    request, method = entry["request"], _method(entry)
    if INTERACTIONS[method] == "read":
        return {"resource": dict(read(str(request.get("url", "")))), "response": {"status": "200"}}
    type_, id_ = _place(entry)
    if not grant.may(INTERACTIONS[method], type_):
        raise Forbidden(f"no scope to {INTERACTIONS[method]} {type_}")
    if method == "POST":
        return _created(store, grant, type_, entry)
    if method == "DELETE":
        delete(store, grant, type_, id_, request.get("ifMatch"))
        return {"response": {"status": "204"}}
    return _stored(*update(store, grant, type_, id_, entry.get("resource"), request.get("ifMatch")))


def _created(store: Store, grant: Grant, type_: str, entry: Resource) -> Resource:
    if "_id" not in entry:
        condition = entry["request"].get("ifNoneExist")
        return _stored(*create(store, grant, type_, entry.get("resource"), str(condition) if condition else None))
    resource = require_valid(entry.get("resource"), type_)
    if not grant.may_write("create", resource):
        raise Forbidden("not allowed to create this")
    if isinstance(entry["_known"], Stored):
        return _stored(entry["_known"], new=False)
    return _stored(store.update({**resource, "id": entry["_id"]}), new=True)


def _stored(stored: Stored, new: bool) -> Resource:
    response = {
        "status": "201" if new else "200",
        "location": f"{stored.type}/{stored.id}/_history/{stored.version}",
        "etag": stored.etag,
        "lastModified": stored.updated,
    }
    return {"resource": stored.resource, "response": response}

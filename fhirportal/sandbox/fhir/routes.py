"""The FHIR RESTful API over HTTP: addresses, headers, status codes. Decides nothing about resources or rights."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import Blueprint, Response, abort, g, request

from fhirportal.sandbox.fhir import answers, searching, writing
from fhirportal.sandbox.fhir.capability import capability_statement
from fhirportal.sandbox.fhir.hostile import Impostor
from fhirportal.sandbox.fhir.json_text import dumps, loads
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, Missing, UnknownType, outcome
from fhirportal.sandbox.fhir.parameters import TABLE
from fhirportal.sandbox.fhir.policy import Forbidden, Grant, Policy, Unauthorized
from fhirportal.sandbox.fhir.store import Store, Stored

FHIR_JSON = "application/fhir+json"
MOST_BODY = 32 * 1024 * 1024


@dataclass(frozen=True)
class FhirBase:
    """One base as the API needs it; `security` makes `rest.security` for /metadata."""

    name: str
    store: Store
    policy: Policy
    security: Callable[[], Mapping[str, Any]]
    impostor: Impostor


def make_blueprint(bases: Mapping[str, FhirBase]) -> Blueprint:
    """The API of all bases under `/<base>/fhir`."""
    blueprint = Blueprint("fhir", __name__, url_prefix="/<base>/fhir")

    @blueprint.url_value_preprocessor
    def pick(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.base = bases.get((values or {}).pop("base", "")) or abort(404)

    @blueprint.after_request
    def close(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    for rule, view, methods in _RULES:
        blueprint.add_url_rule(rule, f"{view.__name__}-{len(rule)}", view, methods=methods)
    for kind in (FhirProblem, Unauthorized, Forbidden):
        blueprint.register_error_handler(kind, _problem)
    return blueprint


def _problem(problem: Exception) -> Response:
    if isinstance(problem, Unauthorized):
        response = _json(dumps(outcome("login", str(problem))), 401)
        response.headers["WWW-Authenticate"] = (
            'Bearer error="invalid_token"' if request.headers.get("Authorization") else "Bearer"
        )
        return response
    if isinstance(problem, Forbidden):
        response = _json(dumps(outcome("forbidden", str(problem))), 403)
        response.headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
        return response
    known = problem if isinstance(problem, FhirProblem) else BadRequest("the request cannot be understood")
    return _json(dumps(outcome(known.issue, str(known))), known.status)


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type=f"{FHIR_JSON}; charset=utf-8")


def _resource(stored: Stored, status: int = 200, text: str | None = None) -> Response:
    response = _json(stored.text if text is None else text, status)
    response.headers["ETag"] = stored.etag
    response.headers["Last-Modified"] = format_datetime(datetime.fromisoformat(stored.updated), usegmt=True)
    return response


def _grant(interaction: str, type_: str) -> Grant:
    """The caller's rights, once they allow this interaction at all. Raises Unauthorized, UnknownType, Forbidden."""
    base: FhirBase = g.base
    grant = base.impostor.grant() or base.policy.authorize(request.headers.get("Authorization"))
    if type_ not in TABLE and type_ not in base.store.types():
        raise UnknownType(f"this server has no {type_[:64]}")
    if not grant.may(interaction, type_):
        raise Forbidden(f"no scope to {interaction} {type_}")
    return grant


def metadata() -> Response:
    base: FhirBase = g.base
    return _json(dumps(capability_statement(base.store.base, base.name, base.security())))


def read(type_: str, id_: str) -> Response:
    grant = _grant("read", type_)
    base: FhirBase = g.base
    if impostor := base.impostor.read(type_):
        return _resource(impostor)
    stored = base.store.read(type_, id_)
    if not grant.sees(stored.resource):
        raise Missing(f"{type_} with this id is not known")
    if type_ == "Binary" and _wants_native():
        return _native(stored)
    elements = tuple(filter(None, request.args.get("_elements", "").split(",")))
    return _resource(stored, text=answers.shaped(stored, answers.parse_summary(request.args), elements))


def _wants_native() -> bool:
    """A Binary goes out as FHIR only to those who ask for FHIR by name (R4 2.20.4)."""
    accepted = request.headers.get("Accept", "*/*").lower()
    return "fhir" not in accepted and "application/json" not in accepted and "fhir" not in request.args.get("_format", "")


def _native(stored: Stored) -> Response:
    resource = stored.resource
    try:
        data = base64.b64decode(str(resource.get("data", "")))
    except binascii.Error as problem:
        raise Missing("this Binary holds no readable data") from problem
    response = Response(data, content_type=str(resource.get("contentType") or "application/octet-stream"))
    response.headers["ETag"] = stored.etag
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def vread(type_: str, id_: str, version: str) -> Response:
    grant = _grant("vread", type_)
    if not version.isdigit():
        raise Missing(f"{type_} with this id has no such version")
    stored = g.base.store.vread(type_, id_, int(version))
    if not grant.sees(stored.resource):
        raise Missing(f"{type_} with this id is not known")
    return _resource(stored)


def search(type_: str) -> Response:
    grant = _grant("search-type", type_)
    params = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    if request.method == "POST":
        params += [(name, value) for name, value in request.form.items(multi=True)]
    base: FhirBase = g.base
    params = base.impostor.rewrite(type_, params)
    strict = "handling=strict" in request.headers.get("Prefer", "")
    return _json(searching.search(base.store, grant, type_, params, strict=strict))


def system_get() -> Response:
    """Only `next` links come here; searching all types at once is not offered."""
    token = request.args.get("_page")
    if token is None:
        raise BadRequest("name a resource type to search")
    base: FhirBase = g.base
    grant = base.impostor.grant() or base.policy.authorize(request.headers.get("Authorization"))
    return _json(searching.next_page(base.store, grant, token))


def create(type_: str) -> Response:
    grant = _grant("create", type_)
    stored, new = writing.create(g.base.store, grant, type_, _body(), request.headers.get("If-None-Exist"))
    return _written(stored, new)


def update(type_: str, id_: str) -> Response:
    grant = _grant("update", type_)
    return _written(*writing.update(g.base.store, grant, type_, id_, _body(), request.headers.get("If-Match")))


def delete(type_: str, id_: str) -> Response:
    grant = _grant("delete", type_)
    writing.delete(g.base.store, grant, type_, id_, request.headers.get("If-Match"))
    return Response(status=204)


def _written(stored: Stored, new: bool) -> Response:
    response = _resource(stored, 201 if new else 200)
    response.headers["Location"] = f"{g.base.store.base}/{stored.type}/{stored.id}/_history/{stored.version}"
    return response


def _body() -> Any:
    """Raises BadRequest."""
    if (request.content_length or 0) > MOST_BODY:
        raise BadRequest("the body is too large")
    try:
        return loads(request.get_data())
    except (ValueError, UnicodeDecodeError) as problem:
        raise BadRequest("the body is not JSON") from problem


def system_post() -> Response:
    base: FhirBase = g.base
    grant = base.policy.authorize(request.headers.get("Authorization"))
    return _json(dumps(writing.process(base.store, grant, _body(), _reader(base, grant))))


def _reader(base: FhirBase, grant: Grant) -> Callable[[str], Mapping[str, Any]]:
    """What a GET entry of a Bundle answers."""

    def answer(url: str) -> Mapping[str, Any]:
        parts = urlsplit(url)
        type_, _, id_ = unquote(parts.path).strip("/").partition("/")
        if not grant.may("read" if id_ else "search-type", type_):
            raise Forbidden(f"no scope to read {type_}")
        if not id_:
            text = searching.search(base.store, grant, type_, parse_qsl(parts.query), strict=False)
            found: Mapping[str, Any] = loads(text)
            return found
        stored = base.store.read(type_, id_)
        if not grant.sees(stored.resource):
            raise Missing(f"{type_} with this id is not known")
        return stored.resource

    return answer


_RULES: tuple[tuple[str, Callable[..., Response], list[str]], ...] = (
    ("", system_get, ["GET"]),
    ("/", system_get, ["GET"]),
    ("", system_post, ["POST"]),
    ("/", system_post, ["POST"]),
    ("/metadata", metadata, ["GET"]),
    ("/<type_>", search, ["GET"]),
    ("/<type_>/_search", search, ["POST"]),
    ("/<type_>", create, ["POST"]),
    ("/<type_>/<id_>", read, ["GET"]),
    ("/<type_>/<id_>", update, ["PUT"]),
    ("/<type_>/<id_>", delete, ["DELETE"]),
    ("/<type_>/<id_>/_history/<version>", vread, ["GET"]),
)

"""The FHIR RESTful API over HTTP: addresses, headers, status codes. Decides nothing about resources or rights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from fhirportal.sandbox.fhir import answers, bundles, searching, wire, writing
from fhirportal.sandbox.fhir.capability import capability_statement
from fhirportal.sandbox.fhir.hostile import Impostor
from fhirportal.sandbox.fhir.json_text import dumps, loads
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, Gone, Missing, UnknownType
from fhirportal.sandbox.fhir.policy import Forbidden, Grant, Policy, Unauthorized
from fhirportal.sandbox.fhir.resource_types import TYPES
from fhirportal.sandbox.fhir.store import Store, Stored


@dataclass(frozen=True)
class FhirBase:
    """One base as the API needs it; `security` makes `rest.security` for /metadata; pages of `origins` may call it."""

    name: str
    store: Store
    policy: Policy
    security: Callable[[], Mapping[str, Any]]
    impostor: Impostor
    origins: Collection[str] = ()


def make_blueprint(bases: Mapping[str, FhirBase]) -> Blueprint:
    """The API of all bases under `/<base>/fhir`."""
    blueprint = Blueprint("fhir", __name__, url_prefix="/<base>/fhir")

    @blueprint.url_value_preprocessor
    def pick(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.base = bases.get((values or {}).pop("base", "")) or abort(404)

    @blueprint.after_request
    def close(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        base: FhirBase | None = g.get("base")
        return wire.with_cors(response, base.origins) if base else response

    for rule, view, methods in _RULES:
        blueprint.add_url_rule(rule, f"{view.__name__}-{len(rule)}", view, methods=methods)
    for kind in (FhirProblem, Unauthorized, Forbidden):
        blueprint.register_error_handler(kind, wire.problem_response)
    return blueprint


def answer_lost(problem: HTTPException) -> Response:
    """For the application: an address or method that no rule has, as FHIR where it is under a FHIR base."""
    if request.path.split("/")[2:3] == ["fhir"]:
        return wire.problem_response(problem)
    found = problem.get_response()
    return Response(found.get_data(), found.status_code, found.headers)


def _grant(interaction: str, type_: str) -> Grant:
    """The caller's rights, once they allow this interaction at all. Raises Unauthorized, UnknownType, Forbidden."""
    base: FhirBase = g.base
    grant = base.impostor.grant() or base.policy.authorize(request.headers.get("Authorization"))
    if type_ not in TYPES:
        raise UnknownType(f"there is no {type_[:64]} in R4")
    if not grant.may(interaction, type_):
        raise Forbidden(f"no scope to {interaction} {type_}")
    return grant


def metadata() -> Response:
    base: FhirBase = g.base
    wire.require_json_accepted()
    return wire.json_response(dumps(capability_statement(base.store.base, base.name, base.security())))


def read(type_: str, id_: str) -> Response:
    grant = _grant("read", type_)
    stored = _readable(g.base, grant, type_, id_)
    if type_ == "Binary" and wire.wants_native():
        return wire.native_response(stored)
    wire.require_json_accepted()
    text = answers.shaped(stored, answers.parse_summary(request.args), answers.parse_elements(request.args))
    return wire.resource_response(stored, text=text)


def _readable(base: FhirBase, grant: Grant, type_: str, id_: str) -> Stored:
    """The current version, if this caller may see it. Raises Missing, and Gone only to who might have seen it living."""
    if impostor := base.impostor.read(type_):
        return impostor
    try:
        stored = base.store.read(type_, id_)
    except Gone:
        last = base.store.last_words(type_, id_)
        if last is None or not grant.sees(last.resource):
            raise _missing(type_) from None
        raise
    if not grant.sees(stored.resource):
        raise _missing(type_)
    return stored


def _missing(type_: str) -> Missing:
    """The same words whether it is not there or somebody else's."""
    return Missing(f"{type_} with this id is not known")


def vread(type_: str, id_: str, version: str) -> Response:
    grant = _grant("vread", type_)
    wire.require_json_accepted()
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise _missing(type_)
    try:
        stored = g.base.store.vread(type_, id_, int(version))
    except (Missing, Gone):
        _readable(g.base, grant, type_, id_)
        raise
    if not grant.sees(stored.resource):
        raise _missing(type_)
    return wire.resource_response(stored)


def search(type_: str) -> Response:
    grant = _grant("search-type", type_)
    wire.require_json_accepted()
    params = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    if request.method == "POST":
        params += wire.read_form()
    base: FhirBase = g.base
    params = base.impostor.rewrite(type_, params)
    strict = "handling=strict" in request.headers.get("Prefer", "")
    return wire.json_response(searching.search(base.store, grant, type_, params, strict=strict))


def system_get() -> Response:
    """Only `next` links come here; searching all types at once is not offered."""
    token = request.args.get("_page")
    if token is None:
        raise BadRequest("name a resource type to search")
    base: FhirBase = g.base
    grant = base.impostor.grant() or base.policy.authorize(request.headers.get("Authorization"))
    return wire.json_response(searching.next_page(base.store, grant, token))


def create(type_: str) -> Response:
    grant = _grant("create", type_)
    stored, new = writing.create(g.base.store, grant, type_, wire.read_body(), request.headers.get("If-None-Exist"))
    return _written(stored, new)


def update(type_: str, id_: str) -> Response:
    grant = _grant("update", type_)
    return _written(*writing.update(g.base.store, grant, type_, id_, wire.read_body(), request.headers.get("If-Match")))


def delete(type_: str, id_: str) -> Response:
    grant = _grant("delete", type_)
    writing.delete(g.base.store, grant, type_, id_, request.headers.get("If-Match"))
    return Response(status=204)


def _written(stored: Stored, new: bool) -> Response:
    """`Prefer: return=minimal` gets the headers alone."""
    minimal = "return=minimal" in request.headers.get("Prefer", "")
    response = wire.resource_response(stored, 201 if new else 200, text="" if minimal else None)
    response.headers["Location"] = f"{answers.address(g.base.store.base, stored.type, stored.id)}/_history/{stored.version}"
    return response


def system_post() -> Response:
    base: FhirBase = g.base
    grant = base.policy.authorize(request.headers.get("Authorization"))
    body = wire.read_body()
    return wire.json_response(dumps(bundles.process(base.store, grant, body, _reader(base, grant))))


def _reader(base: FhirBase, grant: Grant) -> bundles.Read:
    """What a GET entry of a Bundle answers: a read or a search."""

    def answer(url: str) -> Mapping[str, Any]:
        parts = urlsplit(url.removeprefix(f"{base.store.base}/"))
        type_, _, id_ = parts.path.strip("/").partition("/")
        if type_ not in TYPES:
            raise UnknownType("a GET in a Bundle reads or searches a type of R4")
        if not grant.may("read" if id_ else "search-type", type_):
            raise Forbidden(f"no scope to read {type_}")
        if id_:
            return _readable(base, grant, type_, unquote(id_)).resource
        params = base.impostor.rewrite(type_, parse_qsl(parts.query))
        found: Mapping[str, Any] = loads(searching.search(base.store, grant, type_, params, strict=False))
        return found

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

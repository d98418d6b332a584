"""FHIR's HTTP manners: content types, errors as OperationOutcomes, version headers, a Binary as its own bytes.

It decides how answers look on the wire. It must not know what is stored or who may see it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from fhirportal.sandbox.fhir.json_text import dumps, loads
from fhirportal.sandbox.fhir.outcome import BadRequest, FhirProblem, NotAcceptable, TooLarge, UnsupportedMedia, outcome
from fhirportal.sandbox.fhir.policy import Forbidden, Unauthorized
from fhirportal.sandbox.fhir.store import Stored

FHIR_JSON = "application/fhir+json"
MOST_BODY = 32 * 1024 * 1024
_JSON_FORMATS = ("json", "application/json", "application/fhir+json", "text/json")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w-]+=(\"[\w .:/-]*\"|[\w.:/-]+))*", re.ASCII)
_CODES = {404: "not-found", 405: "not-supported", 413: "too-long", 500: "exception"}


def json_response(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type=f"{FHIR_JSON}; charset=utf-8")


def resource_response(stored: Stored, status: int = 200, text: str | None = None) -> Response:
    """With ETag and Last-Modified; 304 where the caller has this version already."""
    response = _versioned(json_response(stored.text if text is None else text, status), stored)
    if request.method == "GET":
        response.make_conditional(request)
    return response


def _versioned(response: Response, stored: Stored) -> Response:
    response.headers["ETag"] = stored.etag
    response.headers["Last-Modified"] = format_datetime(datetime.fromisoformat(stored.updated), usegmt=True)
    return response


def problem_response(problem: Exception) -> Response:
    """The OperationOutcome of anything that went wrong."""
    if isinstance(problem, Unauthorized):
        response = json_response(dumps(outcome("login", str(problem))), 401)
        sent = request.headers.get("Authorization")
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if sent else "Bearer"
    elif isinstance(problem, Forbidden):
        response = json_response(dumps(outcome("forbidden", str(problem))), 403)
        response.headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    elif isinstance(problem, HTTPException):
        status = problem.code or 500
        response = json_response(dumps(outcome(_CODES.get(status, "processing"), problem.description or "refused")), status)
        for name, value in problem.get_headers():
            if name == "Allow":
                response.headers[name] = value
    else:
        known = problem if isinstance(problem, FhirProblem) else FhirProblem("the request cannot be understood")
        response = json_response(dumps(outcome(known.issue, str(known))), known.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def require_json_accepted() -> None:
    """Raises NotAcceptable where the caller takes no JSON; `_format` outranks Accept (R4 3.1.0.1.11)."""
    if wanted := request.args.get("_format"):
        if wanted.partition(";")[0].strip().replace(" ", "+") not in _JSON_FORMATS:
            raise NotAcceptable("this server speaks JSON only")
        return
    accepted = request.accept_mimetypes
    if accepted.provided and not any(accepted[kind] > 0 for kind in (FHIR_JSON, "application/json", "application/json+fhir")):
        raise NotAcceptable("this server speaks JSON only")


def wants_native() -> bool:
    """A Binary goes out as FHIR only to those who ask for FHIR by name (R4 2.20.4)."""
    named = (request.args.get("_format") or request.headers.get("Accept") or "*/*").lower()
    return "fhir" not in named and "json" not in named


def native_response(stored: Stored) -> Response:
    """A Binary's own bytes; what is no base64 is served as it can be read."""
    resource = stored.resource
    try:
        data = base64.b64decode(str(resource.get("data") or ""))
    except (binascii.Error, ValueError):
        data = b""
    kind = str(resource.get("contentType") or "")
    response = Response(data, content_type=kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    _versioned(response, stored).make_conditional(request)
    return response


def read_body() -> Any:
    """The JSON that was sent. Raises BadRequest, UnsupportedMedia, TooLarge."""
    kind = request.mimetype
    if kind and "json" not in kind:
        raise UnsupportedMedia(f"send {FHIR_JSON}")
    if (request.content_length or 0) > MOST_BODY:
        raise TooLarge("the body is too large")
    try:
        return loads(request.get_data())
    except ValueError as problem:
        raise BadRequest("the body is not JSON") from problem


def read_form() -> list[tuple[str, str]]:
    """The parameters of a POSTed search. Raises UnsupportedMedia."""
    if request.mimetype not in ("", "application/x-www-form-urlencoded"):
        raise UnsupportedMedia("a search is sent as application/x-www-form-urlencoded")
    return [(name, value) for name, value in request.form.items(multi=True)]


def with_cors(response: Response, origins: Collection[str]) -> Response:
    """/metadata is for pages of every origin, the rest for those of registered apps; on errors too, never with cookies."""
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.headers.add("Vary", "Origin")
    if request.path.endswith("/metadata"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match, If-None-Exist, Prefer"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Location, WWW-Authenticate"
    return response

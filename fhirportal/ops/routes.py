"""/healthz and /readyz: for load balancers and orchestrators, without session, cookie or secret.

It decides status codes: alive is 200 as long as the process answers at all; ready is 200 or 503. It must not know what
patients see.
"""

import time
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, jsonify

from fhirportal.ops.readiness import OK, check_parts
from fhirportal.web.services import services

REMEMBERED_SECONDS = 1.0
_REMEMBERED = "fhirportal.readiness"

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return _answer({"status": "alive"}, 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether patients can be answered, with one word for each part."""
    parts = _parts()
    ready = all(word == OK for word in parts.values())
    return _answer({"status": "ready" if ready else "not-ready", "parts": dict(parts)}, 200 if ready else 503)


def _parts() -> Mapping[str, str]:
    """Remembered for a second: anybody may ask, as often as they like."""
    known = current_app.extensions.get(_REMEMBERED)
    if known is None or time.monotonic() - known[0] > REMEMBERED_SECONDS:
        ours = services()
        known = time.monotonic(), check_parts(ours.engine, ours.kv, ours.keyring)
        current_app.extensions[_REMEMBERED] = known
    parts: Mapping[str, str] = known[1]
    return parts


def _answer(body: Mapping[str, object], status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""/healthz and /readyz: for load balancers and orchestrators, without session, cookie or secret.

It decides status codes: alive is 200 as long as the process answers at all; ready is 200 or 503. It must not know what
patients see.
"""

import threading
import time
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from fhirportal.ops.readiness import OK, check_parts
from fhirportal.web.services import services

REMEMBERED_SECONDS = 1.0


def make_blueprint() -> Blueprint:
    """The two addresses. Answers of /readyz are remembered for a second: anybody may ask, as often as they like."""
    blueprint = Blueprint("ops", __name__)
    lock = threading.Lock()
    remembered: list[tuple[float, Mapping[str, str]]] = []

    def parts() -> Mapping[str, str]:
        with lock:
            if not remembered or time.monotonic() - remembered[0][0] > REMEMBERED_SECONDS:
                ours = services()
                remembered[:] = [(time.monotonic(), check_parts(ours.engine, ours.kv, ours.keyring))]
            return remembered[0][1]

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return _answer({"status": "alive"}, 200)

    @blueprint.get("/readyz")
    def readyz() -> Response:
        found = parts()
        ready = all(word == OK for word in found.values())
        return _answer({"status": "ready" if ready else "not-ready", "parts": dict(found)}, 200 if ready else 503)

    return blueprint


def _answer(body: Mapping[str, object], status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer

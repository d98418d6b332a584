"""What is known of the request at hand before anyone is: its number, where it came from, the time.

It decides which headers are believed (those of trusted proxies, no others). It must not know sessions or pages.
"""

import re
import secrets
import time
from datetime import datetime
from typing import cast

from flask import g, request

from fhirportal import logs
from fhirportal.web.addresses import client_address, from_trusted_proxy
from fhirportal.web.services import services

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 1 I O: read out over the telephone
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


def number_request() -> None:
    """Give this request its number: our own and random, or the one a trusted proxy gave it."""
    given = request.headers.get("X-Request-Id", "")
    believed = from_trusted_proxy(request.remote_addr or "", services().settings.trusted_proxies)
    g.request_id = given if believed and _GIVEN.fullmatch(given) else _new_number()
    g.now, g.begun = services().clock(), time.perf_counter()
    logs.set_request_id(g.request_id)


def request_id() -> str:
    """This request's number; it stands in log lines, audit rows and, as the reference, on error pages."""
    return cast(str, g.request_id)


def milliseconds() -> float:
    """How long this request has been worked on."""
    return (time.perf_counter() - cast(float, g.begun)) * 1000


def request_time() -> datetime:
    """When this request arrived (aware, UTC): one request has one "now"."""
    return cast(datetime, g.now)


def peer() -> str:
    """The client's address, for rate limits: never from a header, unless a trusted proxy wrote it."""
    trusted = services().settings.trusted_proxies
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return client_address(request.remote_addr or "", forwarded, trusted)


def framed() -> bool:
    """Whether the browser is about to show this page inside another site's frame (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest", "") in ("iframe", "frame", "embed", "object")


def _new_number() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    return "-".join(groups)

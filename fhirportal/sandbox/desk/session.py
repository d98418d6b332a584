"""Who is at the staff desk: one shared demo sign-in, a cookie, and a CSRF token for every form.

The session lives in the base's state file under a hash of its cookie. It must not know what the pages do.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from fhirportal.sandbox.smart.ehr import Ehr, origin_of

STAFF_SECONDS = 12 * 3600


class ForgedForm(Exception):
    """A form that did not come from a page of this session."""


@dataclass(frozen=True)
class Staff:
    """A signed-in desk; `csrf` stands in each of its forms."""

    secret: str
    csrf: str


def find_staff(ehr: Ehr) -> Staff | None:
    secret = request.cookies.get(_cookie(ehr), "")
    found = ehr.state.find("staff", secret, ehr.now()) if secret else None
    return Staff(secret, found.body["csrf"]) if found else None


def begin(ehr: Ehr, response: Response) -> None:
    """A new session, whatever cookie came with the request."""
    secret = ehr.state.issue("staff", {"csrf": secrets.token_urlsafe(24)}, ehr.now() + STAFF_SECONDS)
    path = f"/{ehr.slug}/desk"
    response.set_cookie(_cookie(ehr), secret, httponly=True, samesite="Lax", secure=ehr.secure, path=path)


def end(ehr: Ehr, staff: Staff, response: Response) -> None:
    ehr.state.forget(staff.secret)
    response.delete_cookie(_cookie(ehr), path=f"/{ehr.slug}/desk")


def require_own_form(ehr: Ehr, staff: Staff | None) -> None:
    """Every POST: from our origin and, once signed in, with the session's token. Raises ForgedForm."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != origin_of(ehr.root):
        raise ForgedForm
    if staff is not None and not hmac.compare_digest(staff.csrf.encode(), request.form.get("csrf", "").encode()):
        raise ForgedForm


def _cookie(ehr: Ehr) -> str:
    return f"desk_{ehr.slug}"

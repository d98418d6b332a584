"""What may be posted, and how often: cross-site forms and guessing are stopped here.

It decides with three looks: Fetch Metadata, Origin, and a token in the form (OWASP, cross-site request forgery). It must not
know what a form is for. A browser always sends one of the first two with a POST; a program that sends neither carries no
one's cookies by accident, and still needs the token.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, request

from fhirportal.errors import NotAllowed, NotSignedIn, TooMany
from fhirportal.web.addresses import origin_of
from fhirportal.web.cookies import browser_secret, find_browser_secret
from fhirportal.web.services import services

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELDS = ("csrf_token", "csrf")
_EXEMPT = "_fhirportal_no_token"

View = TypeVar("View", bound=Callable[..., object])


def without_token(view: View) -> View:
    """Marks a view whose POST changes nothing that matters across sites (colours), or proves itself otherwise. The origin
    is looked at all the same."""
    setattr(view, _EXEMPT, True)
    return view


def form_token() -> str:
    """What a form on this page has to carry: the session's token, or, before sign-in, one bound to this browser."""
    session = g.get("session")
    return str(session.csrf) if session else _browser_token(browser_secret())


def require_own_form() -> None:
    """Raises NotAllowed (code "foreign-form") for a POST that did not come from a page of ours in this browser."""
    if request.method in SAFE:
        return
    if not sent_from_here():
        raise NotAllowed("posted from another site", code="foreign-form")
    if g.get("session") is None and request.path.startswith("/c/"):
        raise NotSignedIn("posted after the session ended")
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not getattr(view, _EXEMPT, False):
        require_token()


def require_token() -> None:
    """Raises NotAllowed (code "foreign-form") where the form does not carry this browser's token."""
    sent = next((request.form[name] for name in FIELDS if name in request.form), "")
    if not any(hmac.compare_digest(sent.encode(), good.encode()) for good in _good_tokens()):
        raise NotAllowed("form token missing or old", code="foreign-form")


def limited(name: str, key: str, per_minute: int) -> None:
    """Count one try of `name` by `key` (an address, a session). Raises TooMany past `per_minute`, Unavailable where the count
    cannot be read: unreadable is never a yes."""
    hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
    if services().kv.count(f"rate:{name}:{hashed}", 60.0) > per_minute:
        raise TooMany(f"rate limit {name}", retry_after=60)


def sent_from_here() -> bool:
    """Fetch Metadata decides where the browser sends it; else Origin. "null" (a sandboxed frame, a page that hides where it
    is) is not us. Neither: no browser of today, the token decides."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin_of(origin) == origin_of(services().settings.public_url) != ""


def _good_tokens() -> list[str]:
    session = g.get("session")
    if session:
        return [session.csrf]
    browser = find_browser_secret()
    return [_browser_token(browser)] if browser else []


def _browser_token(browser: str) -> str:
    return hashlib.sha256(b"form:" + browser.encode()).hexdigest()

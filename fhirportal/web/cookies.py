"""The portal's three cookies: all strictly necessary, none readable by scripts.

    fhirportal          the session's secret
    fhirportal-browser  a browser before sign-in: binds the launch state and forms to it, ten minutes to half an hour
    fhirportal-look     language and colours, "es.dark"

With https they are `__Host-` and Secure; plain names exist only on http loopback. Inside an EHR's frame (by setting) they
are partitioned (CHIPS), so that the frame's session is the frame's alone. It decides names and attributes; it must not know
what a session is.
"""

import re
import secrets

from flask import Response, g, request

from fhirportal.web.asking import framed
from fhirportal.web.services import services

SESSION = "fhirportal"
BROWSER = "fhirportal-browser"
LOOK = "fhirportal-look"
BROWSER_SECONDS = 1800
LOOK_SECONDS = 365 * 24 * 3600

_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(base: str) -> str:
    return f"__Host-{base}" if services().settings.secure else base


def read_cookie(base: str) -> str | None:
    return request.cookies.get(cookie_name(base))


def set_session_cookie(response: Response, secret: str, embedded: bool) -> None:
    """Until the browser closes; the server decides when it really ends."""
    _set(response, SESSION, secret, None, embedded)


def drop_session_cookie(response: Response) -> None:
    _drop(response, SESSION)


def browser_secret() -> str:
    """This browser's own random value before sign-in; made, and sent along with the answer, where there is none yet."""
    known = g.get("browser") or read_cookie(BROWSER)
    if not known or not _RANDOM.fullmatch(known):
        known = secrets.token_urlsafe(32)
    g.browser = known
    return str(known)


def find_browser_secret() -> str | None:
    """The same, but only if this browser already came with one."""
    known = read_cookie(BROWSER)
    return known if known and _RANDOM.fullmatch(known) else None


def forget_browser(response: Response) -> None:
    """After sign-in the value has done its work; the next launch gets another."""
    g.pop("browser", None)
    _drop(response, BROWSER)


def set_look_cookie(response: Response, locale: str, theme: str) -> None:
    _set(response, LOOK, f"{locale}.{theme}", LOOK_SECONDS, False)


def read_look() -> tuple[str, str]:
    """(locale, theme) as the cookie has them; each "" where not chosen. Untrusted: the caller checks both."""
    locale, _, theme = (read_cookie(LOOK) or "").partition(".")
    return locale[:16], theme[:16]


def send_browser_cookie(response: Response) -> Response:
    """Sends the browser's value along when this request needed one."""
    if "browser" in g:
        _set(response, BROWSER, g.browser, BROWSER_SECONDS, framed())
    return response


def _set(response: Response, base: str, value: str, seconds: int | None, embedded: bool) -> None:
    secure = services().settings.secure
    partitioned = embedded and secure
    response.set_cookie(
        cookie_name(base),
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="None" if partitioned else "Lax",
        partitioned=partitioned,
    )


def _drop(response: Response, base: str) -> None:
    secure = services().settings.secure
    partitioned = framed() and secure
    response.set_cookie(
        cookie_name(base),
        "",
        max_age=0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="None" if partitioned else "Lax",
        partitioned=partitioned,
    )

"""The headers every answer carries: what a browser may load, send, frame, keep and tell others.

It decides the strictest policy a page works with; a hospital's `frame_ancestors` and a page's own form targets are the only
exceptions. It must not know what a page shows.
"""

from flask import Response, g, request

from fhirportal.settings import Hospital, Settings
from fhirportal.web.services import services

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "usb",
    )
)  # fmt: skip
_HSTS = "max-age=63072000; includeSubDomains"
_STATIC = "layout.static"
_SELF = "'self'"


def allow_frame(hospital: Hospital | None) -> None:
    """Let this page stand in a frame of that hospital's EHR, where its settings list one; sign-in and terms never call this."""
    g.framers = hospital.frame_ancestors if hospital else ()


def allow_form_redirects() -> None:
    """Let this page's form lead, through redirects, to the hospital's sign-in: Chromium holds every hop against form-action,
    and we cannot know them all. Only for pages without an input of their own."""
    g.form_action = "'self' https:" + ("" if services().settings.secure else " http:")


def hide_address() -> None:
    """This address carries something that is nobody's business (a code, a launch value): not even our own pages see it."""
    g.referrer = "no-referrer"


def add_headers(response: Response) -> Response:
    """For every answer, errors and static files included."""
    settings = services().settings
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", g.get("referrer", "same-origin"))
    headers.setdefault("Permissions-Policy", _PERMISSIONS)
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if not g.get("framers"):
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != _STATIC:
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Vary", "Cookie")
    if "request_id" in g:
        headers["X-Request-Id"] = g.request_id
    return _with_hsts(response, settings)


def _with_hsts(response: Response, settings: Settings) -> Response:
    if settings.secure:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response


def _policy() -> str:
    framers = g.get("framers") or ("'none'",)
    parts = (
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "manifest-src 'self'", f"form-action {g.get('form_action', _SELF)}",
        "base-uri 'none'", "object-src 'none'", f"frame-ancestors {' '.join(framers)}",
    )  # fmt: skip
    return "; ".join(parts)

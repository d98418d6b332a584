"""The page a browser without a session asked for, kept until it has signed in: on the server, as a page below a chart, so that
no address can ever be smuggled in. It must not know sign-in."""

import hashlib

from fhirportal.web.addresses import parse_chart_page
from fhirportal.web.services import services

KEPT_SECONDS = 1800.0


def remember_page(browser: str, page: str) -> None:
    """Keep `page` ("results/abc", "" for the first page) for this browser."""
    services().kv.put(_key(browser), page.encode(), KEPT_SECONDS)


def find_page(browser: str | None) -> str | None:
    """The page kept, None where there is none."""
    raw = services().kv.get(_key(browser)) if browser else None
    return parse_chart_page(raw.decode()) if raw is not None else None


def forget_page(browser: str) -> None:
    services().kv.delete(_key(browser))


def _key(browser: str) -> str:
    return f"wanted:{hashlib.sha256(browser.encode()).hexdigest()}"

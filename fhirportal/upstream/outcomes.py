"""What a hospital's answer means to us, by its status and what it carries.

It decides the one error each status becomes; vendor profiles may decide before it. It must not know retries or tokens. No
word of the hospital's text goes into a reason: it may name the patient.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from fhirportal.errors import NotFound, PortalError, UpstreamDown, UpstreamError
from fhirportal.http import Answer
from fhirportal.upstream.errors import NotOffered, NotShared, UpstreamSignedOut
from fhirportal.upstream.fhirjson import find_outcome
from fhirportal.upstream.ports import Ask
from fhirportal.upstream.quirks import Quirks
from fhirportal.upstream.retries import parse_retry_after

_NO_SCOPE = re.compile(r'error\s*=\s*"?insufficient_scope\b', re.IGNORECASE)
_NOT_THERE = frozenset({404, 410})
_NOT_DONE = frozenset({405, 501})


def require_ok(answer: Answer, ask: Ask, quirks: Quirks, now: datetime) -> Answer:
    """The answer, if its status is 2xx. Raises the PortalError that any other one means."""
    if 200 <= answer.status < 300:
        return answer
    raise decide_trouble(answer, ask, quirks, now)


def decide_trouble(answer: Answer, ask: Ask, quirks: Quirks, now: datetime) -> PortalError:
    """The error that an answer of a status other than 2xx is."""
    special = quirks.trouble(ask, answer.status, find_outcome(answer.body))
    return special or _refused(answer) or _absent(answer, ask) or _broken(answer, now)


def lacks_scope(headers: Mapping[str, str]) -> bool:
    """RFC 6750, section 3.1: the token is good, but not for this."""
    return bool(_NO_SCOPE.search(headers.get("www-authenticate", "")))


def _refused(answer: Answer) -> PortalError | None:
    if answer.status == 403 or (answer.status == 401 and lacks_scope(answer.headers)):
        return NotShared("the hospital does not share this with this sign-in")
    if answer.status == 401:
        return UpstreamSignedOut("the hospital does not take the token")
    return None


def _absent(answer: Answer, ask: Ask) -> PortalError | None:
    if answer.status in _NOT_THERE and ask.id is not None:
        return NotFound("the hospital has no such resource")
    if answer.status in _NOT_THERE or answer.status in _NOT_DONE:
        return NotOffered("the hospital's server does not offer this")
    return None


def _broken(answer: Answer, now: datetime) -> PortalError:
    reason, wait = f"the hospital answered {answer.status}", parse_retry_after(answer.headers.get("retry-after"), now)
    if answer.status == 429:
        return UpstreamDown(reason, code="upstream-busy", retry_after=wait)
    if answer.status in (502, 503, 504):
        return UpstreamDown(reason, retry_after=wait)
    if 300 <= answer.status < 400:
        return UpstreamError(reason, code="upstream-redirect")
    return UpstreamError(reason, code="upstream-refused" if answer.status < 500 else None)

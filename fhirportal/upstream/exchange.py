"""One safe question to one hospital, until it is answered or there is no use in asking: retries, breaker, token.

It decides the order of those. It must not know what the answer means (`outcomes`) or what was asked.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http import Answer, Door
from fhirportal.settings import Hospital
from fhirportal.upstream.breaker import Breaker
from fhirportal.upstream.outcomes import lacks_scope
from fhirportal.upstream.ports import Authority, Tokens
from fhirportal.upstream.retries import PASSING, decide_wait, parse_retry_after

log = logging.getLogger(__name__)
FHIR = "application/fhir+json"
FAIR_SECONDS = 1.0  # a call that got less time than this proves nothing against the server
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Call:
    """What all requests of one question share. `deadline` is a monotonic instant; no authority: no token is sent."""

    authority: Authority | None
    deadline: float
    request_id: str
    accept: str = FHIR
    max_bytes: int | None = None
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """For one hospital. `clock` gives aware UTC."""

    hospital: Hospital
    door: Door
    tokens: Tokens
    breaker: Breaker
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def get(self, url: str, call: Call) -> Answer:
        """The answer, of any status. Raises UpstreamError and its kinds, UpstreamSignedOut.

        `url` has been checked to lie on this hospital's FHIR base: nothing else may ever carry its token.
        """
        if call.authority is None:
            return self._persistent(url, self._headers(call, None), call)
        token = self.tokens.access_token(call.authority)
        answer = self._persistent(url, self._headers(call, token), call)
        if answer.status != 401 or lacks_scope(answer.headers):
            return answer
        fresh = self.tokens.refresh(call.authority, token)
        return self._persistent(url, self._headers(call, fresh), call)

    def _persistent(self, url: str, headers: Mapping[str, str], call: Call) -> Answer:
        """Asks again after trouble that passes (RFC 9110: GET is safe), while there is time."""
        for attempt in count(1):
            result = self._tried(url, headers, call)
            wait = self._wait(attempt, result, call)
            if wait is not None:
                self.sleep(wait)
            elif isinstance(result, Answer):
                return result
            else:
                raise result
        raise AssertionError("the loop above ends by itself")

    def _tried(self, url: str, headers: Mapping[str, str], call: Call) -> Answer | UpstreamDown:
        try:
            return self._once(url, headers, call)
        except UpstreamDown as problem:
            return problem

    def _wait(self, attempt: int, result: Answer | UpstreamDown, call: Call) -> float | None:
        """Seconds until the next try, None when this result stands."""
        if isinstance(result, UpstreamDown):
            if result.code == "upstream-resting":
                return None
            asked_for = result.retry_after
        elif result.status in PASSING:
            asked_for = parse_retry_after(result.headers.get("retry-after"), self.clock())
        else:
            return None
        return decide_wait(attempt, asked_for, call.deadline - time.monotonic())

    def _once(self, url: str, headers: Mapping[str, str], call: Call) -> Answer:
        ticket = self.breaker.enter()
        begun = time.monotonic()
        private = self.hospital.allow_private_addresses
        try:
            answer = self.door.send("GET", url, headers, None, call.deadline, call.max_bytes, private)
        except UpstreamError as problem:
            away = isinstance(problem, UpstreamDown) or (
                isinstance(problem, UpstreamTimeout) and time.monotonic() - begun >= FAIR_SECONDS
            )
            (self.breaker.failed if away else self.breaker.undecided)(ticket)
            self._note(problem.code, begun)
            raise
        except BaseException:
            self.breaker.undecided(ticket)
            raise
        (self.breaker.failed if answer.status in (502, 503, 504) else self.breaker.succeeded)(ticket)
        if answer.status >= 500:
            self._note(f"http-{answer.status}", begun)
        return answer

    def _headers(self, call: Call, token: str | None) -> dict[str, str]:
        headers = {"Accept": call.accept}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if _REQUEST_ID.fullmatch(call.request_id):
            headers["X-Request-Id"] = call.request_id
        if call.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in call.cookies.items())
        return headers

    def _note(self, outcome: str, begun: float) -> None:
        """Slug, outcome and milliseconds: never an address, which names the patient."""
        took = round((time.monotonic() - begun) * 1000)
        told = {"event": "upstream-failed", "hospital": self.hospital.slug, "outcome": outcome, "ms": took}
        log.warning("the hospital's server failed a call", extra=told)

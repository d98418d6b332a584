"""What the protocol needs from outside: somebody who fetches, somebody who signs, somebody who knows the time.

It decides the shapes only. Every address the protocol fetches goes through `Http`, so the caller pins addresses,
refuses private ones, caps sizes and keeps the time budget in one place (SSRF, AB4). It must not know which HTTP
library that is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Clock = Callable[[], datetime]
"""Gives the time, aware and in UTC."""


@dataclass(frozen=True)
class HttpAnswer:
    """One answer. `headers` have lower-case names; `body` is complete (the port has capped its size)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Http(Protocol):
    """Fetches. It follows no redirects, sends no cookies, and raises `errors.HttpFailure` when there is no answer.

    `deadline` is the caller's own (a monotonic instant, in seconds); it is passed through untouched.
    """

    def get(self, url: str, headers: Mapping[str, str], deadline: float) -> HttpAnswer: ...

    def post_form(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], deadline: float) -> HttpAnswer:
        """Post `data` as application/x-www-form-urlencoded. Body and headers hold secrets: neither may be logged."""
        ...


class Signer(Protocol):
    """Signs client assertions with one private key (RFC 7523); the key itself never leaves it."""

    @property
    def alg(self) -> str:
        """RS384 or ES384."""
        ...

    @property
    def kid(self) -> str: ...

    @property
    def jku(self) -> str | None:
        """Where our JWKS is published, when it is to be named in the header."""
        ...

    def sign(self, header: Mapping[str, str], claims: Mapping[str, Any]) -> str:
        """A compact JWS over `claims`."""
        ...

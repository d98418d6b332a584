"""Reading what a token endpoint answered (RFC 6749 section 5; SMART App Launch 2.2; conformance T1 from our side).

It decides what is a token, how long it lives, and whether a refusal is for good. It must not know what was asked,
who is signed in, or where tokens are kept.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from smart_launch.documents import parse_object
from smart_launch.errors import SessionEnded, TokenError, TokenProblem, TokenUnreachable, error_code
from smart_launch.ports import HttpAnswer

_TOKEN = re.compile(r"[\x21-\x7E]{1,16384}")  # goes into a header: nothing that could end one
_SILENT_LIFE = 300  # seconds, where the server does not say: short enough to be refreshed in time
_LONGEST_LIFE = 24 * 3600
_OWN_MEMBERS = frozenset(("access_token", "refresh_token", "id_token", "token_type", "expires_in", "scope"))


@dataclass(frozen=True)
class TokenSet:
    """What the server gave. `expires_at` is aware UTC; `scope` is what was granted; `extra` holds the launch context
    and
    whatever else came along. Secrets stay out of its repr.
    """

    access_token: str = field(repr=False)
    token_type: str
    expires_at: datetime
    scope: str
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def parse_token_answer(answer: HttpAnswer, asked_scope: str, now: datetime) -> TokenSet:
    """The tokens in `answer`; `now` is the moment of asking, so that lives are never overrated.

    Raises TokenUnreachable (5xx, 408, 429: come back), SessionEnded (invalid_grant), TokenError (everything else).
    """
    document = parse_object(answer.body)
    if answer.status != 200 or document is None or "error" in document:
        raise _refusal(answer, document or {})
    if str(document.get("token_type", "bearer")).lower() != "bearer":
        raise TokenError("tokens of another type than Bearer")
    return TokenSet(
        access_token=_require_token(document.get("access_token")),
        token_type="Bearer",  # noqa: S106
        expires_at=now + timedelta(seconds=_life(document.get("expires_in"))),
        scope=_scope(document.get("scope"), asked_scope),
        refresh_token=_find_token(document.get("refresh_token")),
        id_token=_find_token(document.get("id_token")),
        extra={name: value for name, value in document.items() if name not in _OWN_MEMBERS},
    )


def _refusal(answer: HttpAnswer, document: Mapping[str, Any]) -> TokenProblem:
    if answer.status >= 500 or answer.status in (408, 429):
        return TokenUnreachable(f"the token endpoint answered {answer.status}", retry_after=_retry_after(answer))
    error = error_code(document["error"]) if "error" in document else None
    if error == "temporarily_unavailable":
        return TokenUnreachable("the token endpoint is busy", server_error=error, retry_after=_retry_after(answer))
    if error == "invalid_grant":
        return SessionEnded("the grant is no longer good", server_error=error)
    return TokenError(f"the token endpoint answered {answer.status}", server_error=error)


def _retry_after(answer: HttpAnswer) -> int | None:
    value = answer.headers.get("retry-after", "")
    return min(int(value), 3600) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _require_token(value: object) -> str:
    token = _find_token(value)
    if token is None:
        raise TokenError("no usable access_token in the answer")
    return token


def _find_token(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _life(value: object) -> float:
    """`expires_in` as a number or a numeric string; anything else counts as not said."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return _SILENT_LIFE
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return _SILENT_LIFE
    return min(max(seconds, 0.0), _LONGEST_LIFE) if math.isfinite(seconds) else _SILENT_LIFE


def _scope(value: object, asked: str) -> str:
    """RFC 6749 section 5.1: no scope in the answer means the one that was asked. Some servers send a list."""
    if isinstance(value, list):
        value = " ".join(each for each in value if isinstance(each, str))
    return " ".join(value.split()) if isinstance(value, str) else asked

"""When to ask again, and when that is no use any more.

It decides waiting times from attempts, answers and time alone. It must not send anything.
"""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ATTEMPTS = 3
FIRST_WAIT = 0.15
LEAST_LEFT = 0.25  # seconds that must be left after waiting for another try to make sense
LONGEST_RETRY_AFTER = 86_400
PASSING = frozenset({429, 502, 503, 504})
_SECONDS = re.compile(r"\d{1,9}")


def parse_retry_after(value: str | None, now: datetime) -> int | None:
    """Retry-After in whole seconds from `now`, at most a day: seconds or an HTTP date (RFC 9110, 10.2.3).

    None where there is none, or none that can be read.
    """
    text = (value or "").strip()
    if text.isascii() and _SECONDS.fullmatch(text):
        return min(int(text), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(0, int(seconds + 0.999)), LONGEST_RETRY_AFTER)


def decide_wait(attempt: int, asked_for: int | None, left: float, jitter: Callable[[], float] = random.random) -> float | None:
    """Seconds to wait before the next try, None when there is none.

    `attempt` counts from 1, `asked_for` is the server's Retry-After, `left` the seconds to the deadline.
    """
    if attempt >= ATTEMPTS:
        return None
    backing_off = FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + jitter())
    wait = backing_off if asked_for is None else asked_for + FIRST_WAIT * jitter()
    return wait if wait + LEAST_LEFT <= left else None

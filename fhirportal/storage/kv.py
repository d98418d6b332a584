"""The promise every store of short-lived things keeps: sessions, launch states, rate windows, locks. Everything ends by itself.

It decides what put, get, take, add, count and lease mean. It must not know SQL, Redis or what is kept. One contract test
runs over every implementation. Keys are our own words, hashes and random ids; whatever holds a person's data is put
through `kv_sealed.SealedKV`.
"""

from datetime import datetime
from typing import Protocol

MAX_KEY = 200
MAX_VALUE = 1024 * 1024


class Lease(Protocol):
    """A lock that ends by itself. `fence` grows with every lease ever given: whoever writes under it can be told from
    one that woke up too late."""

    @property
    def fence(self) -> int: ...

    def renew(self, ttl: float) -> bool:
        """Holds it `ttl` seconds from now; False where it was lost meanwhile."""
        ...

    def release(self) -> None:
        """Gives it back; nothing happens where it was lost meanwhile."""
        ...


class KV(Protocol):
    """`ttl` is in seconds, over zero (ValueError). Every call raises Unavailable when the store cannot be reached."""

    def put(self, key: str, value: bytes, ttl: float) -> None:
        """Keeps `value`, whatever was there."""
        ...

    def get(self, key: str) -> bytes | None:
        """The value, None when there is none any more."""
        ...

    def take(self, key: str) -> bytes | None:
        """The value, removed: of any number of takers one gets it."""
        ...

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        """Keeps `value` only where nothing is; of any number of adders one hears True."""
        ...

    def delete(self, key: str) -> None:
        """Removes it; nothing happens where it is not there."""
        ...

    def count(self, key: str, ttl: float) -> int:
        """Counts one up and tells the sum within the window; the window opens at the first count and lasts `ttl`."""
        ...

    def lease(self, name: str, ttl: float) -> Lease | None:
        """The lock called `name` for `ttl` seconds, None while another holds it."""
        ...

    def sweep(self, now: datetime) -> int:
        """Removes what ended before `now`; how many. Zero where the store does it by itself."""
        ...

    def check(self) -> None:
        """Returns when the store answers, else raises Unavailable."""
        ...


def require_valid(key: str, value: bytes = b"", ttl: float = 1.0) -> None:
    """ValueError for an empty or overlong key, a value over 1 MiB, a ttl that is not over zero."""
    if not 0 < len(key) <= MAX_KEY:
        raise ValueError("a key has 1 to 200 characters")
    if len(value) > MAX_VALUE:
        raise ValueError("a value has at most 1 MiB")
    if not ttl > 0:
        raise ValueError("a ttl is over zero")

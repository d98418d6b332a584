"""The short-lived store in Redis (6.2 or newer), for deployments with several machines.

It decides how the promise of `kv` is kept with single commands and two small scripts. It must not know what is kept.
Redis ends things by itself, by its own clock. It should be set to `noeviction`: an evicted lock is no lock.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from fhirportal.errors import Unavailable
from fhirportal.storage.kv import require_valid

TIMEOUT_SECONDS = 2.0
POOL_SIZE = 256

_COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n
"""
_LEASE = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('INCR', KEYS[2]) end
return 0
"""
_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisKV:
    """The promise of `kv.KV` over a Redis address (redis://, rediss://, unix://). `prefix` keeps deployments apart."""

    def __init__(self, url: str, prefix: str = "fhirportal:") -> None:
        # A command whose answer was lost is not sent again: a second INCR or take would be a different thing.
        self._redis: Any = Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            max_connections=POOL_SIZE,
            health_check_interval=30,
            retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 0),
        )
        self._prefix = prefix

    def put(self, key: str, value: bytes, ttl: float) -> None:
        require_valid(key, value, ttl)
        with _translated():
            self._redis.set(self._name("v:", key), value, px=_milliseconds(ttl))

    def get(self, key: str) -> bytes | None:
        require_valid(key)
        with _translated():
            return _bytes_or_none(self._redis.get(self._name("v:", key)))

    def take(self, key: str) -> bytes | None:
        require_valid(key)
        with _translated():
            return _bytes_or_none(self._redis.getdel(self._name("v:", key)))

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        require_valid(key, value, ttl)
        with _translated():
            return bool(self._redis.set(self._name("v:", key), value, px=_milliseconds(ttl), nx=True))

    def delete(self, key: str) -> None:
        require_valid(key)
        with _translated():
            self._redis.delete(self._name("v:", key))

    def count(self, key: str, ttl: float) -> int:
        require_valid(key, ttl=ttl)
        with _translated():
            return int(self._redis.eval(_COUNT, 1, self._name("c:", key), _milliseconds(ttl)))

    def lease(self, name: str, ttl: float) -> "RedisLease | None":
        require_valid(name, ttl=ttl)
        key, holder = self._name("l:", name), secrets.token_bytes(16)
        with _translated():
            fence = int(self._redis.eval(_LEASE, 2, key, self._prefix + "fence", holder, _milliseconds(ttl)))
        return RedisLease(self._redis, key, holder, fence) if fence else None

    def sweep(self, now: datetime) -> int:  # noqa: ARG002
        return 0

    def check(self) -> None:
        with _translated():
            self._redis.ping()

    def close(self) -> None:
        """Closes the pooled connections."""
        self._redis.close()

    def _name(self, kind: str, key: str) -> str:
        return self._prefix + kind + key


@dataclass(frozen=True)
class RedisLease:
    """A lease given by `RedisKV.lease`."""

    _redis: Any
    _key: str
    _holder: bytes
    fence: int

    def renew(self, ttl: float) -> bool:
        require_valid(self._key, ttl=ttl)
        with _translated():
            return bool(self._redis.eval(_RENEW, 1, self._key, self._holder, _milliseconds(ttl)))

    def release(self) -> None:
        with _translated():
            self._redis.eval(_RELEASE, 1, self._key, self._holder)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable(f"redis: {type(error).__name__}", code="kv-away") from error


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))


def _bytes_or_none(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None

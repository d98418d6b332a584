"""A short-lived store whose values nobody can read, or move from one key to another, without the key ring.

It decides that a value which does not open is no value. It must not know where values are kept or what they hold.
"""

import logging
from datetime import datetime

from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV, Lease
from fhirportal.storage.sealing import CannotUnseal

PURPOSE = "kv"
_log = logging.getLogger(__name__)


class SealedKV:
    """The promise of `kv.KV`, with values sealed on their way in. Counts and leases hold no data and pass as they are."""

    def __init__(self, inner: KV, ring: KeyRing) -> None:
        self._inner = inner
        self._ring = ring

    def put(self, key: str, value: bytes, ttl: float) -> None:
        self._inner.put(key, self._seal(key, value), ttl)

    def get(self, key: str) -> bytes | None:
        return self._open(key, self._inner.get(key))

    def take(self, key: str) -> bytes | None:
        return self._open(key, self._inner.take(key))

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        return self._inner.add(key, self._seal(key, value), ttl)

    def delete(self, key: str) -> None:
        self._inner.delete(key)

    def count(self, key: str, ttl: float) -> int:
        return self._inner.count(key, ttl)

    def lease(self, name: str, ttl: float) -> Lease | None:
        return self._inner.lease(name, ttl)

    def sweep(self, now: datetime) -> int:
        return self._inner.sweep(now)

    def check(self) -> None:
        self._inner.check()

    def _seal(self, key: str, value: bytes) -> bytes:
        return self._ring.seal(PURPOSE, value, context=key)

    def _open(self, key: str, value: bytes | None) -> bytes | None:
        if value is None:
            return None
        try:
            return self._ring.unseal(PURPOSE, value, context=key)
        except CannotUnseal:
            _log.warning("kv value does not open", extra={"event": "kv-unsealable"})
            return None

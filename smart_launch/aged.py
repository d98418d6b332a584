"""A small cache that forgets: bounded in entries and in age, safe between threads.

It decides when something is too old to be believed. It must not know what it keeps, and it never fetches under its
lock.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from smart_launch.ports import Clock

T = TypeVar("T")


class Aged(Generic[T]):
    """Keeps at most `entries` values, each for at most `ttl`; the one stored longest ago goes first."""

    def __init__(self, ttl: timedelta, clock: Clock, entries: int) -> None:
        self._ttl, self._clock, self._entries = ttl, clock, entries
        self._kept: OrderedDict[str, tuple[datetime, T]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> T | None:
        """What is kept under `key`, unless it is too old."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if not timedelta(0) <= self._clock() - kept[0] < self._ttl:
                del self._kept[key]
                return None
            return kept[1]

    def keep(self, key: str, value: T) -> T:
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (self._clock(), value)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)
        return value

    def forget(self, key: str) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)

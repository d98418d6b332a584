"""Keeping away from a server that does not answer, so that neither it nor our pages suffer more.

It decides from counts and time alone when to rest and when to send one probe. It must not know HTTP or what was asked.

    closed --(`threshold` failures in a row)--> open --(a jittered while)--> half open: one probe --> closed, or open for longer
"""

import math
import random
import time
from collections.abc import Callable
from threading import Lock

from fhirportal.errors import UpstreamDown


class Breaker:
    """One per hospital; thread-safe. `clock` is monotonic seconds, `jitter` gives 0..1."""

    def __init__(
        self,
        *,
        threshold: int = 10,  # over the calls of one page: one broken moment is not a broken server
        rest: float = 5.0,
        longest: float = 60.0,
        probe: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._threshold, self._rest, self._longest, self._probe = threshold, rest, longest, probe
        self._clock, self._jitter = clock, jitter
        self._lock = Lock()
        self._generation = 0  # one more with each change of state: a report from before it says nothing about now
        self._failures = 0
        self._rests = 0  # in a row; 0: closed
        self._until = -math.inf

    @property
    def resting(self) -> bool:
        """Whether calls are turned away now."""
        with self._lock:
            return self._clock() < self._until

    def enter(self) -> int:
        """A ticket for one call, to be handed back with its outcome. Raises UpstreamDown (code "upstream-resting") at once."""
        with self._lock:
            now = self._clock()
            if now < self._until:
                wait = max(1, math.ceil(self._until - now))
                raise UpstreamDown("resting after repeated failures", code="upstream-resting", retry_after=wait)
            if self._rests:
                # this caller is the probe; the others wait for its outcome, or for `probe` seconds if it never reports
                self._change(now + self._probe)
            return self._generation

    def succeeded(self, ticket: int) -> None:
        """It answered, whatever it was."""
        with self._lock:
            if self._rests and ticket == self._generation:
                self._rests = 0
                self._change(-math.inf)
            if not self._rests:
                self._failures = 0

    def failed(self, ticket: int) -> None:
        """It did not answer."""
        with self._lock:
            if ticket != self._generation:
                return
            self._failures += 1
            if self._failures >= self._threshold or self._rests:
                length = min(self._rest * 2**self._rests, self._longest)
                self._rests = min(self._rests + 1, 16)
                self._change(self._clock() + length * (0.75 + self._jitter() / 2))

    def undecided(self, ticket: int) -> None:
        """The call ended without telling anything; if it was the probe, the next caller is."""
        with self._lock:
            if self._rests and ticket == self._generation:
                self._change(self._clock())

    def _change(self, until: float) -> None:
        self._generation += 1
        self._until = until

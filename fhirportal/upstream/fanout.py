"""Many calls at once on one long-lived pool of threads, each page with its own deadline.

It decides how calls wait for each other. It must not know what they do. Sized for many pages at once: with as many threads as
one page has parts, sixteen pages would stand in line (performance.md, section 3b).
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any, TypeVar

from fhirportal.errors import PortalError, UpstreamTimeout

T = TypeVar("T")


class Fanout:
    """`threads` calls run at once, as many again four times may wait; what is over that runs in its caller's own thread."""

    def __init__(self, threads: int = 128) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="fanout")
        self._room = threading.BoundedSemaphore(threads * 5)

    def map_(self, calls: Sequence[Callable[[], T]], deadline: float) -> list[T | PortalError]:
        """What each call gave, or the PortalError it raised, in the order given. `deadline`: a monotonic instant in seconds.

        A call that has not ended by then is an UpstreamTimeout; the others stand. Any other exception is a fault of ours
        and raised.
        """
        futures = [self._submit(call) for call in calls]
        wait(futures, max(0.0, deadline - time.monotonic()))
        return [_outcome(future) for future in futures]

    def start(self, call: Callable[[], object]) -> None:
        """Runs `call` some time, unless there is no room; nobody waits for it, so it must name its own troubles."""
        if self._room.acquire(blocking=False):
            self._enqueue(call)

    def close(self) -> None:
        """Nothing new; what runs ends by its own deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, call: Callable[[], T]) -> "Future[T]":
        if self._room.acquire(blocking=False):
            return self._enqueue(call)
        done: Future[T] = Future()
        try:
            done.set_result(call())
        except Exception as problem:
            done.set_exception(problem)
        return done

    def _enqueue(self, call: Callable[[], T]) -> "Future[T]":
        future = self._pool.submit(copy_context().run, call)
        future.add_done_callback(lambda _: self._room.release())
        return future


def _outcome(future: "Future[Any]") -> Any:
    if not future.done():
        future.cancel()
        return UpstreamTimeout("this part did not end in time")
    try:
        return future.result()
    except PortalError as problem:
        return problem

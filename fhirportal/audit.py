"""Every access leaves one row, committed before the answer leaves. One thread writes for all requests (group commit).

It decides that an answer without its audit row is no answer: away, slow or full is Unavailable (503). It must not know what
was accessed or why. Rows hold ids only; see `storage.audit_rows` for what is kept out and `storage.audit_chain` for seals.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from fhirportal.errors import Unavailable
from fhirportal.storage.audit_chain import HEADS_FILE, AuditReport, cut, seal, verify
from fhirportal.storage.audit_rows import AuditRow, insert_rows, to_stored
from fhirportal.storage.engine import writing

__all__ = ["HEADS_FILE", "Audit", "AuditReport", "AuditRow", "cut", "seal", "verify"]

QUEUE_LENGTH = 4096
GROUP_ROWS = 1000
WAIT_SECONDS = 15.0
_log = logging.getLogger(__name__)


@dataclass
class _Batch:
    rows: list[dict[str, Any]]
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Audit:
    """One per process; thread-safe. The writer starts with the first row and ends with `close`."""

    def __init__(self, engine: Engine, *, queue_length: int = QUEUE_LENGTH, wait_seconds: float = WAIT_SECONDS) -> None:
        self._engine = engine
        self._wait = wait_seconds
        self._queue: queue.Queue[_Batch | None] = queue.Queue(queue_length)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def write(self, rows: Sequence[AuditRow]) -> None:
        """Returns once all rows are committed, together. Raises Unavailable when they are not, or not in time; ValueError
        for a row without a zone."""
        if not rows:
            return
        batch = _Batch([to_stored(row) for row in rows])
        self._hand_over(batch)
        if not batch.done.wait(self._wait):
            raise Unavailable("audit: no commit in time", code="audit-away")
        if batch.error is not None:
            raise Unavailable(f"audit: {type(batch.error).__name__}", code="audit-away") from batch.error

    def close(self) -> None:
        """Writes what is waiting and ends the thread. Later writes raise Unavailable."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join(self._wait)

    def _hand_over(self, batch: _Batch) -> None:
        with self._lock:
            if self._closed:
                raise Unavailable("audit: closed", code="audit-away")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()
            try:
                self._queue.put_nowait(batch)
            except queue.Full:
                raise Unavailable("audit: too much is waiting", code="audit-away", retry_after=2) from None

    def _run(self) -> None:
        going = True
        while going:
            first = self._queue.get()
            if first is None:
                return
            group, going = self._gathered(first)
            self._commit(group)

    def _gathered(self, first: _Batch) -> tuple[list[_Batch], bool]:
        """What has come in meanwhile goes into the same transaction."""
        group, count = [first], len(first.rows)
        while count < GROUP_ROWS:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return group, False
            group.append(more)
            count += len(more.rows)
        return group, True

    def _commit(self, group: list[_Batch]) -> None:
        error = self._try(group)
        if error is not None and not isinstance(error, Unavailable) and len(group) > 1:
            for batch in group:  # one of them cannot be written: the others must not fall with it
                self._settle([batch], self._try([batch]))
        else:
            self._settle(group, error)

    def _try(self, group: list[_Batch]) -> Exception | None:
        try:
            with writing(self._engine) as connection:
                insert_rows(connection, [row for batch in group for row in batch.rows])
        except Exception as error:
            _log.error("audit rows not written", extra={"event": "audit-failed", "error": type(error).__name__})
            return error
        return None

    def _settle(self, group: list[_Batch], error: Exception | None) -> None:
        for batch in group:
            batch.error = error
            batch.done.set()

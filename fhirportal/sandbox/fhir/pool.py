"""Connections to one SQLite file, lent to threads one at a time and kept for the next.

It decides who holds which connection. It must not know what is in the file. A server may make a thread for each client:
connections outlive them, so none is lost or left open.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 8
WAIT_SECONDS = 30


class Pool:
    """Readers never wait; writers take the file's lock first (BEGIN IMMEDIATE) and wait for it up to WAIT_SECONDS."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._writing = threading.local()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Inside a `transaction` its connection, else any: then every statement commits by itself."""
        held = getattr(self._writing, "connection", None)
        if held is not None:
            yield held
            return
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; nested ones join the outer one."""
        if getattr(self._writing, "connection", None) is not None:
            with self.connection() as connection:
                yield connection
            return
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._writing.connection = connection
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            else:
                connection.execute("COMMIT")
            finally:
                self._writing.connection = None

    def close(self) -> None:
        """Closes what nobody is using; the next to ask opens the file anew."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = sqlite3.connect(self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA cache_size=-16000")
            return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if len(self._idle) < KEPT and not connection.in_transaction:
            self._idle.append(connection)
        else:
            connection.close()

"""What the SMART front must remember, in a SQLite file of its own: launches, codes, grants, tokens, sign-ins, keys.

Every secret is kept as a SHA-256 only. It decides what is stored and what can be used once; what a value means is its
callers'. Times are seconds since the epoch (UTC), always handed in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS secret (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, grant_id TEXT, body TEXT NOT NULL,
    expires REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS secret_grant ON secret (grant_id);
CREATE INDEX IF NOT EXISTS secret_expires ON secret (expires);
CREATE TABLE IF NOT EXISTS authorization (id TEXT PRIMARY KEY, body TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS seen_jti (client TEXT, jti TEXT, expires REAL NOT NULL, PRIMARY KEY (client, jti));
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Secret:
    """One stored secret: its body, whose grant it belongs to, and whether it was used before."""

    __slots__ = ("body", "expires", "grant_id", "used")

    def __init__(self, row: tuple[str | None, str, float, int]) -> None:
        self.grant_id, self.expires, self.used = row[0], row[2], bool(row[3])
        self.body: dict[str, Any] = json.loads(row[1])


class State:
    """One base's file; safe between threads and between processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def issue(self, kind: str, body: dict[str, Any], expires: float, grant_id: str | None = None) -> str:
        """A new 256-bit secret of this kind; only its hash is kept."""
        value = secrets.token_urlsafe(32)
        with self._writing() as db:
            row = (hash_of(value), kind, grant_id, json.dumps(body), expires)
            db.execute("INSERT INTO secret (hash, kind, grant_id, body, expires) VALUES (?, ?, ?, ?, ?)", row)
        return value

    def find(self, kind: str, value: str, now: float) -> Secret | None:
        """The secret if it is of this kind and alive; used ones too."""
        with self._lock:
            row = self._db.execute(
                "SELECT grant_id, body, expires, used FROM secret WHERE hash = ? AND kind = ? AND expires > ?",
                (hash_of(value), kind, now),
            ).fetchone()
        return Secret(row) if row else None

    def use(self, kind: str, value: str, now: float) -> Secret | None:
        """Mark it used, and give it as it was before: the caller that finds `used` false was the first."""
        with self._writing() as db:
            found = self.find(kind, value, now)
            db.execute("UPDATE secret SET used = 1 WHERE hash = ? AND kind = ?", (hash_of(value), kind))
        return found

    def forget(self, value: str) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM secret WHERE hash = ?", (hash_of(value),))

    def sweep(self, now: float) -> None:
        """Drop what expired more than a day ago: a reused code must still be recognised as one for a while."""
        with self._writing() as db:
            db.execute("DELETE FROM secret WHERE expires < ?", (now - 86400,))
            db.execute("DELETE FROM seen_jti WHERE expires < ?", (now,))

    def add_grant(self, body: dict[str, Any]) -> str:
        grant_id = secrets.token_hex(16)
        with self._writing() as db:
            db.execute("INSERT INTO authorization (id, body) VALUES (?, ?)", (grant_id, json.dumps(body)))
        return grant_id

    def find_grant(self, grant_id: str | None) -> dict[str, Any] | None:
        """The grant's body, unless it was revoked."""
        with self._lock:
            query = "SELECT body FROM authorization WHERE id = ? AND revoked = 0"
            row = self._db.execute(query, (grant_id,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def revoke(self, grant_id: str | None) -> None:
        """The grant and every token of it end at once."""
        with self._writing() as db:
            db.execute("UPDATE authorization SET revoked = 1 WHERE id = ?", (grant_id,))

    def first_jti(self, client: str, jti: str, expires: float) -> bool:
        """Whether this client never sent this jti before."""
        with self._writing() as db:
            row = (client, jti, expires)
            return db.execute("INSERT OR IGNORE INTO seen_jti VALUES (?, ?, ?)", row).rowcount == 1

    def keep(self, name: str, value: Any) -> None:
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, json.dumps(value)))

    def keep_first(self, name: str, value: Any) -> Any:
        """Keep it unless another process was first; what is kept in the end."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (name, json.dumps(value)))
        return self.kept(name)

    def kept(self, name: str) -> Any:
        """What was kept under this name, or None."""
        with self._lock:
            row = self._db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

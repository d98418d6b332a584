"""The hospital's resources in one SQLite file: current versions, older ones, and the rows they are found by.

It decides versions, ids and transactions. It must not know HTTP or who may see what. JSON text is kept, so that decimals stay
as sent. Threads and processes may share the file: readers never wait, writers take the lock first.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from fhirportal.sandbox.fhir import index
from fhirportal.sandbox.fhir.dates import parse_interval
from fhirportal.sandbox.fhir.json_text import dumps, loads
from fhirportal.sandbox.fhir.outcome import Gone, Missing, VersionConflict
from fhirportal.sandbox.fhir.pool import Pool
from fhirportal.sandbox.fhir.resource_types import TYPES

Resource = dict[str, Any]
_Row = tuple[int, str, int, str]
_TABLES = """
CREATE TABLE IF NOT EXISTS resource (type TEXT, id TEXT, version INTEGER, updated TEXT, deleted INTEGER, body TEXT,
    PRIMARY KEY (type, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS older (type TEXT, id TEXT, version INTEGER, updated TEXT, deleted INTEGER, body TEXT,
    PRIMARY KEY (type, id, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idx (type TEXT, id TEXT, p TEXT, v TEXT, s TEXT, lo REAL, hi REAL);
CREATE TABLE IF NOT EXISTS kind (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_search (key TEXT PRIMARY KEY, body TEXT, expires REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_page (token TEXT PRIMARY KEY, key TEXT, offset INTEGER, expires REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resource_living ON resource (type, id, updated) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS idx_value ON idx (type, p, v, id);
CREATE INDEX IF NOT EXISTS idx_number ON idx (type, p, lo, hi, id) WHERE lo IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_resource ON idx (type, id, p, v, lo, hi, s);
"""


@dataclass(frozen=True)
class Stored:
    """One version of one resource; `text` is its JSON."""

    type: str
    id: str
    version: int
    updated: str
    text: str

    @cached_property
    def resource(self) -> Resource:
        """Parsed once: not to be changed."""
        found: Resource = loads(self.text)
        return found

    @property
    def etag(self) -> str:
        return f'W/"{self.version}"'


class Store:
    """One base's resources. `base` is the server's own FHIR base, for references that name it in full."""

    def __init__(self, path: Path, base: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.base = base
        self._pool = Pool(path)
        with self.connection() as connection:
            connection.executescript("PRAGMA journal_mode=WAL;" + _TABLES)
            connection.executemany("INSERT OR IGNORE INTO kind VALUES (?)", [(name,) for name in sorted(TYPES)])

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection for reading; outside a `transaction` every statement commits by itself."""
        return self._pool.connection()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """All or nothing, one writer at a time; nested ones join the outer one."""
        return self._pool.transaction()

    def close(self) -> None:
        self._pool.close()

    def read(self, type_: str, id_: str) -> Stored:
        """The current version. Raises Missing, Gone."""
        row = self._current(type_, id_)
        if row is None:
            raise Missing(f"{type_} with this id is not known")
        if row[2]:
            raise Gone(f"{type_} with this id was deleted")
        return Stored(type_, id_, row[0], row[1], row[3])

    def find(self, type_: str, id_: str) -> Resource | None:
        row = self._current(type_, id_)
        return loads(row[3]) if row and not row[2] else None

    def vread(self, type_: str, id_: str, version: int) -> Stored:
        """One version. Raises Missing, Gone."""
        with self.connection() as connection:
            row = connection.execute(
                "SELECT version, updated, deleted, body FROM resource WHERE type=? AND id=? AND version=? UNION ALL "
                "SELECT version, updated, deleted, body FROM older WHERE type=? AND id=? AND version=?",
                (type_, id_, version) * 2,
            ).fetchone()
        if row is None:
            raise Missing(f"{type_} with this id has no such version")
        if row[2]:
            raise Gone("this version is a deletion")
        return Stored(type_, id_, row[0], row[1], row[3])

    def create(self, resource: Mapping[str, Any]) -> Stored:
        """A new resource under an id of the server's."""
        return self._put({**resource, "id": str(uuid.uuid4())}, None)

    def update(self, resource: Mapping[str, Any], version: int | None = None) -> Stored:
        """The next version (or the first, under the id given). Raises VersionConflict where `version` is not current."""
        return self._put(dict(resource), version)

    def delete(self, type_: str, id_: str, version: int | None = None) -> None:
        """Marks it deleted; twice is no error. Raises VersionConflict."""
        with self.transaction() as connection:
            row = self._current(type_, id_)
            self._require_version(row, version)
            if row is None or row[2]:
                return
            self._keep_older(connection, type_, id_)
            connection.execute(
                "UPDATE resource SET version=version+1, updated=?, deleted=1, body='' WHERE type=? AND id=?",
                (_now(), type_, id_),
            )
            connection.execute("DELETE FROM idx WHERE type=? AND id=?", (type_, id_))

    def put_all(self, resources: Iterable[Mapping[str, Any]]) -> int:
        """Stores many in one transaction, each under its own id; returns how many."""
        with self.transaction():
            return len([self._put(dict(resource), None) for resource in resources])

    def last_words(self, type_: str, id_: str) -> Stored | None:
        """The last version before its deletion, so that a caller's rights can be held against it."""
        with self.connection() as connection:
            sql = "SELECT version, updated, body FROM older WHERE type=? AND id=? AND deleted=0 ORDER BY version DESC LIMIT 1"
            row = connection.execute(sql, (type_, id_)).fetchone()
        return Stored(type_, id_, *row) if row else None

    def count(self) -> int:
        with self.connection() as connection:
            return int(connection.execute("SELECT count(*) FROM resource WHERE deleted=0").fetchone()[0])

    def types(self) -> list[str]:
        with self.connection() as connection:
            return [r[0] for r in connection.execute("SELECT DISTINCT type FROM resource WHERE deleted=0 ORDER BY type")]

    def _current(self, type_: str, id_: str) -> _Row | None:
        with self.connection() as connection:
            row: _Row | None = connection.execute(
                "SELECT version, updated, deleted, body FROM resource WHERE type=? AND id=?", (type_, id_)
            ).fetchone()
        return row

    def _put(self, resource: Resource, version: int | None) -> Stored:
        type_, id_ = str(resource["resourceType"]), str(resource["id"])
        with self.transaction() as connection:
            row = self._current(type_, id_)
            self._require_version(row, version)
            if row is not None:
                self._keep_older(connection, type_, id_)
                connection.execute("DELETE FROM idx WHERE type=? AND id=?", (type_, id_))
            number, updated = (row[0] + 1 if row else 1), _now()
            text = dumps(_stamped(resource, number, updated))
            connection.execute("INSERT OR REPLACE INTO resource VALUES (?,?,?,?,0,?)", (type_, id_, number, updated, text))
            self._index(connection, type_, id_, resource, updated)
        return Stored(type_, id_, number, updated, text)

    def _index(self, connection: sqlite3.Connection, type_: str, id_: str, resource: Resource, updated: str) -> None:
        low, high = parse_interval(updated)
        made: list[tuple[object, ...]] = [(type_, id_, "_lastUpdated", "", "", low, high)]
        made += [(type_, id_, r.p, r.v, r.s, r.lo, r.hi) for r in index.rows(resource, self.base)]
        connection.executemany("INSERT INTO idx VALUES (?,?,?,?,?,?,?)", made)

    def _keep_older(self, connection: sqlite3.Connection, type_: str, id_: str) -> None:
        connection.execute("INSERT OR IGNORE INTO older SELECT * FROM resource WHERE type=? AND id=?", (type_, id_))

    def _require_version(self, row: _Row | None, version: int | None) -> None:
        if version is not None and (row is None or row[0] != version):
            raise VersionConflict("the resource has another version by now")


def _stamped(resource: Resource, version: int, updated: str) -> Resource:
    meta = resource.get("meta") if isinstance(resource.get("meta"), dict) else {}
    head = {"resourceType": resource["resourceType"], "id": resource["id"]}
    return {**head, "meta": {**(meta or {}), "versionId": str(version), "lastUpdated": updated}, **_body(resource)}


def _body(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k not in ("resourceType", "id", "meta")}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

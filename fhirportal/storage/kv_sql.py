"""The short-lived store in a SQL database: a SQLite file of its own by default, or the main database.

It decides how the promise of `kv` is kept with transactions. It must not know what is kept. Its two tables are its own,
made when it opens: whatever is in them may be lost without harm to a record.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.schema import CreateIndex, CreateTable

from fhirportal.storage.engine import reading, writing
from fhirportal.storage.kv import MAX_KEY, require_valid

_metadata = MetaData()

_items = Table(
    "kv_items",
    _metadata,
    Column("key", String(MAX_KEY + 8), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("ends_at", Float(53), nullable=False),
)
_by_end = Index("ix_kv_items_ends_at", _items.c.ends_at)

# One counter for all leases: a row per name would have to stay for ever, or a fence would one day start again at one.
_fence = Table("kv_fence", _metadata, Column("id", BigInteger, primary_key=True), Column("last", BigInteger, nullable=False))

_VALUE, _COUNT, _LEASE = "v:", "c:", "l:"


class SqlKV:
    """The promise of `kv.KV` over an engine. Makes its tables when opened; raises Unavailable."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        with writing(engine) as connection:
            for table in _metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
            connection.execute(CreateIndex(_by_end, if_not_exists=True))
            self._insert_if_absent(connection, _fence, {"id": 1, "last": 0})

    def put(self, key: str, value: bytes, ttl: float) -> None:
        require_valid(key, value, ttl)
        with writing(self._engine) as connection:
            _remove(connection, _VALUE + key)
            connection.execute(insert(_items).values(**self._row(_VALUE + key, value, ttl)))

    def get(self, key: str) -> bytes | None:
        require_valid(key)
        wanted = select(_items.c.value).where(_items.c.key == _VALUE + key, _items.c.ends_at > self._time())
        with reading(self._engine) as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def take(self, key: str) -> bytes | None:
        require_valid(key)
        with writing(self._engine) as connection:
            taken = connection.execute(
                delete(_items).where(_items.c.key == _VALUE + key).returning(_items.c.value, _items.c.ends_at)
            ).first()
        return taken.value if taken and taken.ends_at > self._time() else None

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        require_valid(key, value, ttl)
        with writing(self._engine) as connection:
            return self._claim(connection, self._row(_VALUE + key, value, ttl))

    def delete(self, key: str) -> None:
        require_valid(key)
        with writing(self._engine) as connection:
            _remove(connection, _VALUE + key)

    def count(self, key: str, ttl: float) -> int:
        require_valid(key, ttl=ttl)
        row = self._row(_COUNT + key, b"", ttl, number=1)
        with writing(self._engine) as connection:
            if self._claim(connection, row):
                return 1
            one_more = update(_items).where(_items.c.key == row["key"]).values(number=_items.c.number + 1)
            return int(connection.execute(one_more.returning(_items.c.number)).scalar_one())

    def lease(self, name: str, ttl: float) -> "SqlLease | None":
        require_valid(name, ttl=ttl)
        holder = secrets.token_bytes(16)
        with writing(self._engine) as connection:
            if not self._claim(connection, self._row(_LEASE + name, holder, ttl)):
                return None
            fence = connection.execute(update(_fence).values(last=_fence.c.last + 1).returning(_fence.c.last)).scalar_one()
        return SqlLease(self._engine, self._clock, _LEASE + name, holder, fence)

    def sweep(self, now: datetime) -> int:
        with writing(self._engine) as connection:
            return connection.execute(delete(_items).where(_items.c.ends_at <= now.timestamp())).rowcount

    def check(self) -> None:
        with reading(self._engine) as connection:
            connection.execute(select(_fence.c.last)).scalar_one()

    def _time(self) -> float:
        return self._clock().timestamp()

    def _row(self, key: str, value: bytes, ttl: float, *, number: int = 0) -> dict[str, object]:
        return {"key": key, "value": value, "number": number, "ends_at": self._time() + ttl}

    def _claim(self, connection: Connection, row: dict[str, object]) -> bool:
        ended = delete(_items).where(_items.c.key == row["key"], _items.c.ends_at <= self._time())
        connection.execute(ended)
        return self._insert_if_absent(connection, _items, row)

    def _insert_if_absent(self, connection: Connection, table: Table, row: dict[str, object]) -> bool:
        kind = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
        return connection.execute(kind(table).values(**row).on_conflict_do_nothing()).rowcount > 0


@dataclass(frozen=True)
class SqlLease:
    """A lease given by `SqlKV.lease`."""

    _engine: Engine
    _clock: Callable[[], datetime]
    _key: str
    _holder: bytes
    fence: int

    def renew(self, ttl: float) -> bool:
        require_valid(self._key, ttl=ttl)
        now = self._clock().timestamp()
        mine = (_items.c.key == self._key, _items.c.value == self._holder, _items.c.ends_at > now)
        with writing(self._engine) as connection:
            return connection.execute(update(_items).where(*mine).values(ends_at=now + ttl)).rowcount > 0

    def release(self) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(_items).where(_items.c.key == self._key, _items.c.value == self._holder))


def _remove(connection: Connection, key: str) -> None:
    connection.execute(delete(_items).where(_items.c.key == key))

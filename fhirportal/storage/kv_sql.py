"""The short-lived store in a SQL database: a SQLite file of its own by default, or the main database.

It decides how the promise of `kv` is kept with transactions. It must not know what is kept. Its two tables are its own,
made when it opens: whatever is in them may be lost without harm to a record.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    bindparam,
    case,
    delete,
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

# Made once: putting a statement together costs as much as running it, and these run in every request.
_GET = select(_items.c.value).where(_items.c.key == bindparam("k"), _items.c.ends_at > bindparam("now"))
_REMOVE = delete(_items).where(_items.c.key == bindparam("k"))
_TAKE = _REMOVE.returning(_items.c.value, _items.c.ends_at)
_NEXT_FENCE = update(_fence).values(last=_fence.c.last + 1).returning(_fence.c.last)


def _statements(upsert: Callable[[Table], Any]) -> dict[str, Any]:
    """The statements whose spelling SQLAlchemy keeps apart by database; each does all it does at once."""
    new = upsert(_items)
    given, ended = new.excluded, _items.c.ends_at <= bindparam("now")
    values = {"value": given.value, "number": given.number, "ends_at": given.ends_at}
    counted = {
        "number": case((ended, given.number), else_=_items.c.number + 1),
        "ends_at": case((ended, given.ends_at), else_=_items.c.ends_at),
    }
    return {
        "put": new.on_conflict_do_update(index_elements=["key"], set_=values),
        "claim": new.on_conflict_do_update(index_elements=["key"], set_=values, where=ended).returning(_items.c.key),
        "count": new.on_conflict_do_update(index_elements=["key"], set_=counted).returning(_items.c.number),
        "fence": upsert(_fence).on_conflict_do_nothing(),
    }


_BY_DATABASE = {"sqlite": _statements(sqlite_insert), "postgresql": _statements(postgresql_insert)}


class SqlKV:
    """The promise of `kv.KV` over an engine. Makes its tables when opened; raises Unavailable."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._say = _BY_DATABASE[engine.dialect.name]
        with writing(engine) as connection:
            for table in _metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
            connection.execute(CreateIndex(_by_end, if_not_exists=True))
            connection.execute(self._say["fence"], {"id": 1, "last": 0})

    def put(self, key: str, value: bytes, ttl: float) -> None:
        require_valid(key, value, ttl)
        with writing(self._engine) as connection:
            connection.execute(self._say["put"], self._row(_VALUE + key, value, ttl))

    def get(self, key: str) -> bytes | None:
        require_valid(key)
        with reading(self._engine) as connection:
            return connection.execute(_GET, {"k": _VALUE + key, "now": self._time()}).scalar_one_or_none()

    def take(self, key: str) -> bytes | None:
        require_valid(key)
        with writing(self._engine) as connection:
            taken = connection.execute(_TAKE, {"k": _VALUE + key}).first()
        return taken.value if taken and taken.ends_at > self._time() else None

    def add(self, key: str, value: bytes, ttl: float) -> bool:
        require_valid(key, value, ttl)
        with writing(self._engine) as connection:
            return self._claim(connection, self._row(_VALUE + key, value, ttl))

    def delete(self, key: str) -> None:
        require_valid(key)
        with writing(self._engine) as connection:
            connection.execute(_REMOVE, {"k": _VALUE + key})

    def count(self, key: str, ttl: float) -> int:
        require_valid(key, ttl=ttl)
        row = self._row(_COUNT + key, b"", ttl, number=1)
        with writing(self._engine) as connection:
            return int(connection.execute(self._say["count"], row | {"now": self._time()}).scalar_one())

    def lease(self, name: str, ttl: float) -> "SqlLease | None":
        require_valid(name, ttl=ttl)
        holder = secrets.token_bytes(16)
        with writing(self._engine) as connection:
            if not self._claim(connection, self._row(_LEASE + name, holder, ttl)):
                return None
            fence = connection.execute(_NEXT_FENCE).scalar_one()
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
        return connection.execute(self._say["claim"], row | {"now": self._time()}).first() is not None


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

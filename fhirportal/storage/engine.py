"""Opens the database and says what a transaction is: `writing` takes the write lock first, `reading` never does.

It decides locking, durability and which driver errors mean "away for now". It must not know any table. SQLite by
default (WAL, BEGIN IMMEDIATE: the driver's own mode loses updates), PostgreSQL by address with the same code.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, TypeDecorator, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from fhirportal.errors import Unavailable

BUSY_SECONDS = 10.0
POOL_WAIT_SECONDS = 5.0
POOL_SIZE = 64
POOL_OVERFLOW = 128
WAL_TRIES = 40

_WRITES = "fhirportal_writes"


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, in every database; a naive datetime is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine for a SQLAlchemy address. `durable`: a commit survives a power cut (SQLite synchronous=FULL); sessions
    and locks do with less. A SQLite address must name a file, made here readable by its owner only. Raises ValueError,
    or Unavailable where the file cannot be made."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(
            address,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_WAIT_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    _make_private_file(address)
    engine = create_engine(
        address,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    _prepare_sqlite(engine, "FULL" if durable else "NORMAL")
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back on any error. Raises Unavailable."""
    with _transaction(engine, writes=True) as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database, without the write lock. Raises Unavailable."""
    with _transaction(engine, writes=False) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: writes})
            with connection.begin():
                yield connection
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError):
        raise
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise Unavailable(f"database: {type(error).__name__}", code="database-away") from error


def _make_private_file(address: URL) -> None:
    if not address.database or address.database == ":memory:" or address.database.startswith("file:"):
        raise ValueError("a SQLite address must name a file: sqlite:////var/lib/fhirportal/portal.db")
    path = Path(address.database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"database file: {type(error).__name__}", code="database-away") from error


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        _turn_wal_on(cursor)
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def _turn_wal_on(cursor: sqlite3.Cursor) -> None:
    """The switch to WAL needs the file alone and does not wait for it: several processes starting at once meet here."""
    for attempt in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if attempt == WAL_TRIES - 1:
                raise
            time.sleep(0.05)

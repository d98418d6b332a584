"""When the store is away, changed or swept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fhirportal.errors import Unavailable
from fhirportal.settings import Secret
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine, reading
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv_redis import RedisKV
from fhirportal.storage.kv_sealed import SealedKV
from fhirportal.storage.kv_sql import SqlKV

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'both.db'}")
    migrate.upgrade(engine)
    return engine


def test_redis_away_is_unavailable(tmp_path: Path) -> None:
    store = RedisKV(f"unix://{tmp_path / 'nobody'}")
    for call in (store.check, lambda: store.get("a"), lambda: store.count("a", 1), lambda: store.lease("a", 1)):
        with pytest.raises(Unavailable):
            call()


def test_sql_sweep_removes_and_tells_how_many(engine: Engine) -> None:
    store = SqlKV(engine, lambda: START)
    store.put("short", b"x", 10)
    store.put("long", b"x", 100)
    store.count("window", 10)
    assert store.sweep(START + timedelta(seconds=11)) == 2
    assert store.get("long") == b"x"


def test_sql_store_may_live_in_the_main_database_and_opens_twice(engine: Engine) -> None:
    SqlKV(engine, lambda: START).put("a", b"x", 10)
    again = SqlKV(engine, lambda: START)
    assert again.get("a") == b"x"
    lease = again.lease("job", 10)
    assert lease is not None
    third = SqlKV(engine, lambda: START).lease("other", 10)
    assert third is not None
    assert third.fence > lease.fence


def test_sealed_values_cannot_be_read_moved_or_changed(engine: Engine) -> None:
    ring = KeyRing(engine, Secret("A" * 43 + "="), lambda: START)
    inner = SqlKV(engine, lambda: START)
    store = SealedKV(inner, ring)
    store.put("session", b"patient-4711", 60)
    sealed = inner.get("session")
    assert sealed is not None
    assert b"4711" not in sealed
    inner.put("other", sealed, 60)
    assert store.get("other") is None
    inner.put("session", sealed[:-1] + bytes([sealed[-1] ^ 1]), 60)
    assert store.get("session") is None
    inner.put("session", b"", 60)
    assert store.take("session") is None


def test_nothing_plain_reaches_the_file(engine: Engine, tmp_path: Path) -> None:
    store = SealedKV(SqlKV(engine, lambda: START), KeyRing(engine, Secret("A" * 43 + "="), lambda: START))
    store.put("session", b"patient-4711", 60)
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    for file in tmp_path.iterdir():
        assert b"patient-4711" not in file.read_bytes()

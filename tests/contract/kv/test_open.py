"""The settings choose the store; its values are sealed whichever it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from fhirportal.settings import Secret, Settings
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.kv_open import open_kv
from fhirportal.storage.kv_redis import RedisKV

MASTER = Secret("A" * 43 + "=")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.sqlite'}")
    migrate.upgrade(engine)
    return engine


def _open(tmp_path: Path, engine: Engine, kv_url: str = "") -> KV:
    settings = Settings(public_url="http://localhost", master_key=MASTER, data_dir=tmp_path, kv_url=kv_url)
    store = open_kv(settings, engine, KeyRing(engine, MASTER, now), now)
    store.put("session", b"patient-4711", 60)
    assert store.get("session") == b"patient-4711"
    for file in tmp_path.iterdir():
        assert b"patient-4711" not in file.read_bytes()
    return store


def test_a_file_of_its_own_by_default(tmp_path: Path, engine: Engine) -> None:
    _open(tmp_path, engine)
    assert (tmp_path / "kv.sqlite").exists()
    assert "kv_items" not in inspect(engine).get_table_names()


def test_the_main_database(tmp_path: Path, engine: Engine) -> None:
    _open(tmp_path, engine, "sql")
    assert not (tmp_path / "kv.sqlite").exists()
    assert "kv_items" in inspect(engine).get_table_names()


def test_redis(tmp_path: Path, engine: Engine, redis_socket: Path) -> None:
    _open(tmp_path, engine, f"unix://{redis_socket}")
    plain = RedisKV(f"unix://{redis_socket}")
    kept = plain.get("session")
    plain.close()
    assert kept is not None
    assert b"4711" not in kept

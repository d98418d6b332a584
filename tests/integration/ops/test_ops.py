"""Alive and ready, over HTTP, without a session."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from fhirportal.ops import blueprint
from fhirportal.settings import Secret, Settings
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.kv_redis import RedisKV
from fhirportal.storage.kv_sql import SqlKV
from fhirportal.web.services import Services, keep

MASTER = Secret("A" * 43 + "=")
OTHER = Secret("B" * 43 + "=")


def now() -> datetime:
    return datetime.now(UTC)


def _client(engine: Engine, kv: KV, master: Secret = MASTER) -> Any:
    app = Flask(__name__)
    parts: dict[str, Any] = {field.name: None for field in fields(Services)}
    parts |= {
        "settings": Settings(public_url="http://localhost", master_key=master),
        "clock": now,
        "engine": engine,
        "kv": kv,
        "keyring": KeyRing(engine, master, now),
    }
    keep(app, Services(**parts))
    app.register_blueprint(blueprint)
    return app.test_client()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(engine)
    KeyRing(engine, MASTER, now).seal("kv", b"x")
    yield engine


@pytest.fixture
def kv(tmp_path: Path) -> SqlKV:
    return SqlKV(make_engine(f"sqlite:///{tmp_path / 'kv.db'}", durable=False), now)


def test_all_is_well(engine: Engine, kv: SqlKV) -> None:
    answer = _client(engine, kv).get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ready", "parts": {"database": "ok", "kv": "ok", "keys": "ok"}},
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_alive_even_when_nothing_else_is(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    client = _client(engine, RedisKV(f"unix://{tmp_path / 'nobody'}"))
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "not-ready",
        "parts": {"database": "migration-missing", "kv": "kv-away", "keys": "database-away"},
    }


def test_the_wrong_master_key_is_told_in_a_word(engine: Engine, kv: SqlKV) -> None:
    answer = _client(engine, kv, OTHER).get("/readyz")
    assert (answer.status_code, answer.json["parts"]["keys"]) == (503, "wrong-master-key")


def test_a_broken_database_is_told_in_a_word(engine: Engine, kv: SqlKV, tmp_path: Path) -> None:
    client = _client(engine, kv)
    engine.dispose()
    for file in tmp_path.glob("portal.db*"):
        file.write_bytes(b"broken" * 1000)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"]["database"] == "database-away"
    assert str(tmp_path) not in answer.text


def test_asking_often_costs_little(engine: Engine, kv: SqlKV, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    check = KeyRing.check
    monkeypatch.setattr(KeyRing, "check", lambda self: (asked.append(1), check(self))[1])
    client = _client(engine, kv)
    for _ in range(20):
        client.get("/readyz")
    assert len(asked) <= 2

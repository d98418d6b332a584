"""Tokens at rest: sealed, bound to their row, replaced once per version."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from fhirportal.errors import Conflict, NotFound, Unavailable
from fhirportal.settings import Secret
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine, reading, writing
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.schema import upstream_tokens
from fhirportal.storage.tokens import StoredTokens, TokenStore, new_token_id

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOKENS = StoredTokens(
    id="t1",
    hospital="alder",
    access_token="access-4711",
    refresh_token="refresh-4711",
    expires_at=NOW + timedelta(minutes=5),
    scopes=frozenset({"patient/*.rs", "openid"}),
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(engine)
    return engine


@pytest.fixture
def store(engine: Engine) -> TokenStore:
    return TokenStore(engine, KeyRing(engine, Secret("A" * 43 + "="), lambda: NOW), lambda: NOW)


def test_what_is_put_is_got(store: TokenStore) -> None:
    store.put(TOKENS)
    assert store.get("t1") == TOKENS
    bare = replace(TOKENS, id="t2", refresh_token=None, expires_at=None, scopes=frozenset())
    store.put(bare)
    assert store.get("t2") == bare


def test_nothing_in_the_clear(store: TokenStore, tmp_path: Path) -> None:
    store.put(TOKENS)
    for file in tmp_path.iterdir():
        assert b"4711" not in file.read_bytes()
    assert "4711" not in repr(TOKENS)


def test_a_refresh_replaces_the_version_it_read(store: TokenStore) -> None:
    store.put(TOKENS)
    kept = store.replace(replace(TOKENS, access_token="new", refresh_token="newer"))
    assert kept.version == 2
    assert store.get("t1") == kept
    with pytest.raises(Conflict):
        store.replace(replace(TOKENS, access_token="late"))
    assert store.get("t1").access_token == "new"


def test_a_refresh_after_signing_out_brings_nothing_back(store: TokenStore) -> None:
    store.put(TOKENS)
    store.delete("t1")
    store.delete("t1")
    with pytest.raises(NotFound):
        store.replace(TOKENS)
    with pytest.raises(NotFound):
        store.get("t1")


def test_tokens_do_not_open_in_another_row_or_column(store: TokenStore, engine: Engine) -> None:
    store.put(TOKENS)
    store.put(replace(TOKENS, id="t2"))
    with reading(engine) as connection:
        row = connection.execute(select(upstream_tokens).where(upstream_tokens.c.id == "t1")).one()
    for stolen in (row.access_sealed, row.refresh_sealed):
        with writing(engine) as connection:
            target = update(upstream_tokens).where(upstream_tokens.c.id == "t2")
            connection.execute(target.values(access_sealed=stolen))
        with pytest.raises(Unavailable):
            store.get("t2")


def test_sweep_removes_what_nobody_can_use(store: TokenStore) -> None:
    store.put(TOKENS, keep_until=NOW + timedelta(hours=12))
    store.put(replace(TOKENS, id="t2"), keep_until=NOW + timedelta(hours=14))
    assert store.sweep(NOW + timedelta(hours=13)) == 1
    assert store.get("t2").id == "t2"
    with pytest.raises(NotFound):
        store.get("t1")


def test_ids_are_random() -> None:
    assert len({new_token_id() for _ in range(50)}) == 50

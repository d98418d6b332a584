"""Marks of what was opened."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, exc, insert

from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine, writing
from fhirportal.storage.schema import accounts
from fhirportal.storage.viewed import list_viewed, mark_viewed

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(engine)
    with writing(engine) as connection:
        for name in ("one", "two"):
            connection.execute(insert(accounts).values(id=name, created_at=NOW, last_seen_at=NOW))
    return engine


def test_a_mark_belongs_to_one_account_and_chart(engine: Engine) -> None:
    mark_viewed(engine, "one", "alder", "p1", "Observation", "o1", "1", NOW)
    assert list_viewed(engine, "one", "alder", "p1", "Observation") == {"o1": "1"}
    for account, hospital, patient, type_ in (
        ("two", "alder", "p1", "Observation"),
        ("one", "fenwick", "p1", "Observation"),
        ("one", "alder", "p2", "Observation"),
        ("one", "alder", "p1", "DiagnosticReport"),
    ):
        assert list_viewed(engine, account, hospital, patient, type_) == {}


def test_a_newer_version_takes_the_place_of_the_older(engine: Engine) -> None:
    for version in ("1", "1", "2"):
        mark_viewed(engine, "one", "alder", "p1", "Observation", "o1", version, NOW)
    assert list_viewed(engine, "one", "alder", "p1", "Observation") == {"o1": "2"}


def test_nobody_without_an_account_leaves_a_mark(engine: Engine) -> None:
    with pytest.raises(exc.IntegrityError):
        mark_viewed(engine, "nobody", "alder", "p1", "Observation", "o1", "1", NOW)

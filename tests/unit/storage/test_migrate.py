"""The migrations and the schema say the same; steps run forwards, backwards and side by side."""

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, select

from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine, reading
from fhirportal.storage.schema import accounts, metadata


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(f"sqlite:///{tmp_path / 'portal.db'}")


def test_migrations_lead_to_the_schema(engine: Engine) -> None:
    migrate.upgrade(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert migrate.current(engine) == migrate.newest()


def test_migrated_and_created_tables_are_the_same_to_the_letter(engine: Engine, tmp_path: Path) -> None:
    """compare_metadata does not look at partial indexes, AUTOINCREMENT or what a foreign key does on delete."""
    migrate.upgrade(engine)
    other = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other)
    assert _shape(engine) == _shape(other)


def _shape(engine: Engine) -> dict[str, object]:
    seen = inspect(engine)
    tables = set(seen.get_table_names()) - {"alembic_version"}
    with reading(engine) as connection:
        autoincrement = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'").scalars().all()
        )
    shape: dict[str, object] = {"autoincrement": sorted(autoincrement)}
    for table in sorted(tables):
        shape[table] = (
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)],
            seen.get_pk_constraint(table),
            sorted(_index(i) for i in seen.get_indexes(table)),
            sorted(map(repr, seen.get_foreign_keys(table))),
            sorted(map(repr, seen.get_unique_constraints(table))),
        )
    return shape


def _index(index: Any) -> str:
    where = index["dialect_options"].get("sqlite_where")
    return f"{index['name']} {index['column_names']} {index['unique']} {where}"


def test_down_and_up_again(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    with reading(engine) as connection:
        assert connection.execute(select(accounts)).all() == []


def test_an_empty_database_has_no_revision(engine: Engine) -> None:
    assert migrate.current(engine) is None


def test_several_starting_at_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate.upgrade(make_engine(f"sqlite:///{tmp_path / 'portal.db'}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []

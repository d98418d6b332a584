"""What a transaction means: who waits for whom, what survives, what is refused."""

import multiprocessing
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, exc, insert, select, update

from fhirportal.errors import Unavailable
from fhirportal.storage.engine import UtcDateTime, make_engine, reading, writing

_metadata = MetaData()
_counter = Table("counter", _metadata, Column("id", Integer, primary_key=True), Column("n", Integer), Column("at", UtcDateTime))


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'sub' / 'portal.db'}"
    with writing(make_engine(address)) as connection:
        _metadata.create_all(connection)
        connection.execute(insert(_counter).values(id=1, n=0))
    return address


def _count_up(url: str, times: int) -> None:
    engine = make_engine(url)
    for _ in range(times):
        with writing(engine) as connection:
            n = connection.execute(select(_counter.c.n)).scalar_one()
            connection.execute(update(_counter).values(n=n + 1))


def test_read_then_write_from_many_processes_loses_nothing(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_count_up, args=(url, 50)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    with reading(make_engine(url)) as connection:
        assert connection.execute(select(_counter.c.n)).scalar_one() == 150


def test_a_reader_neither_waits_for_nor_sees_an_open_write(url: str) -> None:
    engine = make_engine(url)
    with writing(engine) as writer:
        writer.execute(update(_counter).values(n=7))
        with reading(engine) as reader:
            assert reader.execute(select(_counter.c.n)).scalar_one() == 0


def test_an_error_rolls_back(url: str) -> None:
    engine = make_engine(url)
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(update(_counter).values(n=9))
        raise RuntimeError
    with reading(engine) as connection:
        assert connection.execute(select(_counter.c.n)).scalar_one() == 0


def test_times_come_back_aware_in_utc(url: str) -> None:
    engine = make_engine(url)
    there = datetime(2026, 3, 1, 9, 30, 5, 123456, tzinfo=timezone(timedelta(hours=-5)))
    with writing(engine) as connection:
        connection.execute(update(_counter).values(at=there))
    with reading(engine) as connection:
        back = connection.execute(select(_counter.c.at)).scalar_one()
    assert back == there
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused(url: str) -> None:
    with pytest.raises(exc.StatementError, match="without a zone"), writing(make_engine(url)) as connection:
        connection.execute(update(_counter).values(at=datetime(2026, 3, 1)))


def test_the_file_is_for_its_owner_only(url: str, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "sub" / "portal.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "sub").stat().st_mode) == 0o700


def test_pragmas(url: str) -> None:
    for durable, synchronous in ((True, 2), (False, 1)):
        with reading(make_engine(url, durable=durable)) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == synchronous


def test_a_broken_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_bytes(b"this is no database, and long enough to be looked at" * 50)
    with pytest.raises(Unavailable), reading(make_engine(f"sqlite:///{tmp_path / 'portal.db'}")) as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master")


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        make_engine(f"sqlite:///{tmp_path / 'file' / 'portal.db'}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_memory_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must name a file"):
        make_engine(url)


def test_errors_never_carry_the_values(url: str) -> None:
    with pytest.raises(exc.IntegrityError) as caught, writing(make_engine(url)) as connection:
        connection.execute(insert(_counter).values(id=1, n=4711))
    assert "4711" not in str(caught.value)

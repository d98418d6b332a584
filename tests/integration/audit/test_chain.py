"""Whoever changes, adds or removes a sealed row is found out; whoever makes a whole new chain, by the heads file."""

import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from fhirportal.audit import Audit, cut, seal, verify
from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import audit_rows, audit_seals

sys.path.insert(0, str(Path(__file__).parent))
from audit_examples import LATER, START, a_row


@pytest.fixture
def chain(engine: Engine, heads: Path) -> Engine:
    """Three seals of four rows each, and two rows not sealed yet."""
    audit = Audit(engine)
    for part in range(3):
        audit.write([a_row(request_id=f"{part}-{n}", at=START + timedelta(hours=part)) for n in range(4)])
        assert seal(engine, heads, LATER + timedelta(hours=part)) == 4
    audit.write([a_row(at=LATER + timedelta(hours=3)) for _ in range(2)])
    audit.close()
    return engine


def test_an_untouched_chain_is_whole(chain: Engine, heads: Path) -> None:
    report = verify(chain, heads)
    assert (report.whole, report.sealed, report.seals, report.unsealed) == (True, 12, 3, 2)
    assert stat.S_IMODE(heads.stat().st_mode) == 0o600


def test_an_empty_log_is_whole(engine: Engine, heads: Path) -> None:
    assert seal(engine, heads, LATER) == 0
    assert verify(engine, heads).whole
    assert not heads.exists()


def test_the_newest_moment_is_left_to_settle(engine: Engine, heads: Path) -> None:
    audit = Audit(engine)
    audit.write([a_row(at=START)])
    audit.close()
    assert seal(engine, heads, START + timedelta(seconds=1)) == 0
    assert seal(engine, heads, START + timedelta(seconds=6)) == 1


@pytest.mark.parametrize("column", [c.name for c in audit_rows.columns if c.name not in ("seq", "at", "account_id")])
def test_a_changed_column_is_found(chain: Engine, heads: Path, column: str) -> None:
    with writing(chain) as connection:
        connection.execute(update(audit_rows).where(audit_rows.c.seq == 6).values({column: "changed"}))
    assert verify(chain, heads).breaks == ("rows 5 to 8 were changed, added or removed",)


def test_a_changed_time_is_found(chain: Engine, heads: Path) -> None:
    with writing(chain) as connection:
        connection.execute(update(audit_rows).where(audit_rows.c.seq == 6).values(at=LATER + timedelta(milliseconds=1)))
    assert not verify(chain, heads).whole


@pytest.mark.parametrize("seq", [1, 6, 12])
def test_a_removed_row_is_found(chain: Engine, heads: Path, seq: int) -> None:
    with writing(chain) as connection:
        connection.execute(delete(audit_rows).where(audit_rows.c.seq == seq))
    assert len(verify(chain, heads).breaks) == 1


def test_a_row_moved_to_a_freed_number_is_found(chain: Engine, heads: Path) -> None:
    with writing(chain) as connection:
        connection.execute(update(audit_rows).where(audit_rows.c.seq == 6).values(seq=100))
        connection.execute(update(audit_rows).where(audit_rows.c.seq == 7).values(seq=6))
    assert not verify(chain, heads).whole


def test_a_new_chain_over_changed_rows_does_not_fit_the_heads(chain: Engine, heads: Path, tmp_path: Path) -> None:
    with writing(chain) as connection:
        connection.execute(update(audit_rows).where(audit_rows.c.seq == 2).values(patient="p2"))
        connection.execute(delete(audit_seals))
    seal(chain, tmp_path / "elsewhere", LATER + timedelta(hours=2))
    assert verify(chain, tmp_path / "elsewhere").whole
    assert not verify(chain, heads).whole


def test_removed_seals_are_found(chain: Engine, heads: Path) -> None:
    with writing(chain) as connection:
        connection.execute(delete(audit_rows))
        connection.execute(delete(audit_seals))
    assert len(verify(chain, heads).breaks) == 3


def test_the_beginning_cannot_be_removed_without_a_cut(chain: Engine, heads: Path) -> None:
    with writing(chain) as connection:
        connection.execute(delete(audit_rows).where(audit_rows.c.seq <= 4))
        connection.execute(delete(audit_seals).where(audit_seals.c.from_seq == 1))
    assert not verify(chain, heads).whole


def test_a_heads_file_that_was_removed_is_told(chain: Engine, heads: Path) -> None:
    heads.unlink()
    assert not verify(chain, heads).whole
    seal(chain, heads, LATER + timedelta(hours=9))
    assert any("lost" in one for one in verify(chain, heads).breaks)


def test_a_kill_between_seal_and_heads_is_made_up_for(chain: Engine, heads: Path) -> None:
    lines = heads.read_text().splitlines(keepends=True)
    heads.write_text("".join(lines[:2]) + lines[2][:30])  # the last line torn
    assert verify(chain, heads).whole
    seal(chain, heads, LATER + timedelta(hours=2))
    assert verify(chain, heads).whole
    assert heads.read_text().splitlines(keepends=True)[-1] == lines[2]


def test_a_missing_head_in_the_middle_is_told(chain: Engine, heads: Path) -> None:
    lines = heads.read_text().splitlines(keepends=True)
    heads.write_text(lines[0] + lines[2])
    assert verify(chain, heads).breaks == ("no head was written down for row 8",)


def test_two_workers_at_once_seal_each_row_once(engine: Engine, heads: Path) -> None:
    audit = Audit(engine)
    audit.write([a_row() for _ in range(10)])
    audit.close()
    with reading(engine) as connection:
        connection.execute(select(audit_rows))
        assert seal(engine, heads, LATER) == 10
        assert seal(engine, heads, LATER) == 0
    assert verify(engine, heads).whole


def test_rows_are_cut_at_a_seal_and_the_rest_stays_whole(chain: Engine, heads: Path) -> None:
    assert cut(chain, heads, LATER + timedelta(minutes=90)) == 8
    report = verify(chain, heads)
    assert (report.whole, report.sealed, report.seals) == (True, 4, 2)
    assert cut(chain, heads, LATER + timedelta(minutes=90)) == 0
    assert seal(chain, heads, LATER + timedelta(hours=9)) == 2
    assert cut(chain, heads, LATER + timedelta(hours=10)) == 6
    assert verify(chain, heads).whole


def test_nothing_is_cut_before_its_time(chain: Engine, heads: Path) -> None:
    assert cut(chain, heads, START) == 0
    assert verify(chain, heads).sealed == 12


def test_rows_put_back_before_a_cut_are_found(chain: Engine, heads: Path) -> None:
    cut(chain, heads, LATER + timedelta(minutes=90))
    with reading(chain) as connection:
        row = dict(connection.execute(select(audit_rows).limit(1)).mappings().one())
    with writing(chain) as connection:
        connection.execute(insert(audit_rows).values(**(row | {"seq": 3})))
    assert not verify(chain, heads).whole


def test_a_long_log_is_sealed_in_parts(engine: Engine, heads: Path) -> None:
    audit = Audit(engine)
    for _ in range(21):
        audit.write([a_row() for _ in range(1000)])
    audit.close()
    assert seal(engine, heads, LATER) == 21000
    report = verify(engine, heads)
    assert (report.whole, report.seals) == (True, 2)

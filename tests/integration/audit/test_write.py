"""A row is there before the answer leaves, or there is no answer."""

import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select

from fhirportal.audit import Audit, seal, verify
from fhirportal.errors import Unavailable
from fhirportal.storage.engine import make_engine, reading, writing
from fhirportal.storage.schema import audit_rows, metadata

sys.path.insert(0, str(Path(__file__).parent))
from audit_examples import LATER, a_row


def _count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(audit_rows)).scalar_one()


def test_rows_are_committed_when_write_returns(engine: Engine, url: str) -> None:
    audit = Audit(engine)
    audit.write([a_row(), a_row(action="read", id="o1")])
    assert _count(make_engine(url)) == 2
    audit.write([])
    audit.close()


def test_what_a_row_says(engine: Engine) -> None:
    audit = Audit(engine)
    audit.write([a_row(action="read", id="o1", reason="not-found", account_id=None)])
    audit.close()
    with reading(engine) as connection:
        row = connection.execute(select(audit_rows)).mappings().one()
    assert dict(row) | {
        "seq": 1,
        "hospital": "alder",
        "actor": "Patient/p1",
        "account_id": None,
        "patient": "p1",
        "action": "read",
        "type": "Observation",
        "resource_id": "o1",
        "reason": "not-found",
    } == dict(row)


def test_values_and_names_stay_out(engine: Engine, tmp_path: Path) -> None:
    audit = Audit(engine)
    params = (
        ("patient", "p1"),
        ("_id", "o1,o2"),
        ("code", "http://loinc.org|4548-4"),
        ("category:in", "laboratory"),
        ("patient:Patient", "p1"),
        ("name of somebody", "x"),
        ("patient", "Greta Holm"),
    )
    audit.write([a_row(params=params, actor="Greta Holm", reason="no such person: Holm", outcome="x" * 99)])
    audit.close()
    with reading(engine) as connection:
        row = connection.execute(select(audit_rows)).mappings().one()
    assert row["params"] == "patient=p1 _id=o1,o2 code category:in patient:Patient=p1 ? patient=?"
    assert (row["actor"], row["reason"], row["outcome"]) == ("?", "?", "?")
    for file in tmp_path.glob("portal.db*"):
        for secret in (b"4548-4", b"laboratory", b"Holm", b"somebody"):
            assert secret not in file.read_bytes()


def test_a_row_without_a_zone_is_refused(engine: Engine) -> None:
    audit = Audit(engine)
    with pytest.raises(ValueError, match="zone"):
        audit.write([a_row(at=datetime(2026, 1, 1))])


def test_many_requests_at_once_lose_nothing(engine: Engine) -> None:
    audit = Audit(engine)

    def work(name: int) -> None:
        for n in range(20):
            audit.write([a_row(request_id=f"{name}-{n}"), a_row(request_id=f"{name}-{n}")])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    audit.close()
    with reading(engine) as connection:
        seen = connection.execute(select(audit_rows.c.request_id).order_by(audit_rows.c.seq)).scalars().all()
    assert len(seen) == 640
    assert seen[0::2] == seen[1::2]  # rows of one write stand together


def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    audit = Audit(engine)
    with pytest.raises(Unavailable):
        audit.write([a_row()])
    metadata.create_all(engine)
    audit.write([a_row()])
    assert _count(engine) == 1
    audit.close()


def test_slow_is_unavailable_and_full_is_too(engine: Engine) -> None:
    audit = Audit(engine, queue_length=1, wait_seconds=0.2)
    with writing(engine):  # somebody holds the write lock
        with pytest.raises(Unavailable, match="in time"):
            audit.write([a_row()])
        with pytest.raises(Unavailable, match="in time"):
            audit.write([a_row()])
        with pytest.raises(Unavailable, match="too much"):
            audit.write([a_row()])
    for _ in range(100):
        if _count(engine) == 2:
            break
        time.sleep(0.05)
    audit.write([a_row()])
    audit.close()


def test_after_close_nothing_is_taken(engine: Engine) -> None:
    audit = Audit(engine)
    audit.write([a_row()])
    audit.close()
    audit.close()
    with pytest.raises(Unavailable):
        audit.write([a_row()])


WRITER = """
import sys
sys.path.insert(0, {here!r})
from audit_examples import a_row
from fhirportal.audit import Audit
from fhirportal.storage.engine import make_engine
audit = Audit(make_engine({url!r}))
for n in range(100000):
    audit.write([a_row(request_id=str(n))])
    print(n, flush=True)
"""


def test_kill_9_loses_no_row_that_was_answered(engine: Engine, url: str, heads: Path) -> None:
    code = WRITER.format(here=str(Path(__file__).parent), url=url)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 60:
                writer.send_signal(signal.SIGKILL)
                break
        answered = [60] + [int(line) for line in writer.stdout if line.strip()]
    with reading(engine) as connection:
        kept = set(connection.execute(select(audit_rows.c.request_id)).scalars())
    assert {str(n) for n in range(max(answered) + 1)} <= kept
    assert seal(engine, heads, LATER) == len(kept)
    assert verify(engine, heads).whole


def test_a_deleted_last_row_leaves_its_number_unused(engine: Engine) -> None:
    audit = Audit(engine)
    audit.write([a_row(), a_row()])
    with writing(engine) as connection:
        connection.execute(delete(audit_rows).where(audit_rows.c.seq == 2))
    audit.write([a_row()])
    audit.close()
    with reading(engine) as connection:
        assert connection.execute(select(audit_rows.c.seq)).scalars().all() == [1, 3]

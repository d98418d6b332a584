"""Jobs run by themselves, apart from each other, once at a time, and end when asked."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from fhirportal.audit import HEADS_FILE, Audit, AuditRow, verify
from fhirportal.errors import Unavailable
from fhirportal.settings import Secret, Settings
from fhirportal.storage import migrate
from fhirportal.storage.engine import make_engine, reading, writing
from fhirportal.storage.keyring import MAX_AGE, KeyRing
from fhirportal.storage.kv_sql import SqlKV
from fhirportal.storage.schema import open_sessions
from fhirportal.storage.tokens import StoredTokens, TokenStore
from fhirportal.worker import Job, Worker, list_jobs, wait_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MASTER = Secret("A" * 43 + "=")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    migrate.upgrade(engine)
    return engine


@pytest.fixture
def kv(engine: Engine) -> SqlKV:
    return SqlKV(engine, lambda: datetime.now(UTC))


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_one_failing_or_slow_job_does_not_stop_another(kv: SqlKV) -> None:
    turns: list[datetime] = []
    never = threading.Event()

    def fail(_now: datetime) -> int:
        raise RuntimeError("a bug")

    def run(now: datetime) -> int:
        turns.append(now)
        return 1

    def hang(_now: datetime) -> int:
        never.wait(30)
        return 0

    worker = Worker([Job("bug", 0.01, fail), Job("hang", 0.01, hang), Job("fine", 0.01, run)], kv, lambda: NOW)
    thread = threading.Thread(target=worker.run)
    thread.start()
    _wait_for(lambda: len(turns) >= 3)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    never.set()
    assert turns[0] == NOW


def test_what_another_worker_is_at_is_left_to_it(kv: SqlKV) -> None:
    ran: list[int] = []
    job = Job("only-one", 1, lambda now: ran.append(1) or 1)
    lease = kv.lease("worker/only-one", 60)
    assert lease is not None
    assert Worker([job], kv, lambda: NOW).run_once(job)
    assert ran == []
    lease.release()
    assert Worker([job], kv, lambda: NOW).run_once(job)
    assert ran == [1]


@pytest.mark.parametrize("error", [Unavailable("away"), ValueError("a bug")])
def test_a_failed_job_gives_its_lease_back(kv: SqlKV, error: Exception) -> None:
    def fail(_now: datetime) -> int:
        raise error

    job = Job("job", 1, fail)
    assert not Worker([job], kv, lambda: NOW).run_once(job)
    assert kv.lease("worker/job", 1) is not None


def test_waiting_grows_with_failures_and_never_over_the_turn() -> None:
    assert 54 <= wait_after(60, 0) <= 66
    assert 4.5 <= wait_after(3600, 1) <= 5.5
    assert wait_after(3600, 4) > wait_after(3600, 2)
    assert wait_after(3600, 99) <= 3960
    assert wait_after(1, 1) <= 1.1


def test_the_jobs_of_a_deployment_do_their_work(engine: Engine, kv: SqlKV, tmp_path: Path) -> None:
    clock = [NOW]
    ring = KeyRing(engine, MASTER, lambda: clock[0])
    tokens = TokenStore(engine, ring, lambda: clock[0])
    settings = Settings(public_url="http://localhost", master_key=MASTER, data_dir=tmp_path, audit_keep_days=30)
    asked: list[str] = []
    jobs = {job.name: job for job in list_jobs(settings, engine, kv, ring, tokens, {"alder": lambda: asked.append("alder")})}

    tokens.put(StoredTokens("t1", "alder", "a", None, None, frozenset()), keep_until=NOW + timedelta(hours=1))
    ring.signing_key("client-assertion", "alder", "ES384")
    with writing(engine) as connection:
        connection.execute(insert(open_sessions).values(key="k", opened_at=NOW, expires_at=NOW + timedelta(hours=1)))
    audit = Audit(engine)
    audit.write([_row()])
    audit.close()

    later = NOW + timedelta(hours=2)
    assert jobs["sweep-tokens"].run(later) == 1
    assert jobs["sweep-sessions"].run(later) == 1
    assert jobs["seal-audit"].run(later) == 1
    assert verify(engine, tmp_path / HEADS_FILE).whole
    assert jobs["cut-audit"].run(later) == 0
    assert jobs["cut-audit"].run(later + timedelta(days=31)) == 1
    assert jobs["rotate-keys"].run(later) == 0
    clock[0] += MAX_AGE
    assert jobs["rotate-keys"].run(clock[0]) >= 1
    assert jobs["capabilities-alder"].run(later) == 1
    assert asked == ["alder"]
    kv.put("x", b"x", 1)
    assert jobs["sweep-kv"].run(datetime.now(UTC) + timedelta(seconds=2)) == 1
    with reading(engine) as connection:
        assert connection.execute(select(open_sessions)).all() == []


def _row() -> AuditRow:
    return AuditRow(
        at=NOW,
        hospital="alder",
        actor="Patient/p1",
        account_id=None,
        session_id="s",
        kind="self",
        patient="p1",
        action="read",
        type="Patient",
        id="p1",
        params=(),
        outcome="ok",
        app="portal",
        request_id="r",
    )


PROCESS = """
import sys
from datetime import UTC, datetime
from fhirportal.storage.engine import make_engine
from fhirportal.storage.kv_sql import SqlKV
from fhirportal.worker import Job, Worker
def turn(now):
    print("turn", flush=True)
    return 0
kv = SqlKV(make_engine(sys.argv[1]), lambda: datetime.now(UTC))
Worker([Job("turn", 0.05, turn)], kv, lambda: datetime.now(UTC)).run_until_signal()
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PROCESS, f"sqlite:///{tmp_path / 'kv.db'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "turn\n"
        child.send_signal(number)
        rest = child.stdout.read()
    assert child.returncode == 0
    assert rest.endswith("ended\n")

"""What has to happen without anybody asking: sweeping what ended, sealing the audit log, changing keys, reading capabilities.

It decides how often and that one job never stops another: each has a thread and, across processes, a lease of its own; a
failing one is tried again later and later. It must not know how a job does its work. Every job may be killed at any point
and run again.
"""

import logging
import random
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType

from sqlalchemy import Engine

from fhirportal.audit import HEADS_FILE, cut, seal
from fhirportal.errors import PortalError
from fhirportal.settings import Settings
from fhirportal.storage.accounts import close_expired_sessions
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.kv import KV
from fhirportal.storage.tokens import TokenStore

LEASE_SECONDS = 600.0
STOP_SECONDS = 6.0
FIRST_RETRY_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`run(now)` does a part of the work and gives how many things it did; `every` is in seconds, give or take a tenth."""

    name: str
    every: float
    run: Callable[[datetime], int]


def list_jobs(
    settings: Settings,
    engine: Engine,
    kv: KV,
    keyring: KeyRing,
    tokens: TokenStore,
    refreshers: Mapping[str, Callable[[], object]],
) -> list[Job]:
    """The jobs of a deployment. `refreshers`: for each hospital's slug, the call that reads its capability statement."""
    heads = settings.data_dir / HEADS_FILE
    kept = timedelta(days=settings.audit_keep_days)
    return [
        Job("sweep-kv", 60, kv.sweep),
        Job("sweep-tokens", 300, tokens.sweep),
        Job("sweep-sessions", 300, lambda now: close_expired_sessions(engine, now)),
        Job("seal-audit", 30, lambda now: seal(engine, heads, now)),
        Job("cut-audit", 6 * 3600, lambda now: cut(engine, heads, now - kept)),
        Job("rotate-keys", 600, lambda _now: len(keyring.rotate_due())),
        *(Job(f"capabilities-{slug}", 3600, _refreshing(call)) for slug, call in refreshers.items()),
    ]


def _refreshing(call: Callable[[], object]) -> Callable[[datetime], int]:
    def run(_now: datetime) -> int:
        call()
        return 1

    return run


class Worker:
    """Runs jobs until told to stop. `kv` gives the leases, so that any number of workers may run."""

    def __init__(self, jobs: Sequence[Job], kv: KV, clock: Callable[[], datetime]) -> None:
        self._jobs = jobs
        self._kv = kv
        self._clock = clock
        self._stop = threading.Event()

    def run(self) -> None:
        """Returns after `stop`, once the jobs at work are done or have had a few seconds."""
        threads = [threading.Thread(target=self._keep_running, args=(job,), name=job.name, daemon=True) for job in self._jobs]
        for thread in threads:
            thread.start()
        while not self._stop.wait(1.0):
            pass
        for thread in threads:
            thread.join(STOP_SECONDS / max(1, len(threads)))

    def stop(self) -> None:
        """Asks `run` to return; may be called from a signal handler or another thread."""
        self._stop.set()

    def run_until_signal(self) -> None:
        """`run`, ended by SIGTERM or SIGINT. Only in the main thread."""

        def told(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, told)
        self.run()

    def run_once(self, job: Job) -> bool:
        """One turn: whether the job ran to its end. False too while another worker is at it."""
        try:
            lease = self._kv.lease(f"worker/{job.name}", LEASE_SECONDS)
            if lease is None:
                return True
            try:
                done = job.run(self._clock())
            finally:
                lease.release()
        except PortalError as error:
            _log.warning("job failed", extra={"event": "job-failed", "job": job.name, "code": error.code})
            return False
        except Exception:
            _log.exception("job failed unexpectedly", extra={"event": "job-failed", "job": job.name})
            return False
        if done:
            _log.info("job done", extra={"event": "job-done", "job": job.name, "count": done})
        return True

    def _keep_running(self, job: Job) -> None:
        failures = 0
        wait = random.uniform(0, min(5.0, job.every))  # noqa: S311 - not all at once, nothing secret
        while not self._stop.wait(wait):
            failures = 0 if self.run_once(job) else failures + 1
            wait = wait_after(job.every, failures)


def wait_after(every: float, failures: int) -> float:
    """Seconds to the next turn: about `every`; after failures sooner, at first, and never later than that."""
    base = every if failures == 0 else min(every, FIRST_RETRY_SECONDS * 2 ** min(failures - 1, 16))
    return base * random.uniform(0.9, 1.1)  # noqa: S311

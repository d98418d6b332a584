"""Starts the processes of the demo, waits until they answer, and stops them cleanly in the reverse order.

It decides how processes live and die together. It must not know what they do. Each child writes to a log file of its own;
when one dies, all stop and the end of its log is shown.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

STOP_SECONDS = 8.0
LOG_TAIL = 25


class ChildFailed(Exception):
    """A process ended or did not answer; the message holds the end of its log."""


@dataclass(frozen=True)
class Job:
    """One process: its `fhirportal` words, its environment, and the address that answers once it is ready ("" for none)."""

    name: str
    words: Sequence[str]
    ready: str = ""


class Household:
    """Processes that live and die together. `logs` is the folder for `<name>.log`."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[tuple[Job, subprocess.Popen[bytes]]] = []
        self._stopping = threading.Event()
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, job: Job) -> None:
        with self._log(job).open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "fhirportal", *job.words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children.append((job, child))

    def wait_ready(self, seconds: float) -> None:
        """Returns once every address answers. Raises ChildFailed."""
        end = time.monotonic() + seconds
        for job, child in self._children:
            while job.ready and not answers(job.ready):
                self._require_alive(job, child)
                if time.monotonic() > end:
                    raise ChildFailed(f"{job.name} did not answer within {seconds:.0f} s.\n{self._tail(job)}")
                time.sleep(0.05)

    def stop_on_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal end `watch` instead of this process."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stopping.set()

        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), stop)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def watch(self) -> None:
        """Returns when a signal asks to stop. Raises ChildFailed when a process ends by itself."""
        while not self._stopping.wait(0.3):
            for job, child in self._children:
                self._require_alive(job, child)

    def stop(self) -> None:
        """Asks each process to end, the last one started first; ends those that do not listen."""
        for _, child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + STOP_SECONDS
        for _, child in self._children:
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _require_alive(self, job: Job, child: subprocess.Popen[bytes]) -> None:
        if child.poll() is not None and not self._stopping.is_set():
            raise ChildFailed(f"{job.name} stopped by itself (exit status {child.returncode}).\n{self._tail(job)}")

    def _log(self, job: Job) -> Path:
        return self._logs / f"{job.name}.log"

    def _tail(self, job: Job) -> str:
        lines = self._log(job).read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL:])


def answers(address: str) -> bool:
    """Whether a loopback address of ours answers 200 now."""
    try:
        with urlopen(address, timeout=2) as answer:  # noqa: S310 - our own loopback addresses
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def free_port(wanted: int, host: str = "127.0.0.1", *, taken: Callable[[int], bool] | None = None) -> int:
    """`wanted` if nothing listens there, else the next free one of twenty, else any. Raises OSError."""
    for port in [*range(wanted, wanted + 20), 0] if wanted else [0]:
        if taken is not None and taken(port):
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")

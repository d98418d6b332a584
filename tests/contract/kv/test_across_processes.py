"""Many processes at once: one takes, one adds, one holds, none is counted twice."""

import multiprocessing
import queue
import sys
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import pytest

_HERE = str(Path(__file__).parent)
PROCESSES = 3
ROUNDS = 40


def _run(here: str, address: str, job: str, start: Any, results: "Queue[Any]") -> None:
    sys.path.insert(0, here)
    from conftest import open_store

    store = open_store(address)
    start.wait(30)
    if job == "take":
        got = [n for n in range(ROUNDS) if store.take(f"item{n}") is not None]
    elif job == "add":
        got = [n for n in range(ROUNDS) if store.add(f"item{n}", b"x", 60)]
    elif job == "count":
        got = [store.count("window", 60) for _ in range(ROUNDS)]
    else:
        leases = [store.lease(f"lock{n}", 60) for n in range(ROUNDS)]
        got = [(n, lease.fence) for n, lease in enumerate(leases) if lease is not None]
    results.put(got)


def _all(address: str, job: str) -> list[Any]:
    spawn = multiprocessing.get_context("spawn")
    results: Queue[Any] = spawn.Queue()
    start = spawn.Barrier(PROCESSES)
    workers = [spawn.Process(target=_run, args=(_HERE, address, job, start, results)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    try:
        gathered = [results.get(timeout=60) for _ in workers]
    except queue.Empty:
        pytest.fail("a process did not answer")
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    return [one for part in gathered for one in part]


def test_of_many_takers_one_gets_it(address: str, store: Any) -> None:
    for n in range(ROUNDS):
        store.put(f"item{n}", b"x", 60)
    assert sorted(_all(address, "take")) == list(range(ROUNDS))


def test_of_many_adders_one_hears_true(address: str, store: Any) -> None:
    assert sorted(_all(address, "add")) == list(range(ROUNDS))


def test_every_count_is_counted_once(address: str, store: Any) -> None:
    assert sorted(_all(address, "count")) == list(range(1, PROCESSES * ROUNDS + 1))


def test_a_lease_has_one_holder_and_a_fence_of_its_own(address: str, store: Any) -> None:
    held = _all(address, "lease")
    assert sorted(n for n, _ in held) == list(range(ROUNDS))
    assert len({fence for _, fence in held}) == ROUNDS

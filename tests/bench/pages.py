"""`./portal bench pages`: the dashboard against the hospital's slowest single answer, pages a second, memory, mappings.

Everything is measured in one run, in alternating rounds; medians are told; ratios travel, absolute numbers do not. An answer
that is not exactly the expected one fails the cell, so that a fast error cannot pass for a fast page.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.bench import meanings
from tests.bench.measuring import NotMeasured, memory_mb, middle, milliseconds, processor_ms, share, stolen
from tests.bench.stack import Stack, require_linux

LATENCY_MS = 40
CLIENTS = (1, 16)
PAGES = ("", "results", "medicines", "appointments", "bills", "profile")


def run(*, quick: bool) -> dict[str, Any]:
    """All numbers, as they are printed. Raises NotMeasured."""
    require_linux()
    before = stolen()
    rounds, seconds = (15, 2.0) if quick else (60, 6.0)
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), LATENCY_MS)
        try:
            idle = memory_mb(stack.worker)
            for page in PAGES:
                for _ in range(3):
                    stack.page(page)
            report = {
                "latency_ms": LATENCY_MS,
                "dashboard": _dashboard(stack, rounds),
                "throughput": _throughput(stack, seconds, 1 if quick else 3),
                "pages": _pages(stack, max(5, rounds // 3)),
                "memory_mb": {"after_start": idle, "after_load": memory_mb(stack.worker)},
            }
        finally:
            stack.close()
    report["mappings"] = meanings.measure(5 if quick else 20)
    gone, all_ = (now - then for now, then in zip(stolen(), before, strict=True))
    report["stolen_percent"] = round(100 * gone / max(all_, 1), 2)
    return report


def _dashboard(stack: Stack, rounds: int) -> dict[str, Any]:
    """The dashboard, each of its questions alone, and all of them at once, one after the other in every round."""
    cells: dict[str, Callable[[], None]] = {f"question {n}": _asking(stack, u) for n, u in enumerate(stack.questions)}
    cells |= {"all at once": stack.ask_all, "dashboard": stack.page}
    for call in cells.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in cells}
    order = list(cells)
    for n in range(rounds):
        for name in order if n % 2 else reversed(order):
            taken[name].append(milliseconds(cells[name]))
    medians = {name: middle(values) for name, values in taken.items()}
    slowest = max(value for name, value in medians.items() if name.startswith("question"))
    used = processor_ms(stack.worker)
    for _ in range(rounds):
        stack.page()
    return {
        "questions": len(stack.questions),
        "p50_ms": round(medians["dashboard"], 1),
        "p95_ms": round(share(taken["dashboard"], 0.95), 1),
        "slowest_question_ms": round(slowest, 1),
        "all_at_once_ms": round(medians["all at once"], 1),
        "ratio_to_slowest": round(medians["dashboard"] / slowest, 3),
        "ratio_to_all_at_once": round(medians["dashboard"] / medians["all at once"], 3),
        "processor_ms": round((processor_ms(stack.worker) - used) / rounds, 2),
    }


def _asking(stack: Stack, url: str) -> Callable[[], None]:
    return lambda: stack.ask(url)


def _pages(stack: Stack, rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    for _ in range(rounds):
        for page in PAGES:
            taken[page].append(milliseconds(lambda page=page: stack.page(page)))  # type: ignore[misc]
    return {page or "dashboard": round(middle(values), 1) for page, values in taken.items()}


def _throughput(stack: Stack, seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Dashboards a second by this many clients that never pause, beside the bare questions by as many, in turns."""
    found: dict[int, list[dict[str, float]]] = {clients: [] for clients in CLIENTS}
    for _ in range(rounds):
        for clients in CLIENTS:
            bare = _driven(stack.ask_all, clients, seconds / 2)
            used = processor_ms(stack.worker)
            ours = _driven(stack.page, clients, seconds)
            cpu = (processor_ms(stack.worker) - used) / len(ours)
            found[clients].append({
                "pages_per_second": len(ours) / seconds, "p50_ms": middle(ours), "p99_ms": share(ours, 0.99),
                "processor_ms": cpu, "bare_per_second": len(bare) / (seconds / 2),
            })  # fmt: skip
    return [
        {"clients": clients, **{name: round(middle(row[name] for row in rows), 2) for name in rows[0]}}
        for clients, rows in found.items()
    ]


def _driven(call: Callable[[], None], clients: int, seconds: float) -> list[float]:
    """How long each call took, over all clients."""
    taken: list[float] = []
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def client() -> None:
        own = []
        while time.monotonic() < end:
            own.append(milliseconds(call))
        with lock:
            taken.extend(own)

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(client) for _ in range(clients)]:
            done.result()
    if len(taken) < clients:
        raise NotMeasured("too few answers in the time given")
    return taken

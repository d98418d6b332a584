"""Numbers of this machine: time, processor time and memory of a process, medians, and who else was busy."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class NotMeasured(Exception):
    """A cell gave no number that can be believed; the text says why."""


def milliseconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def middle(values: Iterable[float]) -> float:
    return median(values)


def share(values: list[float], part: float) -> float:
    """The value that `part` (0..1) of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def processor_ms(pid: int) -> float:
    """Processor time a process has used so far, in its own code and in the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def memory_mb(pid: int) -> dict[str, float]:
    """`pss` (its fair part of what is shared) and `rss`, in megabytes."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {r.split(":")[0].lower(): int(r.split()[1]) / 1024 for r in rows if r.startswith(("Pss:", "Rss:"))}
    return {name: round(sizes[name], 1) for name in ("pss", "rss")}


def children_of(pid: int) -> list[int]:
    listed = "".join(p.read_text() for p in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for child in listed.split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def stolen() -> tuple[int, int]:
    """Ticks taken by other guests of this machine, and all ticks, so far."""
    ticks = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return ticks[7], sum(ticks[:8])

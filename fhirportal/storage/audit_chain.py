"""Seals audit rows into a hash chain and tells whether anyone changed them since.

It decides what a seal covers and what breaks it. It must not know who may look. Each seal's head is the SHA-256 of the head
before it and of its rows; heads are also written to a file outside the database, which a hospital can copy elsewhere:
who can write the database can make a new chain, but not one that fits the heads already copied.
"""

import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, RowMapping, delete, exc, func, insert, select

from fhirportal.errors import Unavailable
from fhirportal.storage.audit_rows import canonical, walk_rows
from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import audit_rows, audit_seals

HEADS_FILE = "audit-heads.log"
GENESIS = "0" * 64
SETTLE = timedelta(seconds=5)  # on PostgreSQL numbers are given out before the commit: leave late ones time to arrive
_MOST = 20_000
_TAIL = 64 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditReport:
    """What `verify` found. `breaks` are sentences for an administrator, naming row numbers and nothing else;
    `unsealed` rows have been written but not sealed yet."""

    sealed: int
    seals: int
    unsealed: int
    breaks: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.breaks


@dataclass(frozen=True)
class _Head:
    kind: str  # seal, cut or lost
    to_seq: int
    head: str


def seal(engine: Engine, heads: Path, now: datetime) -> int:
    """Seals all rows older than a moment and writes the heads to `heads`; how many rows. May be killed at any point and
    called again. Raises Unavailable."""
    total = 0
    while count := _seal_some(engine, now):
        total += count
        _checkpoint(engine, heads)
    _checkpoint(engine, heads)
    return total


def verify(engine: Engine, heads: Path) -> AuditReport:
    """Reads everything and compares rows, seals and the heads file. Raises Unavailable."""
    noted = _read_heads(heads)
    with reading(engine) as connection:
        seals = connection.execute(select(audit_seals).order_by(audit_seals.c.from_seq)).mappings().all()
        last = seals[-1]["to_seq"] if seals else 0
        breaks, sealed = _check_seals(connection, seals, noted)
        unsealed = connection.execute(select(func.count()).select_from(audit_rows).where(audit_rows.c.seq > last)).scalar_one()
    return AuditReport(sealed, len(seals), unsealed, (*breaks, *_check_heads(seals, noted)))


def cut(engine: Engine, heads: Path, before: datetime) -> int:
    """Removes rows of seals made before `before`, the end of the time they are kept; how many. The last of those seals stays
    as the chain's new beginning, and the heads file says so first. Raises Unavailable."""
    with writing(engine) as connection:
        wanted = select(audit_seals).where(audit_seals.c.at < before).order_by(audit_seals.c.to_seq.desc())
        anchor = connection.execute(wanted.limit(1)).mappings().first()
        if anchor is None:
            return 0
        removed = connection.execute(delete(audit_rows).where(audit_rows.c.seq <= anchor["to_seq"])).rowcount
        if removed:
            _append(heads, [f"cut {anchor['from_seq']} {anchor['to_seq']} {anchor['head']} {before.isoformat()}"])
            connection.execute(delete(audit_seals).where(audit_seals.c.to_seq < anchor["to_seq"]))
    return removed


def _seal_some(engine: Engine, now: datetime) -> int:
    with reading(engine) as connection:
        last = connection.execute(select(audit_seals).order_by(audit_seals.c.to_seq.desc()).limit(1)).mappings().first()
        after, head = (last["to_seq"], last["head"]) if last else (0, GENESIS)
        settled = select(func.max(audit_rows.c.seq)).where(audit_rows.c.seq > after, audit_rows.c.at <= now - SETTLE)
        up_to = connection.execute(settled).scalar_one()
        if up_to is None:
            return 0
        bound = select(audit_rows.c.seq).where(audit_rows.c.seq > after, audit_rows.c.seq <= up_to)
        numbers = connection.execute(bound.order_by(audit_rows.c.seq).limit(_MOST)).scalars().all()
        new_head, count = _head_of(head, walk_rows(connection, after, numbers[-1]))
    row = {"from_seq": numbers[0], "to_seq": numbers[-1], "rows": count, "head": new_head, "at": now}
    try:
        with writing(engine) as connection:
            connection.execute(insert(audit_seals).values(**row))
    except exc.IntegrityError:
        return 0  # another worker sealed them meanwhile
    return count


def _head_of(before: str, rows: Iterable[RowMapping]) -> tuple[str, int]:
    digest, count = hashlib.sha256(before.encode()), 0
    for row in rows:
        digest.update(canonical(row))
        count += 1
    return digest.hexdigest(), count


def _check_seals(connection: Connection, seals: Sequence[RowMapping], noted: Sequence[_Head]) -> tuple[list[str], int]:
    breaks: list[str] = []
    sealed, before, after = 0, GENESIS, 0
    cuts = {(entry.to_seq, entry.head) for entry in noted if entry.kind == "cut"}
    for number, one in enumerate(seals):
        if number == 0 and (one["to_seq"], one["head"]) in cuts and not _any_row(connection, one["to_seq"]):
            before, after = one["head"], one["to_seq"]
            continue
        head, count = _head_of(before, walk_rows(connection, after, one["to_seq"]))
        if head != one["head"] or count != one["rows"]:
            breaks.append(f"rows {after + 1} to {one['to_seq']} were changed, added or removed")
        sealed += count
        before, after = one["head"], one["to_seq"]
    return breaks, sealed


def _any_row(connection: Connection, up_to: int) -> bool:
    return connection.execute(select(audit_rows.c.seq).where(audit_rows.c.seq <= up_to).limit(1)).first() is not None


def _check_heads(seals: Sequence[RowMapping], noted: Sequence[_Head]) -> list[str]:
    standing = {one["to_seq"]: one["head"] for one in seals}
    cut_at = max((entry.to_seq for entry in noted if entry.kind == "cut"), default=0)
    breaks = [f"the heads file was lost before row {e.to_seq}" for e in noted if e.kind == "lost"]
    for entry in noted:
        if entry.kind == "seal" and entry.to_seq >= cut_at and standing.get(entry.to_seq) != entry.head:
            breaks.append(f"the head written down for row {entry.to_seq} is not the database's")
    known = {entry.to_seq for entry in noted}
    # The newest may be missing: a worker was killed between its commit and the file.
    breaks += [f"no head was written down for row {to_seq}" for to_seq in list(standing)[:-1] if to_seq not in known]
    return breaks


def _checkpoint(engine: Engine, heads: Path) -> None:
    """Writes down the heads that are not in the file yet: after a kill, the next call makes up for it."""
    noted = _read_heads(heads, tail=_TAIL)
    last = max((entry.to_seq for entry in noted), default=0)
    wanted = select(audit_seals).where(audit_seals.c.to_seq > last).order_by(audit_seals.c.to_seq)
    with reading(engine) as connection:
        missing = connection.execute(wanted).mappings().all()
    lines = [f"seal {one['from_seq']} {one['to_seq']} {one['head']} {one['at'].isoformat()}" for one in missing]
    if not noted and len(missing) > 1:
        _log.error("audit heads file was lost", extra={"event": "audit-heads-lost"})
        lines.insert(0, f"lost {missing[0]['from_seq']} {missing[-1]['to_seq']} {GENESIS} {missing[-1]['at'].isoformat()}")
    if lines:
        _append(heads, lines)


def _append(heads: Path, lines: Sequence[str]) -> None:
    try:
        heads.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(heads, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a+b") as file:
            file.write(b"\n" * _ends_torn(file) + "".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"audit heads: {type(error).__name__}", code="audit-away") from error


def _ends_torn(file: IO[bytes]) -> bool:
    """Whether a kill or a power cut left half a line at the end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _read_heads(heads: Path, *, tail: int | None = None) -> list[_Head]:
    """All heads written down, or those in the last `tail` bytes. What is no whole line is passed over."""
    try:
        with heads.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0 if tail is None else max(0, size - tail))
            lines = file.read().decode("ascii", "replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unavailable(f"audit heads: {type(error).__name__}", code="audit-away") from error
    parts = (line.split(" ") for line in lines)
    return [_Head(p[0], int(p[2]), p[3]) for p in parts if len(p) == 5 and p[2].isdecimal() and len(p[3]) == 64]

"""The audit table: one row for each access, appended and never changed. Plain functions over one table.

It decides what a row may hold: ids, and of a query the parameter names with the values of `_id` and `patient` alone. It
must not know why something is written or when. What does not look like an id is kept out, so that a mistake elsewhere
cannot bring a name or a value in here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from fhirportal.storage.schema import audit_rows

VALUES_KEPT = frozenset({"_id", "patient"})
UNFIT = "?"

_IDS = re.compile(r"[A-Za-z0-9._:/|,-]{0,128}\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}\Z")
_CHUNK = 2000


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """Who, for whom, what, with what outcome. `actor` is a relative FHIR reference or ""; `kind` the viewer's kind; `action`
    read, search, attachment, launch, ...; `type` a FHIR type or ""; `params` the query as sent (values are dropped here);
    `outcome` a short word; `app` which app; `reason` an error code of ours."""

    at: datetime
    hospital: str
    actor: str
    account_id: str | None
    session_id: str
    kind: str
    patient: str
    action: str
    type: str
    id: str | None
    params: tuple[tuple[str, str], ...]
    outcome: str
    app: str
    request_id: str
    reason: str = ""


def to_stored(row: AuditRow) -> dict[str, Any]:
    """The row as the table takes it. Raises ValueError for a time without a zone."""
    if row.at.utcoffset() is None:
        raise ValueError("an audit row needs a time with a zone")
    return {
        "at": row.at,
        "hospital": _id(row.hospital, 64),
        "actor": _id(row.actor, 128),
        "account_id": None if row.account_id is None else _id(row.account_id, 64),
        "session_id": _id(row.session_id, 64),
        "kind": _id(row.kind, 32),
        "patient": _id(row.patient, 64),
        "action": _id(row.action, 32),
        "type": _id(row.type, 64),
        "resource_id": _id(row.id or "", 64),
        "params": masked(row.params),
        "outcome": _id(row.outcome, 32),
        "app": _id(row.app, 128),
        "request_id": _id(row.request_id, 64),
        "reason": _id(row.reason, 64),
    }


def masked(params: Iterable[tuple[str, str]]) -> str:
    """`patient=p1 category code`: names, with values only of `_id` and `patient`."""
    return " ".join(_param(name, value) for name, value in params)


def insert_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Appends rows made by `to_stored`, in order."""
    connection.execute(insert(audit_rows), rows)


def walk_rows(connection: Connection, after: int, up_to: int) -> Iterator[RowMapping]:
    """Rows with after < seq <= up_to in order, a part at a time."""
    while True:
        wanted = select(audit_rows).where(audit_rows.c.seq > after, audit_rows.c.seq <= up_to)
        part = connection.execute(wanted.order_by(audit_rows.c.seq).limit(_CHUNK)).mappings().all()
        yield from part
        if len(part) < _CHUNK:
            return
        after = part[-1]["seq"]


def canonical(row: RowMapping) -> bytes:
    """The bytes of a row that the chain seals: all columns in the table's order, as one line of JSON."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in row.values()]
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def _id(text: str, longest: int) -> str:
    return text if len(text) <= longest and _IDS.match(text) else UNFIT


def _param(name: str, value: str) -> str:
    if not _NAME.match(name):
        return UNFIT
    return f"{name}={_id(value, 128)}" if name.partition(":")[0] in VALUES_KEPT else name

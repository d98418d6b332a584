"""Audit rows for the tests, as the reader writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fhirportal.audit import AuditRow

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LATER = START + timedelta(hours=1)


def a_row(**changes: Any) -> AuditRow:
    values: dict[str, Any] = {
        "at": START,
        "hospital": "alder",
        "actor": "Patient/p1",
        "account_id": "acc1",
        "session_id": "s1",
        "kind": "self",
        "patient": "p1",
        "action": "search",
        "type": "Observation",
        "id": None,
        "params": (),
        "outcome": "ok",
        "app": "portal",
        "request_id": "r1",
    }
    return AuditRow(**(values | changes))

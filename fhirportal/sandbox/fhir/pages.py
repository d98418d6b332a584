"""Searches that were not shown to their end: what a `next` link stands for. Links hold a random word and nothing else.

It decides how long they are kept. A search is kept once, its pages point into it.
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from fhirportal.sandbox.fhir.outcome import Gone
from fhirportal.sandbox.fhir.store import Store

SECONDS = 3600


def keep_search(store: Store, search: dict[str, Any]) -> str:
    """Keeps a search (JSON values only) and returns its key."""
    key, now = secrets.token_urlsafe(24), time.time()
    with store.transaction() as connection:
        connection.execute("DELETE FROM kept_search WHERE expires<?", (now,))
        connection.execute("DELETE FROM kept_page WHERE expires<?", (now,))
        connection.execute("INSERT INTO kept_search VALUES (?,?,?)", (key, json.dumps(search), now + SECONDS))
    return key


def keep_page(store: Store, key: str, offset: int) -> str:
    """The word for a link to the results from `offset` on."""
    token = secrets.token_urlsafe(24)
    with store.transaction() as connection:
        connection.execute("INSERT INTO kept_page VALUES (?,?,?,?)", (token, key, offset, time.time() + SECONDS))
    return token


def get_page(store: Store, token: str) -> tuple[str, int, dict[str, Any]]:
    """(key, offset, search). Raises Gone."""
    sql = "SELECT p.key, p.offset, s.body FROM kept_page p JOIN kept_search s ON s.key = p.key WHERE p.token=? AND s.expires>?"
    with store.connection() as connection:
        row = connection.execute(sql, (token, time.time())).fetchone()
    if row is None:
        raise Gone("this page is no longer kept; please search again")
    return row[0], row[1], json.loads(row[2])

"""Short messages for the next page ("You are signed out everywhere"), kept on the server, shown once.

It decides where they wait. Already in the person's words; never anything of the record.
"""

import json
from typing import Literal

from fhirportal.accounts.session import Session
from fhirportal.web.services import services

FlashKind = Literal["good", "notice", "brand"]
KEPT_SECONDS = 300.0
MOST = 5


def say(session: Session, message: str, kind: FlashKind = "good") -> None:
    """Show `message` on this session's next page."""
    waiting = [*_load(services().kv.get(_key(session))), (kind, message)][-MOST:]
    services().kv.put(_key(session), json.dumps(waiting).encode(), KEPT_SECONDS)


def take_said(session: Session) -> tuple[tuple[str, str], ...]:
    """(kind, words) of what waits, taken: the next page shows nothing of it."""
    if services().kv.get(_key(session)) is None:
        return ()
    return tuple(_load(services().kv.take(_key(session))))


def _load(raw: bytes | None) -> list[tuple[str, str]]:
    return [(str(kind), str(message)) for kind, message in json.loads(raw)] if raw else []


def _key(session: Session) -> str:
    return f"said:{session.key}"

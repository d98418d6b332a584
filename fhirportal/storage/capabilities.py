"""The last capability statement each hospital's server gave, so that a start need not wait for it.

It decides only how it is kept. It must not know what a statement says or when it is too old.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import capabilities


@dataclass(frozen=True)
class KeptCapabilities:
    """`body` is the statement as it came, in bytes."""

    fetched_at: datetime
    body: bytes


def keep_capabilities(engine: Engine, hospital: str, body: bytes, now: datetime) -> None:
    """Keeps the statement in place of the one before. Raises Unavailable."""
    with writing(engine) as connection:
        connection.execute(delete(capabilities).where(capabilities.c.hospital == hospital))
        connection.execute(insert(capabilities).values(hospital=hospital, fetched_at=now, body=body))


def find_capabilities(engine: Engine, hospital: str) -> KeptCapabilities | None:
    """The statement kept last, if any. Raises Unavailable."""
    wanted = select(capabilities.c.fetched_at, capabilities.c.body).where(capabilities.c.hospital == hospital)
    with reading(engine) as connection:
        row = connection.execute(wanted).first()
    return KeptCapabilities(row.fetched_at, row.body) if row else None

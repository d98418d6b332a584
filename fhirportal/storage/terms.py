"""Who accepted which version of a hospital's terms, when and in which language: plain functions over one table.

It decides that the first acceptance of a version stays as it was given. It must not know the words of any terms.
"""

from datetime import datetime

from sqlalchemy import Engine, Select, insert, select

from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import terms_accepted


def accept_terms(engine: Engine, account_id: str, hospital: str, version: str, language: str, now: datetime) -> None:
    """Keep that this account accepted this version; a second acceptance of the same version changes nothing."""
    row = {"account_id": account_id, "hospital": hospital, "version": version, "language": language, "at": now}
    with writing(engine) as connection:
        if connection.execute(_this(account_id, hospital, version)).first() is None:
            connection.execute(insert(terms_accepted).values(**row))


def has_accepted(engine: Engine, account_id: str, hospital: str, version: str) -> bool:
    """Whether this account accepted exactly this version."""
    with reading(engine) as connection:
        return connection.execute(_this(account_id, hospital, version)).first() is not None


def _this(account_id: str, hospital: str, version: str) -> Select[tuple[datetime]]:
    return select(terms_accepted.c.at).where(
        terms_accepted.c.account_id == account_id,
        terms_accepted.c.hospital == hospital,
        terms_accepted.c.version == version,
    )

"""Which results a person has opened, so that new ones can be told from seen ones: plain functions over one table.

It decides that a mark belongs to one account, chart and version of a resource. It must not know what a resource says, nor
who may mark (a read-only viewer never does: the caller asks `Viewer.read_only`).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import viewed_marks


def mark_viewed(
    engine: Engine,
    account_id: str,
    hospital: str,
    patient: str,
    type_: str,
    resource_id: str,
    version: str,
    now: datetime,
) -> None:
    """Keeps that this version was opened; a newer version takes the place of an older one. `version` is the resource's
    versionId, or its lastUpdated where the server keeps no versions; "" where it tells neither. Raises Unavailable."""
    table = viewed_marks.c
    mine = (
        table.account_id == account_id,
        table.hospital == hospital,
        table.patient == patient,
        table.type == type_,
        table.resource_id == resource_id,
    )
    row = {
        "account_id": account_id,
        "hospital": hospital,
        "patient": patient,
        "type": type_,
        "resource_id": resource_id,
    }
    with writing(engine) as connection:
        if connection.execute(update(viewed_marks).where(*mine).values(version=version, at=now)).rowcount == 0:
            connection.execute(insert(viewed_marks).values(**row, version=version, at=now))


def list_viewed(engine: Engine, account_id: str, hospital: str, patient: str, type_: str) -> Mapping[str, str]:
    """Resource id -> the version that was opened last, for one type of one chart. Raises Unavailable."""
    table = viewed_marks.c
    wanted = select(table.resource_id, table.version).where(
        table.account_id == account_id, table.hospital == hospital, table.patient == patient, table.type == type_
    )
    with reading(engine) as connection:
        return {row.resource_id: row.version for row in connection.execute(wanted)}

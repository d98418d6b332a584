"""Who is here: one person, looking at one patient of one hospital, with one upstream right.

It decides what kinds of viewer there are and what each may never do. It must not know sessions, cookies or pages.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What the validated launch says about the person (blueprint: Who is here)."""

    SELF = "self"
    TRUSTED = "trusted"
    PREVIEW = "preview"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Which way in made this viewer."""

    EHR_LAUNCH = "ehr-launch"
    STANDALONE_LAUNCH = "standalone-launch"


@dataclass(frozen=True)
class Authority:
    """With whose right the hospital is read: fixed when the session is made, never silently changed (AB44).

    `token_id` names a row of the token store (kind "user-token").
    """

    kind: str
    token_id: str


@dataclass(frozen=True)
class Viewer:
    """session + chart handle = viewer.

    `hospital` is a slug, `fhir_base` that hospital's own FHIR base (so that an absolute reference to another server's patient
    of the same id is told apart), `patient` one bare id there; `actor` is a relative FHIR reference or "".
    """

    hospital: str
    fhir_base: str
    patient: str
    kind: Kind
    origin: Origin
    actor: str
    account_id: str | None
    session_id: str
    handle: str
    authority: Authority
    scopes: frozenset[str]
    expires_at: datetime

    @property
    def read_only(self) -> bool:
        """A preview or an unknown person changes nothing: no write, no consent, no viewed mark (AB41)."""
        return self.kind in (Kind.PREVIEW, Kind.UNKNOWN)

    @property
    def has_account(self) -> bool:
        return self.account_id is not None

"""What a reading of the hospital's record came back with, missing parts included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Why there is something, or nothing, to show."""

    OK = "ok"
    PARTIAL = "partial"  # something came, and the hospital says or we know that more exists
    DOWN = "down"  # the hospital's system did not answer
    NOT_OFFERED = "not-offered"  # the hospital's server has no such thing
    NOT_SHARED = "not-shared"  # the sign-in did not include this kind of data


@dataclass(frozen=True)
class Query:
    """One search: FHIR type, parameters (the patient is added by the access room), most resources wanted."""

    type: str
    params: tuple[tuple[str, str], ...] = ()
    limit: int = 200


@dataclass(frozen=True)
class Found:
    """The answer to one Query. `resources` passed every check; `included` are allowed resources they point to, by "Type/id"."""

    type: str
    source: Source
    resources: tuple[Mapping[str, Any], ...]
    included: Mapping[str, Mapping[str, Any]]
    as_of: datetime

    @property
    def complete(self) -> bool:
        return self.source is Source.OK

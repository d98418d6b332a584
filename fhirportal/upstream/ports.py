"""What this room takes from outside: questions, rights, kept tokens, short-lived shared things.

It decides the shapes only; `access` makes the questions, `storage` keeps the rest, the wiring puts them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

Resource = Mapping[str, Any]


class Ask(Protocol):
    """One question in the form in which it goes to the hospital. The access room's Decision is one."""

    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def params(self) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True)
class Question:
    """An Ask of this room's own making: a page size added, one of several parts."""

    type: str
    id: str | None = None
    params: tuple[tuple[str, str], ...] = ()


class Authority(Protocol):
    """With whose right the hospital is asked: a row of the token store."""

    @property
    def kind(self) -> str: ...
    @property
    def token_id(self) -> str: ...


class Tokens(Protocol):
    """Access tokens for an Authority. Raises UpstreamSignedOut, UpstreamError."""

    def access_token(self, authority: Authority) -> str: ...

    def refresh(self, authority: Authority, rejected: str) -> str:
        """A token other than `rejected`, which the hospital did not take."""
        ...


class Stored(Protocol):
    """A row of the token store, frozen. `expires_at` is aware UTC, None where the hospital named no end."""

    @property
    def id(self) -> str: ...
    @property
    def hospital(self) -> str: ...
    @property
    def access_token(self) -> str: ...
    @property
    def refresh_token(self) -> str | None: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def version(self) -> int: ...


S = TypeVar("S", bound=Stored)


class TokenRows(Protocol[S]):
    """The token store."""

    def get(self, token_id: str, /) -> S:
        """Raises NotFound."""
        ...

    def replace(self, tokens: S, /) -> S:
        """Keeps it over the version it carries. Raises Conflict when that is no longer the newest, NotFound when it is gone."""
        ...


class Refresh(Protocol[S]):
    """Asks the hospital's token endpoint, within its own time limit; the row with the new values and the version it had.

    Raises smart_launch's SessionEnded (the refresh token is dead), another LaunchError or HttpFailure (anything else).
    """

    def __call__(self, tokens: S, /) -> S: ...


class Lease(Protocol):
    def release(self) -> None: ...


class Leases(Protocol):
    """Of the key-value store: locks and marks shared by all processes."""

    def add(self, key: str, value: bytes, ttl: float) -> bool: ...
    def lease(self, name: str, ttl: float) -> Lease | None: ...


class Kept(Protocol):
    """Of the key-value store: bytes that end by themselves."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, value: bytes, ttl: float) -> None: ...

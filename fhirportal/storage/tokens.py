"""The tokens hospitals gave us, sealed at rest; a session or grant only holds the id of such a row.

It decides how they are kept and that a refresh replaces exactly the version it read. It must not know HTTP, who may use
them or when to refresh. The access token and the refresh token are bound to their row: neither opens in another's place.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from fhirportal.errors import Conflict, NotFound
from fhirportal.storage.engine import reading, writing
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.schema import upstream_tokens

PURPOSE = "tokens"
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class StoredTokens:
    """One authorization at one hospital. `expires_at` is the access token's end, None where the hospital named none;
    `version` counts refreshes, from 1. Tokens never show in its repr."""

    id: str
    hospital: str
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    scopes: frozenset[str]
    version: int = 1


def new_token_id() -> str:
    """A random id for a new row."""
    return secrets.token_urlsafe(24)


class TokenStore:
    """Every call raises Unavailable when the database is away or the row does not unseal."""

    def __init__(self, engine: Engine, ring: KeyRing, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._ring = ring
        self._clock = clock

    def put(self, tokens: StoredTokens, keep_until: datetime | None = None) -> None:
        """Keeps a new row until `keep_until` (two days where None: longer than any session). Its version is kept as given."""
        now = self._clock()
        row = self._sealed(tokens) | {"created_at": now, "keep_until": keep_until or now + KEPT, "version": tokens.version}
        with writing(self._engine) as connection:
            connection.execute(insert(upstream_tokens).values(**row))

    def get(self, token_id: str) -> StoredTokens:
        """The newest version. Raises NotFound."""
        with reading(self._engine) as connection:
            row = connection.execute(select(upstream_tokens).where(upstream_tokens.c.id == token_id)).mappings().first()
        if row is None:
            raise NotFound("no such tokens", code="no-such-tokens")
        refresh = row["refresh_sealed"]
        return StoredTokens(
            id=row["id"],
            hospital=row["hospital"],
            access_token=self._opened(token_id, "access", row["access_sealed"]),
            refresh_token=None if refresh is None else self._opened(token_id, "refresh", refresh),
            expires_at=row["expires_at"],
            scopes=frozenset(row["scopes"].split()),
            version=row["version"],
        )

    def replace(self, tokens: StoredTokens) -> StoredTokens:
        """Keeps refreshed tokens over the version in `tokens.version`; what is kept now (one version on). Raises Conflict
        when another refresh came first, NotFound when the row is gone (signed out meanwhile)."""
        row = self._sealed(tokens) | {"version": tokens.version + 1}
        with writing(self._engine) as connection:
            mine = (upstream_tokens.c.id == tokens.id, upstream_tokens.c.version == tokens.version)
            if connection.execute(update(upstream_tokens).where(*mine).values(**row)).rowcount == 1:
                return replace(tokens, version=tokens.version + 1)
            standing = select(upstream_tokens.c.version).where(upstream_tokens.c.id == tokens.id)
            if connection.execute(standing).first() is None:
                raise NotFound("no such tokens", code="no-such-tokens")
        raise Conflict("the tokens were refreshed meanwhile", code="tokens-refreshed")

    def delete(self, token_id: str) -> None:
        """Removes the row; nothing happens where it is gone."""
        with writing(self._engine) as connection:
            connection.execute(delete(upstream_tokens).where(upstream_tokens.c.id == token_id))

    def sweep(self, now: datetime) -> int:
        """Removes rows past their `keep_until`; how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(upstream_tokens).where(upstream_tokens.c.keep_until <= now)).rowcount

    def _sealed(self, tokens: StoredTokens) -> dict[str, object]:
        refresh = tokens.refresh_token
        return {
            "id": tokens.id,
            "hospital": tokens.hospital,
            "access_sealed": self._closed(tokens.id, "access", tokens.access_token),
            "refresh_sealed": None if refresh is None else self._closed(tokens.id, "refresh", refresh),
            "expires_at": tokens.expires_at,
            "scopes": " ".join(sorted(tokens.scopes)),
        }

    def _closed(self, token_id: str, part: str, token: str) -> bytes:
        return self._ring.seal(PURPOSE, token.encode(), context=f"{token_id}/{part}")

    def _opened(self, token_id: str, part: str, sealed: bytes) -> str:
        return self._ring.unseal(PURPOSE, sealed, context=f"{token_id}/{part}").decode()

"""The apps registered at this hospital, as its administrator wrote them down.

It decides the shape of a registration; proving that a request comes from a client is client_auth's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

ClientAuth = Literal["public", "client_secret_basic", "client_secret_post", "private_key_jwt"]

EVERYTHING_A_PORTAL_ASKS = (
    "launch launch/patient launch/encounter openid fhirUser offline_access online_access patient/*.cruds user/*.cruds"
)


@dataclass(frozen=True, kw_only=True)
class Client:
    """One registration. `scopes` is the most it may ever be granted; `jwks` (inline) wins over `jwks_uri`."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    launch_uri: str = ""
    auth: ClientAuth = "public"
    secret: str = ""
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str = ""
    scopes: str = EVERYTHING_A_PORTAL_ASKS

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Client:
        return cls(**{**body, "redirect_uris": tuple(body["redirect_uris"])})

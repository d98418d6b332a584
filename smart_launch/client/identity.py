"""How we introduce ourselves to an EHR's token endpoint: public, by secret, or by a signed assertion.

It decides what is added to a token request (SMART App Launch 2.2, client authentication; RFC 6749 section 2.3; RFC
7523). It must not know settings or where secrets and keys are kept.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import quote_plus

from smart_launch.client.client_assertion import ASSERTION_TYPE, make_assertion
from smart_launch.ports import Signer

ClientAuth = Literal["public", "client_secret_basic", "client_secret_post", "private_key_jwt"]


@dataclass(frozen=True)
class ClientIdentity:
    """We, as one hospital's server knows us. Raises ValueError where what the method needs is missing."""

    client_id: str
    auth: ClientAuth = "public"
    secret: str | None = field(default=None, repr=False)
    signer: Signer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.client_id:
            raise ValueError("a client needs a client_id")
        if self.auth.startswith("client_secret") and not self.secret:
            raise ValueError(f"{self.auth} needs a secret")
        if self.auth == "private_key_jwt" and self.signer is None:
            raise ValueError("private_key_jwt needs a signer")


def authenticate(client: ClientIdentity, token_endpoint: str, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Form members and headers that prove who we are at `token_endpoint`. A new assertion each time: jti is for one
    use.
    """
    if client.auth == "private_key_jwt" and client.signer is not None:
        assertion = make_assertion(client.signer, client.client_id, token_endpoint, now)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}, {}
    if client.auth == "client_secret_basic":
        return {}, {"authorization": _basic(client.client_id, client.secret or "")}
    if client.auth == "client_secret_post":
        return {"client_id": client.client_id, "client_secret": client.secret or ""}, {}
    return {"client_id": client.client_id}, {}


def _basic(client_id: str, secret: str) -> str:
    """RFC 6749 section 2.3.1: both halves are form-encoded first (Authlib's own helper leaves that out)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {b64encode(pair.encode()).decode()}"

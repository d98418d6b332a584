"""The JWT with which we prove to a token endpoint that we are who we say (RFC 7523; conformance B2 from our side).

It decides the claims: short life, one use, made for exactly that token endpoint. Authlib's signer defaults to
RS256, lives an hour and repeats its jti, hence our own. It must not know where the key comes from.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jws, jwt

from smart_launch.keys import ASSERTION_ALGS, SigningKey, fits
from smart_launch.ports import Signer

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE = 240  # seconds; SMART allows five minutes, and their clock may be behind ours


def make_assertion(signer: Signer, client_id: str, token_endpoint: str, now: datetime) -> str:
    """A fresh assertion for `token_endpoint`, good for four minutes and for one use."""
    header = {"typ": "JWT", "alg": signer.alg, "kid": signer.kid}
    if signer.jku:
        header["jku"] = signer.jku
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_endpoint,
        "iat": issued,
        "exp": issued + _LIFE,
        "jti": secrets.token_urlsafe(24),
    }
    return signer.sign(header, claims)


class KeySigner:
    """A `Signer` over a private key in memory. Raises ValueError where the key is public or does not fit `alg`."""

    def __init__(self, key: SigningKey, alg: str, jku: str | None = None) -> None:
        if alg not in ASSERTION_ALGS:
            raise ValueError(f"client assertions are signed with one of {', '.join(ASSERTION_ALGS)}")
        if not key.is_private or not fits(key, alg):
            raise ValueError(f"not a private key for {alg}")
        self._key, self._alg, self._jku = key, alg, jku

    @property
    def alg(self) -> str:
        return self._alg

    @property
    def kid(self) -> str:
        return self._key.kid or self._key.thumbprint()

    @property
    def jku(self) -> str | None:
        return self._jku

    def sign(self, header: Mapping[str, str], claims: Mapping[str, Any]) -> str:
        registry = jws.JWSRegistry(algorithms=[self._alg], strict_check_header=False)
        registry.max_header_length = 4096  # a jku may be long
        return jwt.encode(dict(header), dict(claims), self._key, algorithms=[self._alg], registry=registry)

"""Proof Key for Code Exchange (RFC 7636), S256 and nothing else; SMART App Launch 2.2 requires it of every client.

It decides the verifier's strength and the challenge. It must not know where the verifier is kept.
"""

import re
import secrets

from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

METHOD = "S256"
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def new_verifier() -> str:
    """A fresh verifier: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    """The S256 challenge of `verifier`. Raises ValueError where it breaks RFC 7636 section 4.1."""
    if not _VERIFIER.fullmatch(verifier):
        raise ValueError("a code verifier has 43 to 128 unreserved characters")
    return str(create_s256_code_challenge(verifier))


def matches(verifier: str, expected: str) -> bool:
    """Whether `verifier` proves `expected`, in constant time; a malformed verifier proves nothing."""
    return bool(_VERIFIER.fullmatch(verifier)) and secrets.compare_digest(
        challenge(verifier).encode(), expected.encode("utf-8", "replace")
    )

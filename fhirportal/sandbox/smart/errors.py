"""How the SMART front says no, in OAuth's words (RFC 6749 sections 4.1.2.1 and 5.2)."""

from __future__ import annotations


class OAuthError(Exception):
    """`code` is OAuth's, `why` is for the developer who reads the answer; never holds a secret."""

    def __init__(self, code: str, why: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why, self.status = code, why, status


class NoRedirect(Exception):
    """The request does not name a client and address we know: a page, never a redirect."""

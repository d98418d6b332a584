"""The hospital's RS256 key for id_tokens, and a second one nobody publishes, for the wrong-signature fault.

Keys live in the base's state file: this is a sandbox. It must not know what is signed.
"""

from __future__ import annotations

import secrets
from typing import Any

from joserfc.jwk import KeyParameters, RSAKey

from fhirportal.sandbox.smart.state import State


class Keys:
    """Made at first use, kept across restarts."""

    def __init__(self, state: State) -> None:
        self._state = state

    def signing(self) -> RSAKey:
        return self._key("key:id_token")

    def foreign(self) -> RSAKey:
        """Carries the published key's kid, but is not that key."""
        parameters: KeyParameters = {"kid": str(self.signing().kid)}
        return RSAKey.import_key(self._key("key:foreign").as_dict(private=True), parameters)

    def public(self) -> dict[str, Any]:
        """The JWKS: public members only."""
        return {"keys": [self.signing().as_dict(private=False)]}

    def _key(self, name: str) -> RSAKey:
        kept = self._state.kept(name)
        if kept is None:
            parameters: KeyParameters = {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"}
            kept = RSAKey.generate_key(2048, parameters, private=True).as_dict(private=True)
            kept = self._state.keep_first(name, kept)
        return RSAKey.import_key(kept)

"""The EHR's public keys: fetched when needed, kept for a while, fetched again when a new one turns up.

It decides how long keys are believed. It must not know what they are used on.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from smart_launch.aged import Aged
from smart_launch.documents import find_json
from smart_launch.errors import DiscoveryFailed, IdTokenInvalid
from smart_launch.keys import SigningKey, parse_jwks
from smart_launch.ports import Clock, Http

Keys = tuple[SigningKey, ...]
T = TypeVar("T")


class JwksCache:
    """Key sets by address, each for at most `ttl`, at most `entries` of them."""

    def __init__(self, clock: Clock, ttl: timedelta = timedelta(minutes=10), entries: int = 64) -> None:
        self._kept: Aged[Keys] = Aged(ttl, clock, entries)

    def get(self, http: Http, uri: str, deadline: float) -> Keys:
        """The keys at `uri`, from memory where they are fresh. Raises IdTokenInvalid("keys-unavailable")."""
        found = self._kept.find(uri)
        return found if found is not None else self.fetch(http, uri, deadline)

    def fetch(self, http: Http, uri: str, deadline: float) -> Keys:
        """The keys at `uri` as they are now. Raises IdTokenInvalid("keys-unavailable")."""
        try:
            document = find_json(http, uri, deadline, "application/jwk-set+json, application/json;q=0.9")
        except DiscoveryFailed as failure:
            raise IdTokenInvalid("keys-unavailable") from failure
        if document is None:
            raise IdTokenInvalid("keys-unavailable")
        return self._kept.keep(uri, parse_jwks(document))

    def search(self, http: Http, uri: str, deadline: float, find: Callable[[Keys], T | None]) -> T | None:
        """What `find` finds with the keys; where remembered keys give nothing they are fetched again, once."""
        remembered = self._kept.find(uri)
        found = find(remembered) if remembered is not None else None
        return found if found is not None else find(self.fetch(http, uri, deadline))

"""Letting charts go: their tokens are deleted here first, then given back to the hospital as well as can be.

It decides that what we keep dies at once and that a hospital which does not answer keeps nobody signed in. It must not know
sessions' storage or pages.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fhirportal.accounts.launching import Launching
from fhirportal.accounts.session import Chart
from fhirportal.errors import NotFound, PortalError
from fhirportal.settings import Hospital
from fhirportal.storage.tokens import StoredTokens, TokenStore
from smart_launch.client.token_response import TokenSet
from smart_launch.errors import LaunchError

REVOKE_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leaving:
    """Ends what charts hold of the hospital's."""

    tokens: TokenStore
    launching: Launching
    hospitals: Mapping[str, Hospital]
    clock: Callable[[], datetime]

    def let_go(self, charts: Iterable[Chart], *, revoke: bool) -> None:
        """Delete the tokens of every chart; `revoke`: then tell the hospitals too, for two seconds at most in all."""
        taken = [stored for chart in charts if (stored := self._take(chart.authority.token_id))]
        deadline = time.monotonic() + REVOKE_SECONDS
        for stored in taken if revoke else ():
            self._revoke(stored, deadline)

    def _take(self, token_id: str) -> StoredTokens | None:
        try:
            return self.tokens.get(token_id)
        except NotFound:
            return None
        except PortalError:
            _log.warning("tokens to be let go cannot be read", extra={"event": "tokens-unread"})
            return None
        finally:
            self.tokens.delete(token_id)

    def _revoke(self, stored: StoredTokens, deadline: float) -> None:
        hospital = self.hospitals.get(stored.hospital)
        if hospital is None or time.monotonic() >= deadline:
            return
        try:
            self.launching.give_back(hospital, _as_granted(stored, self.clock()), deadline)
        except (LaunchError, PortalError) as problem:
            _log.info(
                "tokens not given back", extra={"event": "revoke-failed", "hospital": hospital.slug, "code": problem.code}
            )


def _as_granted(stored: StoredTokens, now: datetime) -> TokenSet:
    return TokenSet(
        access_token=stored.access_token,
        token_type="Bearer",  # noqa: S106
        expires_at=stored.expires_at or now,
        scope=" ".join(sorted(stored.scopes)),
        refresh_token=stored.refresh_token,
    )

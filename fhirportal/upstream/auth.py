"""Access tokens of the people signed in: used until shortly before their end, refreshed by one process at a time.

It decides when to refresh, who does it, and when a sign-in at the hospital is over. It must not know the token endpoint (the
refresh comes as a function) or the database. Nothing of the database is held while the network is waited for.

A refresh is never cut by a page's deadline: where refresh tokens rotate, an answer nobody kept is a lost session.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from fhirportal.errors import Conflict, NotFound, UpstreamDown, UpstreamError
from fhirportal.upstream.errors import UpstreamSignedOut
from fhirportal.upstream.ports import Authority, Leases, Refresh, S, TokenRows
from smart_launch.errors import HttpFailure, LaunchError, SessionEnded

log = logging.getLogger(__name__)
SKEW = timedelta(seconds=60)
LEASE_SECONDS = 30.0  # over the token call's own time limit
EARLY_EVERY_SECONDS = 30.0  # a token that lives for less than SKEW is not refreshed by each request
PATIENCE_SECONDS = 10.0
GLANCE_SECONDS = 0.05


@dataclass(frozen=True)
class UserTokens(Generic[S]):
    """The tokens that launches gave us. `clock` gives aware UTC."""

    rows: TokenRows[S]
    leases: Leases
    renew: Refresh[S]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def access_token(self, authority: Authority) -> str:
        """A token that lives. Raises UpstreamSignedOut, UpstreamError (the token endpoint is away), Unavailable."""
        row = self._row(authority)
        if row.expires_at is None or self.clock() < row.expires_at - SKEW:
            return row.access_token
        if self.clock() >= row.expires_at:
            return self._renewed(authority, row).access_token
        return self._early(authority, row)

    def refresh(self, authority: Authority, rejected: str) -> str:
        """A token other than `rejected`: somebody else's newer one, or one refreshed now. Raises as `access_token` does."""
        row = self._row(authority)
        return row.access_token if row.access_token != rejected else self._renewed(authority, row).access_token

    def _early(self, authority: Authority, row: S) -> str:
        """It still lives: the first to see this refreshes, the others go on with it, and trouble waits until it is dead."""
        if row.refresh_token is None or not self.leases.add(f"early/{row.id}", b"1", EARLY_EVERY_SECONDS):
            return row.access_token
        try:
            return self._renewed(authority, row).access_token
        except (UpstreamError, UpstreamSignedOut) as problem:
            log.warning("early refresh failed", extra={"event": "refresh-failed", "code": problem.code})
            return row.access_token

    def _renewed(self, authority: Authority, old: S) -> S:
        """The row with a version newer than `old`: this caller's work, or that of whoever holds the lease."""
        if old.refresh_token is None:
            raise UpstreamSignedOut("the token ended and there is none to refresh it with")
        for _ in range(int(PATIENCE_SECONDS / GLANCE_SECONDS)):
            lease = self.leases.lease(f"refresh/{old.id}", LEASE_SECONDS)
            if lease is not None:
                try:
                    return self._under_lease(authority, old)
                finally:
                    lease.release()
            self.sleep(GLANCE_SECONDS * (0.5 + random.random()))  # noqa: S311
            if (row := self._row(authority)).version != old.version:
                return row
        raise UpstreamDown("a refresh is taking too long", retry_after=5)

    def _under_lease(self, authority: Authority, old: S) -> S:
        row = self._row(authority)
        if row.version != old.version:
            return row
        try:
            return self.rows.replace(self.renew(row))
        except SessionEnded as problem:
            return self._after_all(authority, row, problem)
        except LaunchError as problem:
            wait = getattr(problem, "retry_after", None)
            raise UpstreamDown(f"the token endpoint: {problem.code}", retry_after=wait) from problem
        except HttpFailure as problem:
            raise UpstreamDown(f"the token endpoint: {problem.reason}") from problem
        except Conflict:
            return self._row(authority)
        except NotFound as problem:
            raise UpstreamSignedOut("signed out meanwhile") from problem

    def _after_all(self, authority: Authority, old: S, problem: SessionEnded) -> S:
        """The refresh token is dead; perhaps because another process, whose lease ran out, has used it."""
        row = self._row(authority)
        if row.version == old.version:
            raise UpstreamSignedOut(f"the token endpoint: {problem.code}") from problem
        return row

    def _row(self, authority: Authority) -> S:
        try:
            return self.rows.get(authority.token_id)
        except NotFound as problem:
            raise UpstreamSignedOut("there are no tokens any more") from problem

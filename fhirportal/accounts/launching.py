"""Sending a browser to the hospital's sign-in and taking its answer back: the protocol, with our own memory between the two.

It decides that a state is this browser's, this hospital's and taken once (AB6), and which issuer a launch may name (AB4). It
must not know cookies, pages or what the person may see afterwards.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fhirportal.accounts.sessions import KV
from fhirportal.settings import Hospital
from fhirportal.storage.tokens import StoredTokens
from smart_launch.client import tokens
from smart_launch.client.callback import Launched, finish_launch, give_back
from smart_launch.client.identity import ClientIdentity
from smart_launch.client.jwks import JwksCache
from smart_launch.client.launch import MOST_WAITING, PendingLaunch, accepted_issuer, begin_launch
from smart_launch.client.token_response import TokenSet
from smart_launch.configuration import Configuration, ConfigurationCache
from smart_launch.errors import LaunchExpired, PkceUnsupported, SessionEnded, StateMismatch
from smart_launch.ports import Http


@dataclass(frozen=True)
class Remembered:
    """What we kept of a launch beside the protocol's own: where the person wanted to go, and whether it began in a frame."""

    pending: PendingLaunch
    wanted: str
    embedded: bool


class Launching:
    """`http_for(hospital)` gives the Http port that may reach that hospital, `client_for(hospital)` who we are there,
    `callback_of(slug)` the absolute address of its one callback."""

    def __init__(
        self,
        kv: KV,
        clock: Callable[[], datetime],
        http_for: Callable[[Hospital], Http],
        client_for: Callable[[Hospital], ClientIdentity],
        callback_of: Callable[[str], str],
    ) -> None:
        self._kv, self._clock = kv, clock
        self._http_for, self._client_for, self._callback_of = http_for, client_for, callback_of
        self._configurations, self._jwks = ConfigurationCache(clock), JwksCache(clock)

    def begin(
        self,
        hospital: Hospital,
        browser: str,
        deadline: float,
        *,
        iss: str | None = None,
        launch: str | None = None,
        wanted: str = "",
        embedded: bool = False,
    ) -> str:
        """The address to send the browser to. `iss` and `launch` come from an EHR launch; without both it is a standalone
        launch. `wanted` is a page below a chart. Raises LaunchError (UnknownIssuer before anything is fetched)."""
        accepted = accepted_issuer(iss, issuers_of(hospital)) if iss is not None else hospital.fhir_base
        client = self._client_for(hospital)
        scope = hospital.client.scopes if launch is not None else hospital.client.standalone_scopes
        configuration = self._configuration(hospital, accepted, deadline)
        try:
            begun = begin_launch(
                configuration, client, accepted, launch, scope, self._callback_of(hospital.slug), self._clock()
            )
        except PkceUnsupported:
            self._configurations.forget(accepted)
            raise
        record = {"browser": _digest(browser), "wanted": wanted, "embedded": embedded,
                  "pending": begun.pending.to_json().decode()}  # fmt: skip
        key = _state_key(hospital.slug, begun.pending.state)
        self._kv.put(key, json.dumps(record).encode(), MOST_WAITING.total_seconds())
        return begun.url

    def take(self, hospital: Hospital, state: str, browser: str | None) -> Remembered:
        """What was kept under this state, once. Raises LaunchExpired (never begun here, used, too old) or StateMismatch
        (begun in another browser)."""
        raw = self._kv.take(_state_key(hospital.slug, state)) if state else None
        if raw is None:
            raise LaunchExpired("no such pending launch")
        record = json.loads(raw)
        if browser is None or not hmac.compare_digest(record["browser"], _digest(browser)):
            raise StateMismatch("begun in another browser")
        return Remembered(PendingLaunch.from_json(record["pending"].encode()), record["wanted"], record["embedded"])

    def finish(self, hospital: Hospital, remembered: Remembered, params: Mapping[str, str], deadline: float) -> Launched:
        """Tokens, context and identity. Raises LaunchError."""
        iss = accepted_issuer(remembered.pending.iss, issuers_of(hospital))
        return finish_launch(
            self._http_for(hospital), self._configuration(hospital, iss, deadline), self._client_for(hospital),
            remembered.pending, params, self._clock(), deadline,
            jwks_cache=self._jwks, received_at=self._callback_of(hospital.slug),
        )  # fmt: skip

    def give_back(self, hospital: Hospital, granted: TokenSet, deadline: float) -> None:
        """Revoke at the hospital, as well as can be. Raises LaunchError where its server cannot even be asked."""
        configuration = self._configuration(hospital, hospital.fhir_base, deadline)
        give_back(
            self._http_for(hospital), configuration, self._client_for(hospital), granted,
            now=self._clock(), deadline=deadline,
        )  # fmt: skip

    def refresh(self, hospital: Hospital, stored: StoredTokens, deadline: float) -> StoredTokens:
        """The same authorization with fresh tokens, as a row to replace the version it was read in. Scopes never grow.
        Raises SessionEnded (dead for good), TokenProblem."""
        if stored.refresh_token is None:
            raise SessionEnded("no refresh token")
        scope = " ".join(sorted(stored.scopes))
        configuration = self._configuration(hospital, hospital.fhir_base, deadline)
        fresh = tokens.refresh(
            self._http_for(hospital), configuration, self._client_for(hospital), stored.refresh_token, scope,
            now=self._clock(), deadline=deadline,
        )  # fmt: skip
        return replace(
            stored, access_token=fresh.access_token, refresh_token=fresh.refresh_token, expires_at=fresh.expires_at,
            scopes=stored.scopes & frozenset(fresh.scope.split()),
        )  # fmt: skip

    def _configuration(self, hospital: Hospital, iss: str, deadline: float) -> Configuration:
        return self._configurations.get(self._http_for(hospital), iss, deadline)


def issuers_of(hospital: Hospital) -> tuple[str, ...]:
    """The `iss` values accepted from launches of this hospital: exactly these, by settings."""
    return hospital.issuers or (hospital.fhir_base,)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _state_key(slug: str, state: str) -> str:
    """Per hospital: a state of one is nothing at another's callback (mix-up, RFC 9700 section 4.4)."""
    return f"launch:{slug}:{_digest(state)}"

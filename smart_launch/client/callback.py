"""Finishing a launch: from the parameters the browser brought back to tokens, context and identity.

It decides the order of the checks: whose launch it is (state), who answers (iss), what was answered, and only then
is the code redeemed. It must not know sessions: the caller has taken the PendingLaunch out of its store, once
(AB6).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smart_launch.addresses import same
from smart_launch.client import id_token, tokens
from smart_launch.client.id_token import Identity, Trust
from smart_launch.client.identity import ClientIdentity
from smart_launch.client.jwks import JwksCache
from smart_launch.client.launch import PendingLaunch
from smart_launch.client.token_response import TokenSet
from smart_launch.configuration import Configuration
from smart_launch.context import LaunchContext, parse_context
from smart_launch.errors import (
    AccessDenied,
    AuthorizationError,
    IdTokenInvalid,
    IssuerMismatch,
    LaunchExpired,
    StateMismatch,
    error_code,
)
from smart_launch.ports import Http

_LONGEST_CODE = 8192


@dataclass(frozen=True)
class Launched:
    """A launch that came through. No `identity`: the server issued no id_token, so who it is stays unknown."""

    tokens: TokenSet
    context: LaunchContext
    identity: Identity | None


def finish_launch(
    http: Http,
    configuration: Configuration,
    client: ClientIdentity,
    pending: PendingLaunch | None,
    params: Mapping[str, str],
    now: datetime,
    deadline: float,
    *,
    jwks_cache: JwksCache,
    trust: Trust | None = None,
    received_at: str | None = None,
) -> Launched:
    """Check the answer in `params`, redeem its code, believe its id_token (SMART App Launch 2.2; conformance A11, X1,
    X4).

    `received_at` is the callback address the answer came to: with one callback per hospital, an answer to another one's is a
    mix-up (RFC 9700 section 4.4). Raises LaunchExpired, StateMismatch, IssuerMismatch, AccessDenied, AuthorizationError,
    TokenError, TokenUnreachable or IdTokenInvalid; after the last the tokens have been given back as well as can be.
    """
    if pending is None:
        raise LaunchExpired("no such pending launch")
    pending.require_fresh(now)
    _check_state(pending, params)
    _check_server(configuration, client, pending, received_at)
    _check_iss(configuration, params, trust or Trust())
    granted = tokens.exchange_code(
        http,
        configuration,
        client,
        code=_require_code(params),
        verifier=pending.verifier,
        redirect_uri=pending.redirect_uri,
        scope=pending.scope,
        now=now,
        deadline=deadline,
    )
    try:
        identity = _identify(http, configuration, pending, granted, now, deadline, jwks_cache, trust)
    except IdTokenInvalid:
        give_back(http, configuration, client, granted, now=now, deadline=deadline)
        raise
    return Launched(granted, parse_context(granted.extra, configuration.fhir_base), identity)


def _check_state(pending: PendingLaunch, params: Mapping[str, str]) -> None:
    if not secrets.compare_digest(params.get("state", "").encode("utf-8", "replace"), pending.state.encode()):
        raise StateMismatch("state is missing or another launch's")


def _check_server(
    configuration: Configuration, client: ClientIdentity, pending: PendingLaunch, received_at: str | None
) -> None:
    if not same(configuration.fhir_base, pending.iss) or client.client_id != pending.client_id:
        raise IssuerMismatch("the launch was begun at another server")
    if received_at is not None and received_at != pending.redirect_uri:
        raise IssuerMismatch("the answer came to another callback")


def _check_iss(configuration: Configuration, params: Mapping[str, str], trust: Trust) -> None:
    """RFC 9207 section 2.4: compared as plain strings, and missed where the server has promised it."""
    iss = params.get("iss")
    if iss is None:
        if configuration.iss_parameter_supported:
            raise IssuerMismatch("the server promised to name itself and did not")
    elif iss not in {configuration.issuer or configuration.fhir_base, *trust.issuers}:
        raise IssuerMismatch("another server answered")


def _require_code(params: Mapping[str, str]) -> str:
    if params.get("error"):
        error = error_code(params["error"])
        if error == "access_denied":
            raise AccessDenied("the server answered access_denied", server_error=error)
        raise AuthorizationError("the server answered an error", server_error=error)
    code = params.get("code", "")
    if not 0 < len(code) <= _LONGEST_CODE:
        raise AuthorizationError("neither a code nor an error")
    return code


def _identify(
    http: Http,
    configuration: Configuration,
    pending: PendingLaunch,
    granted: TokenSet,
    now: datetime,
    deadline: float,
    jwks_cache: JwksCache,
    trust: Trust | None,
) -> Identity | None:
    if granted.id_token is None or "openid" not in pending.scope.split():
        return None
    return id_token.validate(
        http, configuration, granted.id_token, pending.client_id, pending.nonce, now, deadline, jwks_cache, trust
    )


def give_back(
    http: Http, configuration: Configuration, client: ClientIdentity, granted: TokenSet, *, now: datetime, deadline: float
) -> None:
    """Revoke what was granted, as well as can be: at logout, and when a launch is refused after all."""
    if granted.refresh_token:
        tokens.revoke(http, configuration, client, granted.refresh_token, "refresh_token", now=now, deadline=deadline)
    tokens.revoke(http, configuration, client, granted.access_token, "access_token", now=now, deadline=deadline)

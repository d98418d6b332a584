"""Asking the token endpoint: a code for tokens, a refresh token for fresh ones, and giving tokens back.

It decides what is sent and what a failure means. It must not know who else may be refreshing (the caller lets one
at a time) nor where tokens are kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from smart_launch.client.identity import ClientIdentity, authenticate
from smart_launch.client.token_response import TokenSet, parse_token_answer
from smart_launch.configuration import Configuration
from smart_launch.context import parse_context
from smart_launch.errors import ContextChanged, HttpFailure, SessionEnded, TokenError, TokenUnreachable
from smart_launch.ports import Http, HttpAnswer

_HEADERS = {"accept": "application/json", "cache-control": "no-store"}


def exchange_code(
    http: Http,
    configuration: Configuration,
    client: ClientIdentity,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    scope: str,
    now: datetime,
    deadline: float,
) -> TokenSet:
    """Trade an authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).

    Raises TokenUnreachable or TokenError; a code is for one use, so neither is ever retried here.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    answer = _ask(http, configuration.token_endpoint, client, form, now, deadline)
    try:
        return parse_token_answer(answer, scope, now)
    except SessionEnded as refused:  # there is no session yet: it is the code that is no good
        raise TokenError("the code was refused", server_error=refused.server_error) from refused


def refresh(
    http: Http,
    configuration: Configuration,
    client: ClientIdentity,
    refresh_token: str,
    scope: str,
    *,
    now: datetime,
    deadline: float,
    patient: str | None = None,
) -> TokenSet:
    """Fresh tokens for the same grant (RFC 6749 section 6; conformance R1-R3 from our side).

    `scope` is what was granted so far; it is not sent, which asks for the same again. The old refresh token stays in the
    answer where the server returns none. Where `patient` is given, an answer about anybody else is not used.
    Raises SessionEnded (dead for good), ContextChanged, TokenUnreachable (try again later), TokenError (we are refused).
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = _ask(http, configuration.token_endpoint, client, form, now, deadline)
    tokens = parse_token_answer(answer, scope, now)
    _require_same_patient(tokens, configuration, patient)
    return tokens if tokens.refresh_token else replace(tokens, refresh_token=refresh_token)


def _require_same_patient(tokens: TokenSet, configuration: Configuration, patient: str | None) -> None:
    if patient is None or tokens.extra.get("patient") is None:  # many servers leave the context out of a refresh
        return
    if parse_context(tokens.extra, configuration.fhir_base).patient != patient:
        raise ContextChanged("the refreshed tokens are for another patient")


def revoke(
    http: Http,
    configuration: Configuration,
    client: ClientIdentity,
    token: str,
    kind: Literal["refresh_token", "access_token"],
    *,
    now: datetime,
    deadline: float,
) -> bool:
    """Give a token back (RFC 7009), as well as can be: False where the server has no such endpoint or did not agree."""
    if configuration.revocation_endpoint is None:
        return False
    form = {"token": token, "token_type_hint": kind}
    try:
        answer = _ask(http, configuration.revocation_endpoint, client, form, now, deadline, configuration.token_endpoint)
    except TokenUnreachable:
        return False
    return answer.status == 200


def _ask(
    http: Http,
    url: str,
    client: ClientIdentity,
    form: Mapping[str, str],
    now: datetime,
    deadline: float,
    audience: str | None = None,
) -> HttpAnswer:
    proof, headers = authenticate(client, audience or url, now)
    try:
        return http.post_form(url, {**form, **proof}, {**_HEADERS, **headers}, deadline)
    except HttpFailure as failure:
        raise TokenUnreachable(f"no answer: {failure.reason}") from failure

"""The authorize endpoint's decisions: is the request sound, what is granted, where does the browser go next.

SMART App Launch 2.2 "Obtain authorization code", RFC 6749, 7636 and 9207. It must not know Flask or pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.context import Authorization, Context
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.errors import NoRedirect, OAuthError
from fhirportal.sandbox.smart.scopes import narrow, parse_scopes

CODE_SECONDS = 60
PENDING_SECONDS = 900
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A sound request. `launch` None: a standalone launch."""

    client_id: str
    redirect_uri: str
    scope: str
    challenge: str
    state: str | None = None
    nonce: str | None = None
    launch: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def find_return(params: Mapping[str, Sequence[str]], clients: Mapping[str, Client]) -> tuple[Client, str]:
    """The client and the exactly registered address that answers go to. Raises NoRedirect."""
    client = clients.get(_once(params, "client_id") or "")
    if client is None:
        raise NoRedirect("This app is not registered here.")
    redirect_uri = _once(params, "redirect_uri")
    if redirect_uri not in client.redirect_uris:
        raise NoRedirect("The app's return address is not the one registered here.")
    return client, str(redirect_uri)


def parse_request(ehr: Ehr, params: Mapping[str, Sequence[str]]) -> Asked:
    """The request in our types; the client and address are sound already. Raises OAuthError."""
    twice = [name for name, values in params.items() if len(values) > 1]
    if twice:
        raise OAuthError("invalid_request", f"{twice[0]} is given more than once")
    one = {name: values[0] for name, values in params.items()}
    _require_code_with_pkce(one)
    _require_audience(ehr, one)
    launch = one.get("launch") or None
    scope = one.get("scope", "")
    if not scope.split():
        raise OAuthError("invalid_scope", "no scope was asked for")
    if ("launch" in scope.split()) != (launch is not None):
        raise OAuthError("invalid_request", "the launch scope and the launch parameter belong together")
    if launch is None and "none" in one.get("prompt", "").split():
        raise OAuthError("login_required", "nobody is signed in")
    return Asked(
        client_id=one["client_id"],
        redirect_uri=one["redirect_uri"],
        scope=scope,
        challenge=one["code_challenge"],
        state=one.get("state"),
        nonce=one.get("nonce"),
        launch=launch,
    )


def _require_code_with_pkce(one: Mapping[str, str]) -> None:
    if "request" in one or "request_uri" in one:
        raise OAuthError("request_not_supported", "request objects are not supported")
    if one.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if one.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE with code_challenge_method=S256 is required")
    if not _CHALLENGE.fullmatch(one.get("code_challenge", "")):
        raise OAuthError("invalid_request", "code_challenge must be 43 characters of base64url")
    if not one.get("state"):
        raise OAuthError("invalid_request", "state is required")


def _require_audience(ehr: Ehr, one: Mapping[str, str]) -> None:
    audience = one.get("aud", one.get("resource", ""))
    if audience.removesuffix("/") != ehr.fhir:
        raise OAuthError("invalid_request", "aud must be this server's FHIR base")


def _once(params: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = params.get(name, ())
    return values[0] if len(values) == 1 else None


def decide_scopes(ehr: Ehr, client: Client, asked: str) -> str:
    """Asked, within what the client may have and what is granted today. Raises OAuthError(invalid_scope)."""
    limits = [client.scopes]
    today = ehr.switches.granted_scopes
    if today is not None:
        limits.append(today)
    granted = narrow(asked, *limits)
    if not granted:
        raise OAuthError("invalid_scope", "nothing of what was asked can be granted")
    return granted


def wants_patient(scope: str) -> bool:
    """Whether a chart must be chosen: launch/patient, or a patient/ scope that makes no sense without one."""
    return "launch/patient" in scope.split() or any(s.who == "patient" for s in parse_scopes(scope))


def issue_code(ehr: Ehr, asked: Asked, context: Context) -> str:
    """The address that takes the code to the app. Raises OAuthError."""
    client = ehr.clients[asked.client_id]
    scope = decide_scopes(ehr, client, asked.scope)
    now = ehr.now()
    authorization = Authorization(
        client_id=client.client_id, scope=scope, context=_as_switched(ehr, context), at=now, nonce=asked.nonce
    )
    grant_id = ehr.state.add_grant(authorization.to_json())
    body = {"client_id": client.client_id, "redirect_uri": asked.redirect_uri, "challenge": asked.challenge}
    code = ehr.state.issue("code", body, now + CODE_SECONDS, grant_id)
    return return_address(ehr, asked.redirect_uri, {"code": code}, asked.state)


def _as_switched(ehr: Ehr, context: Context) -> Context:
    """The chart, or what the `patient` switch makes of it."""
    how = ehr.switches.patient
    if how == "omit":
        return replace(context, patient=None)
    if how == "other" and context.patient:
        return replace(context, patient=find_other_patient(ehr, context.patient))
    return context


def find_other_patient(ehr: Ehr, patient: str) -> str | None:
    """Somebody else's chart, for the faults; None where there is nobody else."""
    ids = (str(found["id"]) for found in ehr.records.search("Patient", {}, 2))
    return next((id_ for id_ in ids if id_ != patient), None)


def error_address(ehr: Ehr, redirect_uri: str, error: OAuthError, state: str | None) -> str:
    return return_address(ehr, redirect_uri, {"error": error.code, "error_description": error.why}, state)


def return_address(ehr: Ehr, redirect_uri: str, answer: Mapping[str, str], state: str | None) -> str:
    """The redirect with the answer, the very same state, and `iss` (RFC 9207)."""
    query = dict(answer)
    if state is not None:
        query["state"] = state
    if ehr.switches.send_iss:
        query["iss"] = ehr.fhir
    joint = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{joint}{urlencode(query)}"

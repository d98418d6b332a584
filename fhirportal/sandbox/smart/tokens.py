"""The token endpoint's decisions: code or refresh token in, tokens and launch context out; revocation, introspection.

RFC 6749 sections 4.1.3 and 6, RFC 7009, RFC 7662, SMART App Launch 2.2 "Obtain access token". Must not know Flask.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.context import Authorization
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.errors import OAuthError
from fhirportal.sandbox.smart.id_token import make_id_token
from fhirportal.sandbox.smart.scopes import DURABLE, narrow
from fhirportal.sandbox.smart.state import Secret

OFFLINE_SECONDS = 90 * 86400.0
ONLINE_SECONDS = 12 * 3600.0


@dataclass(frozen=True)
class Live:
    """An access token that is good now: its authorization, and the scopes of this very token."""

    authorization: Authorization
    scope: str
    expires: float


def exchange(ehr: Ehr, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    """An authorization code for tokens, once; a second try ends what the first one got. Raises OAuthError."""
    found = ehr.state.find("code", form.get("code", ""), ehr.now())
    if found is None or found.body["client_id"] != client.client_id:
        raise _bad_grant("the code is unknown, expired, or another app's")
    found = ehr.state.use("code", form["code"], ehr.now())
    if found is None or found.used:
        ehr.state.revoke(found.grant_id if found else None)
        raise _bad_grant("the code was used before; what it gave has ended")
    if found.body["redirect_uri"] != form.get("redirect_uri"):
        raise _bad_grant("redirect_uri is not the one of the authorize request")
    if not _proves(form.get("code_verifier", ""), found.body["challenge"]):
        raise _bad_grant("code_verifier does not match code_challenge")
    authorization = _authorization(ehr, found)
    return _answer(ehr, authorization, authorization.scope, _new_refresh(ehr, authorization))


def refresh(ehr: Ehr, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    """New tokens for a refresh token. With rotation, its reuse ends the whole authorization. Raises OAuthError."""
    value = form.get("refresh_token", "")
    found = find_refresh(ehr, value)
    authorization = _authorization(ehr, found)
    if authorization.client_id != client.client_id:
        raise _bad_grant("the refresh token is another app's")
    asked = form.get("scope")
    scope = authorization.scope if asked is None else narrow(asked, authorization.scope)
    if not scope or set(scope.split()) != set((asked or scope).split()):
        raise OAuthError("invalid_scope", "a refresh cannot ask for more than was granted")
    if not ehr.switches.refresh_rotation:
        return _answer(ehr, authorization, scope, None)
    first = ehr.state.use("refresh", value, ehr.now())
    if first is None or first.used:
        ehr.state.revoke(authorization.id)
        raise _bad_grant("the refresh token was used before; the authorization has ended")
    return _answer(ehr, authorization, scope, _new_refresh(ehr, authorization))


def find_refresh(ehr: Ehr, value: str) -> Secret:
    """A refresh token we gave and that has not expired; used ones too. Raises OAuthError(invalid_grant)."""
    found = ehr.state.find("refresh", value, ehr.now())
    if found is None:
        raise _bad_grant("the refresh token is unknown or expired")
    return found


def find_live(ehr: Ehr, token: str) -> Live | None:
    """What an access token stands for, if it is alive."""
    found = ehr.state.find("access", token, ehr.now())
    body = ehr.state.find_grant(found.grant_id) if found else None
    if found is None or body is None:
        return None
    authorization = Authorization.from_json(str(found.grant_id), body)
    return Live(authorization, found.body["scope"], found.expires)


def revoke(ehr: Ehr, client: Client, token: str) -> None:
    """RFC 7009: either token ends the authorization; somebody else's or unknown ones change nothing."""
    for kind in ("access", "refresh"):
        found = ehr.state.find(kind, token, ehr.now())
        body = ehr.state.find_grant(found.grant_id) if found else None
        if found and body and body["client_id"] == client.client_id:
            ehr.state.revoke(found.grant_id)


def introspect(ehr: Ehr, token: str) -> dict[str, Any]:
    """RFC 7662; exactly `{"active": false}` for anything that is not a living access token."""
    live = find_live(ehr, token)
    if live is None:
        return {"active": False}
    authorization = live.authorization
    answer: dict[str, Any] = {
        "active": True,
        "scope": live.scope,
        "client_id": authorization.client_id,
        "exp": int(live.expires),
        **_context(ehr, authorization),
    }
    if "openid" in authorization.scope.split():
        answer |= {"iss": ehr.fhir, "sub": ehr.subject_of(authorization.context.person)}
    return answer


def _answer(ehr: Ehr, authorization: Authorization, scope: str, refresh_token: str | None) -> dict[str, Any]:
    life = ehr.switches.access_token_seconds
    token = ehr.state.issue("access", {"scope": scope}, ehr.now() + life, authorization.id)
    answer: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(life),
        "scope": scope,
        **_context(ehr, authorization),
    }
    if refresh_token is not None:
        answer["refresh_token"] = refresh_token
    if "openid" in scope.split() and ehr.switches.id_token != "missing":  # noqa: S105  a switch's value
        answer["id_token"] = make_id_token(ehr, authorization)
    return answer


def _context(ehr: Ehr, authorization: Authorization) -> dict[str, Any]:
    context = authorization.context
    offered = {
        "patient": context.patient,
        "encounter": context.encounter,
        "fhirContext": [dict(item) for item in context.fhir_context] or None,
        "need_patient_banner": context.banner,
        "smart_style_url": f"{ehr.auth}/style-v1.json" if context.style else None,
        "intent": context.intent,
    }
    return {name: value for name, value in offered.items() if value is not None}


def _new_refresh(ehr: Ehr, authorization: Authorization) -> str | None:
    durable = DURABLE & set(authorization.scope.split())
    if not durable:
        return None
    life = OFFLINE_SECONDS if "offline_access" in durable else ONLINE_SECONDS
    return ehr.state.issue("refresh", {}, ehr.now() + life, authorization.id)


def _authorization(ehr: Ehr, found: Secret) -> Authorization:
    body = ehr.state.find_grant(found.grant_id)
    if body is None:
        raise _bad_grant("the authorization has ended")
    return Authorization.from_json(str(found.grant_id), body)


def _proves(verifier: str, challenge: str) -> bool:
    if not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(digest, challenge)


def _bad_grant(why: str) -> OAuthError:
    return OAuthError("invalid_grant", why)

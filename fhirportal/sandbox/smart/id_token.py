"""The id_token: who signed in, signed by this hospital; and each way it can be told to be wrong.

OpenID Connect Core section 2, SMART App Launch 2.2 "openid fhirUser". RS256.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from joserfc import jwt

from fhirportal.sandbox.smart.authorize import find_other_patient
from fhirportal.sandbox.smart.context import Authorization
from fhirportal.sandbox.smart.ehr import Ehr

_LIFE = 300  # seconds


def make_id_token(ehr: Ehr, authorization: Authorization) -> str:
    """A compact JWT for this authorization, obeying the `id_token` and `fhir_user` switches."""
    fault = ehr.switches.id_token
    claims = _claims(ehr, authorization)
    match fault:
        case "wrong-audience":
            claims["aud"] = "somebody-else"
        case "wrong-issuer":
            claims["iss"] = "https://another-hospital.example/fhir"
        case "wrong-nonce":
            claims["nonce"] = "a-nonce-nobody-sent"
        case "expired":
            claims |= {"iat": claims["iat"] - 7200, "exp": claims["exp"] - 7200}
        case "alg-none":
            return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    key = ehr.keys.foreign() if fault == "wrong-signature" else ehr.keys.signing()
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)


def _claims(ehr: Ehr, authorization: Authorization) -> dict[str, Any]:
    now = int(ehr.now())
    claims: dict[str, Any] = {
        "iss": ehr.fhir,
        "sub": ehr.subject_of(authorization.context.person),
        "aud": authorization.client_id,
        "iat": now,
        "exp": now + _LIFE,
        "auth_time": int(authorization.at),
    }
    if authorization.nonce is not None:
        claims["nonce"] = authorization.nonce
    if "fhirUser" in authorization.scope.split():
        claims |= _fhir_user(ehr, authorization)
    return claims


def _fhir_user(ehr: Ehr, authorization: Authorization) -> dict[str, str]:
    context = authorization.context
    match ehr.switches.fhir_user:
        case "omit":
            return {}
        case "other-patient":
            return {"fhirUser": f"{ehr.fhir}/Patient/{find_other_patient(ehr, context.fhir_user.split('/')[1])}"}
        case "off-server":
            return {"fhirUser": f"https://another-hospital.example/fhir/{context.fhir_user}"}
    return {"fhirUser": f"{ehr.fhir}/{context.fhir_user}"}


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

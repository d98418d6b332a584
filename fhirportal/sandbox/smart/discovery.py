"""What this hospital says about its own authorization server; nothing is listed that is not enforced.

SMART App Launch 2.2 "Conformance", OpenID Connect Discovery 1.0, and the older oauth-uris extension for /metadata.
"""

from __future__ import annotations

from typing import Any

from fhirportal.sandbox.smart.client_auth import ALGORITHMS
from fhirportal.sandbox.smart.ehr import Ehr

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
SCOPES = "openid fhirUser launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds"
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def smart_configuration(ehr: Ehr) -> dict[str, Any]:
    """`.well-known/smart-configuration`."""
    return {
        "issuer": ehr.fhir,
        **_endpoints(ehr),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": SCOPES.split(),
        "authorization_response_iss_parameter_supported": ehr.switches.send_iss,
        "capabilities": list(CAPABILITIES),
    }


def openid_configuration(ehr: Ehr) -> dict[str, Any]:
    """`.well-known/openid-configuration`."""
    return {
        "issuer": ehr.fhir,
        **_endpoints(ehr),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "fhirUser"],
    }


def _endpoints(ehr: Ehr) -> dict[str, str]:
    return {
        "authorization_endpoint": f"{ehr.auth}/authorize",
        "token_endpoint": f"{ehr.auth}/token",
        "revocation_endpoint": f"{ehr.auth}/revoke",
        "introspection_endpoint": f"{ehr.auth}/introspect",
        "jwks_uri": f"{ehr.auth}/jwks.json",
    }


def capability_security(ehr: Ehr) -> dict[str, Any]:
    """CapabilityStatement.rest.security: the SMART service code and the oauth-uris extension."""
    uris = {"authorize": "authorize", "token": "token", "revoke": "revoke", "introspect": "introspect"}
    return {
        "cors": True,
        "service": [{"coding": [{"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}]}],
        "extension": [
            {
                "url": _OAUTH_URIS,
                "extension": [{"url": name, "valueUri": f"{ehr.auth}/{path}"} for name, path in uris.items()],
            }
        ],
    }

"""How a FHIR server wants to be signed in to: SMART App Launch 2.2 discovery, and what of it can be believed.

It decides which document counts (`.well-known/smart-configuration`, then the CapabilityStatement of older servers,
then the OpenID configuration for what concerns id_tokens) and which addresses are fit for use. It must not know
which servers are allowed (the caller asks `client.launch.accepted_issuer` first) nor how answers are fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from smart_launch import documents
from smart_launch.addresses import below, normal, usable
from smart_launch.aged import Aged
from smart_launch.errors import DiscoveryFailed, PkceUnsupported
from smart_launch.ports import Clock, Http

OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
CAPABILITIES = "http://fhir-registry.smarthealthit.org/StructureDefinition/capabilities"
SSO = "sso-openid-connect"
_MOST = 500  # entries believed of any list: real servers list some hundred scopes


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a server says of itself. Empty sets and None mean that it does not say; `fhir_base` is the base that was
    asked.

    `source` is "smart-configuration" or "metadata".
    """

    fhir_base: str
    authorization_endpoint: str
    token_endpoint: str
    source: str
    issuer: str | None = None
    jwks_uri: str | None = None
    revocation_endpoint: str | None = None
    introspection_endpoint: str | None = None
    management_endpoint: str | None = None
    capabilities: frozenset[str] = frozenset()
    scopes_supported: tuple[str, ...] = ()
    grant_types: frozenset[str] = frozenset()
    code_challenge_methods: frozenset[str] = frozenset()
    token_auth_methods: frozenset[str] = frozenset()
    token_auth_algs: frozenset[str] = frozenset()
    iss_parameter_supported: bool = False

    @property
    def signs_in(self) -> bool:
        """Whether the server says that it issues id_tokens."""
        return SSO in self.capabilities

    def require_pkce(self) -> None:
        """Raises PkceUnsupported where methods are listed without S256. Older servers list none: we send S256 all the
        same.
        """
        if self.code_challenge_methods and "S256" not in self.code_challenge_methods:
            raise PkceUnsupported("the server lists code challenge methods without S256")


def discover(http: Http, fhir_base: str, deadline: float) -> Configuration:
    """Ask `fhir_base` how to sign in (SMART App Launch 2.2, Discovery; conformance D1-D7).

    Raises DiscoveryFailed: no answer, no usable document, or endpoints that are no absolute https addresses (plain http
    passes only where the FHIR base itself is http).
    """
    if not normal(fhir_base):
        raise DiscoveryFailed("the FHIR base is no http(s) address")
    document = documents.find_json(http, below(fhir_base, ".well-known/smart-configuration"), deadline)
    if document is not None and _names_endpoints(document):
        found = _from_document(fhir_base, document, "smart-configuration")
    else:
        found = _from_document(fhir_base, _from_metadata(http, fhir_base, deadline), "metadata")
    return _with_openid(http, found, deadline) if _lacks_openid(found) else found


def _names_endpoints(document: Mapping[str, Any]) -> bool:
    return bool(document.get("authorization_endpoint") and document.get("token_endpoint"))


def _from_document(base: str, document: Mapping[str, Any], source: str) -> Configuration:
    return Configuration(
        fhir_base=base,
        source=source,
        authorization_endpoint=_require(document, "authorization_endpoint", base),
        token_endpoint=_require(document, "token_endpoint", base),
        issuer=_text(document.get("issuer")),
        jwks_uri=usable(document.get("jwks_uri"), base),
        revocation_endpoint=usable(document.get("revocation_endpoint"), base),
        introspection_endpoint=usable(document.get("introspection_endpoint"), base),
        management_endpoint=usable(document.get("management_endpoint"), base),
        capabilities=frozenset(_words(document, "capabilities")),
        scopes_supported=_words(document, "scopes_supported"),
        grant_types=frozenset(_words(document, "grant_types_supported")),
        code_challenge_methods=frozenset(_words(document, "code_challenge_methods_supported")),
        token_auth_methods=frozenset(_words(document, "token_endpoint_auth_methods_supported")),
        token_auth_algs=frozenset(_words(document, "token_endpoint_auth_signing_alg_values_supported")),
        iss_parameter_supported=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _require(document: Mapping[str, Any], name: str, base: str) -> str:
    url = usable(document.get(name), base)
    if url is None:
        raise DiscoveryFailed(f"{name} is no usable absolute address")
    return url


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 2048 else None


def _words(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = document.get(name)
    return tuple(value for value in values[:_MOST] if isinstance(value, str)) if isinstance(values, list) else ()


def _from_metadata(http: Http, base: str, deadline: float) -> dict[str, Any]:
    """The CapabilityStatement's `oauth-uris`, spelled as a smart-configuration (SMART 1.0; conformance D9)."""
    accept = "application/fhir+json, application/json;q=0.9"
    statement = documents.find_json(http, below(base, "metadata"), deadline, accept)
    if statement is None or statement.get("resourceType") != "CapabilityStatement":
        raise DiscoveryFailed("neither a smart-configuration nor a CapabilityStatement")
    extensions = [
        extension
        for rest in documents.list_objects(statement, "rest")
        for extension in documents.list_objects(rest.get("security"), "extension")
    ]
    addresses = {
        str(part.get("url")): part.get("valueUri") or part.get("valueUrl")
        for extension in extensions
        if extension.get("url") == OAUTH_URIS
        for part in documents.list_objects(extension, "extension")
    }
    return {
        "authorization_endpoint": addresses.get("authorize"),
        "token_endpoint": addresses.get("token"),
        "introspection_endpoint": addresses.get("introspect"),
        "revocation_endpoint": addresses.get("revoke"),
        "management_endpoint": addresses.get("manage"),
        "capabilities": [each.get("valueCode") for each in extensions if each.get("url") == CAPABILITIES],
    }


def _lacks_openid(found: Configuration) -> bool:
    says_so = found.signs_in or found.source == "metadata" or "openid" in found.scopes_supported
    return says_so and (found.jwks_uri is None or found.issuer is None)


def _with_openid(http: Http, found: Configuration, deadline: float) -> Configuration:
    """Add issuer and key address from the OpenID configuration. Without one we go on: only id_tokens cannot be
    checked.
    """
    expected = found.issuer or found.fhir_base
    address = usable(below(expected, ".well-known/openid-configuration"), found.fhir_base)
    document = _find_openid(http, address, found.signs_in, deadline) if address else None
    if document is None:
        return found
    issuer = _text(document.get("issuer"))
    # OpenID Connect Discovery section 4.3: the issuer must be the one that was asked, or anybody could speak for it.
    if issuer is None or (issuer != expected if found.issuer else normal(issuer) != normal(expected)):
        return found
    return replace(found, issuer=issuer, jwks_uri=found.jwks_uri or usable(document.get("jwks_uri"), found.fhir_base))


def _find_openid(http: Http, address: str, needed: bool, deadline: float) -> dict[str, Any] | None:
    try:
        return documents.find_json(http, address, deadline)
    except DiscoveryFailed:
        if needed:  # away for the moment: a configuration without keys must not be kept
            raise
        return None


class ConfigurationCache:
    """Discovers once per FHIR base and `ttl`, for at most `entries` bases. Failures are not kept."""

    def __init__(self, clock: Clock, ttl: timedelta = timedelta(minutes=15), entries: int = 64) -> None:
        self._kept: Aged[Configuration] = Aged(ttl, clock, entries)

    def get(self, http: Http, fhir_base: str, deadline: float) -> Configuration:
        """The configuration of `fhir_base`, discovered now where it is not kept. Raises DiscoveryFailed."""
        key = normal(fhir_base)
        found = self._kept.find(key)
        return found if found is not None else self._kept.keep(key, discover(http, fhir_base, deadline))

    def forget(self, fhir_base: str) -> None:
        """Ask again next time, as after a token endpoint that answered 404."""
        self._kept.forget(normal(fhir_base))

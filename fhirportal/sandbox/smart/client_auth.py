"""Is this token request really from that client? RFC 6749 section 2.3, RFC 7523, SMART App Launch "Client Authentication".

It decides yes or OAuthError; it must not know grants or pages.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
import urllib.error
import urllib.request
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.errors import OAuthError
from fhirportal.sandbox.smart.state import State

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS384", "ES384")
LONGEST_ASSERTION = 300  # seconds, SMART App Launch 2.2
_SKEW = 30  # a client's clock may run ahead by this many seconds
_JWKS_BYTES = 65536
_JWKS_SECONDS = 60


class ClientAuth:
    """Proves clients of one base. `fetch(url)` reads a client's JWKS."""

    def __init__(
        self,
        clients: Mapping[str, Client],
        state: State,
        token_url: str,
        fetch: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        self._clients = clients
        self._state = state
        self._token_url = token_url
        self._fetch = fetch or fetch_jwks
        self._cache: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def require(self, authorization: str | None, form: Mapping[str, str], now: float) -> Client:
        """The client that proved itself in the one way it is registered for. Raises OAuthError(invalid_client)."""
        if "client_assertion" in form or "client_assertion_type" in form:
            return self._by_assertion(form, now)
        if authorization is not None and authorization.lower().startswith("basic "):
            client_id, secret = _basic(authorization)
            return self._by_secret(client_id, secret, "client_secret_basic")
        if "client_secret" in form:
            return self._by_secret(form.get("client_id", ""), form["client_secret"], "client_secret_post")
        client = self._client(form.get("client_id", ""))
        if client.auth != "public":
            raise _refused(f"this client must authenticate with {client.auth}")
        return client

    def _client(self, client_id: str) -> Client:
        client = self._clients.get(client_id)
        if client is None:
            raise _refused("unknown client")
        return client

    def _by_secret(self, client_id: str, secret: str, way: str) -> Client:
        client = self._client(client_id)
        if client.auth != way:
            raise _refused(f"this client is registered for {client.auth}")
        if not client.secret or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            raise _refused("wrong secret")
        return client

    def _by_assertion(self, form: Mapping[str, str], now: float) -> Client:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _refused("wrong client_assertion_type")
        assertion = form.get("client_assertion", "")
        header, claims = _unverified(assertion)
        client = self._client(str(claims.get("iss", "")))
        if client.auth != "private_key_jwt" or form.get("client_id", client.client_id) != client.client_id:
            raise _refused("this client is not registered for private_key_jwt")
        self._verify(client, assertion, header)
        self._check_claims(client, claims, now)
        return client

    def _verify(self, client: Client, assertion: str, header: Mapping[str, Any]) -> None:
        if header.get("alg") not in ALGORITHMS or header.get("typ", "JWT") != "JWT" or not header.get("kid"):
            raise _refused("the assertion needs alg RS384 or ES384, typ JWT and a kid")
        if header.get("jku") not in (None, client.jwks_uri):
            raise _refused("jku is not the registered JWKS address")
        keys = self._keys(client, str(header["kid"]))
        try:
            jws.deserialize_compact(assertion, keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError) as error:
            raise _refused("the assertion's signature does not verify") from error

    def _keys(self, client: Client, kid: str) -> KeySet:
        if client.jwks is not None:
            return _key_set(client.jwks)
        if not client.jwks_uri:
            raise _refused("no keys are registered for this client")
        fetched, found = self._cache.get(client.jwks_uri, (0.0, {}))
        stale = time.monotonic() - fetched > _JWKS_SECONDS
        if not found or stale or kid not in [key.get("kid") for key in found.get("keys", ())]:
            found = self._fetch(client.jwks_uri)
            self._cache[client.jwks_uri] = (time.monotonic(), found)
        return _key_set(found)

    def _check_claims(self, client: Client, claims: Mapping[str, Any], now: float) -> None:
        expires, jti = claims.get("exp"), claims.get("jti")
        if claims.get("sub") != client.client_id:
            raise _refused("iss and sub must both be the client_id")
        if claims.get("aud") not in (self._token_url, [self._token_url]):
            raise _refused("aud must be the token endpoint")
        if not isinstance(expires, int | float) or not now < expires <= now + LONGEST_ASSERTION + _SKEW:
            raise _refused("exp must lie ahead, at most five minutes")
        if not isinstance(jti, str) or not jti or not self._state.first_jti(client.client_id, jti, expires + _SKEW):
            raise _refused("jti is missing or was used before")


def _refused(why: str) -> OAuthError:
    return OAuthError("invalid_client", why, status=401)


def _basic(header: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(header[6:].strip(), validate=True).decode()
    except (Base64Error, UnicodeDecodeError) as error:
        raise _refused("unreadable Basic credentials") from error
    client_id, colon, secret = pair.partition(":")
    if not colon:
        raise _refused("unreadable Basic credentials")
    return unquote_plus(client_id), unquote_plus(secret)


def _unverified(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand, only to find whose keys to check them with."""
    parts = assertion.split(".")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in parts[:2])
    except ValueError as error:
        raise _refused("unreadable assertion") from error
    if len(parts) != 3 or not isinstance(header, dict) or not isinstance(claims, dict):
        raise _refused("unreadable assertion")
    return header, claims


def _key_set(found: Mapping[str, Any]) -> KeySet:
    jwks: KeySetSerialization = {"keys": list(found.get("keys", ()))}
    try:
        return KeySet.import_key_set(jwks)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise _refused("the client's JWKS cannot be read") from error


def fetch_jwks(url: str) -> Mapping[str, Any]:
    """A client's JWKS; at most 64 kB, five seconds. Raises OAuthError."""
    if not url.startswith(("http://", "https://")):
        raise _refused("the client's JWKS address is not http")
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  scheme checked above
            found = json.loads(answer.read(_JWKS_BYTES))
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise _refused("the client's JWKS cannot be fetched") from error
    if not isinstance(found, dict):
        raise _refused("the client's JWKS cannot be read")
    return found

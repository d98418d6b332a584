"""Believing an id_token: who signed it, for whom, when, in answer to what, and which FHIR person it names.

It decides OpenID Connect Core section 3.1.3.7 and SMART's `fhirUser` (conformance X4, X5; AB13). It must not know
what that person may see, and it never fetches the address in `fhirUser`.

Reasons of IdTokenInvalid: malformed, algorithm, keys-unavailable, no-keys, unknown-key, signature, issuer, audience,
expired, issued-in-future, not-yet-valid, missing-time, nonce, subject, foreign-user.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from smart_launch.addresses import normal
from smart_launch.client.jwks import JwksCache, Keys
from smart_launch.configuration import Configuration
from smart_launch.context import is_id
from smart_launch.errors import IdTokenInvalid
from smart_launch.keys import ID_TOKEN_ALGS, SigningKey, candidates
from smart_launch.ports import Http

USER_TYPES = ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person")
_USER = re.compile(r"([A-Za-z]+)/([^/]+)(?:/_history/[^/]+)?")
_LONGEST = 65536
_LONGEST_SUBJECT = 255
_LEEWAY = 60  # seconds between their clock and ours


@dataclass(frozen=True)
class FhirUser:
    """The person who signed in, on the server of the launch: `Type/id`."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True)
class Identity:
    """A person as the EHR knows them: `issuer` and `subject` together are unique. No `fhir_user`: it did not say who."""

    issuer: str
    subject: str
    fhir_user: FhirUser | None


@dataclass(frozen=True)
class Trust:
    """What a hospital's server is forgiven. `issuers`: further `iss` values it may write. `require_nonce`: whether a
    token
    without our nonce is refused. OpenID asks for it, some EHRs leave it out, and the code is bound to us by PKCE anyway; a
    wrong nonce is always refused.
    """

    issuers: frozenset[str] = frozenset()
    require_nonce: bool = False


def validate(
    http: Http,
    configuration: Configuration,
    id_token: str,
    client_id: str,
    nonce: str | None,
    now: datetime,
    deadline: float,
    jwks_cache: JwksCache,
    trust: Trust | None = None,
) -> Identity:
    """Who the id_token says has signed in. Raises IdTokenInvalid with one of the reasons above."""
    header = _header(id_token)
    if header.get("alg") not in ID_TOKEN_ALGS:
        raise IdTokenInvalid("algorithm")
    claims = _verified(http, configuration, id_token, header, deadline, jwks_cache)
    trust = trust or Trust()
    _check_issuer(claims, configuration, trust)
    _check_audience(claims, client_id)
    _check_times(claims, now.timestamp())
    _check_nonce(claims, nonce, trust)
    return Identity(str(claims["iss"]), _subject(claims), _fhir_user(claims, configuration.fhir_base))


def _header(id_token: str) -> Mapping[str, Any]:
    parts = id_token.split(".")
    if len(parts) != 3 or len(id_token) > _LONGEST:
        raise IdTokenInvalid("malformed")
    try:
        header = json.loads(urlsafe_b64decode(parts[0].encode()))
    except (ValueError, RecursionError) as error:
        raise IdTokenInvalid("malformed") from error
    if not isinstance(header, dict) or not isinstance(header.get("kid", ""), str):
        raise IdTokenInvalid("malformed")
    return header


def _verified(
    http: Http,
    configuration: Configuration,
    id_token: str,
    header: Mapping[str, Any],
    deadline: float,
    jwks_cache: JwksCache,
) -> Mapping[str, Any]:
    """The claims, once one of the server's keys has proved the signature."""
    if configuration.jwks_uri is None:
        raise IdTokenInvalid("no-keys")
    alg, kid = header["alg"], header.get("kid")
    problem = "unknown-key"

    def prove(keys: Keys) -> Mapping[str, Any] | None:
        nonlocal problem
        fitting = candidates(keys, kid, alg)
        problem = "signature" if fitting else "unknown-key"
        proofs = (_decoded(id_token, key, alg) for key in fitting)
        return next((claims for claims in proofs if claims is not None), None)

    claims = jwks_cache.search(http, configuration.jwks_uri, deadline, prove)
    if claims is None:
        raise IdTokenInvalid(problem)
    return claims


def _decoded(id_token: str, key: SigningKey, alg: str) -> Mapping[str, Any] | None:
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = 8192  # some servers put a certificate chain there
    try:
        return jwt.decode(id_token, key, algorithms=[alg], registry=registry).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None


def _check_issuer(claims: Mapping[str, Any], configuration: Configuration, trust: Trust) -> None:
    """Byte for byte. A server that publishes no issuer is held to its FHIR base, as SMART 1 servers have it."""
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or issuer in trust.issuers:
        good = isinstance(issuer, str)
    elif configuration.issuer is not None:
        good = issuer == configuration.issuer
    else:
        good = issuer.rstrip("/") == configuration.fhir_base.rstrip("/")
    if not good:
        raise IdTokenInvalid("issuer")


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in audiences or (len(audiences) > 1 and party is None) or party not in (None, client_id):
        raise IdTokenInvalid("audience")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, begins = (_instant(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise IdTokenInvalid("missing-time")
    if expires <= now - _LEEWAY:
        raise IdTokenInvalid("expired")
    if issued > now + _LEEWAY:
        raise IdTokenInvalid("issued-in-future")
    if begins is not None and begins > now + _LEEWAY:
        raise IdTokenInvalid("not-yet-valid")


def _instant(value: object) -> float | None:
    """A NumericDate; NaN and infinity, which JSON does not have but Python reads, are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None


def _check_nonce(claims: Mapping[str, Any], nonce: str | None, trust: Trust) -> None:
    if nonce is None:
        return
    answered = claims.get("nonce")
    if answered != nonce and (answered is not None or trust.require_nonce):
        raise IdTokenInvalid("nonce")


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise IdTokenInvalid("subject")
    return subject


def _fhir_user(claims: Mapping[str, Any], base: str) -> FhirUser | None:
    """`fhirUser`, else the `profile` of SMART 1, which in plain OpenID is any web page and then says nothing."""
    if claims.get("fhirUser"):
        user = parse_fhir_user(claims["fhirUser"], base)
        if user is None and _is_foreign(claims["fhirUser"], base):
            raise IdTokenInvalid("foreign-user")
        return user
    return parse_fhir_user(claims.get("profile"), base)


def parse_fhir_user(value: object, base: str) -> FhirUser | None:
    """`Type/id`, relative or absolute on `base`; None for another type, another server, or what is no reference."""
    if not isinstance(value, str):
        return None
    own = f"{normal(base)}/"
    reference = normal(value).removeprefix(own) if "://" in value else value.strip("/")
    match = _USER.fullmatch(reference)
    if match is None or match[1] not in USER_TYPES or not is_id(match[2]):
        return None
    return FhirUser(match[1], match[2])


def _is_foreign(value: object, base: str) -> bool:
    """Whether it is an address at all that is not below our server's own."""
    return isinstance(value, str) and "//" in value and not normal(value).startswith(f"{normal(base)}/")

"""Keys for signing and checking: which algorithms count, which key fits which, and what of a key may be published.

It decides the allow-lists (never `none`, never a shared secret; conformance B2, X4). It must not know where keys
are kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwk import import_key as import_jwk

SigningKey = RSAKey | ECKey
ASSERTION_ALGS = ("RS384", "ES384")
ID_TOKEN_ALGS = ("RS256", "ES256", "RS384", "ES384", "PS256")
_CURVES: Mapping[str, Literal["P-256", "P-384"]] = {"ES256": "P-256", "ES384": "P-384"}
_SMALLEST_RSA = 2048
_MOST_KEYS = 50


def generate(alg: str) -> SigningKey:
    """A fresh private key for `alg`, its RFC 7638 thumbprint as kid. RSA keys have 2048 bits, or 3072 for RS384."""
    if alg in _CURVES:
        return stamped(ECKey.generate_key(_CURVES[alg]), alg)
    return stamped(RSAKey.generate_key(3072 if alg == "RS384" else _SMALLEST_RSA), alg)


def stamped(key: SigningKey, alg: str) -> SigningKey:
    """The same key carrying kid (its own, else its thumbprint), use and alg. Raises ValueError where key and `alg` do
    not fit.
    """
    if not fits(key, alg):
        raise ValueError(f"this key does not fit {alg}")
    private = key.is_private
    marks = {"kid": key.kid or key.thumbprint(), "use": "sig", "alg": alg}
    return import_key({**key.as_dict(private=private), **marks})


def import_key(source: Mapping[str, Any] | str) -> SigningKey:
    """An RSA or EC key from a JWK (mapping) or a PEM (text). Raises ValueError for anything else, secrets included."""
    try:
        key = _from_pem(source) if isinstance(source, str) else import_jwk(dict(source))
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError) as error:
        raise ValueError("not a usable RSA or EC key") from error
    if not isinstance(key, RSAKey | ECKey):
        raise ValueError("not an RSA or EC key")
    return key


def _from_pem(pem: str) -> SigningKey:
    try:
        return RSAKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        return ECKey.import_key(pem)


def export_key(key: SigningKey) -> dict[str, Any]:
    """The whole key as a JWK, private members included: to be sealed at once, never logged."""
    return dict(key.as_dict(private=True))


def public_jwk(key: SigningKey) -> dict[str, Any]:
    """The key as it may be published: no private member, and a kid."""
    public = key.as_dict(private=False)
    return {**public, "kid": key.kid or key.thumbprint()}


def public_jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, Any]]]:
    """A JWK Set for publishing (RFC 7517 section 5; conformance D8)."""
    return {"keys": [public_jwk(key) for key in keys]}


def fits(key: SigningKey, alg: str) -> bool:
    """Whether `key` is of the kind and strength that `alg` asks for (RFC 7518 section 3)."""
    if isinstance(key, ECKey):
        return alg in _CURVES and key.curve_name == _CURVES[alg]
    return alg[:2] in ("RS", "PS") and key.raw_value.key_size >= _SMALLEST_RSA


def parse_jwks(document: Mapping[str, Any]) -> tuple[SigningKey, ...]:
    """The usable public signing keys in a server's JWK Set; keys of other kinds, or broken ones, are passed over."""
    entries = document.get("keys")
    keys = (_verifying(entry) for entry in entries[:_MOST_KEYS]) if isinstance(entries, list) else ()
    return tuple(key for key in keys if key is not None)


def _verifying(entry: object) -> SigningKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    # Only the members that verifying needs: a stray private member or odd key_ops must not cost us the key.
    members = ("kty", "kid", "alg", "n", "e", "crv", "x", "y")
    public = {name: entry[name] for name in members if isinstance(entry.get(name), str)}
    try:
        return import_key(public)
    except ValueError:
        return None


def candidates(keys: Iterable[SigningKey], kid: str | None, alg: str) -> tuple[SigningKey, ...]:
    """The keys that may have made a signature: of that kid, where one is named, and fit for `alg`."""
    named = (key for key in keys if kid is None or key.kid == kid)
    return tuple(key for key in named if fits(key, alg) and key.alg in (None, alg))

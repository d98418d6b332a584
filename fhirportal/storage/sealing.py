"""How bytes are sealed under one key, and the master key that seals all others.

It decides the form of sealed bytes: version, key id, nonce, AES-256-GCM ciphertext; purpose and context are authenticated
with it, so that nothing can be moved to another place. It must not know the database or where keys come from. A key seals
at most 2^32 times with random nonces (NIST SP 800-38D 8.3); the ring changes keys long before.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fhirportal.errors import Unavailable
from fhirportal.settings import Secret

KEY_BYTES = 32
_VERSION = b"\x01"
_KID = 16
_NONCE = 12
_SHORTEST = 1 + _KID + _NONCE + 16


class CannotUnseal(Unavailable):
    """Sealed bytes that no key of ours opens: cut short, changed, moved, or sealed under a key that is gone."""

    code = "cannot-unseal"


class WrongMasterKey(Unavailable):
    """The key ring does not open with this master key."""

    code = "wrong-master-key"


def new_kid() -> str:
    """A fresh key id: 16 hexadecimal digits."""
    return secrets.token_hex(_KID // 2)


def seal_with(key: bytes, kid: str, data: bytes, *bound: str) -> bytes:
    """`data` sealed; `bound` must be the same when it is opened."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + kid.encode("ascii") + nonce + AESGCM(key).encrypt(nonce, data, _joined(kid, *bound))


def open_with(key: bytes, sealed: bytes, *bound: str) -> bytes:
    """What `seal_with` was given. Raises CannotUnseal."""
    kid = kid_of(sealed)
    nonce, ciphertext = sealed[1 + _KID : 1 + _KID + _NONCE], sealed[1 + _KID + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _joined(kid, *bound))
    except InvalidTag:
        raise CannotUnseal("sealed bytes were changed or moved") from None


def kid_of(sealed: bytes) -> str:
    """The id of the key that sealed this. Raises CannotUnseal."""
    if len(sealed) < _SHORTEST or sealed[:1] != _VERSION:
        raise CannotUnseal("sealed bytes are too short or of another version")
    try:
        return sealed[1 : 1 + _KID].decode("ascii")
    except UnicodeDecodeError:
        raise CannotUnseal("sealed bytes name no key") from None


def parse_master_key(secret: Secret) -> bytes:
    """The 32 bytes of a master key written in base64. Raises ValueError, which never shows the key."""
    try:
        key = base64.b64decode(secret.reveal().strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the master key is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the master key must be {KEY_BYTES} bytes, this one is {len(key)}")
    return key


def make_master_key(path: Path) -> None:
    """A new master key in a new file that only its owner can read. Raises FileExistsError rather than replace one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _joined(*parts: str) -> bytes:
    """Unambiguous: the length stands before each part."""
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)

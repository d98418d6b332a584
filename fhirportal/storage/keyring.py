"""The keys of the deployment: those that seal what we keep, and those that sign what we send. All sealed by one master key.

It decides how keys are made, published and changed. It must not know what is sealed or signed, nor HTTP. A key is "next"
(published, not yet used), "active" (one per purpose, hospital and algorithm) or "retired" (still opens what it sealed;
if it signs, still published for one JWKS cache period, then removed).
"""

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from joserfc.jwk import ECKey, KeyParameters, RSAKey
from sqlalchemy import Connection, Engine, RowMapping, delete, exc, insert, select, update

from fhirportal.errors import NotFound
from fhirportal.settings import Secret
from fhirportal.storage.engine import reading, writing
from fhirportal.storage.schema import keys
from fhirportal.storage.sealing import (
    KEY_BYTES,
    CannotUnseal,
    WrongMasterKey,
    kid_of,
    new_kid,
    open_with,
    parse_master_key,
    seal_with,
)

SigningAlg = Literal["RS256", "RS384", "ES384"]
SEALING = "A256GCM"

MAX_AGE = timedelta(days=90)
PUBLISHED_FIRST = timedelta(hours=24)  # how long a hospital's server may keep our JWKS
RETIRED_SHOWN = timedelta(hours=24)
ACTIVE_REMEMBERED = timedelta(seconds=60)
RSA_BITS = 3072


@dataclass(frozen=True)
class _Slot:
    """Which key is meant: of one purpose, hospital ("" for none) and algorithm one is active."""

    purpose: str
    hospital: str
    alg: str

    def where(self) -> tuple[Any, ...]:
        return (keys.c.purpose == self.purpose, keys.c.hospital == self.hospital, keys.c.alg == self.alg)

    def bound(self) -> tuple[str, str, str]:
        return (self.purpose, self.hospital, self.alg)


@dataclass(frozen=True)
class KeyInfo:
    """A key as an administrator may see it."""

    kid: str
    purpose: str
    hospital: str
    alg: str
    state: str
    created_at: datetime


class KeyRing:
    """Thread-safe. Keys are made at their first use. Raises Unavailable (database), WrongMasterKey, CannotUnseal."""

    def __init__(self, engine: Engine, master_key: Secret, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._master = parse_master_key(master_key)
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: dict[str, bytes] = {}
        self._active: dict[_Slot, tuple[str, datetime]] = {}

    def seal(self, purpose: str, data: bytes, *, context: str = "") -> bytes:
        """`data` sealed for `purpose`; `context` (a row id, say) must be the same when it is unsealed."""
        kid, key = self._active_key(_Slot(purpose, "", SEALING))
        return seal_with(key, kid, data, purpose, context)

    def unseal(self, purpose: str, sealed: bytes, *, context: str = "") -> bytes:
        """What `seal` was given. Raises CannotUnseal."""
        kid = kid_of(sealed)
        return open_with(self._key(kid, purpose), sealed, purpose, context)

    def signing_key(self, purpose: str, hospital: str, alg: SigningAlg) -> RSAKey | ECKey:
        """The private key to sign with now; its `kid` belongs in the header (RFC 7515 4.1.4)."""
        _, private = self._active_key(_Slot(purpose, hospital, alg))
        return _imported(alg, json.loads(private))

    def public_keys(self, purpose: str, hospital: str) -> list[dict[str, Any]]:
        """The JWKS `keys`: next, active and just retired ones, with kid, alg and key_ops (SMART App Launch 2.2,
        asymmetric authentication). Never a private part."""
        still = self._clock() - RETIRED_SHOWN
        wanted = (
            select(keys.c.public_jwk)
            .where(keys.c.purpose == purpose, keys.c.hospital == hospital, keys.c.alg != SEALING)
            .where((keys.c.state != "retired") | (keys.c.retired_at > still))
            .order_by(keys.c.created_at, keys.c.kid)
        )
        with reading(self._engine) as connection:
            return [json.loads(public) for public in connection.execute(wanted).scalars()]

    def rotate(self, purpose: str, hospital: str = "", alg: str = SEALING, *, at_once: bool = False) -> str:
        """Publishes the next key now; `rotate_due` activates it after one JWKS cache period. `at_once` is for a key that
        leaked: the new one is active now, the old one no longer published (a sealing key still opens). Its kid.
        Raises NotFound when there is no active key to follow."""
        slot = _Slot(purpose, hospital, alg)
        row = self._made(slot, "next")
        with writing(self._engine) as connection:
            if _find(connection, slot, "active") is None:
                raise NotFound("no such key", code="no-such-key")
            standing = _find(connection, slot, "next")
            if at_once:
                self._replace_at_once(connection, slot, row)
            elif standing is None:
                connection.execute(insert(keys).values(**row))
            else:
                row = dict(standing)
        self._forget(slot)
        return str(row["kid"])

    def rotate_due(self) -> list[str]:
        """What the worker calls: publishes keys that are due, activates those published long enough, removes signing
        keys nobody needs. One line for each thing done, without a secret."""
        done = []
        for slot in self._slots():
            done += self._advance(slot)
        with writing(self._engine) as connection:
            gone = delete(keys).where(
                keys.c.state == "retired", keys.c.alg != SEALING, keys.c.retired_at <= self._clock() - RETIRED_SHOWN
            )
            removed = connection.execute(gone.returning(keys.c.kid)).scalars().all()
        return done + [f"removed {kid}" for kid in removed]

    def list_keys(self) -> list[KeyInfo]:
        """All keys, oldest first."""
        columns = (keys.c.kid, keys.c.purpose, keys.c.hospital, keys.c.alg, keys.c.state, keys.c.created_at)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).order_by(keys.c.created_at, keys.c.kid)).all()
        return [KeyInfo(*row) for row in rows]

    def rewrap(self, new_master: Secret) -> int:
        """Seals every key under a new master key, in one transaction; how many. Stop the portal before, put the new key
        into the secret file after: a process that runs on with the old one cannot open what it has not opened yet."""
        fresh = parse_master_key(new_master)
        with writing(self._engine) as connection:
            rows = connection.execute(select(keys)).mappings().all()
            for row in rows:
                sealed = seal_with(fresh, row["kid"], self._unwrapped(row), *_slot_of(row).bound())
                connection.execute(update(keys).where(keys.c.kid == row["kid"]).values(sealed_private=sealed))
        self._master = fresh
        return len(rows)

    def check(self) -> None:
        """Returns when every key opens, else raises WrongMasterKey or Unavailable. For the start and for /readyz."""
        with reading(self._engine) as connection:
            for row in connection.execute(select(keys)).mappings():
                self._unwrapped(row)

    def _active_key(self, slot: _Slot) -> tuple[str, bytes]:
        now = self._clock()
        with self._lock:
            kid, until = self._active.get(slot, ("", now))
            if until > now and kid in self._opened:
                return kid, self._opened[kid]
        row = self._find_active(slot) or self._first(slot)
        opened = self._unwrapped(row)
        with self._lock:
            self._opened[row["kid"]] = opened
            self._active[slot] = (row["kid"], now + ACTIVE_REMEMBERED)
        return row["kid"], opened

    def _key(self, kid: str, purpose: str) -> bytes:
        with self._lock:
            if kid in self._opened:
                return self._opened[kid]
        wanted = select(keys).where(keys.c.kid == kid, keys.c.purpose == purpose, keys.c.alg == SEALING)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            raise CannotUnseal("sealed under a key that is not in the ring")
        opened = self._unwrapped(row)
        with self._lock:
            self._opened[kid] = opened
        return opened

    def _find_active(self, slot: _Slot) -> RowMapping | None:
        with reading(self._engine) as connection:
            return _find(connection, slot, "active")

    def _first(self, slot: _Slot) -> RowMapping:
        """Nothing was signed before it, so that the first key need not wait. Of two processes that make it one wins."""
        row = self._made(slot, "active")
        try:
            with writing(self._engine) as connection:
                if _find(connection, slot, "active") is None:
                    connection.execute(insert(keys).values(**row))
        except exc.IntegrityError:
            pass
        found = self._find_active(slot)
        if found is None:
            raise CannotUnseal("the active key went away while it was made")
        return found

    def _made(self, slot: _Slot, state: str) -> dict[str, Any]:
        now, kid = self._clock(), new_kid()
        private, public = _new_key(slot.alg, kid)
        return {
            "kid": kid,
            "purpose": slot.purpose,
            "hospital": slot.hospital,
            "alg": slot.alg,
            "state": state,
            "sealed_private": seal_with(self._master, kid, private, *slot.bound()),
            "public_jwk": public,
            "created_at": now,
            "activated_at": now if state == "active" else None,
        }

    def _unwrapped(self, row: RowMapping) -> bytes:
        try:
            return open_with(self._master, row["sealed_private"], *_slot_of(row).bound())
        except CannotUnseal:
            raise WrongMasterKey(f"key {row['kid']} does not open with this master key") from None

    def _slots(self) -> list[_Slot]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(keys).where(keys.c.state == "active")).mappings().all()
        return [_slot_of(row) for row in rows]

    def _advance(self, slot: _Slot) -> list[str]:
        now = self._clock()
        with reading(self._engine) as connection:
            active, following = _find(connection, slot, "active"), _find(connection, slot, "next")
        if following is None:
            if active is None or active["activated_at"] + MAX_AGE - PUBLISHED_FIRST > now:
                return []
            return [f"published {self.rotate(*slot.bound())}"]
        if following["created_at"] + PUBLISHED_FIRST > now:
            return []
        with writing(self._engine) as connection:
            _activate(connection, slot, following["kid"], now)
        self._forget(slot)
        return [f"activated {following['kid']}"]

    def _replace_at_once(self, connection: Connection, slot: _Slot, row: dict[str, Any]) -> None:
        now = self._clock()
        connection.execute(delete(keys).where(*slot.where(), keys.c.state == "next"))
        connection.execute(insert(keys).values(**row))
        _activate(connection, slot, row["kid"], now)
        if slot.alg != SEALING:
            connection.execute(delete(keys).where(*slot.where(), keys.c.state == "retired"))

    def _forget(self, slot: _Slot) -> None:
        with self._lock:
            self._active.pop(slot, None)


def _find(connection: Connection, slot: _Slot, state: str) -> RowMapping | None:
    return connection.execute(select(keys).where(*slot.where(), keys.c.state == state)).mappings().first()


def _activate(connection: Connection, slot: _Slot, kid: str, now: datetime) -> None:
    """Does nothing where another process did it meanwhile."""
    if connection.execute(select(keys.c.state).where(keys.c.kid == kid)).scalar_one_or_none() != "next":
        return
    retire = update(keys).where(*slot.where(), keys.c.state == "active")
    connection.execute(retire.values(state="retired", retired_at=now))
    connection.execute(update(keys).where(keys.c.kid == kid).values(state="active", activated_at=now))


def _slot_of(row: RowMapping) -> _Slot:
    return _Slot(row["purpose"], row["hospital"], row["alg"])


def _new_key(alg: str, kid: str) -> tuple[bytes, str]:
    """Private bytes and the public JWK as text ("" for a sealing key)."""
    if alg == SEALING:
        return secrets.token_bytes(KEY_BYTES), ""
    parameters: KeyParameters = {"kid": kid, "alg": alg}
    made: RSAKey | ECKey
    if alg == "ES384":
        made = ECKey.generate_key("P-384", parameters)
    elif alg in ("RS256", "RS384"):
        made = RSAKey.generate_key(RSA_BITS, parameters)
    else:
        raise ValueError(f"no key can be made for {alg}")
    public = made.as_dict(private=False) | {"key_ops": ["verify"], "ext": True}
    return json.dumps(made.as_dict(private=True)).encode(), json.dumps(public)


def _imported(alg: str, jwk: dict[str, Any]) -> RSAKey | ECKey:
    return ECKey.import_key(jwk) if alg == "ES384" else RSAKey.import_key(jwk)

"""Puts this room's parts together from what the wiring has: who we are at each hospital, how we reach it, where answers go.

It decides which key signs our assertions. It must not know addresses (they are handed in) or Flask.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from fhirportal.accounts.entering import AuditLog, Entrance, Server
from fhirportal.accounts.launching import Launching
from fhirportal.accounts.leaving import Leaving
from fhirportal.accounts.sessions import KV, Sessions
from fhirportal.settings import Hospital, Settings
from fhirportal.storage.keyring import KeyRing
from fhirportal.storage.tokens import StoredTokens, TokenStore
from smart_launch.client.client_assertion import KeySigner
from smart_launch.client.identity import ClientIdentity
from smart_launch.ports import Http

ASSERTIONS = "client-assertion"
"""The key ring's purpose for the keys we sign client assertions with, one set per hospital."""

REFRESH_SECONDS = 8.0


def make_sessions(settings: Settings, kv: KV, engine: Engine, clock: Callable[[], datetime]) -> Sessions:
    """Sessions with this deployment's limits. `kv` holds ids of patients and people: give it sealed."""
    idle, absolute = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_absolute_hours)
    return Sessions(kv, engine, clock, idle=min(idle, absolute), absolute=absolute)


def make_launching(
    kv: KV,
    clock: Callable[[], datetime],
    keyring: KeyRing,
    http_for: Callable[[Hospital], Http],
    *,
    callback_of: Callable[[str], str],
    jwks_of: Callable[[str], str],
) -> Launching:
    """The protocol with this deployment's keys. `callback_of` and `jwks_of` give absolute addresses by hospital slug."""
    return Launching(kv, clock, http_for, lambda hospital: client_of(hospital, keyring, jwks_of(hospital.slug)), callback_of)


def make_refresh(launching: Launching, hospitals: Mapping[str, Hospital]) -> Callable[[StoredTokens], StoredTokens]:
    """What `UserTokens` renews with: one try at the hospital's token endpoint, within REFRESH_SECONDS."""

    def refresh(stored: StoredTokens) -> StoredTokens:
        return launching.refresh(hospitals[stored.hospital], stored, time.monotonic() + REFRESH_SECONDS)

    return refresh


def make_entrance(
    settings: Settings, clock: Callable[[], datetime], engine: Engine, *,
    sessions: Sessions, tokens: TokenStore, launching: Launching, audit: AuditLog, server_for: Callable[[str], Server],
) -> Entrance:  # fmt: skip
    """The way in, and with it the way out (`entrance.leaving`)."""
    leaving = Leaving(tokens, launching, settings.hospitals, clock)
    return Entrance(
        engine=engine, sessions=sessions, tokens=tokens, leaving=leaving, audit=audit, server_for=server_for, clock=clock
    )


def client_of(hospital: Hospital, keyring: KeyRing, jwks: str) -> ClientIdentity:
    """Who we are at this hospital's server, with the key that is active now."""
    client = hospital.client
    signer = None
    if client.auth == "private_key_jwt":
        key = keyring.signing_key(ASSERTIONS, hospital.slug, client.signing_alg)
        signer = KeySigner(key, client.signing_alg, jwks)
    secret = client.client_secret.reveal() if client.client_secret else None
    return ClientIdentity(client.client_id, client.auth, secret, signer)

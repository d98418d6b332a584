"""Beginning a launch: from the EHR's `iss` and `launch`, or from our own door, to the address the browser is sent to.

It decides what is asked for and what must be remembered until the answer comes. It must not know sessions: the
caller keeps the PendingLaunch on the server, bound to the browser's session, to be taken once.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]

from smart_launch import pkce
from smart_launch.addresses import same
from smart_launch.client.identity import ClientIdentity
from smart_launch.configuration import Configuration
from smart_launch.errors import AuthorizationError, IssuerMismatch, LaunchExpired, UnknownIssuer

MOST_WAITING = timedelta(minutes=30)
"""How long somebody may take to sign in at the EHR."""
_LONGEST_LAUNCH = 8192


@dataclass(frozen=True)
class PendingLaunch:
    """What is remembered of a launch until its answer. Secrets stay out of its repr."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    iss: str
    redirect_uri: str
    scope: str
    client_id: str
    from_ehr: bool
    begun_at: int  # seconds since 1970

    def to_json(self) -> bytes:
        """For the caller's store; holds secrets."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, stored: bytes | None) -> "PendingLaunch":
        """Back from the store. Raises LaunchExpired where there is nothing, or nothing readable."""
        try:
            values = json.loads(stored or b"null")
            return cls(**{each.name: values[each.name] for each in fields(cls)})
        except (ValueError, TypeError, KeyError) as error:
            raise LaunchExpired("no such pending launch") from error

    def require_fresh(self, now: datetime) -> None:
        """Raises LaunchExpired after MOST_WAITING."""
        if now - datetime.fromtimestamp(self.begun_at, UTC) > MOST_WAITING:
            raise LaunchExpired("begun too long ago")


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what to remember under `pending.state`."""

    url: str = field(repr=False)
    pending: PendingLaunch


def accepted_issuer(iss: str, accepted: Iterable[str]) -> str:
    """The accepted issuer that `iss` names, in the accepted spelling (AB4). Raises UnknownIssuer.

    Nothing is fetched for, or sent to, an address that only a link has named.
    """
    for issuer in accepted:
        if same(issuer, iss):
            return issuer
    raise UnknownIssuer("the launch names a server that is not accepted here")


def begin_launch(
    configuration: Configuration,
    client: ClientIdentity,
    iss: str,
    launch: str | None,
    scope: str,
    redirect_uri: str,
    now: datetime,
) -> Begun:
    """Begin an EHR launch (`launch` given) or a standalone launch (None); SMART App Launch 2.2, conformance A2, A11.

    `iss` is the FHIR base, already accepted; it goes out as `aud`. State and nonce have 256 bits, PKCE is S256 always.
    Raises PkceUnsupported, IssuerMismatch (another server's configuration) or AuthorizationError (an unusable `launch`).
    """
    configuration.require_pkce()
    if not same(configuration.fhir_base, iss):
        raise IssuerMismatch("the configuration is another server's")
    if launch is not None and not (0 < len(launch) <= _LONGEST_LAUNCH and launch.isprintable()):
        raise AuthorizationError("an unusable launch value")
    pending = PendingLaunch(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=pkce.new_verifier(),
        iss=iss,
        redirect_uri=redirect_uri,
        scope=_asked(scope, launch),
        client_id=client.client_id,
        from_ehr=launch is not None,
        begun_at=int(now.timestamp()),
    )
    return Begun(_authorize_url(configuration, pending, launch), pending)


def _asked(scope: str, launch: str | None) -> str:
    """`launch` goes with an EHR launch, and only with one: servers refuse the one without the other."""
    words = [word for word in dict.fromkeys(scope.split()) if word != "launch"]
    return " ".join(words if launch is None else ["launch", *words])


def _authorize_url(configuration: Configuration, pending: PendingLaunch, launch: str | None) -> str:
    url = prepare_grant_uri(
        configuration.authorization_endpoint,
        pending.client_id,
        "code",
        redirect_uri=pending.redirect_uri,
        scope=pending.scope,
        state=pending.state,
        aud=pending.iss,
        launch=launch,
        nonce=pending.nonce if "openid" in pending.scope.split() else None,
        code_challenge=pkce.challenge(pending.verifier),
        code_challenge_method=pkce.METHOD,
    )
    return str(url)

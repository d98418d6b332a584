"""Everything that can go wrong between a launch and a living session, each with a stable code a page can explain.

    LaunchError
      UnknownIssuer         unknown_issuer        the launch comes from a server we do not work with (AB4)
      DiscoveryFailed       discovery_failed      the server does not say, or not usably, how to sign in
        PkceUnsupported     pkce_unsupported      it says that it cannot do S256
      LaunchExpired         launch_expired        no such launch, used already, or begun too long ago
      StateMismatch         state_mismatch        the answer belongs to another launch (AB6)
      IssuerMismatch        issuer_mismatch       the answer comes from another server (RFC 9207)
      AccessDenied          access_denied         the person, or the server for them, said no
      AuthorizationError    authorization_error   another error of the authorization endpoint; `server_error` names it
      TokenProblem
        TokenError          token_error           the token endpoint refused for good, or answered nonsense
        TokenUnreachable    token_unreachable     the token endpoint is away for the moment: try again
        SessionEnded        session_ended         the refresh token is dead (invalid_grant): sign in again
          ContextChanged    context_changed       a refresh answered for another patient
      IdTokenInvalid        id_token_invalid      who it is cannot be believed; `reason` says which check failed
      NoPatient             no_patient            signed in, but no patient is chosen
    HttpFailure             what an `Http` port raises when there is no answer at all

It decides the codes. It must not know words, pages or HTTP status codes. Messages are for the log: our own words and
the server's error *code*, never its description, a token, a name or an address with a query.
"""

import re

_ERROR_CODE = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")


def error_code(value: object) -> str:
    """The server's OAuth error code (RFC 6749 section 5.2) where it is fit to be logged and compared; else
    "unreadable".
    """
    return value if isinstance(value, str) and _ERROR_CODE.fullmatch(value) else "unreadable"


class HttpFailure(Exception):
    """No answer: unreachable, timed out, too large, or an address the port refuses. `reason` holds no query string."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LaunchError(Exception):
    """The base: `code` is stable, `reason` is for the log, `server_error` is the other server's own error code or
    None.
    """

    code = "launch_error"

    def __init__(self, reason: str = "", *, server_error: str | None = None) -> None:
        super().__init__(f"{self.code}: {reason}" if reason else self.code)
        self.reason = reason
        self.server_error = server_error


class UnknownIssuer(LaunchError):
    """The launch names a server that this hospital does not accept."""

    code = "unknown_issuer"


class DiscoveryFailed(LaunchError):
    """The server's SMART configuration cannot be read or is unusable."""

    code = "discovery_failed"


class PkceUnsupported(DiscoveryFailed):
    """The server lists challenge methods, and S256 is not among them."""

    code = "pkce_unsupported"


class LaunchExpired(LaunchError):
    """There is no such pending launch (any more)."""

    code = "launch_expired"


class StateMismatch(LaunchError):
    """`state` is missing or belongs to another launch."""

    code = "state_mismatch"


class IssuerMismatch(LaunchError):
    """The answer is not from the server that was asked."""

    code = "issuer_mismatch"


class AccessDenied(LaunchError):
    """The authorization endpoint answered access_denied."""

    code = "access_denied"


class AuthorizationError(LaunchError):
    """The authorization endpoint answered another error, or no code."""

    code = "authorization_error"


class TokenProblem(LaunchError):
    """Anything about the token endpoint."""

    code = "token_error"


class TokenError(TokenProblem):
    """The token endpoint refused for good, or answered something unusable."""


class TokenUnreachable(TokenProblem):
    """The token endpoint did not answer, or asked us to come back. `retry_after` in seconds, where it said so."""

    code = "token_unreachable"

    def __init__(self, reason: str = "", *, server_error: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(reason, server_error=server_error)
        self.retry_after = retry_after


class SessionEnded(TokenProblem):
    """The refresh token will never work again (RFC 6749 section 5.2, invalid_grant)."""

    code = "session_ended"


class ContextChanged(SessionEnded):
    """A refresh came back for another patient than the session's: nothing of it may be used."""

    code = "context_changed"


class IdTokenInvalid(LaunchError):
    """The id_token failed a check; `reason` is one of the short names in `client.id_token`."""

    code = "id_token_invalid"


class NoPatient(LaunchError):
    """The launch ended without a patient in context."""

    code = "no_patient"

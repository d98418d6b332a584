"""Every error the portal raises on purpose, and what each one means to HTTP and to FHIR.

    PortalError
      BadInput        400  invalid       what to correct, next to the field
      NotSignedIn     401  login         sign in, then back to here
      NotAllowed      403  forbidden     what is missing and who can grant it
      NotFound        404  not-found     also for other people's data
      Conflict        409  conflict      it changed meanwhile; a next step
      TooMany         429  throttled     when to try again
      UpstreamError   502  exception     the hospital's system did not answer properly; nothing was lost
        UpstreamDown    503  transient     it is away, or we keep away from it for a moment
        UpstreamTimeout 504  timeout       it took too long
      Unavailable     503  transient     a part of the portal itself (database, audit) is away

It decides status codes and FHIR issue types; it must not know pages, words or Flask. `reason` is for the log: our own
words and ids, never a name, value or clinical code. `code` is stable and selects the words a page shows.
"""


class PortalError(Exception):
    """The base: `reason` is written to the log, `code` chooses the page's words, `retry_after` is in seconds."""

    status = 500
    issue = "exception"
    code = "error"

    def __init__(self, reason: str = "", *, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(reason or self.code)
        self.reason = reason or self.code
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class BadInput(PortalError):
    """What was sent cannot be used; `fields` maps a field's name to the code of what is wrong with it."""

    status = 400
    issue = "invalid"
    code = "bad-input"

    def __init__(self, reason: str = "", *, code: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(reason, code=code)
        self.fields = fields or {}


class NotSignedIn(PortalError):
    """Nobody is signed in here, or the session has ended."""

    status = 401
    issue = "login"
    code = "not-signed-in"


class NotAllowed(PortalError):
    """Known who it is, and the answer is no."""

    status = 403
    issue = "forbidden"
    code = "not-allowed"


class NotFound(PortalError):
    """Not there, or not theirs: the two look the same from outside (AB37)."""

    status = 404
    issue = "not-found"
    code = "not-found"


class Conflict(PortalError):
    """It changed meanwhile."""

    status = 409
    issue = "conflict"
    code = "conflict"


class TooMany(PortalError):
    """Too many tries; `retry_after` says when the next one counts."""

    status = 429
    issue = "throttled"
    code = "too-many"


class UpstreamError(PortalError):
    """The hospital's system answered something unusable."""

    status = 502
    issue = "exception"
    code = "upstream-error"


class UpstreamDown(UpstreamError):
    """The hospital's system cannot be reached, or its breaker is open."""

    status = 503
    issue = "transient"
    code = "upstream-down"


class UpstreamTimeout(UpstreamError):
    """The hospital's system did not answer within the budget."""

    status = 504
    issue = "timeout"
    code = "upstream-timeout"


class Unavailable(PortalError):
    """A part of the portal itself is away: unreadable is never a yes."""

    status = 503
    issue = "transient"
    code = "unavailable"

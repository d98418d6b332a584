"""What can go wrong with a hospital's server beyond the errors every room knows.

    UpstreamSignedOut  a NotSignedIn  upstream-signed-out  the hospital no longer takes our token: sign in again
    NotShared          a NotAllowed   not-shared           the sign-in did not include this kind of data
    NotOffered         a NotFound     not-offered          the hospital's server has no such thing

It decides the vocabulary. UpstreamError itself comes with these codes: "upstream-refused" (400 and its like), "upstream-busy"
(429, with `retry_after`), "upstream-redirect", "upstream-not-fhir", "upstream-not-http", "upstream-too-large",
"upstream-unreachable" (nothing was sent), "upstream-resting" (the breaker is open), "address-refused", "header-refused".
"""

from fhirportal.errors import NotAllowed, NotFound, NotSignedIn


class UpstreamSignedOut(NotSignedIn):
    """The hospital no longer takes the token, and it cannot be refreshed."""

    code = "upstream-signed-out"


class NotShared(NotAllowed):
    """The hospital says no to this token for this kind of data."""

    code = "not-shared"


class NotOffered(NotFound):
    """The hospital's server does not know this type or this interaction."""

    code = "not-offered"

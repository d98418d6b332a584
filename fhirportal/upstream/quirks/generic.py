"""A server that does what FHIR R4 says, and what many do beside it. Every other profile starts from this one.

It decides how warnings in a searchset are read. It must not know any one vendor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhirportal.errors import PortalError
from fhirportal.upstream.ports import Ask

_TOLD = frozenset({"fatal", "error", "warning"})
_LEFT_OUT = frozenset({"incomplete", "suppressed", "too-costly", "timeout", "forbidden"})
# codes seen with severity "warning" that only say "nothing was found" (4101) in otherwise complete answers
_HARMLESS = frozenset({"4101"})


@dataclass(frozen=True)
class Generic:
    """See `quirks.Quirks`."""

    page_size: int = 200  # a page more is a round trip more; a server that gives less at once just pages
    keeps_cookies: bool = True

    def asks(self, ask: Ask) -> tuple[Ask, ...]:
        return (ask,)

    def next_url(self, url: str, base: str) -> str:  # noqa: ARG002
        return url

    def incomplete(self, issue: Mapping[str, Any]) -> bool:
        """Every warning may mean that something is missing, unless it is known to be harmless: better said once too often."""
        if issue.get("code") in _LEFT_OUT:
            return True
        return issue.get("severity") in _TOLD and not _codes(issue) & _HARMLESS

    def trouble(self, ask: Ask, status: int, outcome: Mapping[str, Any] | None) -> PortalError | None:  # noqa: ARG002
        return None


PROFILE = Generic()


def _codes(issue: Mapping[str, Any]) -> set[str]:
    details = issue.get("details")
    codings = details.get("coding") if isinstance(details, Mapping) else None
    found = codings if isinstance(codings, list) else []
    return {str(coding.get("code")) for coding in found if isinstance(coding, Mapping)}

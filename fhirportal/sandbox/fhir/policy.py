"""Who may do and see what at this FHIR server, as the server asks it; the SMART front answers with real tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Resource = Mapping[str, Any]


class Unauthorized(Exception):
    """401: no token, or one that is not good."""


class Forbidden(Exception):
    """403: a good token without the scope."""


class Grant(Protocol):
    """What one request may do. `patient` is the one chart it is bound to, or None."""

    @property
    def patient(self) -> str | None: ...

    def may(self, interaction: str, type_: str) -> bool: ...

    def sees(self, resource: Resource) -> bool: ...

    def may_write(self, interaction: str, resource: Resource) -> bool: ...


class Policy(Protocol):
    def authorize(self, authorization_header: str | None) -> Grant:
        """Raises Unauthorized."""
        ...


class OpenGrant:
    """Everything is allowed."""

    patient: str | None = None

    def may(self, interaction: str, type_: str) -> bool:  # noqa: ARG002
        return True

    def sees(self, resource: Resource) -> bool:  # noqa: ARG002
        return True

    def may_write(self, interaction: str, resource: Resource) -> bool:  # noqa: ARG002
        return True


class OpenPolicy:
    """A server that asks for no token at all."""

    def authorize(self, authorization_header: str | None) -> Grant:  # noqa: ARG002
        return OpenGrant()

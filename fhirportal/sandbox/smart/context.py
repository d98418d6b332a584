"""What an EHR hands an app: who is there, whose chart is open, and the hints around it (SMART App Launch, "Launch context").

It decides shapes only: `Context` travels inside a launch, `Authorization` is what a code and its tokens stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Context:
    """`person` is the key of who acts, `fhir_user` a relative reference; None = not part of this launch."""

    person: str
    fhir_user: str
    patient: str | None
    encounter: str | None = None
    fhir_context: tuple[Mapping[str, Any], ...] = ()
    banner: bool | None = None
    style: bool = True
    intent: str | None = None

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Context:
        return cls(**{**body, "fhir_context": tuple(body.get("fhir_context") or ())})


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """One agreement: this client, for this person and chart, within these scopes. `at`: epoch seconds of the sign-in."""

    client_id: str
    scope: str
    context: Context
    at: float
    nonce: str | None = None
    id: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "id"}

    @classmethod
    def from_json(cls, id_: str, body: Mapping[str, Any]) -> Authorization:
        return cls(**{**body, "context": Context.from_json(body["context"]), "id": id_})

"""What one sandbox process serves: its FHIR bases, the people and the apps of each. Written and read as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.people import Person


@dataclass(frozen=True, kw_only=True)
class Base:
    """One hospital. `derive_people`: every Patient in the data is somebody one can sign in as."""

    slug: str
    name: str
    people: tuple[Person, ...] = ()
    clients: tuple[Client, ...] = ()
    derive_people: bool = False
    enforce_tokens: bool = True

    def to_json(self) -> dict[str, Any]:
        people, clients = [p.to_json() for p in self.people], [c.to_json() for c in self.clients]
        return {**self.__dict__, "people": people, "clients": clients}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Base:
        people = tuple(Person.from_json(p) for p in body.get("people", ()))
        clients = tuple(Client.from_json(c) for c in body.get("clients", ()))
        return cls(**{**body, "people": people, "clients": clients})


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    """`public_url` is the server's own address without a slash at its end; `control_token` opens the switchboards."""

    data_dir: Path
    public_url: str
    bases: tuple[Base, ...]
    control_token: str
    staff_password: str = "staff"  # noqa: S105 - printed on the sign-in page: this hospital is fictional

    def to_json(self) -> str:
        bases = [base.to_json() for base in self.bases]
        return json.dumps({**self.__dict__, "data_dir": str(self.data_dir), "bases": bases}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> SandboxConfig:
        body = json.loads(text)
        bases = tuple(Base.from_json(b) for b in body["bases"])
        return cls(**{**body, "data_dir": Path(body["data_dir"]), "bases": bases})

"""One hospital's SMART front as one object: its addresses, people, clients, state and clock.

It only holds things together; the protocol's steps are in launches, authorize, tokens and policy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.keys import Keys
from fhirportal.sandbox.smart.people import People, Records
from fhirportal.sandbox.smart.state import State
from fhirportal.sandbox.smart.switches import Switches, read_switches


@dataclass(frozen=True, kw_only=True)
class Ehr:
    """`root` is the absolute address of the base (`http://host:port/<slug>`), without a slash at its end."""

    slug: str
    name: str
    root: str
    people: People
    clients: Mapping[str, Client]
    records: Records
    state: State
    clock: Callable[[], datetime]

    @property
    def fhir(self) -> str:
        """The FHIR base, which is the issuer and the `aud`, too."""
        return f"{self.root}/fhir"

    @property
    def auth(self) -> str:
        return f"{self.root}/auth"

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.state)

    @property
    def secure(self) -> bool:
        return self.root.startswith("https://")

    @property
    def switches(self) -> Switches:
        return read_switches(self.state)

    def now(self) -> float:
        """Epoch seconds."""
        return self.clock().timestamp()

    def subject_of(self, person: str) -> str:
        """`sub`: stable for a person of this hospital, says nothing about them."""
        return hashlib.sha256(f"{self.slug}\n{person}".encode()).hexdigest()[:32]

    def app_origins(self) -> list[str]:
        """Where the registered apps live: a form that ends in an app must be allowed to go there."""
        addresses = (url for c in self.clients.values() for url in (c.launch_uri, *c.redirect_uris) if url)
        return sorted({origin_of(url) for url in addresses})


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

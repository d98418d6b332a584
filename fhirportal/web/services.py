"""What every door may use, made once by the wiring and kept with the Flask app. It decides nothing; it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from sqlalchemy import Engine

from fhirportal.access.viewer import Viewer
from fhirportal.settings import Hospital, Settings

if TYPE_CHECKING:
    from fhirportal.accounts.entering import Entrance
    from fhirportal.accounts.launching import Launching
    from fhirportal.accounts.sessions import Sessions
    from fhirportal.audit import Audit
    from fhirportal.records.reader import Reader
    from fhirportal.storage.keyring import KeyRing
    from fhirportal.storage.kv import KV
    from fhirportal.storage.tokens import TokenStore
    from fhirportal.upstream.client import Gateways

EXTENSION = "fhirportal"


@dataclass(frozen=True, kw_only=True)
class Services:
    """One deployment's parts. `make_reader(viewer, request_id)` gives a Reader bound to that viewer."""

    settings: Settings
    clock: Callable[[], datetime]
    engine: Engine
    kv: "KV"
    keyring: "KeyRing"
    audit: "Audit"
    tokens: "TokenStore"
    sessions: "Sessions"
    gateways: "Gateways"
    launching: "Launching"
    entrance: "Entrance"
    make_reader: Callable[[Viewer, str], "Reader"]

    def find_hospital(self, slug: str) -> Hospital | None:
        return self.settings.hospitals.get(slug)


def keep(app: Flask, services_: Services) -> None:
    """Hang the services on the app; the wiring does this once."""
    app.extensions[EXTENSION] = services_


def services() -> Services:
    """The services of the app that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])

"""An EHR opens an app: the one-time `launch` value and the address the browser is sent to.

SMART App Launch 2.2, "EHR launch". A launch is bound to client, person and patient, lives five minutes and works once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.context import Context
from fhirportal.sandbox.smart.ehr import Ehr
from fhirportal.sandbox.smart.errors import OAuthError
from fhirportal.sandbox.smart.people import As

LAUNCH_SECONDS = 300


class NoSuchApp(LookupError):
    """No client of that id, or one that cannot be launched from the EHR."""


def create_launch(
    ehr: Ehr,
    person_key: str,
    as_: As = "patient",
    client_id: str | None = None,
    *,
    patient: str | None = None,
    encounter: str | None = None,
    fhir_context: Sequence[Mapping[str, Any]] = (),
    banner: bool | None = True,
    style: bool = True,
    intent: str | None = None,
) -> str:
    """The address to open in a browser: the app's launch_uri with `iss` and `launch`.

    `client_id` None: the first app that can be launched. `patient` picks a chart where the person has several. Raises
    NobodyLikeThat, NoSuchApp.
    """
    client = get_app(ehr, client_id)
    actor = ehr.people.choose(person_key, as_, patient)
    context = Context(
        person=actor.key,
        fhir_user=actor.fhir_user,
        patient=actor.patient,
        encounter=encounter,
        fhir_context=tuple(fhir_context),
        banner=banner,
        style=style,
        intent=intent,
    )
    return launch_address(ehr, client, context)


def launch_address(ehr: Ehr, client: Client, context: Context) -> str:
    """The same for a context that is already known."""
    body = {"client_id": client.client_id, "context": asdict(context)}
    launch = ehr.state.issue("launch", body, ehr.now() + LAUNCH_SECONDS)
    joint = "&" if "?" in client.launch_uri else "?"
    return f"{client.launch_uri}{joint}{urlencode({'iss': ehr.fhir, 'launch': launch})}"


def get_app(ehr: Ehr, client_id: str | None) -> Client:
    """A client with a launch_uri. Raises NoSuchApp."""
    for client in ehr.clients.values():
        if client.launch_uri and client_id in (None, client.client_id):
            return client
    raise NoSuchApp(f"no app {client_id or ''} that can be launched is registered here".replace("  ", " "))


def take_launch(ehr: Ehr, launch: str, client_id: str) -> Context:
    """The context of a launch, once. Raises OAuthError(invalid_request)."""
    found = ehr.state.use("launch", launch, ehr.now())
    if found is None or found.used or found.body["client_id"] != client_id:
        raise OAuthError("invalid_request", "this launch is unknown, expired, used, or another app's")
    return Context.from_json(found.body["context"])

"""A whole sandbox hospital on loopback: FHIR server, SMART front and staff desk, with the demo family in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import time_machine
from joserfc.jwk import ECKey, RSAKey

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.serving import serve_in_thread
from fhirportal.sandbox.smart.clients import Client
from fhirportal.sandbox.smart.demo_people import demo_people
from fhirportal.sandbox.smart.launches import create_launch
from tests.integration.sandbox_smart.rp import LAUNCH_URI, REDIRECT, App

CONTROL = "control-token-of-the-test"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-384", {"kid": "ec"})


def client(client_id, **changes):
    sound = {"name": client_id.title(), "redirect_uris": (REDIRECT,), "launch_uri": LAUNCH_URI}
    return Client(client_id=client_id, **{**sound, **changes})


CLIENTS = (
    client("portal"),
    client("basic", auth="client_secret_basic", secret="s:e c/r%t"),
    client("post", auth="client_secret_post", secret="other"),
    client("rsa", auth="private_key_jwt", jwks={"keys": [RSA.as_dict(private=False)]}),
    client("ec", auth="private_key_jwt", jwks={"keys": [EC.as_dict(private=False)]}),
    client("little", scopes="launch openid fhirUser patient/Patient.r patient/Observation.rs"),
)


def config_for(folder: Path, people=None, derive=False) -> SandboxConfig:
    people = demo_people() if people is None else people
    base = Base(slug="alder", name="Alder Quay Hospital", people=people, clients=CLIENTS, derive_people=derive)
    return SandboxConfig(data_dir=folder, public_url="", bases=(base,), control_token=CONTROL)


class Rig:
    """The running hospital. `later(seconds)` moves the clock; `restart()` drops everything that lives in memory."""

    def __init__(self, config: SandboxConfig, resources) -> None:
        self._running = serve_in_thread(config)
        self._travels = []
        self.store.put_all(resources)

    @property
    def url(self):
        return self._running.url

    @property
    def fhir(self):
        return f"{self.url}/alder/fhir"

    @property
    def store(self):
        return self._running.app.extensions["sandbox"]["alder"].store

    @property
    def ehr(self):
        return self._running.app.extensions["sandbox"]["alder"].ehr

    def restart(self) -> None:
        config, port = self._running.config, int(self.url.rsplit(":", 1)[1])
        self.close()
        self._running = serve_in_thread(config, port=port)

    def close(self) -> None:
        self.now()
        self._running.close()
        self.ehr.state.close()

    def later(self, seconds) -> None:
        travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)
        travel.start()
        self._travels.append(travel)

    def now(self) -> None:
        """Back to the real time."""
        while self._travels:
            self._travels.pop().stop()

    def app(self, client_id="portal", **values) -> App:
        return App(self.fhir, client_id, **values)

    def launch(self, key="orla", as_="patient", client_id="portal", **hints) -> str:
        return create_launch(self.ehr, key, as_, client_id, **hints)

    def token(self, key="orla", as_="patient", client_id="portal", **changes) -> str:
        return self.app(client_id).launch(self.launch(key, as_, client_id), **changes)["access_token"]

    def turn(self, **switches):
        headers = {"Authorization": f"Bearer {CONTROL}"}
        return requests.post(f"{self.url}/alder/auth/_control", json=switches, headers=headers, timeout=5)

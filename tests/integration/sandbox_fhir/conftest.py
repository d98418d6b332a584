import datetime

import pytest
import requests

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.demo_data import generate
from fhirportal.sandbox.serving import serve_in_thread

CONTROL = "control-token"


class Server:
    """An open base ("open") and a guarded one ("shut") of a sandbox, over real HTTP."""

    def __init__(self, running):
        self._running = running
        self.base = f"{running.url}/open/fhir"
        self.shut = f"{running.url}/shut/fhir"
        self.store = running.app.extensions["sandbox"]["open"].store
        self._session = requests.Session()

    def get(self, path, **headers):
        return self._session.get(self.base + path, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=10)

    def send(self, method, path, body=None, **headers):
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        kind = {"data": body} if isinstance(body, str | bytes) else {"json": body}
        return self._session.request(method, self.base + path, headers=named, timeout=10, **kind)

    def ids(self, path):
        """The ids a search finds, in order, all pages."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        bundle, found = answer.json(), []
        while True:
            found += [e["resource"]["id"] for e in bundle.get("entry", []) if e["search"]["mode"] == "match"]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            if not following:
                return found
            bundle = self._session.get(following[0], timeout=10).json()

    def control(self, base, body):
        address = f"{self._running.url}/{base}/_control"
        return self._session.post(address, json=body, headers={"Authorization": f"Bearer {CONTROL}"}, timeout=10)

    def close(self):
        self._session.close()
        self.store.close()
        self._running.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    bases = (Base(slug="open", name="Open", enforce_tokens=False), Base(slug="shut", name="Shut"))
    config = SandboxConfig(data_dir=tmp_path_factory.mktemp("sandbox"), public_url="", bases=bases, control_token=CONTROL)
    running = serve_in_thread(config)
    made = Server(running)
    made.store.put_all(generate(datetime.date(2026, 11, 24)))
    made.store.put_all(ODD)
    yield made
    made.close()


def observation(id_, **changes):
    sound = {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "Haemoglobin"},
        "subject": {"reference": "Patient/odd"},
    }
    return {**sound, **changes}


ODD = [
    {"resourceType": "Patient", "id": "odd", "name": [{"family": "Ødegård-Núñez", "given": ["Zoë"]}], "birthDate": "1980-02"},
    observation("year", effectiveDateTime="2019"),
    observation("month", effectiveDateTime="2019-05"),
    observation("day", effectiveDateTime="2019-05-17"),
    observation("instant", effectiveDateTime="2019-05-17T09:30:00+02:00"),
    observation("period", effectivePeriod={"start": "2019-05-16", "end": "2019-05-18"}),
    observation("never", status="preliminary"),
    observation("low", valueQuantity={"value": 5.4, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"}),
    observation("high", valueQuantity={"value": 12, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"}),
    observation("absolute", subject={"reference": "https://elsewhere.example/fhir/Patient/odd"}),
    observation("identified", subject={"identifier": {"value": "odd"}}),
    {"resourceType": "CareTeam", "id": "CARE_TEAM-11 9|x", "status": "active", "subject": {"reference": "Patient/odd"}},
    {"resourceType": "Binary", "id": "words", "contentType": "text/plain;charset=utf-8", "data": "Z3LDvMOfZQ=="},
]

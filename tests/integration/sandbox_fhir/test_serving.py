"""Starting the sandbox: from a file as a web server does, and in a thread as tests do."""

import http.client
from urllib.parse import urlsplit

import requests

from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.serving import CONFIG_VARIABLE, app_from_config_file, from_environment, serve_in_thread


def config(folder):
    bases = (Base(slug="one", name="One", enforce_tokens=False), Base(slug="two", name="Two", enforce_tokens=False))
    return SandboxConfig(data_dir=folder, public_url="http://127.0.0.1:1", bases=bases, control_token="c")


def test_a_config_file_makes_the_same_hospital(tmp_path, monkeypatch):
    file = tmp_path / "sandbox.json"
    file.write_text(config(tmp_path / "data").to_json(), encoding="utf-8")
    assert SandboxConfig.from_json(file.read_text()) == config(tmp_path / "data")
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    for app in (app_from_config_file(file), from_environment()):
        assert app.test_client().get("/two/fhir/metadata").get_json(force=True)["implementation"]["description"] == "Two"
        for house in app.extensions["sandbox"].values():
            house.store.close()


def test_bases_of_one_process_share_nothing(tmp_path):
    running = serve_in_thread(config(tmp_path))
    try:
        houses = running.app.extensions["sandbox"]
        houses["one"].store.put_all([{"resourceType": "Patient", "id": "p"}])
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=5)
        statuses = []
        for base in ("one", "two", "one"):
            connection.request("GET", f"/{base}/fhir/Patient/p")
            answer = connection.getresponse()
            answer.read()
            statuses.append((answer.status, answer.version))
        assert statuses == [(200, 11), (404, 11), (200, 11)]
        connection.close()
    finally:
        running.close()


def test_a_body_nobody_read_is_not_the_next_request(tmp_path):
    running = serve_in_thread(config(tmp_path))
    session = requests.Session()
    for _ in range(3):
        assert session.post(f"{running.url}/nowhere/fhir/Patient", data="GET /evil HTTP/1.1", timeout=5).status_code == 404
        assert session.get(f"{running.url}/one/fhir/metadata", timeout=5).status_code == 200
    session.close()
    running.close()

import datetime
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fhirportal.cli import main
from fhirportal.sandbox.config import Base, SandboxConfig
from fhirportal.sandbox.demo_data import generate
from fhirportal.sandbox.serving import serve_in_thread

FHIR = "application/fhir+json"


def body(value, status=200, content_type=FHIR, **headers):
    """An answer of a Liar: status, headers, bytes."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return status, {"Content-Type": content_type, **{k.replace("_", "-"): v for k, v in headers.items()}}, data


class Liar:
    """A server on loopback that answers each path (below /fhir) with what `answers` holds; everything else with `default`."""

    def __init__(self, answers=None, default=None):
        self.answers, self.default, self.asked = answers or {}, default or body({}, 401), []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                liar.answer(self)

            def __getattr__(self, name):
                if name.startswith("do_"):
                    raise AssertionError(f"{name} was asked")
                raise AttributeError(name)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.base = f"{self.root}/fhir"
        self.stopping = threading.Event()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, handler):
        path = handler.path.partition("?")[0].removeprefix("/fhir/")
        self.asked.append((handler.command, handler.path))
        found = self.answers.get(path, self.default)
        if callable(found):
            found(handler, self)
            return
        status, headers, data = found
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def close(self):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


def stall(handler, liar):
    liar.stopping.wait(30)
    handler.close_connection = True


def drip(handler, liar):
    handler.send_response(200)
    handler.send_header("Content-Type", FHIR)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        while not liar.stopping.wait(0.05):
            handler.wfile.write(b" ")
    except OSError:
        handler.close_connection = True


def statement(*resources, **more):
    rest = [{"mode": "server", "resource": list(resources)}]
    return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest, **more}


def resource(type_, *params, interactions=("read", "search-type")):
    listed = [{"name": name, "type": "token"} for name in params]
    return {"type": type_, "interaction": [{"code": code} for code in interactions], "searchParam": listed}


def smart(root, **more):
    """A SMART configuration without fault; names set to None are left out."""
    document = {
        "issuer": f"{root}/fhir",
        "authorization_endpoint": f"{root}/authorize",
        "token_endpoint": f"{root}/token",
        "jwks_uri": f"{root}/jwks",
        "capabilities": ["launch-ehr", "context-ehr-patient", "sso-openid-connect", "permission-offline"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        **more,
    }
    return {name: value for name, value in document.items() if value is not None}


@pytest.fixture
def liar():
    """Makes Liars: `liar(answers, default)`, their SMART configuration whole unless it is given."""
    made = []

    def make(answers=None, default=None, **smart_changes):
        one = Liar(dict(answers or {}), default)
        one.answers.setdefault(
            ".well-known/smart-configuration", body(smart(one.root, **smart_changes), 200, "application/json")
        )
        one.answers.setdefault(".well-known/openid-configuration", body({"issuer": one.base, "jwks_uri": f"{one.root}/jwks"}))
        one.answers.setdefault("/jwks", body({"keys": []}))
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def check(capsys):
    """Runs the command: `check(*words) -> (status, text, seconds)`."""

    def run(*words):
        begun = time.monotonic()
        status = main(["check", *words])
        printed = capsys.readouterr()
        return status, printed.out + printed.err, time.monotonic() - begun

    return run


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    bases = (Base(slug="open", name="Open", enforce_tokens=False), Base(slug="shut", name="Shut"))
    folder = tmp_path_factory.mktemp("sandbox")
    running = serve_in_thread(SandboxConfig(data_dir=folder, public_url="", bases=bases, control_token="c"))
    running.app.extensions["sandbox"]["open"].store.put_all(generate(datetime.date(2026, 11, 24)))
    yield running
    for house in running.app.extensions["sandbox"].values():
        house.store.close()
    running.close()

"""A small hospital that misbehaves on demand: a threaded HTTP server on loopback, speaking plain bytes."""

import json
import socketserver
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from fhirportal.http import Door
from fhirportal.settings import Client, Hospital, Secret, Settings
from fhirportal.upstream.breaker import Breaker
from fhirportal.upstream.client import Gateway
from fhirportal.upstream.fanout import Fanout
from fhirportal.upstream.ports import Question


@dataclass
class Request:
    method: str
    target: str
    headers: dict
    body: bytes


@dataclass
class Stub:
    """`answers[path]` is what a path gives: bytes, a callable(request, write) or a deque of them used up one by one."""

    answers: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}/fhir"

    @property
    def paths(self):
        return [request.target for request in self.requests]

    def answer(self, request, write):
        given = self.answers.get(request.target, self.answers.get(request.target.partition("?")[0], http(404)))
        if isinstance(given, deque):
            given = given.popleft() if len(given) > 1 else given[0]
        if isinstance(given, bytes):
            write(given)
        else:
            given(request, write)


def http(status=200, body=b"", content_type="application/fhir+json", **headers):
    """One whole answer as bytes; a dict or list becomes JSON."""
    body = json.dumps(body).encode() if isinstance(body, dict | list) else body
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def bundle(*resources, next_=None, **more):
    entries = [{"resource": resource} for resource in resources]
    links = [{"relation": "next", "url": next_}] if next_ else []
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links, **more}


def observation(id_):
    return {"resourceType": "Observation", "id": str(id_)}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        stub = self.server.stub
        stub.connections += 1
        while line := self.rfile.readline():
            method, target, _ = line.decode().split(" ", 2)
            headers = {}
            while (head := self.rfile.readline()) not in (b"\r\n", b""):
                name, _, value = head.decode().partition(":")
                headers[name.lower()] = value.strip()
            request = Request(method, target, headers, self.rfile.read(int(headers.get("content-length", 0))))
            stub.requests.append(request)
            self.closing = False
            stub.answer(request, self._write)
            if self.closing:
                return

    def _write(self, data):
        """Bytes go out; None ends the connection after this answer."""
        if data is None:
            self.closing = True
            return
        self.wfile.write(data)
        self.wfile.flush()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """The client hung up, as it should."""


@pytest.fixture
def stub():
    with Server(("127.0.0.1", 0), Handler) as server:
        server.stub = Stub(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.stub
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def settings():
    return Settings(public_url="http://localhost", master_key=Secret("x"), upstream_max_bytes=200_000, threads=4)


@pytest.fixture(scope="module")
def door(settings):
    door = Door(settings)
    yield door
    door.close()


@dataclass
class FixedTokens:
    """Hands out `one`, and after a refusal `two`."""

    refreshed: int = 0
    fail: Exception | None = None

    def access_token(self, authority):
        return "two" if self.refreshed else "one"

    def refresh(self, authority, rejected):
        if self.fail:
            raise self.fail
        assert rejected == "one"
        self.refreshed += 1
        return "two"


@dataclass(frozen=True)
class Right:
    kind: str = "user-token"
    token_id: str = "t1"


@dataclass
class Bench:
    """A gateway in front of the stub, with short hands for asking it."""

    gateway: Gateway
    tokens: FixedTokens
    seconds: float = 3.0

    def read(self, type_="Observation", id_="1"):
        return self.gateway.fetch_resource(Question(type_, id_), Right(), time.monotonic() + self.seconds, "req-1")

    def search(self, type_="Observation", params=(("patient", "p1"),), limit=200):
        ask = Question(type_, None, params)
        return self.gateway.search(ask, Right(), time.monotonic() + self.seconds, "req-1", limit)


@pytest.fixture
def make_bench(stub, door, monkeypatch):
    monkeypatch.setattr("fhirportal.upstream.retries.FIRST_WAIT", 0.02)
    fanouts = []

    def make(base=None, breaker=None, **hospital):
        fanouts.append(Fanout(16))
        tokens = FixedTokens()
        hospital = {"allow_private_addresses": True, **hospital}
        it = Hospital(slug="h", name="H", fhir_base=base or stub.base, client=Client(client_id="c"), **hospital)
        gateway = Gateway(it, door, tokens, lambda: datetime.now(UTC), fanout=fanouts[-1], breaker=breaker or Breaker())
        return Bench(gateway, tokens)

    yield make
    for fanout in fanouts:
        fanout.close()


@pytest.fixture
def bench(make_bench):
    return make_bench()


@pytest.fixture
def kit():
    """Test modules are not importable from each other: the builders come as a fixture."""

    class Kit:
        http = staticmethod(http)
        bundle = staticmethod(bundle)
        observation = staticmethod(observation)

    return Kit

"""Connections: kept, counted, never lost; and TLS."""

import os
import socket
import ssl
import subprocess
import threading
import time

import pytest

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http import Door


def get(door, url, seconds=2.0, headers=None, method="GET", body=None, **more):
    more = {"allow_private": True, **more}
    return door.send(method, url, headers or {}, body, time.monotonic() + seconds, **more)


def took(call):
    begun = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        call()
    return caught.value, time.monotonic() - begun


def test_connections_are_kept(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http(body=b"1")
    for _ in range(150):
        get(door, f"{stub.base}/x")
    assert stub.connections == 1


def test_many_threads_open_no_more_connections_than_there_are_threads(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http(body=b"1")
    failed = []

    def ask():
        for _ in range(25):
            try:
                get(door, f"{stub.base}/x", seconds=20)
            except UpstreamError as problem:
                failed.append(problem)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(stub.requests) == 300
    assert stub.connections <= 12


def test_no_request_is_lost_on_a_connection_closed_while_idle(stub, door, kit):
    def once(request, write):
        write(kit.http(body=b"1"))
        write(None)

    stub.answers["/fhir/x"] = once
    for method in ("GET", "POST") * 10:
        assert get(door, f"{stub.base}/x", method=method, body=b"" if method == "POST" else None).body == b"1"
        time.sleep(0.01)
    assert len(stub.requests) == 20


def test_a_post_does_not_trust_a_connection_that_was_idle(stub, door, kit, monkeypatch):
    stub.answers["/fhir/x"] = kit.http(body=b"1")
    monkeypatch.setattr("fhirportal.http.connections.IDLE_UNSAFE_SECONDS", 0.05)
    get(door, f"{stub.base}/x", method="POST", body=b"a")
    time.sleep(0.1)
    get(door, f"{stub.base}/x")
    assert stub.connections == 1
    time.sleep(0.1)
    get(door, f"{stub.base}/x", method="POST", body=b"a")
    assert stub.connections == 2


def drip_body(request, write):
    write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        write(b"x")
        time.sleep(0.05)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=ehr.example", "-addext", "subjectAltName=DNS:ehr.example",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True, env={**os.environ, "RANDFILE": str(folder / "rnd")},
    )  # fmt: skip
    return folder


@pytest.fixture
def tls(certificate, kit):
    """A TLS server on loopback that answers each connection once, or drips when asked for /slow; it notes SNI names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    names = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(raw):
        try:
            with context.wrap_socket(raw, server_side=True) as sock:
                if b"/slow" in sock.recv(4000):
                    drip_body(None, sock.sendall)
                else:
                    sock.sendall(kit.http(body=b"sealed"))
        except OSError:
            pass

    def serve():
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(raw,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], names
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def named(monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))


def test_over_tls_the_name_stays_the_name(tls, named, settings, certificate):
    port, names = tls
    door = Door(settings, ca_file=certificate / "cert.pem")
    assert get(door, f"https://ehr.example:{port}/x").body == b"sealed"
    assert names == ["ehr.example"]
    door.close()


def test_over_tls_the_budget_holds_too(tls, named, settings, certificate):
    door = Door(settings, ca_file=certificate / "cert.pem")
    problem, seconds = took(lambda: get(door, f"https://ehr.example:{tls[0]}/slow", seconds=0.5))
    assert isinstance(problem, UpstreamTimeout)
    assert seconds < 1.0
    door.close()


def test_a_certificate_for_another_name_is_refused(tls, named, settings, certificate):
    door = Door(settings, ca_file=certificate / "cert.pem")
    problem, _ = took(lambda: get(door, f"https://other.example:{tls[0]}/x"))
    assert (type(problem), problem.code) == (UpstreamDown, "upstream-unreachable")
    door.close()


def test_an_unknown_authority_is_refused(tls, named, door):
    assert isinstance(took(lambda: get(door, f"https://ehr.example:{tls[0]}/x"))[0], UpstreamDown)

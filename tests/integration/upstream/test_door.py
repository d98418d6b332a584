"""The door over real sockets: time, size, addresses, connections."""

import gzip
import os
import socket
import ssl
import subprocess
import threading
import time

import pytest

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http import Door, ProtocolHttp
from smart_launch.errors import HttpFailure


def get(door, url, seconds=2.0, headers=None, method="GET", body=None, **more):
    more = {"allow_private": True, **more}
    return door.send(method, url, headers or {}, body, time.monotonic() + seconds, **more)


def took(call):
    begun = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        call()
    return caught.value, time.monotonic() - begun


def test_an_answer_comes_whole_with_lower_case_headers(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http(418, b"tea", X_Thing="Pot", ETag='W/"1"')
    answer = get(door, f"{stub.base}/x?a=b%2fc", headers={"X-Request-Id": "r"})
    assert (answer.status, answer.body, answer.headers["x-thing"], answer.headers["etag"]) == (418, b"tea", "Pot", 'W/"1"')
    assert stub.requests[0].headers["x-request-id"] == "r"
    assert stub.requests[0].headers["host"] == f"127.0.0.1:{stub.port}"
    assert 0 < answer.elapsed < 2


def test_a_redirect_is_an_answer_and_is_not_followed(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http(302, Location=f"{stub.base}/secret")
    assert get(door, f"{stub.base}/x").status == 302
    assert stub.paths == ["/fhir/x"]


def test_cookies_and_environment_are_not_used(stub, door, kit, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    stub.answers["/fhir/x"] = kit.http(Set_Cookie="a=b")
    for _ in range(2):
        assert get(door, f"{stub.base}/x").status == 200
    assert not {"cookie", "authorization"} & set(stub.requests[1].headers)


def stall(request, write):
    time.sleep(1.5)


def drip_head(request, write):
    for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 200:
        write(bytes([letter]))
        time.sleep(0.05)


def drip_body(request, write):
    write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        write(b"x")
        time.sleep(0.05)


def drip_informational(request, write):
    for _ in range(60):
        write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("badly", [stall, drip_head, drip_body, drip_informational], ids=lambda f: f.__name__)
def test_the_time_budget_is_over_the_whole_call(stub, door, badly):
    stub.answers["/fhir/x"] = badly
    problem, seconds = took(lambda: get(door, f"{stub.base}/x", seconds=0.4))
    assert isinstance(problem, UpstreamTimeout)
    assert 0.3 < seconds < 0.9


def test_a_connection_that_was_cut_is_not_used_again(stub, door, kit):
    stub.answers["/fhir/slow"] = drip_body
    stub.answers["/fhir/x"] = kit.http(body=b"fine")
    took(lambda: get(door, f"{stub.base}/slow", seconds=0.3))
    assert get(door, f"{stub.base}/x").body == b"fine"


def test_no_time_left_means_nothing_is_sent(stub, door):
    problem, _ = took(lambda: get(door, f"{stub.base}/x", seconds=-1))
    assert isinstance(problem, UpstreamTimeout)
    assert stub.requests == []


def test_a_name_that_is_not_resolved_in_time(door, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(1.0) or [])
    problem, seconds = took(lambda: get(door, "http://slow.example/", seconds=0.3))
    assert isinstance(problem, UpstreamTimeout)
    assert seconds < 0.8


def test_a_name_that_does_not_exist(door, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    problem, _ = took(lambda: get(door, "http://nowhere.example/"))
    assert isinstance(problem, UpstreamDown)
    assert problem.code == "upstream-unreachable"


def test_nobody_listens(door):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        problem, _ = took(lambda: get(door, f"http://127.0.0.1:{free.getsockname()[1]}/"))
    assert (type(problem), problem.code) == (UpstreamDown, "upstream-unreachable")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", UpstreamDown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", UpstreamDown),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", UpstreamDown),
        (b"SSH-2.0-OpenSSH_9.2\r\n", UpstreamDown),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", UpstreamError),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", UpstreamDown),
    ],
    ids=["nothing", "short", "chunk cut", "not http", "not gzip", "many headers"],
)
def test_what_breaks_off_or_is_no_http_is_an_error_of_ours(stub, door, answer, kind):
    def send(request, write):
        write(answer)
        write(None)

    stub.answers["/fhir/x"] = send
    with pytest.raises(kind):
        get(door, f"{stub.base}/x")


@pytest.mark.parametrize("announced", [True, False])
def test_an_answer_over_the_size_limit_is_refused(stub, door, kit, announced):
    def endless(request, write):
        write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            write(b"x" * 10_000)

    stub.answers["/fhir/x"] = kit.http(body=b"x" * 200_001) if announced else endless
    problem, seconds = took(lambda: get(door, f"{stub.base}/x"))
    assert problem.code == "upstream-too-large"
    assert seconds < 1
    stub.answers["/fhir/y"] = kit.http(body=b"x" * 200_000)
    assert len(get(door, f"{stub.base}/y").body) == 200_000
    assert took(lambda: get(door, f"{stub.base}/y", max_bytes=10))[0].code == "upstream-too-large"


def test_a_zip_bomb_is_cut_while_it_unfolds(stub, door, kit):
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    stub.answers["/fhir/x"] = kit.http(body=bomb, Content_Encoding="gzip")
    assert took(lambda: get(door, f"{stub.base}/x"))[0].code == "upstream-too-large"
    stub.answers["/fhir/y"] = kit.http(body=gzip.compress(b"small"), Content_Encoding="gzip")
    assert get(door, f"{stub.base}/y").body == b"small"


# --- addresses --------------------------------------------------------------------------------------------------


def test_private_addresses_are_refused_unless_allowed(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http()
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
        problem, _ = took(lambda host=host: get(door, f"http://{host}:{stub.port}/fhir/x", allow_private=False))
        assert problem.code == "address-refused", host
    assert stub.connections == 0
    assert get(door, f"{stub.base}/x").status == 200


def test_a_connection_made_where_private_is_allowed_is_no_way_in_for_others(stub, door, kit):
    stub.answers["/fhir/x"] = kit.http()
    get(door, f"{stub.base}/x")
    assert took(lambda: get(door, f"{stub.base}/x", allow_private=False))[0].code == "address-refused"


def info(*addresses):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address, port in addresses]


def test_a_name_that_answers_differently_the_second_time(stub, door, monkeypatch):
    """AB47: checked and connected to is one look-up, so there is no second time."""
    asked = []

    def rebinding(host, port, *args):
        asked.append(host)
        return info(("93.184.216.34", port)) if len(asked) == 1 else info(("127.0.0.1", port))

    connected = []

    def connect(self, address):
        connected.append(address)
        raise OSError("no way out of here")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", connect)
    url = f"http://rebind.example:{stub.port}/fhir/x"
    took(lambda: get(door, url, allow_private=False))
    assert connected == [("93.184.216.34", stub.port)]
    assert took(lambda: get(door, url, allow_private=False))[0].code == "address-refused"
    assert connected == [("93.184.216.34", stub.port)]
    assert stub.connections == 0


def test_of_several_addresses_only_allowed_ones_are_tried(stub, door, kit, monkeypatch):
    stub.answers["/fhir/x"] = kit.http()
    given = info(("169.254.169.254", stub.port), ("127.0.0.1", stub.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a: given)
    assert get(door, f"http://ehr.example:{stub.port}/fhir/x").status == 200
    assert stub.requests[0].headers["host"] == f"ehr.example:{stub.port}"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/x",
        "//127.0.0.1/x",
        "http://",
        "http://user:pass@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/a\r\nX: y",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1/\u0430",
        "http://[::1",
        "http://a" + "a" * 20_000,
    ],
)
def test_what_is_no_http_address_is_refused(door, url):
    assert took(lambda: get(door, url))[0].code == "address-refused"


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "a\r\nY: b"},
        {"X": "a\nb"},
        {"X\r\n": "a"},
        {"X Y": "a"},
        {"": "a"},
        {"X": "a\x00"},
        {"X": "\u0431"},
        {"Host": "evil.example"},
        {"content-length": "5"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_headers_cannot_be_smuggled(stub, door, headers):
    assert took(lambda: get(door, f"{stub.base}/x", headers=headers))[0].code == "header-refused"
    assert stub.connections == 0


def test_a_method_is_one_of_https_own(stub, door):
    assert took(lambda: get(door, f"{stub.base}/x", method="GET /x HTTP/1.1\r\n"))[0].code == "header-refused"


# --- connections ------------------------------------------------------------------------------------------------


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


# --- TLS --------------------------------------------------------------------------------------------------------


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


# --- as the protocol sees it --------------------------------------------------------------------------------------


def test_the_protocol_posts_forms_and_hears_of_trouble_by_code(stub, door, kit):
    http = ProtocolHttp(door, allow_private=True)
    stub.answers["/fhir/token"] = kit.http(400, b'{"error":"invalid_grant"}')
    answer = http.post_form(f"{stub.base}/token", {"a": "b c&d"}, {"Accept": "application/json"}, time.monotonic() + 2)
    assert (answer.status, answer.body) == (400, b'{"error":"invalid_grant"}')
    assert stub.requests[0].body == b"a=b+c%26d"
    assert stub.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert http.get(f"{stub.base}/token", {}, time.monotonic() + 2).headers["content-type"] == "application/fhir+json"
    with pytest.raises(HttpFailure) as caught:
        ProtocolHttp(door, allow_private=False).get(f"{stub.base}/token?secret=1", {}, time.monotonic() + 2)
    assert caught.value.reason == "address-refused"

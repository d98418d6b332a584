"""The door over real sockets: what comes back, in what time, how large."""

import gzip
import socket
import time

import pytest

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http import ProtocolHttp
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

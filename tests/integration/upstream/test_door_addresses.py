"""Whom the door speaks to, and what may leave through it."""

import socket
import time

import pytest

from fhirportal.errors import UpstreamError


def get(door, url, seconds=2.0, headers=None, method="GET", body=None, **more):
    more = {"allow_private": True, **more}
    return door.send(method, url, headers or {}, body, time.monotonic() + seconds, **more)


def took(call):
    begun = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        call()
    return caught.value, time.monotonic() - begun


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

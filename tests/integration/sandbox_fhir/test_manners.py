"""HTTP manners of the sandbox's FHIR server: formats, headers, errors at odd addresses, Binary, switches, many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

PATIENT = {"resourceType": "Patient", "name": [{"family": "Mannered"}]}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Patient/odd/extra/steps", 404),
        ("GET", "/Patient/odd/_history/1/2", 404),
        ("PATCH", "/Patient/odd", 405),
        ("PUT", "/Patient", 405),
        ("DELETE", "/Patient", 405),
        ("GET", "/Patient/odd/_history/²", 404),
        ("GET", "/Patient/odd/_history/" + "9" * 40, 404),
        ("GET", "/Patient/odd/_history/0", 404),
        ("GET", "/Address/1", 404),
        ("GET", "/Patient/%00", 404),
        ("GET", "/Patient/%ff", 404),
        ("GET", "/Patient/..%2f..%2fetc", 404),
        ("POST", "/Elephant", 404),
    ],
)
def test_every_address_answers_in_fhir(server, method, path, status):
    answer = server.send(method, path, PATIENT if method in ("POST", "PUT", "PATCH") else None)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    assert answer.json()["resourceType"] == "OperationOutcome" and answer.json()["issue"][0]["severity"] == "error"


def test_a_base_that_is_not_there(server):
    answer = requests.get(server.base.replace("/open/", "/nowhere/") + "/Patient/1", timeout=5)
    assert answer.status_code == 404 and answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({"Accept": "application/fhir+json"}, "", 200),
        ({"Accept": "application/json"}, "", 200),
        ({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, "", 200),
        ({"Accept": "application/fhir+xml"}, "", 406),
        ({"Accept": "application/fhir+xml"}, "?_format=json", 200),
        ({"Accept": "application/fhir+json"}, "?_format=xml", 406),
        ({}, "?_format=application/fhir%2Bjson", 200),
        ({}, "?_format=application/fhir+json", 200),
    ],
)
def test_the_format_asked_for_or_406(server, headers, query, status):
    for path in ("/Patient/odd", "/Patient", "/metadata"):
        assert server.get(path + query, **headers).status_code == status


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/Patient", "<Patient/>", "application/fhir+xml", 415),
        ("/Patient", '{"resourceType":"Patient"}', "application/json; charset=utf-8", 201),
        ("/Patient", '{"resourceType":"Patient","id":"\\ud800"}', "application/fhir+json", 400),
        ("/Observation/_search", '{"patient":"odd"}', "application/json", 415),
        ("", "", "application/fhir+json", 400),
    ],
)
def test_bodies_of_the_wrong_kind(server, path, body, kind, status):
    answer = server.send("POST", path, body, Content_Type=kind)
    assert answer.status_code == status, answer.text


def test_what_one_has_already_is_not_sent_again(server):
    first = server.get("/Patient/odd")
    again = server.get("/Patient/odd", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304 and not again.content and again.headers["ETag"] == first.headers["ETag"]
    assert server.get("/Patient/odd", If_None_Match='W/"99"').status_code == 200
    assert server.get("/Patient/odd", If_Modified_Since=first.headers["Last-Modified"]).status_code == 304


def test_minimal_answers_carry_the_headers_alone(server):
    answer = server.send("POST", "/Patient", PATIENT, Prefer="return=minimal")
    assert answer.status_code == 201 and not answer.content and answer.headers["Location"] and answer.headers["ETag"] == 'W/"1"'


def test_nothing_may_be_kept_in_a_cache(server):
    for path in ("/Patient/odd", "/Patient", "/Patient/nobody", "/Nothing/1"):
        assert server.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("binary", "kind", "content"),
    [
        ({"contentType": "application/pdf", "data": "JVBERi0="}, "application/pdf", b"%PDF-"),
        ({"contentType": "aapplication/xml", "data": ""}, "aapplication/xml", b""),
        ({"contentType": "text/html\r\nX-Evil: 1", "data": "aGk="}, "application/octet-stream", b"hi"),
        ({"contentType": "naïve", "data": "aGk="}, "application/octet-stream", b"hi"),
        ({"data": "no base64 at all!"}, "application/octet-stream", b""),
        ({"contentType": "text/plain", "data": 7}, "text/plain", b""),
    ],
)
def test_odd_binaries_go_out_safely(server, binary, kind, content):
    server.store.put_all([{"resourceType": "Binary", "id": "odd-binary", **binary}])
    answer = server.get("/Binary/odd-binary", Accept="*/*")
    assert (
        answer.status_code == 200
        and answer.headers["Content-Type"].startswith(kind)
        and answer.content[: len(content)] == content
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "X-Evil" not in answer.headers
    assert server.get("/Binary/odd-binary", Accept="application/fhir+json").json()["id"] == "odd-binary"


def test_pages_of_other_origins_may_read_only_metadata(server):
    assert server.get("/metadata", Origin="https://any.example").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in server.get("/Patient/odd", Origin="https://any.example").headers


def test_tokens_can_be_switched_off_and_on(server):
    read = f"{server.shut}/Patient?_count=1"
    assert requests.get(read, timeout=5).status_code == 401
    assert server.control("shut", {"enforce_tokens": False}).status_code == 200
    try:
        assert requests.get(read, timeout=5).status_code == 200
    finally:
        server.control("shut", {"enforce_tokens": True})
    assert requests.get(read, timeout=5).status_code == 401


@pytest.mark.parametrize("body", [{"answer_as": "nobody"}, {"answer_as": 7}, {"enforce_tokens": "no"}, {"explode": True}, []])
def test_switches_that_are_none(server, body):
    answer = server.control("open", body)
    assert answer.status_code == 400 and answer.json()["error"]


def test_the_switchboard_needs_its_token(server):
    assert requests.post(server.base.replace("/fhir", "/_control"), json={"answer_as": None}, timeout=5).status_code == 401


@pytest.mark.parametrize("path", ["/Patient/orla", "/Patient?_id=orla", "/Patient?name=Orla", "/Appointment?actor=Patient/orla",
                                  "/Coverage?beneficiary=orla", "/Observation?patient=orla&_include=Observation:subject"])  # fmt: skip
def test_a_hostile_hospital_never_answers_with_who_was_asked_for(server, path):
    server.control("open", {"answer_as": "brendan"})
    try:
        text = server.get(path).text
    finally:
        server.control("open", {"answer_as": None})
    assert "Patient/brendan" in text or '"id":"brendan"' in text
    assert "Patient/orla" not in text and '"id":"orla"' not in text


def test_only_one_of_many_conditional_creates_wins(server):
    body = {**PATIENT, "identifier": [{"system": "urn:race", "value": "1"}]}

    def create(_n):
        named = {"If-None-Exist": "identifier=urn:race|1"}
        return requests.post(f"{server.base}/Patient", json=body, headers=named, timeout=20).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(create, range(16)))
    assert sorted(codes) == [200] * 15 + [201]


def test_only_one_of_many_updates_of_a_version_wins(server):
    made = server.send("POST", "/Patient", PATIENT).json()

    def update(n):
        body = {**made, "name": [{"family": f"Writer{n}"}]}
        answer = requests.put(f"{server.base}/Patient/{made['id']}", json=body, headers={"If-Match": 'W/"1"'}, timeout=20)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(update, range(12)))
    assert sorted(codes) == [200] + [412] * 11
    assert server.get(f"/Patient/{made['id']}").json()["meta"]["versionId"] == "2"


def test_readers_go_on_while_somebody_writes(server):
    with server.store.transaction():
        answer = requests.get(f"{server.base}/Observation?patient=odd", timeout=5)
    assert answer.status_code == 200

"""Batches and transactions at the sandbox's FHIR server, and what arbitrary ones do to it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATIENT = {"resourceType": "Patient", "name": [{"family": "Bundled"}]}


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(method, url, resource=None, full_url=None, **request):
    made = {"request": {"method": method, "url": url, **request}}
    return {**made, **({"resource": resource} if resource else {}), **({"fullUrl": full_url} if full_url else {})}


def observation(subject, **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": subject}, **more}


def test_references_relative_to_a_full_url_are_followed(server):
    full = "http://elsewhere.example/fhir/Patient/17"
    answer = server.send("POST", "", bundle(
        entry("POST", "Patient", {**PATIENT, "id": "17"}, full), entry("POST", "Observation", observation("Patient/17")),
        entry("POST", "Observation", observation(full)),
    ))  # fmt: skip
    patient, first, second = (e["resource"] for e in answer.json()["entry"])
    assert patient["id"] != "17"
    assert first["subject"]["reference"] == second["subject"]["reference"] == f"Patient/{patient['id']}"


def test_a_transaction_creates_conditionally_and_points_to_what_was_there(server):
    known = {**PATIENT, "identifier": [{"system": "urn:t", "value": "known"}]}
    first = server.send("POST", "", bundle(entry("POST", "Patient", known, "urn:uuid:1", ifNoneExist="identifier=urn:t|known")))
    id_ = first.json()["entry"][0]["resource"]["id"]
    again = server.send("POST", "", bundle(
        entry("POST", "Patient", known, "urn:uuid:1", ifNoneExist="identifier=urn:t|known"),
        entry("POST", "Observation", observation("urn:uuid:1")),
    )).json()["entry"]  # fmt: skip
    assert [e["response"]["status"] for e in again] == ["200", "201"]
    assert again[1]["resource"]["subject"]["reference"] == f"Patient/{id_}"


def test_deletes_come_first_and_reads_last(server):
    made = server.send("POST", "/Patient", {**PATIENT, "identifier": [{"system": "urn:t", "value": "order"}]}).json()
    answer = server.send("POST", "", bundle(
        entry("GET", "Patient?identifier=urn:t|order"),
        entry("POST", "Patient", {**PATIENT, "identifier": [{"system": "urn:t", "value": "order"}]}, ifNoneExist="identifier=urn:t|x"),
        entry("DELETE", f"Patient/{made['id']}"),
    )).json()["entry"]  # fmt: skip
    assert [e["response"]["status"] for e in answer] == ["200", "201", "204"]
    assert [e["resource"]["id"] for e in answer[0]["resource"]["entry"]] == [answer[1]["resource"]["id"]]


def test_a_version_guards_an_update_inside_a_transaction(server):
    made = server.send("POST", "/Patient", PATIENT).json()
    stale = entry("PUT", f"Patient/{made['id']}", {**made, "active": True}, ifMatch='W/"7"')
    assert (
        server.send(
            "POST", "", bundle(entry("POST", "Patient", {**PATIENT, "name": [{"family": "Undone"}]}), stale)
        ).status_code
        == 412
    )
    assert server.ids("/Patient?family=Undone") == []
    good = entry("PUT", f"Patient/{made['id']}", {**made, "active": True}, ifMatch='W/"1"')
    assert server.send("POST", "", bundle(good)).json()["entry"][0]["response"]["etag"] == 'W/"2"'


@pytest.mark.parametrize(
    "entries",
    [
        [entry("PUT", "Patient/t1", {**PATIENT, "id": "t1"}), entry("DELETE", "Patient/t1")],
        [entry("POST", "Observation", observation("Patient?name=Nobody-of-this-name"))],
        [entry("POST", "Address", {"resourceType": "Address"})],
        [entry("POST", "../Patient", PATIENT)],
        [entry("PATCH", "Patient/1", PATIENT)],
        [entry("PUT", "Patient?name=x", PATIENT)],
        [entry("POST", "Patient", PATIENT, ifNoneExist="colour=red")],
        [{"request": "GET Patient"}],
        [{"resource": PATIENT}],
        "no list",
    ],
)
def test_what_cannot_be_done_is_refused_as_a_whole(server, entries):
    answer = server.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code in (400, 404, 422) and answer.json()["resourceType"] == "OperationOutcome"


def test_an_absolute_address_of_this_server_is_its_own(server):
    answer = server.send("POST", "", bundle(entry("GET", f"{server.base}/Patient/odd"), kind="batch"))
    assert answer.json()["entry"][0]["resource"]["id"] == "odd"
    elsewhere = server.send("POST", "", bundle(entry("GET", "http://elsewhere.example/fhir/Patient/odd"), kind="batch"))
    assert elsewhere.json()["entry"][0]["response"]["status"] == "404"


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["Patient", "Patient/odd", "GET", "POST", "PUT", "", "urn:uuid:1"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["request", "method", "url", "resource", "resourceType", "id", "fullUrl", "ifMatch", "ifNoneExist", "reference"]),
        inner, max_size=5),
    max_leaves=10,
)  # fmt: skip
requests_ = st.fixed_dictionaries({"method": st.sampled_from(["GET", "DELETE", "PUT", "POST"]) | anything, "url": anything},
                                  optional={"ifMatch": anything, "ifNoneExist": anything})  # fmt: skip
entries_ = st.fixed_dictionaries({"request": requests_}, optional={"resource": anything, "fullUrl": anything})


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["batch", "transaction"]), st.lists(entries_ | anything, max_size=3) | anything)
def test_no_bundle_breaks_the_server(server, kind, entries):
    safe = entries if not isinstance(entries, list) else [e for e in entries if "DELETE" not in str(e)]
    answer = server.send("POST", "", {"resourceType": "Bundle", "type": kind, "entry": safe})
    assert answer.status_code < 500, answer.text

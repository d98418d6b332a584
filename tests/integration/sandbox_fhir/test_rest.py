"""Reading and writing at the sandbox's FHIR server: versions, conditions, bundles, Binaries, errors."""

import pytest

PATIENT = {"resourceType": "Patient", "name": [{"family": "Newcomer"}], "birthDate": "2001-01-01"}


def create(server, **changes):
    answer = server.send("POST", "/Patient", {**PATIENT, **changes})
    assert answer.status_code == 201, answer.text
    return answer


def test_create_read_update_vread(server):
    made = create(server)
    id_ = made.json()["id"]
    assert made.headers["ETag"] == 'W/"1"' and made.headers["Location"].endswith(f"/Patient/{id_}/_history/1")
    changed = server.send("PUT", f"/Patient/{id_}", {**made.json(), "active": True}, If_Match='W/"1"')
    assert changed.status_code == 200 and changed.json()["meta"]["versionId"] == "2"
    assert "active" not in server.get(f"/Patient/{id_}/_history/1").json()
    assert server.get(f"/Patient/{id_}/_history/2").json()["active"] is True
    assert server.get(f"/Patient/{id_}/_history/9").status_code == 404


def test_a_stale_update_is_refused_and_loses_nothing(server):
    made = create(server).json()
    server.send("PUT", f"/Patient/{made['id']}", {**made, "gender": "other"})
    late = server.send("PUT", f"/Patient/{made['id']}", {**made, "gender": "male"}, If_Match='W/"1"')
    assert late.status_code == 412 and late.json()["resourceType"] == "OperationOutcome"
    assert server.get(f"/Patient/{made['id']}").json()["gender"] == "other"


def test_update_creates_under_a_given_id(server):
    answer = server.send("PUT", "/Patient/given-id", {**PATIENT, "id": "given-id"})
    assert answer.status_code == 201 and server.get("/Patient/given-id").status_code == 200
    assert server.send("PUT", "/Patient/given-id", {**PATIENT, "id": "other"}).status_code == 400


def test_conditional_create_stores_once(server):
    named = {"identifier": [{"system": "urn:x", "value": "once"}]}
    first = server.send("POST", "/Patient", {**PATIENT, **named}, If_None_Exist="identifier=urn:x|once")
    again = server.send("POST", "/Patient", {**PATIENT, **named}, If_None_Exist="identifier=urn:x|once")
    assert (first.status_code, again.status_code) == (201, 200) and first.json()["id"] == again.json()["id"]
    assert server.send("POST", "/Patient", PATIENT, If_None_Exist="colour=red").status_code == 400
    assert server.send("POST", "/Patient", PATIENT, If_None_Exist="name=Devane").status_code == 412


def test_delete_is_gone_and_out_of_searches(server):
    id_ = create(server, name=[{"family": "Leaving"}]).json()["id"]
    assert server.send("DELETE", f"/Patient/{id_}").status_code == 204
    assert server.send("DELETE", f"/Patient/{id_}").status_code == 204
    assert server.get(f"/Patient/{id_}").status_code == 410
    assert server.ids("/Patient?name=Leaving") == []
    assert server.get(f"/Patient/{id_}/_history/1").status_code == 200


def test_decimals_keep_their_digits(server):
    body = '{"resourceType":"Observation","id":"digits","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}'
    assert server.send("PUT", "/Observation/digits", body, Content_Type="application/fhir+json").status_code == 201
    assert '"value":1.50' in server.get("/Observation/digits").text
    assert '"value":1.50' in server.get("/Observation?_id=digits").text


def test_ids_are_opaque(server):
    assert server.get("/CareTeam/CARE_TEAM-11%209%7Cx").json()["id"] == "CARE_TEAM-11 9|x"
    assert server.ids("/CareTeam?patient=odd") == ["CARE_TEAM-11 9|x"]


def test_a_binary_goes_out_as_itself_or_as_fhir(server):
    native = server.get("/Binary/words")
    assert native.content == "grüße".encode() and native.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert server.get("/Binary/words", Accept="application/fhir+json").json()["data"] == "Z3LDvMOfZQ=="


def transaction(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(method, url, resource=None, full_url=None, **request):
    made = {"request": {"method": method, "url": url, **request}}
    return {**made, **({"resource": resource} if resource else {}), **({"fullUrl": full_url} if full_url else {})}


def test_a_transaction_rewrites_references_between_its_entries(server):
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "urn:uuid:p"},
    }
    bundle = transaction(entry("POST", "Observation", observation), entry("POST", "Patient", PATIENT, "urn:uuid:p"))
    answer = server.send("POST", "", bundle)
    assert answer.status_code == 200, answer.text
    made, patient = (e["resource"] for e in answer.json()["entry"])
    assert made["subject"]["reference"] == f"Patient/{patient['id']}"
    assert server.ids(f"/Observation?patient={patient['id']}") == [made["id"]]


def test_a_failing_transaction_leaves_no_trace(server):
    bundle = transaction(
        entry("POST", "Patient", {**PATIENT, "name": [{"family": "Halfway"}]}),
        entry("PUT", "Patient/x", {"resourceType": "Patient"}),
    )
    assert server.send("POST", "", bundle).status_code == 400
    assert server.ids("/Patient?name=Halfway") == []


def test_a_batch_answers_each_entry_by_itself(server):
    bundle = transaction(
        entry("GET", "Patient/odd"), entry("GET", "Patient/nobody"), entry("POST", "Patient", PATIENT), entry("GET", "Slot?_count=1"),
        kind="batch",
    )  # fmt: skip
    answers = server.send("POST", "", bundle).json()["entry"]
    assert [a["response"]["status"] for a in answers] == ["200", "404", "201", "200"]
    assert answers[3]["resource"]["type"] == "searchset"


def test_conditional_references_find_their_target(server):
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
                   "subject": {"reference": "Patient?name=Ødegård"}}  # fmt: skip
    answer = server.send("POST", "", transaction(entry("POST", "Observation", observation)))
    made = answer.json()["entry"][0]["resource"]
    assert made["subject"]["reference"] == "Patient/odd"
    server.send("DELETE", f"/Observation/{made['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/Nothing/1", None, 404),
        ("GET", "/Patient/nobody", None, 404),
        ("GET", "/patient/odd", None, 404),
        ("GET", "", None, 400),
        ("POST", "/Patient", "{", 400),
        ("POST", "/Patient", "[]", 400),
        ("POST", "/Patient", '{"resourceType":"Observation"}', 400),
        ("POST", "/Patient", '{"resourceType":"Patient","colour":"red"}', 422),
        ("POST", "/Patient", '{"resourceType":"Patient","birthDate":"03/04/1990"}', 422),
        ("POST", "/Patient", '{"resourceType":"Patient","multipleBirthInteger":NaN}', 400),
        ("POST", "/Patient", "[" * 100000, 400),
        ("PUT", "/Patient/odd", '{"resourceType":"Patient"}', 400),
        ("POST", "", '{"resourceType":"Bundle","type":"collection"}', 400),
        ("POST", "", '{"resourceType":"Bundle","type":"batch","entry":[7]}', 400),
    ],
)
def test_every_error_is_an_operation_outcome(server, method, path, body, status):
    answer = server.send(method, path, body, Content_Type="application/fhir+json")
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome" and answer.json()["issue"][0]["diagnostics"]


def test_the_capability_statement_is_honest(server):
    statement = server.get("/metadata").json()
    for resource in statement["rest"][0]["resource"]:
        for param in resource["searchParam"]:
            value = {"date": "2019", "quantity": "1", "number": "1"}.get(param["type"], "x")
            answer = server.get(f"/{resource['type']}?{param['name']}={value}", Prefer="handling=strict")
            assert answer.status_code == 200, (resource["type"], param)


def test_without_a_token_the_guarded_base_says_who_may_come(server):
    import requests

    answer = requests.get(f"{server.shut}/Patient/odd", timeout=5)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert requests.get(f"{server.shut}/metadata", timeout=5).status_code == 200


def test_a_hostile_hospital_answers_with_somebody_else(server):
    assert server.control("open", {"answer_as": "brendan"}).status_code == 200
    try:
        found = server.get("/Observation?patient=orla&category=laboratory").json()["entry"]
        assert {e["resource"]["subject"]["reference"] for e in found} == {"Patient/brendan"}
        assert server.get("/Patient/orla").json()["id"] == "brendan"
    finally:
        server.control("open", {"answer_as": None})
    assert server.get("/Patient/orla").json()["id"] == "orla"

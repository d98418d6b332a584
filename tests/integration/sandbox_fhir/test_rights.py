"""Rights at the sandbox's FHIR server, held against every interaction: what a caller may not see leaves no trace."""

from dataclasses import dataclass, field

import pytest
from flask import Flask

from fhirportal.sandbox.fhir import routes
from fhirportal.sandbox.fhir.hostile import Impostor
from fhirportal.sandbox.fhir.policy import Unauthorized
from fhirportal.sandbox.fhir.store import Store

A, B = "Patient/a", "Patient/b"


@dataclass
class OnePatient:
    """Sees and writes what is about one patient, of the types in `types`, and what is about nobody."""

    patient: str
    types: set = field(default_factory=lambda: {"Patient", "Observation", "Organization"})

    def may(self, interaction, type_):
        return type_ in self.types

    def sees(self, resource):
        owner = resource.get("subject", {}).get("reference", f"Patient/{self.patient}")
        return (resource["id"] == self.patient) if resource["resourceType"] == "Patient" else owner == f"Patient/{self.patient}"

    def may_write(self, interaction, resource):
        return self.sees({"id": self.patient, **resource})


class Tokens:
    """`Bearer a` is patient a; the grants can be narrowed while the test runs."""

    def __init__(self):
        self.grants = {"Bearer a": OnePatient("a"), "Bearer b": OnePatient("b")}

    def authorize(self, header):
        if header not in self.grants:
            raise Unauthorized("a token is required")
        return self.grants[header]


def observation(id_, subject, **more):
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": subject},
        **more,
    }


@pytest.fixture
def hospital(tmp_path):
    store = Store(tmp_path / "fhir.sqlite", "http://ehr.example/h/fhir")
    store.put_all([{"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"}])
    store.put_all(observation(f"{who}{n}", f"Patient/{who}") for n in range(5) for who in "ab")
    store.put_all([observation("a9", A, focus=[{"reference": B}, {"reference": "Organization/o"}])])
    store.put_all([{"resourceType": "Organization", "id": "o", "name": "Org"}])
    app, tokens = Flask("test"), Tokens()
    base = routes.FhirBase("H", store, tokens, dict, Impostor(store))
    app.register_blueprint(routes.make_blueprint({"h": base}))
    client = app.test_client()

    def call(method, path, who="a", body=None, **headers):
        named = {"Authorization": f"Bearer {who}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return client.open(f"/h/fhir{path}", method=method, headers=named if who else {}, json=body)

    call.tokens, call.store = tokens, store
    yield call
    store.close()


def ids(answer):
    return [e["resource"]["id"] for e in answer.get_json(force=True).get("entry", [])]


EVERY = [
    ("GET", "/Patient/a"), ("GET", "/Patient/a/_history/1"), ("GET", "/Observation"), ("POST", "/Observation/_search"),
    ("POST", "/Observation"), ("PUT", "/Observation/x"), ("DELETE", "/Observation/a1"), ("POST", ""), ("GET", "?_page=x"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), EVERY)
def test_no_token_no_interaction(hospital, method, path):
    answer = hospital(method, path, who=None, body={} if method in ("POST", "PUT") and "_search" not in path else None)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [e for e in EVERY if e[1] and "?" not in e[1]])
def test_no_scope_no_interaction(hospital, method, path):
    hospital.tokens.grants["Bearer a"].types = set()
    answer = hospital(method, path, body={} if method in ("POST", "PUT") and "_search" not in path else None)
    assert answer.status_code == 403 and "insufficient_scope" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/Observation/{}", "/Observation/{}/_history/1", "/Observation/{}/_history/77"])
def test_anothers_and_nobodys_look_alike(hospital, path):
    anothers, nobodys = hospital("GET", path.format("b1")), hospital("GET", path.format("zz"))
    assert anothers.status_code == nobodys.status_code == 404 and anothers.data == nobodys.data


def test_anothers_deleted_one_was_never_there(hospital):
    hospital.store.delete("Observation", "b1")
    hospital.store.delete("Observation", "a1")
    assert hospital("GET", "/Observation/b1").data == hospital("GET", "/Observation/zz").data
    assert hospital("GET", "/Observation/b1/_history/2").status_code == 404
    assert hospital("GET", "/Observation/a1").status_code == 410


def test_searches_and_counts_know_only_ones_own(hospital):
    assert set(ids(hospital("GET", "/Observation"))) == {"a0", "a1", "a2", "a3", "a4", "a9"}
    assert hospital("GET", "/Observation?_summary=count").get_json(force=True)["total"] == 6
    assert hospital("GET", "/Observation?_count=0").get_json(force=True)["total"] == 6
    assert hospital("GET", "/Observation?_count=2&_total=accurate").get_json(force=True)["total"] == 6
    assert "total" not in hospital("GET", "/Observation?_count=2").get_json(force=True)
    assert hospital("GET", "/Observation?patient=b&_total=accurate").get_json(force=True)["total"] == 0
    assert ids(hospital("GET", "/Observation?_id=a1,b1")) == ["a1"]


def test_includes_bring_nobody_elses(hospital):
    found = hospital("GET", "/Observation?_id=a9&_include=Observation:focus&_include=Observation:subject")
    assert sorted(ids(found)) == ["a", "a9", "o"]
    hospital.tokens.grants["Bearer a"].types.remove("Organization")
    assert sorted(ids(hospital("GET", "/Observation?_id=a9&_include=Observation:focus"))) == ["a9"]


def following(answer):
    return next(link["url"] for link in answer.get_json(force=True)["link"] if link["relation"] == "next").partition("fhir")[2]


def test_a_next_link_is_worth_what_its_bearer_is(hospital):
    link = following(hospital("GET", "/Observation?_count=2"))
    assert ids(hospital("GET", link)) == ["a2", "a3"]
    assert not {i for i in ids(hospital("GET", link, who="b")) if i.startswith("a")}
    hospital.tokens.grants["Bearer a"].types.remove("Observation")
    assert hospital("GET", link).status_code == 403


def test_writing_reaches_only_ones_own(hospital):
    taken = hospital("PUT", "/Observation/b1", body=observation("b1", A))
    assert taken.status_code == 404 and hospital.store.find("Observation", "b1")["subject"]["reference"] == B
    assert hospital("PUT", "/Observation/a1", body=observation("a1", B)).status_code == 403
    assert hospital("POST", "/Observation", body=observation("x", B)).status_code == 403
    gone, never = hospital("DELETE", "/Observation/b1"), hospital("DELETE", "/Observation/zz")
    assert (gone.status_code, gone.data) == (never.status_code, never.data)
    assert hospital.store.find("Observation", "b1") is not None


def test_conditions_do_not_tell_of_others(hospital):
    body = observation("x", A, identifier=[{"value": "n"}])
    hospital.store.put_all([observation("b8", B, identifier=[{"value": "n"}])])
    assert hospital("POST", "/Observation", body=body, If_None_Exist="identifier=n").status_code == 201


def test_a_bundle_may_no_more_than_its_entries(hospital):
    entries = [
        {"request": {"method": "GET", "url": "Observation/b1"}},
        {"request": {"method": "GET", "url": "Observation?patient=b"}},
        {"request": {"method": "GET", "url": "Encounter"}},
        {"request": {"method": "PUT", "url": "Observation/b1"}, "resource": observation("b1", A)},
        {"request": {"method": "DELETE", "url": "Observation/b1"}},
    ]
    answer = hospital("POST", "", body={"resourceType": "Bundle", "type": "batch", "entry": entries}).get_json(force=True)
    assert [e["response"]["status"] for e in answer["entry"]] == ["404", "200", "403", "404", "204"]
    assert "entry" not in answer["entry"][1]["resource"]
    whole = hospital("POST", "", body={"resourceType": "Bundle", "type": "transaction", "entry": entries[3:4]})
    assert whole.status_code == 404 and hospital.store.find("Observation", "b1")["subject"]["reference"] == B

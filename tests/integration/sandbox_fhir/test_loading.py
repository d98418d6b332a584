"""Loading what real servers exported: everything readable gets in, everything refused is named."""

import gzip
import json
from pathlib import Path

import pytest

from fhirportal.sandbox.fhir.load import load
from fhirportal.sandbox.fhir.store import Store

SHARED = Path(__file__).parents[4] / "shared" / "fhir-data"
FOLDERS = sorted(p.name for p in SHARED.iterdir() if p.is_dir()) if SHARED.is_dir() else []


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "fhir.sqlite", "http://ehr.example/fhir")
    yield made
    made.close()


@pytest.mark.skipif(not FOLDERS, reason="the shared FHIR data is not beside this checkout")
@pytest.mark.parametrize("folder", FOLDERS)
def test_real_data_loads_and_what_does_not_is_named(store, folder):
    report = load(store, [SHARED / folder])
    assert report.loaded > 20 and store.count() == report.loaded
    assert all(where and why for where, why in report.refused)


def write(tmp_path, name, *resources):
    lines = "\n".join(json.dumps(r) for r in resources)
    data = lines.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return tmp_path / name


def patient(id_, **more):
    return {"resourceType": "Patient", "id": id_, **more}


@pytest.mark.parametrize("name", ["one.json", "one.json.gz", "one.ndjson", "one.ndjson.gz", "one.jsonl", "ONE.JSON"])
def test_every_kind_of_file(store, tmp_path, name):
    assert load(store, [write(tmp_path, name, patient("a"))]).loaded == 1


def test_bundles_point_to_each_other_after_loading(store, tmp_path):
    observation = {"resourceType": "Observation", "status": "final", "code": {}, "subject": {"reference": "urn:uuid:p1"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": "urn:uuid:o1", "resource": observation},
        {"fullUrl": "urn:uuid:p1", "resource": {"resourceType": "Patient"}},
    ]}  # fmt: skip
    assert load(store, [write(tmp_path, "b.json", bundle)]).loaded == 2
    assert store.find("Observation", "o1")["subject"]["reference"] == "Patient/p1"


def test_the_first_of_two_stays_and_the_other_is_named(store, tmp_path):
    first = write(tmp_path, "1.json", patient("a", gender="female"))
    second = write(tmp_path, "2.json", patient("a", gender="male"))
    report = load(store, [first, second])
    assert report.collisions == ["Patient/a"] and store.find("Patient", "a")["gender"] == "female"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"a":1}',
        b"\xff\xfe",
        b'{"resourceType":7}',
        b'{"resourceType":[]}',
        b'{"resourceType":"Elephant","id":"1"}',
        b"null",
        b"7",
        b'{"resourceType":"Patient","id":"\\ud800"}',
        b'{"resourceType":"Patient","id":"a/b"}',
        b'{"resourceType":"Patient","id":".."}',
        b'{"resourceType":"Patient","x":' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"resourceType":"Patient","x":NaN}',
    ],
)
def test_what_is_no_fhir_is_refused_by_name(store, tmp_path, content):
    (tmp_path / "bad.json").write_bytes(content)
    report = load(store, [tmp_path / "bad.json", write(tmp_path, "good.json", patient("a"))])
    assert report.loaded == 1 and report.refused[0][0].startswith("bad.json")


def test_an_entry_that_holds_no_resource_is_named_and_the_others_stay(store, tmp_path):
    entries = [
        {"resource": patient("a")},
        {"resource": {"resourceType": "OperationOutcome"}},
        {"fullUrl": "x"},
        7,
        {"resource": {}},
    ]
    report = load(store, [write(tmp_path, "b.json", {"resourceType": "Bundle", "type": "searchset", "entry": entries})])
    assert report.loaded == 1 and [where for where, _ in report.refused] == [f"b.json entry {n}" for n in (2, 3, 4, 5)]


@pytest.mark.parametrize("id_", ["CARE_TEAM-1", "x" * 300, "a|b", "a b", "-12", "ключ", "1.2.3"])
def test_ids_stay_as_they_were_sent(store, tmp_path, id_):
    load(store, [write(tmp_path, "p.json", patient(id_))])
    assert store.read("Patient", id_).resource["id"] == id_


def test_what_has_no_id_gets_one(store, tmp_path):
    report = load(store, [write(tmp_path, "p.ndjson", {"resourceType": "Patient"}, {"resourceType": "Patient", "id": 7})])
    assert report.loaded == 2 and store.find("Patient", "7") and len(store.types()) == 1


def test_what_is_there_already_stays_as_it_is(store, tmp_path):
    store.put_all([patient("a", gender="female")])
    report = load(store, [write(tmp_path, "p.json", patient("a", gender="male"))])
    assert report.loaded == 0 and report.collisions == ["Patient/a"] and store.find("Patient", "a")["gender"] == "female"


def test_conditional_references_are_followed_when_all_is_there(store, tmp_path):
    encounter = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {},
                 "participant": [{"individual": {"reference": "Practitioner?identifier=urn:npi|9"}}],
                 "subject": {"reference": "Patient?identifier=urn:npi|none"}}  # fmt: skip
    load(store, [
        write(tmp_path, "1.json", encounter),
        write(tmp_path, "2.json", {"resourceType": "Practitioner", "id": "p", "identifier": [{"system": "urn:npi", "value": "9"}]}),
    ])  # fmt: skip
    found = store.find("Encounter", "e")
    assert found["participant"][0]["individual"]["reference"] == "Practitioner/p"
    assert found["subject"]["reference"] == "Patient?identifier=urn:npi|none"


def test_lines_end_where_json_says(store, tmp_path):
    named = {"name": [{"text": "one\u2028two\u0085three"}]}
    (tmp_path / "p.ndjson").write_text(json.dumps(patient("a", **named), ensure_ascii=False) + "\r\n\n", encoding="utf-8")
    assert load(store, [tmp_path / "p.ndjson"]).loaded == 1


def test_gzip_is_known_by_its_first_bytes(store, tmp_path):
    (tmp_path / "export.json").write_bytes(gzip.compress(json.dumps(patient("a")).encode()))
    assert load(store, [tmp_path / "export.json"]).loaded == 1


def test_a_truncated_gzip_is_refused(store, tmp_path):
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(json.dumps(patient("a" * 500)).encode())[:-12])
    assert load(store, [tmp_path / "cut.json.gz"]).refused


def test_a_broken_gzip_is_refused(store, tmp_path):
    (tmp_path / "bad.json.gz").write_bytes(b"not gzip")
    assert load(store, [tmp_path / "bad.json.gz"]).refused


def test_progress_counts_every_file(store, tmp_path):
    paths = [write(tmp_path, f"{n}.json", patient(str(n))) for n in range(3)]
    told = []
    load(store, paths, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_path_that_is_not_there_is_an_error(store, tmp_path):
    with pytest.raises(FileNotFoundError):
        load(store, [tmp_path / "nowhere"])

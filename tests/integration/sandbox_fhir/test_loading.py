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


@pytest.mark.parametrize("name", ["one.json", "one.json.gz", "one.ndjson", "one.ndjson.gz"])
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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a":1}', b"\xff\xfe", b'{"resourceType":7}'])
def test_what_is_no_fhir_is_refused_by_name(store, tmp_path, content):
    (tmp_path / "bad.json").write_bytes(content)
    report = load(store, [tmp_path / "bad.json", write(tmp_path, "good.json", patient("a"))])
    assert report.loaded == 1 and report.refused[0][0].startswith("bad.json")


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

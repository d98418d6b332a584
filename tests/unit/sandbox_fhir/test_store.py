"""The store by itself: versions, transactions, connections; and the statement it makes about itself."""

import threading
from pathlib import Path

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from fhirportal.sandbox.fhir.capability import capability_statement
from fhirportal.sandbox.fhir.outcome import Gone, Missing, VersionConflict
from fhirportal.sandbox.fhir.pool import KEPT
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "fhir.sqlite", "http://ehr.example/fhir")
    yield made
    made.close()


def patient(**more):
    return {"resourceType": "Patient", "id": "a", **more}


def test_versions_count_through_a_deletion(store):
    store.update(patient(gender="male"))
    store.update(patient(gender="female"), 1)
    store.delete("Patient", "a", 2)
    with pytest.raises(Gone):
        store.read("Patient", "a")
    with pytest.raises(Gone):
        store.vread("Patient", "a", 3)
    assert store.last_words("Patient", "a").resource["gender"] == "female"
    assert store.update(patient()).version == 4 and store.vread("Patient", "a", 1).resource["gender"] == "male"
    with pytest.raises(VersionConflict):
        store.update(patient(), 3)
    with pytest.raises(Missing):
        store.vread("Patient", "a", 9)


def test_the_index_forgets_what_an_update_took_away(store):
    store.update(patient(gender="male"))
    store.update(patient(gender="female"))

    def found(gender):
        return matching_ids(store, parse_search("Patient", [("gender", gender)], store.base))

    assert found("male") == [] and found("female") == ["a"]
    store.delete("Patient", "a")
    assert found("female") == []


def test_all_or_nothing(store):
    with pytest.raises(RuntimeError), store.transaction():
        store.update(patient())
        with store.transaction():
            store.update({**patient(), "id": "b"})
        raise RuntimeError
    assert store.count() == 0
    store.update(patient())
    assert store.count() == 1


def test_another_process_sees_what_was_stored(store, tmp_path):
    store.update(patient())
    other = Store(tmp_path / "fhir.sqlite")
    assert other.read("Patient", "a").version == 1
    other.close()


def test_threads_come_and_go_without_leaving_connections_open(store, tmp_path):
    def read():
        for _ in range(20):
            store.count()

    for _ in range(5):
        threads = [threading.Thread(target=read) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("this system does not list open files")
    name = str(tmp_path / "fhir.sqlite")
    # SQLite itself keeps a closed file's descriptor while a lock of this process is on it
    assert len([fd for fd in descriptors.iterdir() if fd.is_symlink() and str(fd.readlink()) == name]) < 4 * KEPT
    store.close()
    assert not [fd for fd in descriptors.iterdir() if fd.is_symlink() and str(fd.readlink()).startswith(name)]


def test_the_capability_statement_is_valid_r4b():
    statement = capability_statement("http://ehr.example/fhir", "Alder", {"cors": True})
    CapabilityStatement.model_validate({k: v for k, v in statement.items() if k != "resourceType"})

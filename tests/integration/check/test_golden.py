"""The report as a person reads it. `CHECK_GOLDEN=write` writes the files anew: read what changed before committing it."""

import datetime
import json
import os
import re
from pathlib import Path

import pytest

from fhirportal.sandbox.demo_data import generate
from tests.integration.check.conftest import body

GOLDEN = Path(__file__).parent / "golden"
RECORDED = Path(__file__).resolve().parents[4] / "shared" / "fhir-data" / "cerner-millennium-r4"


def same_as_golden(name, text):
    seen = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:00000", text)
    seen = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "00000000-0000-0000-0000-000000000000", seen)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CHECK_GOLDEN") == "write":
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8")


def test_a_sandbox_that_guards_its_data(sandbox, check):
    status, text, seconds = check(f"{sandbox.url}/shut/fhir")
    assert status == 0
    assert seconds < 10
    same_as_golden("sandbox-guarded", text)


def test_a_sandbox_without_tokens(sandbox, check):
    status, text, _ = check(f"{sandbox.url}/open/fhir/metadata")
    assert status == 1
    same_as_golden("sandbox-open", text)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the shared FHIR data is not here")
def test_the_recorded_documents_of_a_large_hospital(liar, check):
    one = liar()

    def recorded(name, content_type):
        text = (RECORDED / name).read_text(encoding="utf-8")
        return body(re.sub(r"https://[a-z.-]+\.com/", f"{one.root}/", text).encode(), 200, content_type)

    one.answers["metadata"] = recorded("CapabilityStatement--R4_AUTH_METADATA.json", "application/fhir+json")
    one.answers[".well-known/smart-configuration"] = recorded("non-resource/R4_WELL_KNOWN.json", "application/json")
    one.answers["/jwk"] = body({"keys": []})
    status, text, _ = check(one.base)
    assert status == 1
    same_as_golden("recorded-millennium", text)


def test_no_line_is_wider_than_a_hundred_columns(sandbox, check):
    _, text, _ = check(f"{sandbox.url}/open/fhir")
    assert max(len(line) for line in text.splitlines()) <= 100


def test_json_says_the_same(sandbox, check):
    status, text, _ = check(f"{sandbox.url}/shut/fhir", "--json")
    report = json.loads(text)
    assert report["status"] == status == 0
    assert report["verdict"] == "can run here"
    assert {offer["name"] for offer in report["features"]} >= {"dashboard", "ehr-launch", "refresh", "family", "bills"}
    assert report["sign_in"]["PKCE"] == "S256"


def test_markdown_has_a_table_for_each_part(sandbox, check):
    _, text, _ = check(f"{sandbox.url}/shut/fhir", "--markdown")
    assert text.startswith("# The portal can run here")
    assert text.count("| --- |") >= 3
    assert "patient/\\*.cruds" in text


def test_nothing_of_a_person_is_printed(sandbox, check):
    """The open server shows a patient to try searches with; neither id nor name leaves the command."""
    people = [r for r in generate(datetime.date(2026, 11, 24)) if r["resourceType"] == "Patient"]
    _, text, _ = check(f"{sandbox.url}/open/fhir", "--json")
    for person in people:
        assert person["id"] not in text
        assert person["name"][0]["family"] not in text

"""Every result and report of the shared FHIR data has its pages: patient by patient, folder by folder, over the real frame."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

DATA = Path(__file__).resolve().parents[5] / "shared" / "fhir-data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
FOLDERS = sorted(p.name for p in DATA.iterdir() if p.is_dir()) if DATA.is_dir() else []
TYPES = ("Observation", "DiagnosticReport")
PAGES_PER_PATIENT = 12


def resources(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if value.get("resourceType") in TYPES:
            yield value
        for part in (*(value.get("entry") or ()), *(value.get("parameter") or ())):
            yield from resources(part.get("resource") if isinstance(part, dict) else None)


def by_patient(folder: str) -> dict[str, list[dict]]:
    """The results of each patient, as a server would load them: references rewritten, the first of two with one id kept."""
    found: dict[str, list[dict]] = {}
    known: set[tuple[str, str]] = set()
    for path in sorted((DATA / folder).rglob("*.json*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            for resource in resources(json.loads(file.read(), parse_float=Decimal)):
                for ref in resource.get("result") or ():
                    ref["reference"] = ref.get("reference", "").replace("urn:uuid:", "Observation/")
                pointed = (resource.get("subject") or {}).get("reference", "").replace("urn:uuid:", "Patient/").split("/")
                patient = pointed[-1] if pointed[-2:-1] == ["Patient"] else ""
                key = (resource["resourceType"], resource.get("id", ""))
                if patient and key[1] and key not in known:
                    known.add(key)
                    resource["subject"] = {"reference": f"Patient/{patient}"}
                    found.setdefault(patient, []).append(resource)
    return found


def walk(make_portal, folder, most):
    patients = by_patient(folder)
    portal = make_portal(*(r for mine in patients.values() for r in mine))
    seen = 0
    for patient, mine in patients.items():
        browser = portal.open(patient=patient)
        for page in ("results", "results?show=measurements", "results?show=outside"):
            assert browser.get(page).status_code == 200, (patient, page)
        for resource in mine[:: max(1, len(mine) // most)]:
            kind = "results/report/" if resource["resourceType"] == "DiagnosticReport" else "results/"
            answer = browser.get(kind + quote(resource["id"], safe=""))
            assert answer.status_code == 200, (patient, resource["id"])
            seen += 1
    return seen


@pytest.mark.parametrize("folder", [f for f in FOLDERS if f != "synthea-2019"])
def test_every_patient_has_pages(make_portal, folder):
    walk(make_portal, folder, PAGES_PER_PATIENT)


@pytest.mark.full
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_result_has_a_page(make_portal, folder):
    walk(make_portal, folder, 10**6)

"""Every file of the shared FHIR data through the JSON reader, and every searchset among them through the gathering of pages."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from fhirportal.upstream.fhirjson import dumps, loads
from fhirportal.upstream.paging import Gathering, entries
from fhirportal.upstream.quirks.generic import Generic

DATA = Path(__file__).parents[4] / "shared" / "fhir-data"


@pytest.fixture(scope="module")
def bodies():
    if not DATA.is_dir():
        pytest.skip("the shared FHIR data is not here")
    files = [path for path in DATA.rglob("*.json*") if path.suffix in (".json", ".gz")]
    found = {path: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files}
    return {path: body for path, body in found.items() if body.lstrip()[:1] == b"{"}


def digits(text):
    """Every digit and the exponent: 1.0 and 1.00 differ."""
    return Decimal(text).as_tuple()


def test_nothing_is_refused_and_no_digit_is_lost(bodies):
    assert len(bodies) > 1000
    for path, body in bodies.items():
        value = loads(body)
        assert json.loads(dumps(value), parse_float=digits) == json.loads(body, parse_float=digits), path.name
        assert value == json.loads(body, parse_float=Decimal), path.name


def test_every_searchset_is_read(bodies):
    read = 0
    for path, body in bodies.items():
        bundle = loads(body)
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "searchset":
            continue
        resources = [entry["resource"] for entry in entries(bundle) if isinstance(entry.get("resource"), dict)]
        kinds = [resource["resourceType"] for resource in resources if resource["resourceType"] != "OperationOutcome"]
        into = Gathering(kinds[0] if kinds else "Observation", 10_000, Generic())
        into.add(bundle)
        page = into.page()
        distinct = {(r["resourceType"], r.get("id", id(r))) for r in resources if r["resourceType"] != "OperationOutcome"}
        assert len(page.resources) + len(page.included) == len(distinct), path.name
        read += 1
    assert read > 50

"""Every Observation and DiagnosticReport of the shared FHIR data becomes a view or one honest row, never an exception."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mappings import diagnostic_report, observation
from mappings.trend import trend_of

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")


def resources(value: object) -> Iterator[dict]:
    if not isinstance(value, dict):
        return
    if "resourceType" in value:
        yield value
    for part in (*(value.get("entry") or ()), *(value.get("parameter") or ())):
        yield from resources(part.get("resource") if isinstance(part, dict) else None)


def files() -> Iterator[dict]:
    for path in sorted(DATA.rglob("*.json*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            yield from resources(json.load(file, parse_float=Decimal))


@pytest.fixture(scope="module")
def everything() -> list[dict]:
    return [r for r in files() if r["resourceType"] in ("Observation", "DiagnosticReport")]


def test_every_observation_becomes_a_view(everything):
    observations = [r for r in everything if r["resourceType"] == "Observation"]
    views = [observation.to_view(r) for r in observations]
    assert len(observations) > 2500
    assert all(views)
    for view, sent in zip(views, observations, strict=True):
        assert view.findings
        assert view.position in ("above", "below", "inside", "unknown")
        if any(k.startswith("value") for k in sent) and not view.withdrawn:
            assert view.value is not None or view.absent, sent["id"]
        if isinstance(sent.get("valueQuantity"), dict) and not view.withdrawn and "value" in sent["valueQuantity"]:
            assert str(view.value.value) == str(sent["valueQuantity"]["value"])


def test_every_report_becomes_a_view(everything):
    reports = [r for r in everything if r["resourceType"] == "DiagnosticReport"]
    assert len(reports) > 150
    for sent in reports:
        view = diagnostic_report.to_view(sent)
        assert view is not None
        assert len(view.results) <= len(sent.get("result") or ())


def test_trends_never_mix_units_or_people_s_statuses(everything):
    views = [v for r in everything if r["resourceType"] == "Observation" and (v := observation.to_view(r))]
    trends = [t for v in views[:400] for f in v.findings if (t := trend_of(f, views))]
    assert trends
    assert all(len({p.value.code for p in t.points if p.value.code}) <= 1 for t in trends)

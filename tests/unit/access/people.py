"""Viewers for the access tests: patient A of one hospital, and what B would look like."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fhirportal.access.viewer import Authority, Kind, Origin, Viewer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BASE = "https://ehr.example/fhir"

A = Viewer(
    hospital="alder",
    fhir_base=BASE,
    patient="a1",
    kind=Kind.SELF,
    origin=Origin.EHR_LAUNCH,
    actor="Patient/a1",
    account_id="acc-a",
    session_id="ses-a",
    handle="h-a",
    authority=Authority("user-token", "tok-a"),
    scopes=frozenset({"launch/patient", "patient/*.rs"}),
    expires_at=NOW + timedelta(hours=1),
)


def with_scopes(*scopes: str) -> Viewer:
    return replace(A, scopes=frozenset(scopes))

"""What visits mean: nothing a hospital sends breaks the reading, and the staff's own words stay with the staff."""

import gzip
import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import appointment, location

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"

json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["booked", "2026-12-08T10:40:00Z", "Patient/a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["reference", "text", "coding", "code", "actor", "status", "start", "end", "display", "url", "type"]), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip
elements = st.sampled_from(
    ["id", "status", "serviceType", "appointmentType", "start", "end", "participant", "extension", "requestedPeriod",
     "minutesDuration", "cancelationReason", "patientInstruction", "specialty", "meta", "name", "address", "telecom"]
)  # fmt: skip


@given(st.dictionaries(elements, json_value), st.sampled_from(["Appointment", "Location"]))
def test_no_json_breaks_the_reading(body, type_):
    resource = {**body, "resourceType": type_}
    appointment.to_view(resource)
    location.to_view(resource)


@pytest.mark.parametrize("value", [None, [], "x", 7, {}, {"resourceType": "Slot", "id": "a"}, {"resourceType": "Appointment"}])
def test_what_is_no_visit_is_none(value):
    assert appointment.to_view(value) is None


def test_the_staffs_comment_is_not_for_the_patient():
    view = appointment.to_view({"resourceType": "Appointment", "id": "a", "status": "booked", "comment": "rude last time"})
    assert "rude" not in repr(asdict(view))


def test_a_withdrawn_visit_keeps_only_what_it_was():
    body = {"resourceType": "Appointment", "id": "a", "status": "entered-in-error", "patientInstruction": "Do not eat"}
    view = appointment.to_view({**body, "participant": [{"actor": {"display": "Dr X"}}]})
    assert view.withdrawn and not view.attendees and not view.instruction


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        ({"appointmentType": {"coding": [{"code": "VR"}]}}, "video"),
        ({"serviceType": [{"text": "Telephone consultation"}]}, "phone"),
        ({"serviceCategory": [{"coding": [{"code": "HH"}]}]}, "home"),
        ({"participant": [{"actor": {"reference": "Location/1"}}]}, "in-person"),
        ({}, "unknown"),
    ],
)
def test_how_the_visit_takes_place(body, mode):
    assert appointment.to_view({"resourceType": "Appointment", "id": "a", **body}).mode == mode


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
def test_every_visit_and_place_of_the_shared_data_becomes_a_view():
    found = list(_resources())
    assert len(found) > 30
    readers = {"Appointment": appointment.to_view, "Location": location.to_view}
    assert all(readers[r["resourceType"]](r) for r in found)


def _resources():
    for path in sorted(DATA.rglob("*.json*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            source = file.read()
        if '"Appointment"' in source or '"Location"' in source:
            yield from _inside(json.loads(source, parse_float=Decimal))


def _inside(value):
    if isinstance(value, dict):
        if value.get("resourceType") in ("Appointment", "Location"):
            yield value
        for part in value.values():
            yield from _inside(part)
    elif isinstance(value, list):
        for part in value:
            yield from _inside(part)

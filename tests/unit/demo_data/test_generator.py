"""The demo data: valid R4B, the same for the same day, closed in itself, and with one of everything."""

from collections import Counter
from datetime import date, timedelta
from importlib import import_module

import pytest

from fhirportal.sandbox.demo_data import MEMBERS, generate

TODAY = date(2026, 11, 24)
DATA = generate(TODAY)


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def statuses(type_):
    return {r["status"] for r in DATA if r["resourceType"] == type_}


@pytest.mark.parametrize("type_", sorted({r["resourceType"] for r in DATA}))
def test_everything_is_valid_r4b(type_):
    model = getattr(import_module(f"fhir.resources.R4B.{type_.lower()}"), type_)
    for resource in DATA:
        if resource["resourceType"] == type_:
            model.model_validate(resource)


def test_the_same_day_gives_the_same_data():
    assert generate(TODAY) == DATA


@pytest.mark.parametrize("today", [TODAY + timedelta(days=n) for n in (1, 98, 365, 1192)])
def test_any_other_day_keeps_ids_unique_and_references_closed(today):
    data = generate(today)
    names = Counter(f"{r['resourceType']}/{r['id']}" for r in data)
    assert not [n for n, count in names.items() if count > 1]
    assert not {ref for r in data for ref in references(r)} - set(names)


def test_attachments_point_to_binaries_that_exist():
    binaries = {f"Binary/{r['id']}" for r in DATA if r["resourceType"] == "Binary"}
    forms = [f for r in DATA if r["resourceType"] == "DiagnosticReport" for f in r["presentedForm"]]
    contents = [c["attachment"] for r in DATA if r["resourceType"] == "DocumentReference" for c in r["content"]]
    assert {a["url"] for a in forms + contents} == binaries
    assert {a["contentType"] for a in contents} == {"application/pdf", "text/html", "application/xml"}


def test_a_family_of_at_least_six_with_all_ages():
    assert len(MEMBERS) >= 6
    years = {m.key: TODAY.year - m.birth_date(_calendar()).year for m in MEMBERS}
    assert years["finn"] <= 8 and 13 <= years["saoirse"] <= 16 and years["brendan"] >= 80
    assert any(not m.name.isascii() for m in MEMBERS)


def _calendar():
    from fhirportal.sandbox.demo_data.build import Calendar

    return Calendar(TODAY)


def test_ages_do_not_change_with_the_year():
    from fhirportal.sandbox.demo_data.build import Calendar

    finn = next(m for m in MEMBERS if m.key == "finn")
    for day in (date(2027, 9, 20), date(2027, 9, 21), date(2030, 1, 1)):
        born = finn.birth_date(Calendar(day))
        assert (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) == 7


def test_one_of_every_state_is_among_them():
    assert {"draft", "issued", "balanced", "cancelled", "entered-in-error"} == statuses("Invoice")
    assert {"final", "preliminary", "corrected", "cancelled", "entered-in-error"} <= statuses("Observation")
    assert {"booked", "proposed", "pending", "cancelled", "fulfilled", "noshow", "entered-in-error"} == statuses("Appointment")
    assert {"active", "stopped", "completed", "on-hold", "entered-in-error"} == statuses("MedicationRequest")


def test_slots_reach_sixty_days_ahead_and_five_years_of_labs_back():
    slots = sorted(r["start"] for r in DATA if r["resourceType"] == "Slot")
    assert slots[0] > TODAY.isoformat() and slots[-1] > (TODAY + timedelta(days=55)).isoformat()
    hba1c = sorted(r["effectiveDateTime"] for r in DATA if r["id"].startswith("lab-orla-hba1c"))
    assert len(hba1c) >= 10 and hba1c[0] < (TODAY - timedelta(days=1780)).isoformat()

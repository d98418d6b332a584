"""Every bill, account, charge, statement, insurance and person of the shared FHIR data becomes a view, digits and all."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mappings import account, charge_item, coverage, explanation_of_benefit, invoice, patient

DATA = Path(__file__).resolve().parents[4] / "shared" / "fhir-data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared FHIR data is not beside this repository")
READERS = {
    "Invoice": (invoice.to_view, 1),
    "Account": (account.to_view, 10),
    "ChargeItem": (charge_item.to_view, 5),
    "ExplanationOfBenefit": (explanation_of_benefit.to_view, 386),
    "Coverage": (coverage.to_view, 23),
    "Patient": (patient.to_view, 89),
}


def resources(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if value.get("resourceType") in READERS:
            yield value
        for part in value.values():
            yield from resources(part)
    elif isinstance(value, list):
        for part in value:
            yield from resources(part)


@pytest.fixture(scope="module")
def everything() -> list[dict]:
    found = []
    for path in sorted(DATA.rglob("*.json*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            source = file.read()
        if any(f'"{type_}"' in source for type_ in READERS):
            found += resources(json.loads(source, parse_float=Decimal))
    return found


@pytest.mark.parametrize("type_", READERS)
def test_each_becomes_a_view(everything, type_):
    read, least = READERS[type_]
    sent = [r for r in everything if r["resourceType"] == type_]
    assert len(sent) >= least
    assert all(read(r) is not None for r in sent)


def test_totals_and_payments_keep_every_digit(everything):
    for sent in (r for r in everything if r["resourceType"] == "ExplanationOfBenefit"):
        view = explanation_of_benefit.to_view(sent)
        stated = [t["amount"]["value"] for t in sent.get("total", ()) if "amount" in t]
        assert [str(s.amount.value) for s in view.shares if s.amount][: len(stated)] == [str(v) for v in stated]
        if "amount" in sent.get("payment", {}):
            assert str(view.payment.amount.value) == str(sent["payment"]["amount"]["value"])


def test_no_other_number_of_a_person_is_kept(everything):
    for sent in (r for r in everything if r["resourceType"] == "Patient"):
        view = patient.to_view(sent)
        for identifier in sent.get("identifier", ()):
            codes = {c.get("code") for c in identifier.get("type", {}).get("coding", ())}
            if codes & {"SS", "DL", "PPN"}:
                assert identifier["value"] not in view.numbers

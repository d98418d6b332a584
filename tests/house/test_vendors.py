"""What one vendor's server does differently is known in one place only, so that nobody else comes to rest on it."""

import re

import pytest
from tree import product, read

NAMES = re.compile(
    r"\b(epic|mychart|cerner|oracle health|millennium|athena(health|one)?|meditech|nextgen|hapi|smile ?cdr)\b", re.I
)
HOMES = (
    ("fhirportal", "upstream", "quirks"),
    ("fhirportal", "sandbox"),
    # an extension is known by its address, which holds its maker's name
    ("mappings", "account.py"),
    ("mappings", "charge_item.py"),
)


@pytest.mark.parametrize("path", [p for p in product() if not any(p.parts[: len(h)] == h for h in HOMES)], ids=str)
def test_no_vendor_is_named(path):
    assert not NAMES.findall(read(path))


def test_the_big_validator_stays_out_of_the_portal():
    """fhir.resources costs thousands of times what reading a resource costs (docs/design); only the sandbox validates."""
    outside = [p for p in product() if p.parts[:2] != ("fhirportal", "sandbox")]
    assert not [p for p in outside if "fhir.resources" in read(p)]

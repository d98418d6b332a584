"""The rules table refuses to be half right."""

import pytest

from fhirportal.access.rules import RulesError, parse, table


def test_the_products_own_table_is_sound():
    assert {"Patient", "Observation", "Appointment", "MedicationRequest", "Invoice"} <= set(table())


def test_every_row_that_binds_a_patient_also_checks_the_owner():
    assert all(bool(rule.bind) == bool(rule.owner) for rule in table().values())


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[Observation",
        "[Observation]\ninteractions = []",
        "[Observation]\ninteractions = ['delete']",
        "[Observation]\ninteractions = ['read']\nbind = 'patient'",
        "[Observation]\ninteractions = ['read']\nowner = ['subject']",
        "[Observation]\ninteractions = ['read']\ncolour = 'red'",
        "[Observation]\ninteractions = ['read']\nself = true",
        "[Patient]\ninteractions = ['read']",
        "[Observation]\ninteractions = ['read']\nparameters = 'code'",
        "[Observation]\ninteractions=['search']\nbind='patient'\nowner=['subject']\nparameters=['patient']",
    ],
)
def test_a_broken_table_stops_the_start(source):
    with pytest.raises(RulesError):
        parse(source)

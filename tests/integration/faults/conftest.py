import pytest

from tests.integration.faults.clinic import Clinic


@pytest.fixture(scope="module")
def living(tmp_path_factory):
    made = Clinic(tmp_path_factory.mktemp("clinic"))
    yield made
    made.close()


@pytest.fixture
def clinic(living):
    """The clinic with nothing wrong, before and after."""
    living.heal()
    yield living
    living.heal()


@pytest.fixture(scope="module")
def orla(living):
    return living.visitor("orla")


@pytest.fixture(scope="module")
def healthy(living, orla):
    """What every list shows while all is well."""
    living.heal()
    return {page: orla.get(page) for page in PAGES}


PAGES = ("", "results", "appointments", "medicines", "bills", "bills/statements", "profile")

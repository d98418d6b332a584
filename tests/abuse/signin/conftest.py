import pytest

from tests.integration.signin.ehr import Ehr
from tests.integration.signin.rig import Rig, hospital


@pytest.fixture
def ehr():
    server = Ehr()
    yield server
    server.close()


@pytest.fixture
def second_ehr():
    server = Ehr()
    server.sub, server.patient, server.fhir_user = "sub-2", "p1", "Patient/p1"
    yield server
    server.close()


@pytest.fixture
def make_rig(tmp_path):
    made = []

    def make(*hospitals, **settings):
        made.append(Rig(tmp_path, hospitals, **settings))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(make_rig, ehr):
    return make_rig(hospital(ehr))

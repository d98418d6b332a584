from datetime import date

import pytest

from fhirportal.sandbox.demo_data import generate
from tests.integration.sandbox_smart.rig import Rig, config_for


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    rig = Rig(config_for(tmp_path_factory.mktemp("sandbox")), generate(date.today()))
    yield rig
    rig.close()


@pytest.fixture
def rig(running):
    """The hospital with every switch at rest and the right time; its data is shared within one file of tests."""
    assert running.turn(reset=True).status_code == 200
    yield running
    running.now()

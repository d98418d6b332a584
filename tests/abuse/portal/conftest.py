import pytest

from tests.e2e.living_demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A demo of this room's own: its hospital is made hostile."""
    running = Demo(tmp_path_factory.mktemp("hostile"))
    yield running
    assert running.close() == 0, running.output()

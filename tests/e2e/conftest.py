import pytest

from tests.e2e.living_demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo of the whole session. A test that breaks it starts one of its own."""
    running = Demo(tmp_path_factory.mktemp("demo"))
    yield running
    assert running.close() == 0, running.output()


@pytest.fixture
def start(tmp_path):
    """Starts a demo with more words on its command line, in a folder of the test; it is stopped when the test ends."""
    started = []

    def begin(*words, **more):
        started.append(Demo(tmp_path, *words, **more))
        return started[-1]

    yield begin
    for one in started:
        one.close()

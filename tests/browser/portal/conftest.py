import pytest

from tests.browser.portal.looking import Look
from tests.e2e.living_demo import ROOT, Demo
from tests.e2e.places import endpoint_of
from tests.e2e.walker import is_file

PERSON = "orla"
# of this kind there are many sorts: a number, a panel, words, one without a value
MORE = {"results.show_result": 4, "appointments.show_visit": 2, "medicines.show_medicine": 2, "bills.show_bill": 2}


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    running = Demo(tmp_path_factory.mktemp("browser"))
    yield running
    assert running.close() == 0, running.output()


@pytest.fixture(scope="session")
def pages(demo):
    """{name: address below the chart}: each kind of page of one person at least once, found by following links."""
    walker = demo.person(PERSON)
    found, counts = {}, {}
    for page in walker.walk(max(MORE.values())):
        kind = endpoint_of(page)
        counts[kind] = counts.get(kind, 0) + 1
        if not is_file(page) and counts[kind] <= MORE.get(kind, 1):
            name = kind.replace(".show", "").replace(".", "-").replace("_", "-")
            found[name if counts[kind] == 1 else f"{name}-{counts[kind]}"] = page
    found["results-measurements"] = "results?show=measurements"
    found["results-mistyped"] = "results?from=yesterday"
    return found


@pytest.fixture
def look(chromium, demo):
    """Opens a browser window that has launched as somebody: look(as_="patient", **what a Playwright context takes)."""
    opened = []

    def open_(as_="patient", key=PERSON, patient=None, launch=True, **options):
        context = chromium.new_context(reduced_motion="reduce", **options)
        opened.append(context)
        made = Look(context.new_page(), demo)
        if launch:
            made.launch(demo.launch_address(key, as_, patient=patient))
        return made

    yield open_
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def screenshots():
    folder = ROOT / ".ci-output" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

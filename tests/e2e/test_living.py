"""How a demo begins, ends and begins again; what its commands print; data of one's own."""

import json
import os
import signal
from pathlib import Path

import pytest
import requests

from fhirportal.cli.supervise import free_port
from tests.e2e.living_demo import Demo
from tests.e2e.page_check import Page
from tests.e2e.walker import Walker

pytestmark = pytest.mark.xdist_group("demo-living")


def alive(pid: int) -> bool:
    """Whether a process still runs (one that has ended and waits to be noticed does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return False
    return state not in ("Z", "X")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A demo that the tests of this file look at and leave running."""
    running = Demo(tmp_path_factory.mktemp("quiet"))
    yield running
    running.close()


def require_gone(demo, children):
    assert "Stopped." in demo.output() and "Traceback" not in demo.output()
    assert not [pid for pid in children if alive(pid)]
    assert not (demo.folder / "demo" / "demo.json").exists()
    for address in (demo.portal, demo.sandbox):
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=2)


def terms_were_asked(demo: Demo, key: str) -> bool:
    walker = Walker(demo.portal)
    answer = walker.follow(walker.session.get(demo.launch_address(key), timeout=20, allow_redirects=False))
    return "/terms/" in answer.url


def test_a_demo_ends_cleanly_and_begins_again_where_it_was(start):
    # at its old address: at another, the hospital would be another issuer, and the people other people
    port = ("--port", str(free_port(0)))
    first = start(*port)
    children = first.children()
    assert len(children) == 3
    first.person("aoife")
    assert not terms_were_asked(first, "aoife")
    marker = first.folder / "demo" / "sandbox" / "alder" / "made-on"
    made = marker.stat().st_mtime_ns
    assert first.close(signal.SIGTERM) == 0
    require_gone(first, children)

    second = start(*port)
    assert (second.portal, second.sandbox) == (first.portal, first.sandbox)
    children = second.children()
    assert marker.stat().st_mtime_ns == made, "the family's data is made once"
    assert not terms_were_asked(second, "aoife")
    (first.folder / "demo" / "notes.txt").write_text("mine")
    assert second.close(signal.SIGINT) == 0
    require_gone(second, children)

    third = start("--fresh", *port)
    assert marker.stat().st_mtime_ns != made and terms_were_asked(third, "aoife")
    assert (first.folder / "demo" / "notes.txt").read_text() == "mine", "only what a demo made is deleted"


def test_when_a_part_dies_all_stop_and_say_why(start):
    demo = start()
    children = demo.children()
    os.kill(children[1], signal.SIGKILL)
    assert demo.process.wait(20) == 1
    assert "portal stopped by itself" in demo.output()
    assert not [pid for pid in children if alive(pid)]


def test_a_second_demo_in_the_same_folder_is_refused(quiet):
    refused = quiet.run("demo", "--port", "0", "--data", str(quiet.folder / "demo"))
    assert refused.returncode == 2 and quiet.portal in refused.stderr and "Traceback" not in refused.stderr
    assert requests.get(f"{quiet.portal}/healthz", timeout=5).ok


def test_a_path_that_is_not_there_is_one_sentence(quiet, tmp_path):
    done = quiet.run("demo", "--port", "0", "--data", str(tmp_path / "d"), "--load", str(tmp_path / "no"))
    assert done.returncode == 2 and "There is no file or folder" in done.stderr and "Traceback" not in done.stderr


def test_a_launch_address_from_the_command_line_opens_once(quiet):
    printed = quiet.run("sandbox", "launch", "brendan", "--as", "relative", "--data", str(quiet.folder / "demo"))
    assert printed.returncode == 0, printed.stderr
    address = printed.stdout.strip()
    walker = Walker(quiet.portal)
    walker.launch(address)
    assert "Brendan" in Page(walker.get("profile")).title
    again = Walker(quiet.portal).launch(address)
    assert again.status_code >= 400 and Page(again.text).h1 and "/c/" not in again.url
    nobody = quiet.run("sandbox", "launch", "nobody", "--data", str(quiet.folder / "demo"))
    assert nobody.returncode == 1 and "nobody" in nobody.stderr


ODD = "a-1.B-" + "z" * 58


def resources():
    """Two people of a hospital of one's own: one without a name, with odd ids; one who has died, whose data is elsewhere."""
    code = {"coding": [{"system": "http://example.org/tests", "code": "x-1"}], "text": "A & <b>bold</b> test"}
    yield {"resourceType": "Patient", "id": ODD, "gender": "other"}
    yield {
        "resourceType": "Patient",
        "id": "b",
        "name": [{"text": "Old Person"}],
        "birthDate": "1901",
        "deceasedDateTime": "1990-02",
    }
    yield {
        "resourceType": "Observation",
        "id": ".-.",
        "status": "final",
        "code": code,
        "subject": {"reference": f"Patient/{ODD}"},
        "effectiveDateTime": "2020",
        "valueQuantity": {"value": 5.10, "unit": "<i>"},
    }


def test_a_file_and_a_folder_become_hospitals_of_their_own(start, tmp_path):
    folder = tmp_path / "St. Mary's (1)"
    folder.mkdir()
    entries = list(resources())
    for number, resource in enumerate(entries):
        (folder / f"{number}.json").write_text(json.dumps(resource))
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in entries]}))
    demo = start("--load", str(bundle), str(folder))
    assert [h["slug"] for h in demo.hospitals][1:] == ["bundle", "st"]
    for slug in ("bundle", "st"):
        nameless = demo.person(ODD, hospital=slug)
        pages = nameless.walk()
        assert "results/.-." in pages and "A & <b>bold</b> test" in Page(pages["results/.-."]).h1
        assert "1901" in Page(demo.person("b", hospital=slug).get("profile")).words
    demo.close()
    # another path is another hospital, not the old one's data under a new name
    assert {p["key"] for p in start("--load", str(folder / "1.json")).people if p["hospital"] != "alder"} == {"b"}

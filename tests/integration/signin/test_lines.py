"""What one request leaves in the log: one access line, its number on every line, never an address or a person."""

import io
import json
import logging

import pytest

from fhirportal import logs


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.SafeFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_every_answer_leaves_one_line_by_rule_not_by_address(rig, ehr, lines):
    browser = rig.browser()
    path = browser.enter(ehr)
    browser.get(path + "/nothing/o-4711?name=Holm")
    browser.get("/healthz")
    written = [line for line in lines() if line.get("event") == "access"]
    assert "4711" not in str(written) and "Holm" not in str(written)
    assert path.split("/")[2] not in str(written)
    assert written[-2]["route"] == "/-" and written[-2]["status"] == 404
    routes = [line["route"] for line in written]
    assert "/signin/<slug>/callback" in routes and all("(withheld)" not in str(line) for line in written)
    assert all(line["ms"] > 0 and line["bytes"] >= 0 and line["method"] in ("GET", "POST") for line in written)


def test_lines_of_one_request_share_the_number_the_page_shows(rig, lines):
    answer = rig.browser().get("/nothing/here")
    number = answer.headers["X-Request-Id"]
    assert [line["event"] for line in lines() if line.get("request_id") == number] == ["error-page", "access"]
    assert logs.current_request_id() == ""


def test_a_failed_launch_says_which_check_failed(rig, ehr, lines):
    ehr.claims = {"aud": "someone-else"}
    browser = rig.browser()
    browser.get(browser.launch(ehr))
    line = next(line for line in lines() if line.get("event") == "launch-failed")
    assert line["code"] == "id_token_invalid" and line["exception"]["raised"] and "someone-else" not in str(lines())

"""Addresses, cookies and ids that are not one's own: the same page for what is somebody else's and for what does not exist."""

import json
import re

import pytest
import requests

from tests.abuse.portal.secrets_of import leaks, record_of, secrets_of
from tests.e2e.living_demo import Demo
from tests.e2e.page_check import Page
from tests.e2e.places import endpoint_of

pytestmark = pytest.mark.xdist_group("demo-hostile")


def test_somebody_elses_id_and_a_made_up_one_are_the_same_page(demo):
    """AB37: nothing tells that an id exists."""
    victim, viewer = demo.person("orla"), demo.person("cillian")
    victim.walk(2)
    tried = 0
    for page in (*victim.seen, *victim.files):
        ids = [part for part in page.split("?")[0].split("/")[1:] if "orla" in part]
        if not ids or not endpoint_of(page):
            continue
        made_up = page.replace(ids[0], "none-such-" + "z" * max(1, len(ids[0]) - 10))
        theirs, nobodys = viewer.ask(page), viewer.ask(made_up)
        assert theirs.status_code == nobodys.status_code == 404, page
        assert without(theirs, page) == without(nobodys, made_up), page
        assert set(theirs.headers) == set(nobodys.headers), page
        tried += 1
    assert tried >= 5


def without(answer: requests.Response, page: str) -> str:
    """The page without what must differ: its own address, the number of the request, the form's token, the minute."""
    text = answer.text.replace(page.split("?")[0], "PAGE").replace(answer.headers["X-Request-Id"], "NUMBER")
    return re.sub(r"\d{1,2}:\d\d(?:am|pm)", "TIME", re.sub(r'name="csrf_token" value="[^"]+"', "TOKEN", text))


def test_a_handle_opens_nothing_without_its_own_session(demo):
    one, two = demo.person("orla"), demo.person("brendan")
    secrets = {"Orla", "Maeve", "lab-orla"}
    handle = one.chart
    for tried in (
        handle,
        handle[:-1],
        handle.swapcase(),
        handle + "x",
        handle + "%00",
        two.chart[:5] + handle[5:],
        "orla",
        "%2e%2e",
    ):
        for page in ("", "results", "profile", "results/lab-orla-crea-20261117"):
            answer = two.session.get(f"{demo.portal}/c/{tried}/{page}", timeout=10, allow_redirects=False)
            assert answer.status_code in (302, 303, 308, 404), (tried, page, answer.status_code)
            assert not leaks(answer, secrets, known=f"{tried}/{page}"), (tried, page)


def test_a_cookie_that_was_not_given_opens_nothing(demo):
    person = demo.person("orla")
    for cookie in person.session.cookies:
        for value in (
            "",
            "x",
            cookie.value[:-1],
            cookie.value + "A",
            cookie.value[::-1],
            cookie.value.swapcase(),
            "é".encode().decode("latin-1"),
        ):
            asked = requests.get(
                f"{demo.portal}{person.path('results')}",
                headers={"Cookie": f"{cookie.name}={value}".encode("latin-1", "replace")},
                timeout=10,
                allow_redirects=False,
            )
            assert asked.status_code in (302, 303, 400, 401, 404), (cookie.name, value, asked.status_code)


def test_methods_headers_and_paths_do_not_widen(demo):
    person = demo.person("cillian")
    base = f"{demo.portal}/c/{person.chart}"
    for headers in (
        {"X-Forwarded-User": "orla", "X-Original-URL": "/c/x/results", "X-Rewrite-URL": "/c/x/results"},
        {"X-HTTP-Method-Override": "DELETE", "Authorization": "Bearer " + demo.json["control_token"]},
        {"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    ):
        answer = person.session.get(f"{base}/results", headers=headers, timeout=10, allow_redirects=False)
        assert answer.status_code in (200, 303, 400, 404), headers
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = person.session.request(method, f"{base}/results", headers={"Origin": demo.portal}, timeout=10)
        assert answer.status_code in (403, 404, 405), method
    for path in (
        "/results/../../x",
        "/..%2f..%2fc/results",
        "//results",
        "/results/%2e%2e/%2e%2e/profile",
        "/results/%00",
        "/results/" + "a" * 4000,
    ):
        assert person.session.get(base + path, timeout=10).status_code in (200, 400, 404, 414), path


def test_two_tabs_of_one_browser_keep_to_their_person(demo):
    """AB40: mother and child in two tabs, the pages in turn; neither page says anything of the other's record."""
    browser = demo.person("orla")
    orla = browser.chart
    browser.launch(demo.launch_address("orla", "relative", patient="finn"))
    finn = browser.chart
    records = {orla: record_of(demo, "orla"), finn: record_of(demo, "finn")}
    names = {"orla", "finn", "devane", "orla devane", "finn devane"}
    secrets = {
        orla: {s for s in secrets_of(records[finn], records[orla]) if is_telling(s, names)},
        finn: {s for s in secrets_of(records[orla], records[finn]) if is_telling(s, names)},
    }
    pages = {}
    for chart in (orla, finn):
        browser.chart = chart
        common = " ".join(Page(browser.get(p)).words for p in ("profile",)).casefold()
        secrets[chart] = {s for s in secrets[chart] if s.casefold() not in common}
        pages[chart] = browser.walk(5)
        browser.seen = {}
    for one, other in ((orla, finn), (finn, orla)):
        for page in (*pages[one], *pages[other]):
            browser.chart = one
            answer = browser.ask(page)
            assert answer.status_code in (200, 404), page
            assert not leaks(answer, secrets[one], known=page), page
            browser.chart = other
            browser.ask(page)


def is_telling(secret: str, names: set[str]) -> bool:
    """An id or a value with its unit: ordinary words, and who is related to whom, may stand in both records."""
    mixed = any(c.isdigit() for c in secret) and any(c.isalpha() for c in secret)
    return secret.casefold() not in names and mixed and len(secret) >= 8


def test_one_id_in_two_hospitals_is_two_people(tmp_path):
    """AB39: the same browser, the same patient id, another hospital."""
    twin = [
        {"resourceType": "Patient", "id": "orla", "name": [{"text": "Zebedee Quux"}], "birthDate": "1944-04-04"},
        {
            "resourceType": "Observation",
            "id": "lab-orla-crea-20261117",
            "status": "final",
            "code": {"text": "Quuxometry"},
            "subject": {"reference": "Patient/orla"},
            "effectiveDateTime": "2026-01-02",
            "valueQuantity": {"value": 77.125, "unit": "qx"},
        },
    ]
    loaded = tmp_path / "twin.ndjson"
    loaded.write_text("\n".join(map(json.dumps, twin)))
    demo = Demo(tmp_path, "--load", str(loaded))
    try:
        here, there = demo.person("orla"), demo.person("orla", hospital="twin")
        require_apart(here, there)
        # the other hospital goes wrong: this one does not mind
        demo.hostile("orla", hospital="twin")
        require_apart(here, there)
        demo.hostile(None, hospital="twin")
        # one browser, first here, then there: whatever is still open of the first says nothing of the second
        first = here.chart
        here.launch(demo.launch_address("orla", hospital="twin"))
        assert "Quuxometry" in here.get("results")
        here.chart = first
        for page in ("", "results", "profile", "results/lab-orla-crea-20261117"):
            assert not leaks(here.ask(page), {"Quux", "77.125"}), page
    finally:
        demo.close()


def require_apart(here, there):
    there_text = " ".join(Page(html).words for html in there.walk(3).values())
    assert "Quuxometry" in there_text and "Maeve" not in there_text and "Creatinine" not in there_text
    here_text = " ".join(Page(html).words for html in here.walk(3).values())
    assert "Quux" not in here_text and "77.125" not in here_text and "Maeve" in here_text

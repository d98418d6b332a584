"""Inside an EHR's frame: only by setting, with a partitioned cookie, and a tab of its own where that does not work."""

import re
from html import unescape

import pytest

from tests.integration.signin.rig import hospital, token_in

FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
PORTAL = "https://portal.example"


@pytest.fixture
def framed(make_rig, ehr):
    return make_rig(hospital(ehr, frame_ancestors=("https://ehr.example",)), public_url=PORTAL)


def launch_in_frame(browser, ehr):
    first = browser.get("/launch/alder", query_string={"iss": ehr.fhir, "launch": "abc"}, headers=FRAME)
    assert first.status_code == 303
    return first


def test_the_cookie_is_partitioned_and_the_record_may_stand_in_that_ehr_only(framed, ehr):
    framed.browser().enter(ehr)  # the terms are agreed to
    browser = framed.browser()
    first = launch_in_frame(browser, ehr)
    cookie = first.headers["Set-Cookie"]
    assert "__Host-fhirportal-browser=" in cookie
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"))
    second = browser.get(first.headers["Location"], headers=FRAME)
    assert second.status_code == 302
    done = browser.get(browser.through(second), headers=FRAME)
    assert "Partitioned" in done.headers["Set-Cookie"] and "__Host-fhirportal=" in done.headers["Set-Cookie"]
    page = browser.get(done.headers["Location"], headers=FRAME)
    assert page.status_code == 200
    assert "frame-ancestors https://ehr.example" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers


def test_where_the_cookie_does_not_stick_the_same_launch_goes_on_in_a_tab(framed, ehr):
    first = launch_in_frame(framed.browser(), ehr)
    page = framed.browser().get(first.headers["Location"], headers=FRAME)
    assert page.status_code == 200 and 'target="_blank"' in page.text
    assert "frame-ancestors https://ehr.example" in page.headers["Content-Security-Policy"]
    link = unescape(re.search(r'href="(/launch/alder[^"]+)"', page.text)[1])
    assert ehr.authorizations == []
    tab = framed.browser()
    answer = tab.get(link)
    assert answer.status_code == 302
    assert tab.get(tab.through(answer)).status_code == 303
    assert ehr.authorizations[0]["launch"] == "abc"


def test_terms_move_the_session_into_a_tab_once(framed, ehr):
    frame = framed.browser()
    first = launch_in_frame(frame, ehr)
    done = frame.get(frame.through(frame.get(first.headers["Location"], headers=FRAME)), headers=FRAME)
    terms = frame.get(done.headers["Location"], headers=FRAME).headers["Location"]
    page = frame.get(terms, headers=FRAME)
    assert "Before your record opens" in page.text and "Agree and open" not in page.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    tab = framed.browser()
    own = {"Sec-Fetch-Site": "same-origin"}
    assert tab.post("/signin/alder/continue", {"ticket": ticket}).status_code == 403
    moved = tab.post("/signin/alder/continue", {"ticket": ticket}, headers=own)
    assert moved.status_code == 303 and "Partitioned" not in moved.headers["Set-Cookie"]
    assert tab.get(tab.agree(moved.headers["Location"])).status_code == 200
    assert framed.browser().post("/signin/alder/continue", {"ticket": ticket}, headers=own).status_code == 400
    assert frame.get(done.headers["Location"], headers=FRAME).status_code == 401


def test_a_session_that_ended_says_so_inside_the_frame(framed, ehr):
    page = framed.browser().get("/c/dead/results", headers=FRAME)
    assert page.status_code == 401 and "You are not signed in" in page.text


def test_sign_in_and_terms_never_allow_a_frame(framed, ehr):
    browser = framed.browser()
    assert "frame-ancestors 'none'" in browser.get("/signin/alder").headers["Content-Security-Policy"]
    terms = browser.get(browser.enter(ehr, agree=False)).headers["Location"]
    page = browser.get(terms)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"] and token_in(page.text)


def test_without_the_setting_nothing_goes_on_in_a_frame(rig, ehr):
    answer = rig.browser().get("/launch/alder", query_string={"iss": ehr.fhir, "launch": "x"}, headers=FRAME)
    assert answer.status_code == 200 and "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert ehr.authorizations == []


def test_over_https_cookies_are_host_bound_and_hsts_is_on(framed, ehr):
    browser = framed.browser()
    answer = browser.get(browser.launch(ehr))
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-fhirportal=")]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax")) and "Domain" not in cookie
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]

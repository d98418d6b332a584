"""The way in and out in a real browser: two sites, form-action on every hop, keyboard, axe, 320 px, no script."""

from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1100, "height": 800})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def accept(page):
    page.get_by_role("button", name="Agree and open the record").click()
    page.wait_for_url("**/c/**")


def test_the_button_leads_through_the_hospital_and_back(page, live):
    _, _, address = live
    page.goto(f"{address}/c/old/results")
    assert page.url == f"{address}/signin/alder"
    page.get_by_role("button", name="Sign in with Alder Quay Hospital").click()
    accept(page)
    assert page.url.endswith("/results") and '"patient":"p1"' in page.content()


def test_an_ehr_on_another_site_launches_by_a_link_and_by_keyboard(page, live):
    _, ehr, address = live
    link = f"{address}/launch/alder?{urlencode({'iss': ehr.fhir, 'launch': 'abc'})}"
    page.goto(f"{ehr.base}/jwks")
    page.evaluate("url => { document.body.innerHTML = `<a href='${url}'>go</a>` }", link)
    page.get_by_text("go").click()
    page.wait_for_url("**/terms/**")
    page.get_by_role("button", name="Agree and open the record").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    cookie = next(c for c in page.context.cookies() if c["name"] == "fhirportal")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"


def test_signing_out_and_the_back_button_show_nothing(page, live):
    _, ehr, address = live
    page.goto(f"{address}/launch/alder?{urlencode({'iss': ehr.fhir, 'launch': 'abc'})}")
    page.get_by_role("button", name="Don’t agree, sign out").click()
    page.wait_for_url("**/signed-out**")
    page.go_back()
    assert "Agree and open" not in page.content()


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    return [found["id"] for found in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["/signin/alder", "/signed-out?from=alder", "/launch/alder", "/nothing", "terms"])
def test_pages_are_accessible_and_fit_a_small_phone(chromium, live, where, scheme):
    _, ehr, address = live
    context = chromium.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    path = f"/launch/alder?{urlencode({'iss': ehr.fhir, 'launch': 'abc'})}" if where == "terms" else where
    page.goto(address + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_everything_works_without_script(chromium, live):
    _, _, address = live
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/signin/alder")
    page.get_by_role("button", name="Sign in with Alder Quay Hospital").click()
    accept(page)
    context.close()

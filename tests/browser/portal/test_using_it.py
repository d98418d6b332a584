"""The way from the staff desk to every page by clicking; the same without a script; the same with the keyboard alone."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo-browser"), pytest.mark.timeout(300)]


def open_from_the_desk(window, patient="Orla Maeve Devane", button="Open as the patient"):
    page = window.page
    page.goto(window.demo.hospitals[0]["desk"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=re.compile(patient.split()[0])).first.click()
    page.get_by_role("button", name=button, exact=True).first.click()
    window.agree()


def click_everywhere(window):
    """Every entry of the navigation, and the first thing each page leads on to."""
    page = window.page
    entries = page.locator("nav.nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    chart = [href for href in entries if href.startswith("/c/")]
    assert len(chart) >= 6
    for href in chart:
        page.locator(f"nav.nav a[href='{href}']").first.click()
        page.wait_for_url(f"**{href}")
        assert page.locator("nav.nav [aria-current=page]").get_attribute("href") == href
        onward = page.locator(f"main a[href^='{href}/']:visible")
        if href.rstrip("/").count("/") > 2 and onward.count():
            onward.first.click()
            assert page.locator("h1").inner_text().strip()
            page.locator("main a.back").first.click()
            page.wait_for_url(f"**{href}*")
    return len(chart)


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_from_the_staff_desk_to_every_page(look, script):
    window = look(launch=False, java_script_enabled=script, viewport={"width": 1280, "height": 900})
    open_from_the_desk(window)
    click_everywhere(window)
    page = window.page
    page.locator("nav.nav a[href$='/results']").click()
    page.get_by_role("link", name="Above or below range").click()
    page.wait_for_url("**show=outside*")
    window.choose("Español")
    page.wait_for_selector("html[lang=es]")
    assert page.locator("html").get_attribute("lang") == "es" and page.url.split("?")[0].endswith("/results")
    window.choose("English")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/signed-out**")
    assert not window.take_troubles()
    page.go_back()
    page.reload()
    assert "/c/" not in page.url and "Orla" not in page.content()


def test_a_file_is_downloaded(look, pages):
    window = look()
    report = next(address for name, address in pages.items() if name.startswith("results-report"))
    window.go(report)
    with window.page.expect_download() as waiting:
        window.page.locator("main a[href*='/file/']").first.click()
    assert waiting.value.suggested_filename.endswith((".pdf", ".txt", ".png", ".bin"))
    assert waiting.value.path().read_bytes()


def test_on_a_phone_the_bar_leads_to_the_pages(look):
    window = look(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    for href in window.page.locator("nav.bar a").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        window.page.locator(f"nav.bar a[href='{href}']").tap()
        window.page.wait_for_url(f"**{href}")
        box = window.page.locator(f"nav.bar a[href='{href}']").bounding_box()
        assert box["height"] >= 44 and box["width"] >= 44, "a finger needs 44 px"
    assert not window.take_troubles()


def test_the_keyboard_reaches_everything_and_gets_out_again(look, pages):
    window = look(viewport={"width": 1280, "height": 900})
    found = {}
    for name, address in pages.items():
        window.go(address)
        if troubles := window.tab_through():
            found[name] = list(dict.fromkeys(troubles))[:5]
    assert not found, "\n".join(f"{name}: {trouble}" for name, all_ in found.items() for trouble in all_)


def test_the_keyboard_operates_what_it_reaches(look, pages):
    window = look(viewport={"width": 1280, "height": 900})
    page = window.page
    window.go("results")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main", "the skip link moves the focus"
    page.get_by_role("link", name="Above or below range").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**show=outside**")
    window.go(pages["results-result"])
    summary = page.locator("main summary").first
    before = summary.evaluate("s => s.parentElement.open")
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("s => s.parentElement.open") != before
    page.locator("form.display").get_by_role("button", name="Dark").focus()
    page.keyboard.press("Space")
    page.wait_for_selector("html[data-theme=dark]")
    page.get_by_role("button", name="Sign out").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/signed-out**")


def test_two_tabs_with_two_people(look, demo):
    """AB40 in one real browser: mother and child side by side, each tab stays its own."""
    window = look()
    other = window.page.context.new_page()
    other.goto(demo.launch_address("orla", "relative", patient="finn"))
    other.wait_for_url("**/c/**")
    for tab, name, absent in ((window.page, "Orla", "acting for"), (other, "Finn", "")):
        tab.reload()
        tab.locator("nav.nav a[href$='/results']").click()
        tab.wait_for_url("**/results")
        assert name in tab.locator(".printhead").text_content()
        assert not absent or absent not in tab.content()

"""Every kind of page in Chromium, in every look: axe finds nothing, the console is silent, nothing is wider than a phone."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo-browser"), pytest.mark.timeout(400)]
WIDTHS = (1280, 390)


def visit_all(look, pages, mode, screenshots=None):
    """Each page once: policy and console, axe at both widths' layouts, 320 px; all that is wrong is told at once."""
    found = {}
    for name, address in pages.items():
        look.go(address)
        troubles = look.take_troubles()
        for width in WIDTHS:
            look.page.set_viewport_size({"width": width, "height": 900})
            if screenshots:
                look.page.screenshot(path=screenshots / f"{name}-{width}-{mode}.png", full_page=True)
            if width == WIDTHS[0] or mode == "light":
                troubles += look.list_violations()
        troubles += look.list_too_wide()
        if troubles + look.take_troubles():
            found[name] = list(dict.fromkeys(troubles))
    assert not found, "\n".join(f"{name} ({pages[name]}), {mode}: {t}" for name, all_ in found.items() for t in all_)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_light_and_dark(look, pages, screenshots, mode):
    window = look(color_scheme=mode)
    visit_all(window, pages, mode, screenshots)


def test_high_contrast(look, pages):
    window = look()
    window.choose("High contrast")
    assert window.page.locator("html").get_attribute("data-theme") == "contrast"
    visit_all(window, pages, "contrast")


def test_right_to_left(look, pages, screenshots):
    window = look()
    window.choose("العربية")
    assert window.page.locator("html").get_attribute("dir") == "rtl"
    visit_all(window, pages, "rtl", screenshots)


def test_acting_for_a_child_and_previewing(look, pages):
    own = {"home": "", "results": "results", "profile": "profile", "bills": "bills"}
    visit_all(look("relative", patient="finn"), own, "acting")
    visit_all(look("clinician", key="doctor", patient="brendan"), own, "preview")


def test_someone_with_nothing_to_show(look):
    doors = {"home": "", "results": "results", "appointments": "appointments", "medicines": "medicines", "bills": "bills"}
    visit_all(look(key="cillian"), doors, "empty")


def test_forced_colours_keep_words_borders_and_focus(look, pages):
    window = look(forced_colors="active")
    for name in pages:
        window.go(pages[name])
        assert window.page.locator("h1").is_visible() and not window.take_troubles(), name
        window.page.keyboard.press("Tab")
        assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", name


def test_print_leaves_the_paper_to_the_record(look, pages):
    window = look()
    for name in pages:
        window.go(pages[name])
        window.page.emulate_media(media="print")
        for part in (".nav", ".bar", "form.display", ".skip", ".no-print"):
            shown = [e for e in window.page.locator(part).all() if e.is_visible()]
            assert not shown, (name, part)
        assert window.page.locator("h1").is_visible() and window.page.locator(".printhead").is_visible(), name
        assert "Orla" in window.page.locator(".printhead").inner_text()
        window.page.emulate_media(media="screen")

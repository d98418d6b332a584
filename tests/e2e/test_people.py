"""Who opens a record changes the page: someone for themselves, a relative, staff; and how each leaves."""

import re

import pytest

from tests.e2e.catalogue import list_english
from tests.e2e.page_check import Page
from tests.e2e.places import endpoint_of

pytestmark = pytest.mark.xdist_group("demo")
ALLOWED_TO_STAFF = {"/display", "/preferences", "/signout"}


def test_a_mother_sees_on_every_page_that_it_is_her_sons(demo):
    mother = demo.person("orla", "relative", patient="finn")
    for page, html in mother.walk(6).items():
        read = Page(html)
        assert "You are acting for" in read.words and "Finn Devane" in read.words, page
        assert "Finn" in read.title, (page, read.title)
        assert "Orla" not in read.h1, page


def test_a_relative_may_also_be_asked_for_by_the_childs_key(demo):
    assert "Finn" in Page(demo.person("finn", "relative").get("profile")).title


def test_a_mother_and_herself_do_not_mix_in_one_browser(demo):
    """Two tabs of one browser: each address stays with its own person (AB40)."""
    browser = demo.person("orla", "relative", patient="finn")
    finn = browser.chart
    browser.launch(demo.launch_address("orla"))
    orla, browser.chart = browser.chart, finn
    assert orla != finn
    assert "You are acting for" in Page(browser.get("results")).words
    browser.chart = orla
    assert "You are acting for" not in Page(browser.get("results")).words


def test_staff_read_and_change_nothing(demo):
    doctor = demo.person("doctor", "clinician", patient="orla")
    for page, html in doctor.walk(4).items():
        read = Page(html)
        assert "Preview for staff." in read.words, page
        posts = {action for method, action in read.forms if method == "post"}
        assert posts <= ALLOWED_TO_STAFF, (page, posts)


def new_results(person) -> set[str]:
    html = person.get("results?show=new")
    return {link for link in person.links(html) if endpoint_of(link) in ("results.show_result", "results.show_report")}


def test_what_staff_look_at_stays_new_for_the_patient(start):
    demo = start()
    patient = demo.person("brendan")
    before = new_results(patient)
    assert before, "the demo data has no new results for this person"
    doctor = demo.person("doctor", "clinician", patient="brendan")
    for page in sorted(before)[:4]:
        doctor.get(page)
    assert new_results(patient) == before
    report = next(page for page in sorted(before) if endpoint_of(page) == "results.show_report")
    patient.get(report)
    assert report not in new_results(patient)


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl")])
def test_every_page_says_its_language(demo, language, direction):
    person = demo.person("salma" if language == "ar" else "aoife")
    person.choose(language)
    for page, html in person.walk(4).items():
        read = Page(html)
        assert (read.html["lang"].split("-")[0], read.html["dir"]) == (language, direction), page


def test_spanish_pages_have_no_english_of_ours(demo):
    left = {}
    for key in ("orla", "brendan", "cillian"):
        person = demo.person(key)
        person.choose("es")
        for page, html in person.walk(6).items():
            for text in list_english(Page(html), "es"):
                left.setdefault(text, page)
    assert not left, "\n".join(f"{text!r} on {page!r}" for text, page in left.items())


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_colours_are_kept(demo, theme):
    person = demo.person("kenji")
    person.choose(theme=theme)
    assert all(Page(person.get(page)).html.get("data-theme") == theme for page in ("profile", "results"))


def test_signed_out_is_signed_out_at_once(demo):
    person = demo.person("kenji")
    assert person.sign_out().status_code == 303
    assert person.is_out() and person.is_out("results")


def test_an_old_cookie_opens_nothing_after_signing_out(demo):
    person = demo.person("kenji")
    kept = person.session.cookies.copy()
    person.sign_out()
    person.session.cookies = kept
    assert person.is_out()


def test_signing_out_everywhere_ends_the_other_browser_too(demo):
    here, there, other = demo.person("kenji"), demo.person("kenji"), demo.person("aoife")
    here.sign_out(everywhere=True)
    assert here.is_out() and there.is_out() and not other.is_out()


def test_signing_out_here_leaves_the_other_browser_alone(demo):
    here, there = demo.person("kenji"), demo.person("kenji")
    here.sign_out()
    assert not there.is_out()


def test_a_form_from_another_site_does_nothing(demo):
    person = demo.person("kenji")
    token = re.search(r'name="csrf_token" value="([^"]+)"', person.ask("profile").text)[1]
    answer = person.session.post(
        f"{person.portal}/signout",
        {"csrf_token": token},
        headers={"Origin": "https://evil.example"},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 403 and not person.is_out()

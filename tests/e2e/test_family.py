"""Everyone in the family opens the portal from the EHR and follows every link: good pages, closed to strangers."""

import pytest

from fhirportal.sandbox.demo_data import MEMBERS
from tests.e2e.living_demo import full_run
from tests.e2e.page_check import Page
from tests.e2e.places import chart_kinds, endpoint_of

pytestmark = pytest.mark.xdist_group("demo")
EACH = None if full_run() else 8
KEYS = [member.key for member in MEMBERS]
walked: dict[str, set[str]] = {}


@pytest.mark.parametrize("key", KEYS)
def test_every_page_of_everybody(demo, key):
    person = demo.person(key)
    pages = person.walk(EACH)
    walked[key] = {endpoint_of(page) for page in (*pages, *person.files)}
    assert len(pages) >= 5
    name = next(p["name"] for p in demo.people if p["key"] == key)
    assert any(word in pages["profile"] for word in name.split())


def test_between_them_they_see_every_kind_of_page(demo):
    """A new kind of page is walked as soon as it has an address; the family's data must lead to it."""
    for key in set(KEYS) - set(walked):  # only where this test runs alone
        test_every_page_of_everybody(demo, key)
    assert chart_kinds() == set().union(*walked.values())


def test_someone_new_finds_honest_pages_with_nothing_in_them(demo):
    person = demo.person("cillian")
    for page, html in person.walk(EACH).items():
        words = Page(html).words
        assert "could not" not in words.casefold() and "can’t reach" not in words.casefold(), page
    for page in ("results", "appointments", "medicines", "bills"):
        words = Page(person.get(page)).words.casefold()
        assert "no " in words or "nothing" in words, page


def test_made_up_addresses_are_pages_that_say_so(demo):
    person = demo.person("orla")
    for page in (
        "nothing-like-that",
        "results/none-such",
        "bills/none-such",
        "results/report/x/file/0",
        "results/%2e%2e%2fprofile",
    ):
        assert Page(person.get(page, 404)).h1, page

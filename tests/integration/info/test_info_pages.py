"""The pages before sign-in, for each language, with a hospital's own words in their place, over the web frame."""

from pathlib import Path

import pytest

from fhirportal.layout import information
from fhirportal.layout.information import PAGES, get_page
from fhirportal.settings import Branding, Client, Contacts, Hospital
from fhirportal.words import LANGUAGES, translator


def hospital(**changes) -> Hospital:
    contacts = Contacts(
        emergency_number="112", help_phone="01 555 0140", help_hours="8am to 6pm", help_email="help@example.org",
        privacy="privacy@example.org", complaints="https://example.org/complain", security="security@example.org",
    )  # fmt: skip
    basics = {"slug": "alder", "name": "Alder Quay Hospital", "fhir_base": "http://127.0.0.1/fhir"}
    return Hospital(
        **(basics | {"client": Client(client_id="x"), "contacts": contacts, "languages": ("en", "es", "ar")} | changes)
    )


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_exists_in_every_language_with_its_contacts(name, tag):
    page = get_page(hospital(), name, translator(tag))
    assert page.language == tag
    assert page.title
    assert "{" not in page.body and "}" not in page.body
    assert "<h1" not in page.body


def test_contacts_become_links():
    body = get_page(hospital(), "help", translator("en")).body
    assert 'href="tel:015550140"' in body and 'href="tel:112"' in body
    assert 'href="mailto:security@example.org"' in get_page(hospital(), "security", translator("en")).body
    assert 'href="https://example.org/complain"' in get_page(hospital(), "complaints", translator("en")).body


def test_a_page_reads_well_without_contacts():
    body = get_page(hospital(contacts=Contacts()), "help", translator("en")).body
    assert "the hospital’s front desk" in body and "your local emergency number" in body


def test_names_of_hospitals_are_words_not_markup():
    body = get_page(hospital(name="<b>St* [x](javascript:alert(1))"), "about", translator("en")).body
    assert "<b>" not in body and "javascript:" not in body.replace("(javascript:alert(1))", "")
    assert "&lt;b&gt;St* [x](javascript:alert(1))" in body


def test_a_hospitals_own_page_wins_even_in_another_language(tmp_path: Path):
    (tmp_path / "terms.en.md").write_text(
        "# House rules\n\nRule of {hospital}. <script>alert(1)</script> [x](javascript:alert(1))"
    )
    own = hospital(branding=Branding(pages_dir=tmp_path))
    page = get_page(own, "terms", translator("es"))
    assert (page.title, page.language) == ("House rules", "en")
    assert "<script" not in page.body and 'href="javascript' not in page.body
    assert get_page(own, "privacy", translator("es")).language == "es"


def test_only_named_pages_can_be_read():
    for name in ("../settings", "terms.en", "", "nothing"):
        with pytest.raises(information.NotFound):
            get_page(hospital(), name, translator("en"))

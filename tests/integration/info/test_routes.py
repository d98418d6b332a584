"""The addresses that need no sign-in: pages in the reader's language, files of the hospital, what robots are told."""

import re
from pathlib import Path

import pytest

from fhirportal.settings import Client, Hospital

PAGES = ("about", "help", "terms", "privacy", "cookies", "accessibility", "complaints", "security")


@pytest.fixture
def client(site):
    return site().test_client()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_without_sign_in(client, name):
    answer = client.get(f"/about/alder/{name}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert len(re.findall("<h1", text)) == 1
    assert "– Alder Quay Hospital</title>" in text and 'name="robots" content="noindex' in text
    assert f'href="/about/alder/{name}" aria-current="page"' in text
    assert 'href="tel:112"' in text and 'href="/signin/alder"' in text


def test_the_bare_address_leads_to_about(client):
    answer = client.get("/about/alder")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/about/alder/about")


def test_the_browsers_language_is_answered(client):
    text = client.get("/about/alder/terms", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl"' in text and "شروط الاستخدام" in text


def test_a_page_in_another_language_says_so(client, tmp_path: Path):
    (tmp_path / "terms.en.md").write_text("# House rules\n\nBe kind.")
    text = client.get("/about/alder/terms", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert '<article class="stack" lang="en" dir="ltr"' in text and "House rules" in text


@pytest.mark.parametrize("path", ["/about/none/terms", "/about/alder/settings", "/about/alder/..%2fterms", "/about/none"])
def test_nothing_else_is_served(client, path):
    assert client.get(path).status_code == 404


def test_colours_and_mark_of_the_hospital(client, tmp_path: Path):
    assert client.get("/about/alder/theme.css").status_code == 404
    (tmp_path / "theme.css").write_text('[data-hospital="harbour"] { --fp-t-brand: #003366; }')
    (tmp_path / "mark.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    theme, mark = client.get("/about/alder/theme.css"), client.get("/about/alder/logo.svg")
    assert (theme.status_code, theme.mimetype) == (200, "text/css")
    assert (mark.status_code, mark.mimetype) == (200, "image/svg+xml")
    assert "sandbox" in mark.headers["Content-Security-Policy"] and "script" not in mark.headers["Content-Security-Policy"]
    theme.close()
    mark.close()


def test_robots_stay_away(client):
    assert client.get("/robots.txt").get_data(as_text=True) == "User-agent: *\nDisallow: /\n"


def test_security_txt(client):
    text = client.get("/.well-known/security.txt").get_data(as_text=True)
    assert "Contact: mailto:security@example.org\n" in text
    assert "Expires: 2027-05-23T00:00:00Z\n" in text
    assert "Canonical: http://localhost/.well-known/security.txt\n" in text


def test_no_security_contact_no_file(site):
    bare = Hospital(slug="alder", name="Alder", fhir_base="x", client=Client(client_id="x"))
    assert site(bare).test_client().get("/.well-known/security.txt").status_code == 404


def test_favicon(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    answer.close()


def test_trouble_has_a_page_with_a_way_on(client):
    text = client.get("/about/alder/none").get_data(as_text=True)
    assert "We could not find this page" in text and "Need it today?" in text and 'href="tel:112"' in text
    assert "404" not in re.sub(r"<[^>]+>", " ", text.split("<main")[1].split("give the code")[0])

"""The base page, navigation and small functions, drawn with nothing but a Flask app."""

import re
from decimal import Decimal as D

import pytest
from flask import Flask, g, render_template_string

from fhirportal.layout import icons, jinja
from fhirportal.layout.charts import NumberLine
from fhirportal.layout.frame import Acting, Frame, Person
from fhirportal.layout.navigation import ENTRIES, list_items
from fhirportal.settings import Branding, Client, Contacts, Hospital
from fhirportal.words import translator

PAGE = "{% extends 'base.html' %}{% block title %}Results{% endblock %}{% block content %}<h1>Hello</h1>{% endblock %}"


@pytest.fixture
def app():
    made = Flask(__name__)
    jinja.install(made)
    return made


def hospital(**changes):
    contacts = Contacts(emergency_number="112", help_phone="+353 (1) 555 0140", help_hours="8am to 6pm")
    return Hospital(
        slug="alder", name="Alder & Quay", fhir_base="x", client=Client(client_id="x"), contacts=contacts, **changes
    )


def drawn(app, tag="en", **frame):
    with app.test_request_context("/c/h/results"):
        g.words = translator(tag)
        g.frame = Frame(**({"hospital": hospital()} | frame))
        return render_template_string(PAGE)


def test_a_page_can_be_drawn_with_nothing_known(app):
    with app.test_request_context("/"):
        html = render_template_string(PAGE)
    assert "<title>Results – My health record</title>" in html and 'lang="en" dir="ltr"' in html


def test_title_names_page_person_and_hospital(app):
    html = drawn(app, acting=Acting("Leo Devane", "your son", "/c/me/"), person=Person("Leo Devane"))
    assert "<title>Results – Leo Devane – Alder &amp; Quay</title>" in html
    assert "You are acting for <b>Leo Devane, your son</b>" in html and 'class="is-acting"' in html
    assert 'href="/c/me/"' in html


def test_every_page_ends_with_help_emergency_and_choices(app):
    html = drawn(app, languages=("en", "es"), theme="dark")
    foot = html[html.index('<footer class="foot"') :]
    assert 'href="tel:+35315550140"' in foot and 'href="tel:112"' in foot and "8am to 6pm" in foot
    assert 'action="/display"' in foot and 'value="es" lang="es"' in foot and 'value="dark" aria-pressed="true"' in foot
    for name in ("about", "help", "accessibility", "privacy", "cookies", "terms", "complaints", "security"):
        assert f'href="/about/alder/{name}"' in foot


def test_right_to_left_and_own_colours(app):
    html = drawn(app, tag="ar", hospital=hospital(branding=Branding(theme="harbour", logo="mark.svg")))
    assert 'lang="ar" dir="rtl"' in html and "/about/alder/theme.css" in html and "/about/alder/logo.svg" in html


def test_names_are_escaped(app):
    html = drawn(app, person=Person("<script>x</script>"), items=list_items("h", translator("en")))
    assert "<script>x" not in html


def test_the_read_only_notices(app):
    assert "Preview for staff" in drawn(app, notice="preview")
    assert "only whose record this is" in drawn(app, notice="unknown")


def test_navigation_leaves_out_what_is_off_and_marks_where_one_is():
    items = list_items("h4ndle", translator("en"), current="results", hidden=("bills",), counts={"results": 12})
    assert [item.key for item in items] == [entry.key for entry in ENTRIES if entry.key != "bills"]
    assert [item.key for item in items if item.current] == ["results"]
    assert {item.key: item.href for item in items}["results"] == "/c/h4ndle/results"


def test_badges_stop_at_nine(app):
    html = drawn(app, items=list_items("h", translator("en"), counts={"results": 12}))
    assert '<span aria-hidden="true">9+</span><span class="vh">12 new</span>' in html


def test_static_files_are_fingerprinted_and_kept(app):
    client = app.test_client()
    with app.test_request_context("/"):
        address = jinja.asset("css/portal.css")
    kept = client.get(address)
    assert kept.status_code == 200 and kept.cache_control.max_age == 365 * 24 * 3600
    kept.close()
    stale = client.get("/assets/css/portal.css?v=000")
    assert not stale.cache_control.max_age
    stale.close()
    assert jinja.fingerprint("../jinja.py") == ""


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Orla Devane", "OD"), ("Dr. Ciara Anne Okafor", "CO"), ("Máire", "M"), ("أورلا ديفان", "أد"), ("", ""), ("Mr", "M")],
)
def test_initials(name, initials):
    assert Person(name).initials == initials


def test_telephone_addresses():
    assert jinja.tel("+353 (1) 555-0140") == "tel:+35315550140"
    assert jinja.tel("01 555 0140 javascript:x") == "tel:015550140"


def test_every_icon_is_hidden_from_screen_readers():
    assert all('aria-hidden="true"' in icons.icon(name) for name in icons.names())
    assert "ico--flip" in icons.icon("right") and "ico--flip" not in icons.icon("drop")
    with pytest.raises(KeyError):
        icons.icon("no-such")


def test_the_same_chart_twice_has_ids_of_its_own(app):
    twice = "{% import 'macros/ui.html' as ui %}{{ ui.chart(line) }}{{ ui.chart(line) }}"
    with app.test_request_context("/"):
        line = NumberLine(value=D(5), low=D(1), high=D(9), label="You", title="t", description="d", low_label="1", high_label="9",
                          range_label="Range", words=translator())  # fmt: skip
        html = render_template_string(twice, line=line)
    ids, named = re.findall(r' id="([^"]+)"', html), re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)
    assert len(ids) == 4 == len(set(ids)) and named == ids

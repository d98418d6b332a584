"""Addresses: of the network and of the FHIR base."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.errors import BadInput, NotFound
from fhirportal.http.addresses import allowed
from fhirportal.upstream.addresses import address_of, within
from fhirportal.upstream.ports import Question

BASE = "https://ehr.example/api/fhir"


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("10.1.2.3", False, True),
        ("172.16.0.1", False, True),
        ("192.168.1.1", False, True),
        ("127.0.0.1", False, True),
        ("127.8.8.8", False, True),
        ("::1", False, True),
        ("fd12::1", False, True),
        ("100.64.0.1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("2002:7f00:1::", False, True),
        ("169.254.169.254", False, False),
        ("169.254.1.1", False, False),
        ("fe80::1", False, False),
        ("fe80::1%eth0", False, False),
        ("fd00:ec2::254", False, False),
        ("100.100.100.200", False, False),
        ("168.63.129.16", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("not an address", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_may_be_spoken_to(address, public, private):
    assert (allowed(address, allow_private=False), allowed(address, allow_private=True)) == (public, private)


def test_255_is_nobody():
    assert not allowed("255.255.255.255", allow_private=False)
    assert not allowed("240.0.0.1", allow_private=False)


@given(st.text(min_size=1, max_size=80))
def test_any_id_stays_one_segment_below_its_type(id_):
    try:
        url = address_of(BASE, Question("Observation", id_))
    except NotFound:
        return
    path = urlsplit(url).path
    assert path.startswith("/api/fhir/Observation/")
    assert "/" not in path.removeprefix("/api/fhir/Observation/")
    assert unquote(path.removeprefix("/api/fhir/Observation/")) == id_
    assert url.isascii()


@given(st.lists(st.tuples(st.text(min_size=1, max_size=10), st.text(max_size=20)), min_size=1, max_size=4))
def test_any_parameters_arrive_as_they_are(params):
    try:
        url = address_of(BASE, Question("Observation", None, tuple(params)))
    except BadInput:
        return
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == params


@pytest.mark.parametrize("type_", ["", "patient", "Patient/1", "Patient?x", "$export", "Patient\n", "P" * 80])
def test_what_is_no_type_is_refused(type_):
    with pytest.raises(BadInput):
        address_of(BASE, Question(type_))


@pytest.mark.parametrize("base", [BASE, f"{BASE}/"])
def test_a_slash_at_the_end_of_the_base_makes_no_difference(base):
    assert address_of(base, Question("Patient", "1")) == f"{BASE}/Patient/1"
    assert within(base, f"{BASE}?_getpages=1") == f"{BASE}?_getpages=1"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"{BASE}/Patient?page=2", f"{BASE}/Patient?page=2"),
        (f"{BASE}?_getpages=a%2fb&x=|", f"{BASE}?_getpages=a%2fb&x=|"),
        ("https://ehr.example:443/api/fhir/x", "https://ehr.example:443/api/fhir/x"),
        ("https://EHR.example/api/fhir/x", "https://EHR.example/api/fhir/x"),
        ("Binary/1", f"{BASE}/Binary/1"),
        (f"{BASE}/x#y", f"{BASE}/x"),
        ("https://ehr.example/api/fhirx", None),
        ("https://ehr.example/", None),
        ("https://ehr.example:8443/api/fhir/x", None),
        ("http://ehr.example/api/fhir/x", None),
        ("https://ehr.example.evil.example/api/fhir/x", None),
        ("https://ehr.example@evil.example/api/fhir/x", None),
        ("https://ehr.example/api/fhir/..%2f..%2fadmin", None),
        ("https://ehr.example/api/fhir/./x", None),
        ("javascript:alert(1)", None),
    ],
)
def test_what_belongs_to_the_base(url, found):
    assert within(BASE, url) == found

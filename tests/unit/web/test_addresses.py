"""Where a browser may be sent, and whose address is believed."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fhirportal.web.addresses import client_address, origin_of, parse_chart_page, parse_own_path

OWN = "https://portal.example/signin/a/callback"
tricky = st.text(alphabet=st.sampled_from("/\\.:@%?#&;ab2eE0\t\n\r \x00-_~é"), max_size=30)


@given(st.one_of(st.text(max_size=60), tricky))
@example("//evil.example")
@example("/\\evil.example")
@example("https:evil.example")
@example("/%2f%2fevil.example")
@example("\t//evil.example")
@example("/..//evil.example")
def test_a_return_path_never_leaves_the_portal(raw):
    path = parse_own_path(raw)
    if path is not None:
        there = urlsplit(urljoin(OWN, path))
        assert (there.scheme, there.netloc) == ("https", "portal.example")
        assert there.path == path and not there.query and not there.fragment


@given(st.one_of(st.text(max_size=60), tricky))
def test_a_page_below_a_chart_stays_below_it(raw):
    page = parse_chart_page(raw)
    if page is not None:
        there = urlsplit(urljoin(OWN, f"/c/handle/{page}"))
        assert there.netloc == "portal.example" and there.path.startswith("/c/handle/") and ".." not in there.path.split("/")


@pytest.mark.parametrize("page", ["", "results", "results/obs-1", "appointments/a.b~c"])
def test_pages_there_are_pass(page):
    assert parse_chart_page(page) == page


@pytest.mark.parametrize("page", ["//x", "a//b", "../x", "a/../b", "a?b=c", "a#b", "a b", "a%2e", "x" * 600, "http:", None])
def test_everything_else_does_not(page):
    assert parse_chart_page(page) is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("9.9.9.9", "1.1.1.1", (), "9.9.9.9"),
        ("10.0.0.1", "1.1.1.1", ("10.0.0.0/8",), "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", ("10.0.0.0/8",), "1.1.1.1"),
        ("10.0.0.1", "1.1.1.1, 10.0.0.2", ("10.0.0.0/8",), "1.1.1.1"),
        ("10.0.0.1", "not an address", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1"),
    ],
)
def test_the_client_is_who_a_trusted_proxy_says(peer, forwarded, trusted, expected):
    assert client_address(peer, forwarded, trusted) == expected


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Portal.example:443/x", "https://portal.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("null", ""),
        ("javascript:alert(1)", ""),
        ("http://a:b@c:99999", ""),
    ],
)
def test_origins(url, origin):
    assert origin_of(url) == origin

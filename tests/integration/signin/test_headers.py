"""What every answer carries."""

import pytest


@pytest.mark.parametrize(
    "path", ["/", "/signin/alder", "/nothing", "/bug", "/signin/alder/jwks.json", "/assets/css/portal.css"]
)
def test_the_strict_headers_are_everywhere(rig, path):
    answer = rig.browser().get(path)
    answer.close()
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_only_the_sign_in_page_lets_a_form_lead_elsewhere(rig, ehr):
    browser = rig.browser()
    assert "form-action 'self';" in browser.get(browser.enter(ehr)).headers["Content-Security-Policy"]
    assert "form-action 'self' https: http:;" in browser.get("/signin/alder").headers["Content-Security-Policy"]


def test_personal_pages_are_never_kept(rig, ehr):
    browser = rig.browser()
    assert browser.get(browser.enter(ehr)).headers["Cache-Control"] == "no-store"


def test_a_request_number_counts_only_from_a_trusted_proxy(make_rig, ehr):
    from tests.integration.signin.rig import hospital

    given = {"X-Request-Id": "given-by-somebody"}
    assert make_rig(hospital(ehr)).browser().get("/", headers=given).headers["X-Request-Id"] != "given-by-somebody"
    behind = make_rig(hospital(ehr), trusted_proxies=("127.0.0.0/8",))
    assert behind.browser().get("/", headers=given).headers["X-Request-Id"] == "given-by-somebody"

"""From an EHR launch or our own button to an open record, with everything real between."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from fhirportal.errors import NotFound
from fhirportal.storage.engine import reading
from fhirportal.storage.schema import accounts, audit_rows, chart_links, identities, open_sessions, upstream_tokens
from tests.integration.signin.rig import hospital, token_in


def rows(rig, table):
    with reading(rig.engine) as connection:
        return connection.execute(select(table)).all()


def test_ehr_launch_opens_the_patients_own_record(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    seen = browser.get(path).json
    assert (seen["patient"], seen["kind"], seen["actor"]) == ("p1", "self", "Patient/p1")
    assert seen["account"] and not seen["read_only"]
    asked = ehr.authorizations[0]
    assert asked["launch"] == "abc" and asked["aud"] == ehr.fhir and asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost:8000/signin/alder/callback"


def test_standalone_start_comes_back_to_the_page_that_was_wanted(rig, ehr):
    browser = rig.browser()
    first = browser.get("/c/some-old-handle/results/obs-1")
    assert (first.status_code, first.headers["Location"]) == (303, "/signin/alder")
    assert "Sign in to go on to the page you wanted" in browser.get("/signin/alder").text
    path = browser.agree(browser.get(browser.start()).headers["Location"])
    assert path.endswith("/results/obs-1")
    assert browser.get(path).json["page"] == "results/obs-1"
    assert "launch" not in ehr.authorizations[0]


def test_launch_without_slug_finds_the_hospital_by_its_issuer(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick"))
    answer = rig.browser().get("/launch", query_string={"iss": second_ehr.fhir, "launch": "x"})
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["redirect_uri"] == ["http://localhost:8000/signin/fenwick/callback"]


def test_one_account_per_person_however_often_they_come(rig, ehr):
    rig.browser().enter(ehr)
    rig.browser().enter(ehr)
    assert len(rows(rig, accounts)) == len(rows(rig, identities)) == len(rows(rig, chart_links)) == 1
    assert [(i.issuer, i.sub) for i in rows(rig, identities)] == [(ehr.base, "sub-1")]


def test_tokens_are_sealed_and_never_reach_the_browser(rig, ehr):
    browser = rig.browser()
    browser.enter(ehr)
    (row,) = rows(rig, upstream_tokens)
    stored = rig.tokens.get(row.id)
    assert stored.access_token.encode() not in row.access_sealed
    assert stored.access_token not in json.dumps([str(c) for c in browser.client._cookies.values()])


def test_sign_in_writes_an_audit_row(rig, ehr):
    rig.browser().enter(ehr)
    signed = [r for r in rows(rig, audit_rows) if r.action == "sign-in"]
    assert [(r.patient, r.actor, r.outcome, r.kind) for r in signed] == [("p1", "Patient/p1", "ok", "self")]
    assert signed[0].session_id and signed[0].account_id


def test_same_person_another_patient_adds_a_chart_and_changes_the_cookie(make_rig, ehr):
    rig = make_rig(hospital(ehr, relatives="unsafe-without-age-rules"))
    browser = rig.browser()
    own, before = browser.enter(ehr), browser.cookie()
    ehr.patient, ehr.fhir_user = "kid", "RelatedPerson/r1"
    ehr.resources["RelatedPerson/r1"] = {"resourceType": "RelatedPerson", "id": "r1", "patient": {"reference": "Patient/kid"}}
    child = browser.enter(ehr)
    assert browser.cookie() != before
    assert browser.get(own).json["patient"] == "p1" and browser.get(child).json["patient"] == "kid"
    assert browser.get(child).json["kind"] == "trusted"
    assert len(rows(rig, open_sessions)) == 1
    chooser = browser.get("/results")
    assert chooser.status_code == 200 and own + "results" in chooser.text and child + "results" in chooser.text


def test_another_person_ends_the_old_session_and_its_tokens(rig, ehr):
    browser = rig.browser()
    old = browser.enter(ehr)
    token = browser.get(old).json["token"]
    ehr.sub, ehr.patient, ehr.fhir_user = "sub-9", "p9", "Patient/p9"
    new = browser.enter(ehr)
    assert browser.get(new).json["patient"] == "p9"
    assert browser.get(old).status_code == 404
    with pytest.raises(NotFound):
        rig.tokens.get(token)
    assert len(ehr.revoked) == 2


def test_same_patient_again_keeps_the_handle_with_fresh_tokens(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    before = browser.get(path).json["token"]
    assert browser.enter(ehr) == path
    assert browser.get(path).json["token"] != before
    assert len(rows(rig, upstream_tokens)) == 1


def test_a_session_ends_after_idle_time_and_says_so(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    rig.later(minutes=29)
    assert browser.get(path).status_code == 200
    rig.later(minutes=29)
    assert browser.get(path).status_code == 200
    rig.later(minutes=31)
    assert browser.get(path).headers["Location"] == "/signin/alder"


def test_a_session_ends_after_its_absolute_time_however_busy(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    ends = rig.now + timedelta(hours=12)
    while rig.now < ends - timedelta(minutes=20):
        assert browser.get(path).status_code == 200
        rig.later(minutes=20)
    rig.later(minutes=20)
    assert browser.get(path).status_code == 303


def test_sign_out_ends_the_session_deletes_and_revokes_tokens(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    answer = browser.post("/signout", {"csrf_token": browser.get(path).json["csrf"]})
    assert answer.status_code == 303 and browser.cookie() in (None, "")
    assert "You are signed out" in browser.get(answer.headers["Location"]).text
    assert browser.get(path).status_code == 303
    assert rows(rig, upstream_tokens) == [] and len(ehr.revoked) == 2
    assert browser.post("/signout").status_code == 303


def test_sign_out_everywhere_ends_the_other_browser_too(rig, ehr):
    here, there = rig.browser(), rig.browser()
    path, other = here.enter(ehr), there.enter(ehr)
    csrf = here.get(path).json["csrf"]
    here.post("/signout", {"csrf_token": csrf, "everywhere": "yes"})
    assert there.get(other).status_code == 303
    assert rows(rig, upstream_tokens) == rows(rig, open_sessions) == []


def test_sign_out_works_while_the_hospital_is_away(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    csrf = browser.get(path).json["csrf"]
    ehr.server.server_close()
    ehr.server.shutdown()
    assert browser.post("/signout", {"csrf_token": csrf}).status_code == 303
    assert rows(rig, upstream_tokens) == []


def test_terms_are_asked_once_and_again_when_they_change(make_rig, ehr, tmp_path):
    rig = make_rig(hospital(ehr))
    browser = rig.browser()
    path = browser.enter(ehr, agree=False)
    asked = browser.get(path)
    assert asked.status_code == 303 and "/terms/" in asked.headers["Location"]
    assert "Before you start" in browser.get(asked.headers["Location"]).text
    browser.agree(path)
    assert rig.browser().enter(ehr, agree=False) and browser.get(path).status_code == 200
    again = rig.browser()
    assert again.get(again.enter(ehr, agree=False)).status_code == 200
    from dataclasses import replace

    rig.settings.hospitals["alder"] = replace(rig.settings.hospitals["alder"], terms_version="2")
    assert "/terms/" in browser.get(path).headers["Location"]
    assert "The terms have changed" in browser.get(browser.get(path).headers["Location"]).text


def test_unknown_viewer_reads_only_without_account_and_agrees_per_session(rig, ehr):
    ehr.fhir_user = None
    browser = rig.browser()
    seen = browser.get(browser.enter(ehr)).json
    assert (seen["kind"], seen["account"], seen["read_only"]) == ("unknown", None, True)
    assert rows(rig, accounts) == []
    other = rig.browser()
    assert "/terms/" in other.get(other.enter(ehr, agree=False)).headers["Location"]


def test_server_that_launches_patients_only_needs_no_id_token(make_rig, ehr):
    rig = make_rig(hospital(ehr, launches_patients_only=True))
    ehr.sub = None
    browser = rig.browser()
    assert browser.get(browser.enter(ehr)).json["kind"] == "self"
    assert rows(rig, identities)[0].issuer == f"{ehr.fhir}#launch-patient"


def test_clinician_by_setting_gets_a_preview_audited_as_staff(make_rig, ehr):
    rig = make_rig(hospital(ehr, clinician_preview=True))
    ehr.fhir_user = "Practitioner/d1"
    browser = rig.browser()
    seen = browser.get(browser.enter(ehr)).json
    assert (seen["kind"], seen["read_only"], seen["account"]) == ("preview", True, None)
    assert {r.kind for r in rows(rig, audit_rows)} == {"preview"}


def test_person_is_looked_up_with_the_launch_token(rig, ehr):
    ehr.fhir_user = "Person/x"
    ehr.resources["Person/x"] = {"resourceType": "Person", "id": "x", "link": [{"target": {"reference": "Patient/p1"}}]}
    browser = rig.browser()
    assert browser.get(browser.enter(ehr)).json["kind"] == "self"
    assert "/fhir/Person/x" in ehr.asked


def test_root_and_bare_pages_lead_to_the_only_record(rig, ehr):
    browser = rig.browser()
    assert browser.get("/").headers["Location"] == "/signin/alder"
    path = browser.enter(ehr)
    assert browser.get("/").headers["Location"] == path
    assert browser.get("/results").headers["Location"] == path + "results"


def test_choice_of_hospital_when_there_are_several(make_rig, ehr, second_ehr):
    rig = make_rig(hospital(ehr), hospital(second_ehr, "fenwick", name="Fenwick Health"))
    page = rig.browser().get("/")
    assert page.status_code == 200 and "/signin/fenwick" in page.text and "Fenwick Health" in page.text


def test_private_key_jwt_publishes_its_public_key_only(make_rig, ehr):
    from fhirportal.settings import Client

    rig = make_rig(hospital(ehr, client=Client(client_id="portal", auth="private_key_jwt", signing_alg="ES384")))
    answer = rig.browser().get("/signin/alder/jwks.json")
    (key,) = answer.json["keys"]
    assert key["kty"] == "EC" and "d" not in key and key["kid"]
    assert "public" in answer.headers["Cache-Control"]
    rig.browser().enter(ehr)


def test_language_and_colours_are_kept(rig, ehr):
    browser = rig.browser()
    browser.post("/display", {"language": "es", "theme": "dark", "back": "/signin/alder"})
    page = browser.get("/signin/alder").text
    assert 'lang="es"' in page and 'data-theme="dark"' in page
    path = browser.enter(ehr)
    again = rig.browser()
    again.enter(ehr)
    back = browser.post("/display", {"theme": "device", "back": "//evil.example/x"})
    assert back.headers["Location"] == "/"
    assert browser.get(path).status_code == 200
    assert "data-theme" not in browser.get("/signin/alder").text


def test_form_token_of_the_start_button_is_needed(rig, ehr):
    browser = rig.browser()
    page = browser.get("/signin/alder").text
    assert browser.post("/signin/alder/start", {"csrf_token": "x"}).status_code == 403
    assert browser.post("/signin/alder/start", {"csrf_token": token_in(page)}).status_code == 303


def test_a_sign_in_that_the_hospital_ended_leads_back_to_the_page(rig, ehr):
    browser = rig.browser()
    path = browser.enter(ehr)
    ehr.token_status = 400
    for _ in range(4):
        rig.later(minutes=20)
        browser.get(path)
    ended = browser.get(path + "record/obs-1")
    assert ended.status_code == 401 and "Your sign-in at the hospital has ended" in ended.text
    ehr.token_status, ehr.claims = 200, {"iat": int(rig.now.timestamp()), "exp": int(rig.now.timestamp()) + 300}
    assert browser.get(browser.start()).headers["Location"] == path + "record/obs-1"


def test_the_name_on_every_page_is_asked_for_once(rig, ehr):
    ehr.resources["Patient/p1"] = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Devane", "given": ["Orla"]}]}
    browser = rig.browser()
    path = browser.enter(ehr)
    assert "Orla Devane" in browser.get(path + "drawn").text
    assert "Orla Devane" in browser.get(path + "drawn").text
    assert ehr.asked.count("/fhir/Patient/p1") == 1
    ehr.sub, ehr.patient, ehr.fhir_user = "sub-9", "p9", "Patient/p9"
    assert "Orla" not in browser.get(browser.enter(ehr) + "drawn").text

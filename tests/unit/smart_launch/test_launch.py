"""A launch begins with everything SMART asks for, remembers what it must, and fails for one clear reason at a time."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from smart_launch import pkce
from smart_launch.client.identity import ClientIdentity
from smart_launch.client.launch import PendingLaunch, accepted_issuer
from smart_launch.client.tokens import refresh
from smart_launch.errors import (
    AccessDenied,
    AuthorizationError,
    IssuerMismatch,
    LaunchError,
    LaunchExpired,
    NoPatient,
    PkceUnsupported,
    StateMismatch,
    TokenError,
    TokenUnreachable,
    UnknownIssuer,
)
from smart_launch.ports import HttpAnswer

BASE = "https://ehr.example/r4"
ISSUER = "https://ehr.example/oauth"
CALLBACK = "https://portal.example/signin/alder/callback"


def query(url):
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def finish_after(meeting, **changes):
    begun = meeting.begin()
    params = {**meeting.ehr.authorize(begun.url), **changes}
    return meeting.finish(begun, {name: value for name, value in params.items() if value is not None})


def test_an_ehr_launch_asks_for_what_smart_says(meeting):
    begun = meeting.begin(launch="opaque &?= value")
    asked = query(begun.url)
    assert begun.url.startswith(f"{ISSUER}/authorize?tenant=a")
    assert asked == {
        "tenant": "a b",
        "response_type": "code",
        "client_id": "portal",
        "redirect_uri": CALLBACK,
        "scope": "launch openid fhirUser offline_access patient/*.rs",
        "state": begun.pending.state,
        "aud": BASE,
        "launch": "opaque &?= value",
        "nonce": begun.pending.nonce,
        "code_challenge": pkce.challenge(begun.pending.verifier),
        "code_challenge_method": "S256",
    }
    assert begun.pending.verifier not in begun.url


def test_a_standalone_launch_sends_neither_launch_nor_its_scope(meeting):
    asked = query(meeting.begin(launch=None, scope="launch launch/patient patient/*.rs").url)
    assert asked["scope"] == "launch/patient patient/*.rs" and "launch" not in asked and "nonce" not in asked


def test_each_launch_has_secrets_of_its_own_and_enough_of_them(meeting):
    one, other = meeting.begin().pending, meeting.begin().pending
    for name in ("state", "nonce", "verifier"):
        assert getattr(one, name) != getattr(other, name) and len(getattr(one, name)) >= 43
        assert getattr(one, name) not in repr(one)


def test_what_is_pending_survives_its_store(meeting):
    pending = meeting.begin().pending
    assert PendingLaunch.from_json(pending.to_json()) == pending


@pytest.mark.parametrize("stored", [None, b"", b"{}", b"[]", b"\xff", b'{"state": "x"}'])
def test_what_is_lost_or_broken_in_the_store_is_an_expired_launch(stored):
    with pytest.raises(LaunchExpired):
        PendingLaunch.from_json(stored)


@pytest.mark.parametrize("launch", ["", "a\nb", "x" * 9000])
def test_an_unusable_launch_value_is_refused(meeting, launch):
    with pytest.raises(AuthorizationError):
        meeting.begin(launch=launch)


def test_no_launch_begins_without_s256(meeting, ehr):
    ehr.publish(code_challenge_methods_supported=["plain"])
    with pytest.raises(PkceUnsupported):
        type(meeting)(ehr).begin()


@pytest.mark.parametrize("iss", [BASE, f"{BASE}/", "https://EHR.example:443/r4"])
def test_an_accepted_issuer_comes_back_in_the_accepted_spelling(iss):
    assert accepted_issuer(iss, ["https://other.example", BASE]) == BASE


@pytest.mark.parametrize(
    "iss",
    [
        "",
        "https://evil.example/r4",
        "https://ehr.example/r4/evil",
        "https://ehr.example/r4?x",
        "https://ehr.example@evil.example/r4",
        "https://ehr.example.evil.example/r4",
        "http://ehr.example/r4",
        "https://ehr.example:8443/r4",
        "http://169.254.169.254/",
        "https://ehr.example/R4",
    ],
)
def test_other_issuers_are_unknown(iss):
    with pytest.raises(UnknownIssuer) as caught:
        accepted_issuer(iss, [BASE])
    assert caught.value.code == "unknown_issuer"


def test_an_empty_setting_accepts_nobody():
    with pytest.raises(UnknownIssuer):
        accepted_issuer("", [""])


def test_a_launch_comes_through(meeting):
    launched = meeting.whole()
    assert launched.tokens.access_token == "at-1" and launched.tokens.refresh_token == "refresh-1"
    assert launched.context.require_patient() == "p1" and launched.context.need_patient_banner is True
    assert (launched.identity.issuer, launched.identity.subject) == (ISSUER, "u-1")
    assert str(launched.identity.fhir_user) == "Patient/p1"
    assert "at-1" not in repr(launched) and "refresh-1" not in repr(launched)


def test_fewer_scopes_granted_than_asked_are_reported_not_failed(meeting):
    meeting.ehr.token_extra = {"scope": "launch  patient/Patient.r"}
    assert meeting.whole().tokens.scope == "launch patient/Patient.r"


def test_without_id_token_nobody_is_known(meeting):
    meeting.ehr.token_extra = {"id_token": None}
    assert meeting.whole().identity is None


def test_an_id_token_nobody_asked_for_is_not_believed(meeting):
    begun = meeting.begin(scope="patient/*.rs")
    params = meeting.ehr.authorize(begun.url)
    meeting.ehr.token_extra = {"id_token": "not.even.one"}
    assert meeting.finish(begun, params).identity is None


def test_a_proxy_signs_in_as_who_they_are(meeting):
    meeting.ehr.claims = {"fhirUser": "RelatedPerson/mum"}
    launched = meeting.whole()
    assert str(launched.identity.fhir_user) == "RelatedPerson/mum" and launched.context.patient == "p1"


@pytest.mark.parametrize(
    "patient", [None, "", "..", "a/b", ["p1"], True, "Patient/p1/../p2", "https://evil.example/Patient/p1"]
)
def test_no_usable_patient(meeting, patient):
    meeting.ehr.extra = {"patient": patient}
    with pytest.raises(NoPatient) as caught:
        meeting.whole().context.require_patient()
    assert caught.value.code == "no_patient"


@pytest.mark.parametrize("state", [None, "", "other", "ä", "\ud800"])
def test_a_missing_or_foreign_state_is_refused_before_anything_is_sent(meeting, state):
    with pytest.raises(StateMismatch) as caught:
        finish_after(meeting, state=state)
    assert caught.value.code == "state_mismatch" and meeting.ehr.posted == []


def test_an_error_with_a_foreign_state_is_not_even_read(meeting):
    with pytest.raises(StateMismatch):
        finish_after(meeting, state="other", code=None, error="access_denied")


def test_a_launch_nobody_remembers(meeting):
    with pytest.raises(LaunchExpired) as caught:
        meeting.finish(None, {"state": "x", "code": "y"})
    assert caught.value.code == "launch_expired"


def test_a_launch_begun_too_long_ago(meeting):
    begun = meeting.begin()
    params = meeting.ehr.authorize(begun.url)
    meeting.later(minutes=31)
    with pytest.raises(LaunchExpired):
        meeting.finish(begun, params)
    assert meeting.ehr.posted == []


def test_another_servers_iss_is_refused(meeting):
    with pytest.raises(IssuerMismatch) as caught:
        finish_after(meeting, iss="https://other.example")
    assert caught.value.code == "issuer_mismatch" and meeting.ehr.posted == []


def test_the_right_iss_passes(meeting):
    assert finish_after(meeting, iss=ISSUER).context.patient == "p1"


def test_an_error_from_another_server_is_a_mix_up_first(meeting):
    with pytest.raises(IssuerMismatch):
        finish_after(meeting, iss="https://other.example", code=None, error="access_denied")


def test_a_promised_iss_is_missed(meeting, ehr):
    ehr.publish(authorization_response_iss_parameter_supported=True)
    meeting = type(meeting)(ehr)
    with pytest.raises(IssuerMismatch):
        finish_after(meeting)
    assert finish_after(meeting, iss=ISSUER).context.patient == "p1"


def test_a_launch_is_finished_only_where_it_was_begun(meeting, ehr):
    begun = meeting.begin()
    params = ehr.authorize(begun.url)
    with pytest.raises(IssuerMismatch):
        meeting.finish(begun, params, received_at="https://portal.example/signin/fenwick/callback")
    meeting.client = ClientIdentity("another")
    with pytest.raises(IssuerMismatch):
        meeting.finish(begun, params)
    meeting.client = ClientIdentity("portal")
    meeting.configuration = type(meeting.configuration)(
        fhir_base="https://other.example/r4",
        authorization_endpoint="https://other.example/a",
        token_endpoint="https://other.example/t",
        source="metadata",
    )
    with pytest.raises(IssuerMismatch):
        meeting.finish(begun, params)
    with pytest.raises(IssuerMismatch):
        meeting.begin()
    assert ehr.posted == []


def test_the_person_said_no(meeting):
    with pytest.raises(AccessDenied) as caught:
        finish_after(meeting, code=None, error="access_denied", error_description="<b>Jane Doe</b>")
    assert caught.value.code == "access_denied" and "Jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kept"), [("invalid_scope", "invalid_scope"), ("<script>", "unreadable"), ("x" * 99, "unreadable")]
)
def test_other_errors_of_the_server_are_named(meeting, error, kept):
    with pytest.raises(AuthorizationError) as caught:
        finish_after(meeting, error=error)
    assert (caught.value.code, caught.value.server_error) == ("authorization_error", kept)


@pytest.mark.parametrize("code", [None, "", "c" * 9000])
def test_neither_code_nor_error(meeting, code):
    with pytest.raises(AuthorizationError):
        finish_after(meeting, code=code)


def test_a_code_works_once(meeting):
    begun = meeting.begin()
    params = meeting.ehr.authorize(begun.url)
    meeting.finish(begun, params)
    with pytest.raises(TokenError) as caught:
        meeting.finish(begun, params)
    assert (caught.value.code, caught.value.server_error) == ("token_error", "invalid_grant")


def test_a_stolen_code_is_worth_nothing_without_its_verifier(meeting):
    stolen = meeting.ehr.authorize(meeting.begin().url)["code"]
    with pytest.raises(TokenError):
        finish_after(meeting, code=stolen)


def test_the_token_endpoint_is_away(meeting, away):
    meeting.ehr.token_answer = away
    with pytest.raises(TokenUnreachable) as caught:
        meeting.whole()
    assert caught.value.code == "token_unreachable"


def test_a_launch_with_a_bad_id_token_gives_its_tokens_back(meeting):
    meeting.ehr.claims = {"aud": "another-app"}
    with pytest.raises(LaunchError) as caught:
        meeting.whole()
    assert (caught.value.code, caught.value.reason) == ("id_token_invalid", "audience")
    given_back = [form["token"] for url, form, _ in meeting.ehr.posted if url == f"{ISSUER}/revoke"]
    assert given_back == ["refresh-1", "at-1"]


def test_the_whole_way_with_a_signed_assertion(meeting_as, assertion_client):
    meeting = meeting_as(assertion_client)
    launched = meeting.whole()
    refresh(
        meeting.ehr,
        meeting.configuration,
        assertion_client,
        "refresh-0",
        launched.tokens.scope,
        now=meeting.now,
        deadline=1234.5,
    )
    first, second = (form for url, form, _ in meeting.ehr.posted if url == f"{ISSUER}/token")
    assert first["client_assertion"] != second["client_assertion"]
    assert "client_id" not in first and "client_secret" not in first


def test_a_redirecting_token_endpoint_gets_nothing_more(meeting):
    meeting.ehr.token_answer = HttpAnswer(307, {"location": "https://evil.example"}, b"")
    with pytest.raises(TokenError):
        meeting.whole()
    assert len(meeting.ehr.posted) == 1

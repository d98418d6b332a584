"""Servers that say one thing and do another, or nothing: an honest answer in time, never a traceback."""

import socket

import pytest

from tests.integration.check.conftest import body, drip, resource, stall, statement

TYPES = ("Patient", "Appointment", "Observation", "MedicationRequest", "Invoice", "AllergyIntolerance", "ExplanationOfBenefit")
WHOLE = statement(*(resource(type_, "patient", "date") for type_ in TYPES))


def level(text, title):
    """The level of one feature in the text."""
    return next(line for line in text.splitlines() if line.startswith(title))[25:39].strip()


def test_html_for_everything(liar, check):
    one = liar(default=body(b"<html>Welcome</html>", 200, "text/html"))
    one.answers = {}
    status, text, seconds = check(one.base)
    assert status == 2
    assert "/metadata answered 200 with an HTML page, not a CapabilityStatement" in text
    assert "No launch can begin" in text
    assert seconds < 10


@pytest.mark.parametrize("trick", [stall, drip])
def test_a_server_that_never_ends_an_answer(liar, check, trick):
    one = liar()
    one.answers, one.default = {}, trick
    status, text, seconds = check(one.base, "--seconds", "2")
    assert status == 2
    assert "did not answer in time" in text
    assert seconds < 3


def test_metadata_stalls_but_the_rest_answers(liar, check):
    one = liar({"metadata": stall})
    status, text, seconds = check(one.base, "--seconds", "3")
    assert status == 1
    assert "/metadata did not answer in time" in text
    assert level(text, "Test results") == "unknown until"
    assert level(text, "Launch from the EHR") == "full"
    assert seconds < 4


def test_searches_stall(liar, check):
    one = liar({"metadata": body(WHOLE)}, default=stall)
    status, text, seconds = check(one.base, "--seconds", "3")
    assert status == 1
    assert "The time ran out before everything was asked" in text
    assert level(text, "Appointments") in ("full", "read-only")
    assert seconds < 4


def test_no_statement_and_all_is_guarded(liar, check):
    status, text, _ = check(liar({"metadata": body({}, 404)}).base)
    assert status == 1
    assert {level(text, title) for title in ("Dashboard", "Bills", "Medicines", "Allergies")} == {"unknown until"}
    assert "Publish a CapabilityStatement" in text


def test_no_smart_configuration(liar, check):
    one = liar({"metadata": body(WHOLE), ".well-known/smart-configuration": body({}, 404)})
    status, text, _ = check(one.base)
    assert status == 2
    assert "STOPS THE PORTAL  No launch" in text or "No launch can begin" in text
    assert level(text, "Launch from the portal") == "missing"


def test_another_version_of_fhir(liar, check):
    status, text, _ = check(liar({"metadata": body({**WHOLE, "fhirVersion": "3.0.2"})}).base)
    assert status == 2
    assert "FHIR 3.0.2" in text


def test_issuer_addresses_and_pkce(liar, check):
    one = liar({"metadata": body(WHOLE)}, code_challenge_methods_supported=["plain"], jwks_uri="/keys")
    one.answers[".well-known/openid-configuration"] = body({"issuer": "https://elsewhere.example"})
    status, text, _ = check(one.base)
    assert status == 2
    assert "PKCE methods without S256" in text
    assert "jwks_uri is not an absolute https address" in text
    assert "another issuer: https://elsewhere.example" in text


def test_an_issuer_that_differs_by_a_slash(liar, check):
    one = liar({"metadata": body(WHOLE)})
    one.answers[".well-known/openid-configuration"] = body({"issuer": one.base + "/", "jwks_uri": f"{one.root}/jwks"})
    status, text, _ = check(one.base)
    assert status == 1
    assert "differs by the slash at its end" in text


def test_endpoints_that_are_not_absolute_stop_a_launch(liar, check):
    one = liar({"metadata": body(WHOLE)}, token_endpoint="/token")
    status, text, _ = check(one.base)
    assert status == 2
    assert "token_endpoint is not an absolute https address" in text


def test_a_token_endpoint_nobody_can_reach(liar, check):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        one = liar({"metadata": body(WHOLE)}, token_endpoint=f"http://127.0.0.1:{taken.getsockname()[1]}/token")
        status, text, _ = check(one.base)
    assert status == 1
    assert "The token endpoint could not be reached" in text


def test_declared_but_refused_and_undeclared_but_there(liar, check):
    bundle = body({"resourceType": "Bundle", "type": "searchset", "entry": []})
    somebody = body({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "only-one"}}]})
    answers = {"metadata": body(WHOLE), "Patient": somebody, "Appointment": body({}, 400), "Encounter": bundle}
    answers |= {"Observation": bundle, "Patient/only-one": body({"resourceType": "Patient", "id": "only-one"})}
    one = liar(answers, default=body({}, 404))
    status, text, _ = check(one.base)
    assert status == 1
    assert "Appointment: the statement offers the search, the server answers 400" in text
    assert "Encounter can be searched, but the statement does not list it" in text
    assert level(text, "Appointments") == "missing"
    assert "only-one" not in text
    assert "PATIENT DATA CAN BE ASKED FOR WITHOUT A TOKEN" in text


def test_a_search_refused_for_want_of_a_patient_says_nothing(liar, check):
    """Nobody's id is known here, so the search had no patient: to say no to that is right."""
    one = liar({"metadata": body(WHOLE), "Appointment": body({}, 400)})
    _, text, _ = check(one.base)
    assert "the statement offers the search" not in text
    assert level(text, "Appointments") == "read-only"


def test_parameters_declared_but_refused_or_passed_over(liar, check):
    def observations(handler, liar):
        wanted = handler.path.partition("?")[2]
        link = [{"relation": "self", "url": f"{liar.base}/Observation?_count=1"}]
        good = body({"resourceType": "Bundle", "type": "searchset", "link": link, "entry": []})
        status, headers, data = body({}, 400) if "date=" in wanted else good
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    status, text, _ = check(liar({"metadata": body(WHOLE), "Observation": observations}).base)
    flat = " ".join(text.split())
    assert status == 1
    assert "Observation: declared but refused when tried: date (400)" in flat
    assert "Observation: answered as if they were not there: _id, category, code, status" in flat
    assert "Observation by category" in flat


def test_a_server_cannot_write_to_the_terminal(liar, check):
    named = statement(resource("Patient"), software={"name": "\x1b[31mred\x07\r\nSoftware: good", "version": "1 | `x` <b>"})
    base = liar({"metadata": body(named)}).base
    for form in ((), ("--markdown",), ("--json",)):
        _, text, _ = check(base, *form)
        assert not {"\x1b", "\x07", "\r"} & set(text)
        assert "\nSoftware: good" not in text
    _, marked, _ = check(base, "--markdown")
    assert "<b>" not in marked.replace("\\<b\\>", "")


def test_a_redirect_is_named(liar, check):
    _, text, _ = check(liar({"metadata": body(b"", 302, Location="https://other.example/metadata")}).base)
    assert "/metadata answered 302" in text
    assert "It sends callers elsewhere" in text


def test_a_statement_out_of_its_mind(liar, check):
    for odd in ({"rest": "none"}, {"rest": [{"resource": [{"type": 7}, None, {"type": "Patient", "interaction": "all"}]}]}):
        status, text, _ = check(liar({"metadata": body({"resourceType": "CapabilityStatement", "fhirVersion": 4, **odd})}).base)
        assert status in (1, 2)
        assert "What patients get" in text


def test_only_get_is_ever_sent(liar, check):
    one = liar({"metadata": body(WHOLE)})
    check(one.base)
    assert len(one.asked) > 20
    assert {method for method, _ in one.asked} == {"GET"}


def test_a_server_that_guards_is_not_asked_for_each_parameter(liar, check):
    one = liar({"metadata": body(WHOLE)})
    check(one.base)
    assert len(one.asked) < 50


def test_nobody_there(check):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        status, text, seconds = check(f"http://127.0.0.1:{taken.getsockname()[1]}/fhir")
    assert status == 2
    assert "could not be reached" in text
    assert seconds < 10


@pytest.mark.parametrize(
    "words", [(), ("fhir.example.org/r4",), ("ftp://x/y",), ("http://u:p@h/fhir",), ("https://h/fhir?x=1",)]
)
def test_what_is_no_address_gets_a_sentence(check, words):
    status, text, _ = check(*words)
    assert status == 2
    assert text.count("\n") == 1


def test_addresses_of_cloud_metadata_are_never_asked(check):
    status, text, _ = check("http://169.254.169.254/fhir")
    assert status == 2
    assert "may not be asked" in text

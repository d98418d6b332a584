"""What a token lets through the FHIR API: scopes of both versions, granular filters, one patient's compartment."""

import pytest
import requests

LAB = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


def ids_of(answer):
    assert answer.status_code == 200, answer.text
    return {e["resource"]["id"] for e in answer.json().get("entry", ()) if e.get("search", {}).get("mode") != "outcome"}


def test_without_a_good_token_nothing_is_read(rig):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic b3JsYTpkZW1v"}):
        answer = requests.get(f"{rig.fhir}/Patient/orla", headers=headers, timeout=5)
        assert answer.status_code == 401 and "Bearer" in answer.headers["WWW-Authenticate"]
    assert requests.get(f"{rig.fhir}/metadata", timeout=5).status_code == 200


def test_metadata_points_to_the_authorization_server(rig):
    security = requests.get(f"{rig.fhir}/metadata", timeout=5).json()["rest"][0]["security"]
    uris = {e["url"]: e["valueUri"] for e in security["extension"][0]["extension"]}
    assert uris["token"] == rig.app().configuration["token_endpoint"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"


def test_a_token_opens_one_chart_and_no_other(rig):
    app, token = rig.app(), rig.token("orla")
    assert app.get("Patient/orla", token).status_code == 200
    assert app.get("Patient/finn", token).status_code in (403, 404)
    assert ids_of(app.get("Patient", token)) == {"orla"}
    own = app.get("Observation?_count=500", token).json()
    assert own["entry"] and {e["resource"]["subject"]["reference"] for e in own["entry"]} == {"Patient/orla"}
    assert ids_of(app.get("Observation?patient=finn", token)) == set()
    assert ids_of(app.get("Encounter?patient=Patient/orla,Patient/finn", token)) <= ids_of(app.get("Encounter", token))


def test_a_relative_opens_the_childs_chart_and_not_their_own(rig):
    app, token = rig.app(), rig.token("orla", "relative")
    assert app.get("Patient/finn", token).status_code == 200
    assert app.get("Patient/orla", token).status_code in (403, 404)
    assert app.get("RelatedPerson/orla-for-finn", token).status_code == 200
    assert app.get("RelatedPerson/orla-for-saoirse", token).status_code in (403, 404)


def test_a_clinician_is_bound_by_patient_scopes_and_not_by_user_scopes(rig):
    app = rig.app()
    bound = rig.token("finn", "clinician")
    assert app.get("Patient/finn", bound).status_code == 200 and app.get("Patient/orla", bound).status_code in (403, 404)
    free = rig.token("finn", "clinician", scope="launch openid fhirUser user/Patient.rs")
    assert app.get("Patient/orla", free).status_code == 200
    assert app.get("Observation?patient=orla", free).status_code == 403


def test_user_scopes_of_a_patient_reach_no_further_than_the_chart(rig):
    app, token = rig.app(), rig.token("orla", scope="launch user/*.rs")
    assert app.get("Patient/orla", token).status_code == 200
    assert ids_of(app.get("Patient", token)) == {"orla"}


def test_shared_types_are_readable_where_a_scope_names_them(rig):
    app, wide = rig.app(), rig.token()
    for type_ in ("Practitioner", "Organization", "Location", "Slot", "Schedule", "HealthcareService"):
        assert ids_of(app.get(f"{type_}?_count=1", wide)), type_
    narrow = rig.token(scope="launch patient/Patient.r")
    assert app.get("Practitioner?_count=1", narrow).status_code == 403


@pytest.mark.parametrize("scope", ["patient/Observation.rs", "patient/Observation.read"])
def test_a_scope_opens_its_type_only(rig, scope):
    app, token = rig.app(), rig.token(scope=f"launch {scope}")
    assert ids_of(app.get("Observation?_count=5", token))
    answer = app.get("Condition?patient=orla", token)
    assert answer.status_code == 403 and "insufficient_scope" in answer.headers.get("WWW-Authenticate", "insufficient_scope")
    assert app.get("Patient/orla", token).status_code == 403


def test_read_and_search_are_different_rights(rig):
    app = rig.app()
    some = next(iter(ids_of(app.get("Observation?_count=1", rig.token()))))
    reads, searches = (rig.token(scope=f"launch patient/Observation.{can}") for can in "rs")
    assert app.get(f"Observation/{some}", reads).status_code == 200
    assert app.get("Observation", reads).status_code == 403
    assert app.get(f"Observation/{some}", searches).status_code == 403
    assert ids_of(app.get("Observation?_count=1", searches))


def test_a_granular_scope_shows_its_category_only(rig):
    app = rig.app()
    everything = app.get("Observation?_count=500", rig.token()).json()["entry"]
    labs = {e["resource"]["id"] for e in everything if "laboratory" in str(e["resource"].get("category"))}
    others = {e["resource"]["id"] for e in everything} - labs
    assert labs and others, "the demo family has both"
    token = rig.token(scope=f"launch patient/Observation.rs?category={LAB}")
    assert ids_of(app.get("Observation?_count=500", token)) == labs
    assert app.get(f"Observation/{sorted(labs)[0]}", token).status_code == 200
    assert app.get(f"Observation/{sorted(others)[0]}", token).status_code in (403, 404)


def test_the_claimed_user_is_readable_with_the_same_token(rig):
    app, token = rig.app(), rig.token(scope="launch openid fhirUser patient/Observation.rs")
    assert app.get("Patient/orla", token).status_code == 200
    assert app.get("Patient/finn", token).status_code in (403, 404)


def test_provenance_is_shown_with_what_it_is_about(rig):
    app = rig.app()
    found = [
        {
            t["reference"]
            for e in app.get("Provenance?_count=500", rig.token(key)).json()["entry"]
            for t in e["resource"]["target"]
        }
        for key in ("orla", "finn")
    ]
    assert found[0] and found[1] and not found[0] & found[1]
    about = app.get(sorted(found[0])[0], rig.token("orla")).json()
    assert about["subject"]["reference"] == "Patient/orla"


def test_a_lost_patient_context_opens_nothing(rig):
    rig.turn(patient="omit")
    token = rig.token(scope="launch patient/*.rs")
    assert rig.app().get("Patient/orla", token).status_code in (403, 404)
    assert ids_of(rig.app().get("Observation", token)) == set()


def test_expired_and_revoked_tokens_end_at_once(rig):
    app = rig.app()
    got = app.launch(rig.launch())
    requests.post(f"{rig.url}/alder/auth/revoke", data={"token": got["refresh_token"], "client_id": "portal"}, timeout=5)
    assert app.get("Patient/orla", got["access_token"]).status_code == 401
    token = rig.token()
    rig.later(3601)
    assert app.get("Patient/orla", token).status_code == 401


def test_writing_needs_the_right_and_stays_in_the_chart(rig):
    def post(token, patient):
        body = {"resourceType": "Observation", "status": "final", "code": {"text": "steps"}}
        body["subject"] = {"reference": f"Patient/{patient}"}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
        return requests.post(f"{rig.fhir}/Observation", json=body, headers=headers, timeout=5).status_code

    assert post(rig.token(), "orla") == 403
    writer = rig.token(scope="launch patient/Observation.cruds")
    assert post(writer, "orla") == 201 and post(writer, "finn") == 403


def test_a_broken_hospital_stops_looking_at_tokens(rig):
    assert requests.get(f"{rig.fhir}/Patient/finn", timeout=5).status_code == 401
    rig.turn(enforce=False)
    assert requests.get(f"{rig.fhir}/Patient/finn", timeout=5).status_code == 200

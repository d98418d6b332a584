"""The staff desk over plain HTTP: sign-in, patients, opening the portal, releasing and correcting results."""

import re

import pytest
import requests

from tests.integration.sandbox_smart.rp import query_of


class Desk:
    """Somebody at the desk: a browser without JavaScript."""

    def __init__(self, rig):
        self.base, self.http = f"{rig.url}/alder/desk", requests.Session()

    def get(self, path, **params):
        return self.http.get(self.base + path, params=params, timeout=5)

    def post(self, path, follow=True, headers=None, **form):
        return self.http.post(self.base + path, data=form, allow_redirects=follow, headers=headers, timeout=5)

    def csrf(self, path="/patients"):
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)[1]

    def send(self, path, follow=False, **form):
        return self.post(path, follow, csrf=self.csrf(), **form)


@pytest.fixture
def desk(rig):
    someone = Desk(rig)
    answer = someone.post("/sign-in", username="staff", password="staff")
    assert answer.status_code == 200 and "<h1>Patients</h1>" in answer.text
    return someone


def version_of(rig, type_, id_):
    return rig.store.read(type_, id_).resource["meta"]["versionId"]


def test_the_desk_opens_only_to_staff(rig):
    stranger = Desk(rig)
    for path in ("/patients", "/patients/orla", "/connection"):
        assert stranger.get(path).url.endswith("/desk/sign-in")
    assert stranger.post("/patients/orla/release", follow=False).status_code == 303
    wrong = stranger.post("/sign-in", username="staff", password="wrong")
    assert wrong.status_code == 400 and "do not go together" in wrong.text
    assert stranger.get("/patients").url.endswith("/desk/sign-in")


def test_signing_out_ends_the_session(desk):
    cookies = desk.http.cookies.copy()
    assert desk.send("/sign-out").status_code == 303
    desk.http.cookies.update(cookies)
    assert desk.get("/patients").url.endswith("/desk/sign-in")


def test_patients_are_found_by_name(desk):
    assert all(name in desk.get("/patients").text for name in ("Orla", "سلمى", "健二"))
    found = desk.get("/patients", name="devane").text
    assert "Finn" in found and "سلمى" not in found
    assert "No patient found" in desk.get("/patients", name="<script>alert(1)</script>").text
    assert "<script>" not in desk.get("/patients", name="<script>alert(1)</script>").text


def test_a_patient_page_has_banner_results_and_ways_in(desk):
    page = desk.get("/patients/finn").text
    assert "Finn Devane" in page and re.search(r"Born</dt><dd>\d{4}-09-21", page) and re.search(r"AQ\d+", page)
    assert "Open as the patient" in page and "Open as Orla Devane, mother" in page and "Open as a clinician" in page
    assert desk.get("/patients/nobody").status_code == 404


@pytest.mark.parametrize("as_, word", [("Patient/finn", "Patient"), ("RelatedPerson/kenji-for-finn", "RelatedPerson")])
def test_a_button_opens_the_portal_as_an_ehr_does(rig, desk, as_, word):
    answer = desk.send("/patients/finn/launch", **{"as": as_})
    assert answer.status_code == 303
    app = rig.app()
    got = app.launch(answer.headers["Location"])
    assert got["patient"] == "finn" and app.identity(got["id_token"])["fhirUser"] == f"{rig.fhir}/{as_}"


def test_a_launch_carries_the_chosen_visit_and_app(rig, desk):
    visit = rig.store.read("Encounter", re.search(r'<option value="([^"]+)">\d', desk.get("/patients/orla").text)[1])
    answer = desk.send("/patients/orla/launch", **{"as": "Patient/orla", "visit": visit.id, "app": "little"})
    assert rig.app("little").launch(answer.headers["Location"])["encounter"] == visit.id
    foreign = desk.send("/patients/finn/launch", **{"as": "Patient/finn", "visit": visit.id})
    assert "encounter" not in rig.app().launch(foreign.headers["Location"])


@pytest.mark.parametrize("as_", ["Patient/orla", "RelatedPerson/orla-for-saoirse", ""])
def test_nobody_is_launched_into_a_chart_that_is_not_theirs(desk, as_):
    assert desk.send("/patients/finn/launch", **{"as": as_}).status_code == 404


def test_a_released_result_is_final_for_the_app(rig, desk):
    app, token = rig.app(), rig.token("orla")
    waiting = app.get("Observation?status=preliminary", token).json()["entry"][0]["resource"]
    form = {"type": "Observation", "id": waiting["id"], "version": waiting["meta"]["versionId"]}
    done = desk.send("/patients/orla/release", follow=True, **form)
    assert "The result is released" in done.text
    now = app.get(f"Observation/{waiting['id']}", token).json()
    assert now["status"] == "final" and now["valueQuantity"] == waiting["valueQuantity"]
    assert desk.send("/patients/orla/release", **form).status_code == 409, "twice is a conflict"


def test_a_released_report_takes_its_waiting_results_along(rig, desk):
    part = {"resourceType": "Observation", "id": "part", "status": "preliminary", "code": {"text": "part"}}
    report = {"resourceType": "DiagnosticReport", "id": "whole", "status": "partial", "code": {"text": "whole"}}
    for resource in (part, {**report, "result": [{"reference": "Observation/part"}]}):
        rig.store.update({**resource, "subject": {"reference": "Patient/cillian"}})
    desk.send(
        "/patients/cillian/release", type="DiagnosticReport", id="whole", version=version_of(rig, "DiagnosticReport", "whole")
    )
    assert rig.store.read("DiagnosticReport", "whole").resource["status"] == "final"
    assert rig.store.read("Observation", "part").resource["status"] == "final"


def final_with_report(rig):
    reports = (e["resource"] for e in rig.app().get("DiagnosticReport?_count=100", rig.token()).json()["entry"])
    report = next(r for r in reports if r["status"] == "final" and r.get("result"))
    return report["id"], report["result"][0]["reference"].split("/")[1]


def test_a_corrected_result_has_a_new_version_and_keeps_the_old(rig, desk):
    report, id_ = final_with_report(rig)
    old = rig.store.read("Observation", id_).resource
    path = f"/patients/orla/correct/{id_}"
    assert "New value" in desk.get(path).text
    form = {"version": old["meta"]["versionId"], "value": "7.30", "note": "The tube was <mixed> up."}
    assert "The result is corrected" in desk.send(path, follow=True, **form).text
    app, token = rig.app(), rig.token()
    answer = app.get(f"Observation/{id_}", token)
    now = answer.json()
    assert now["status"] == "corrected" and '"value":7.30' in answer.text.replace(": ", ":")
    assert now["note"][-1]["text"] == "The tube was <mixed> up." and now["note"][-1]["time"]
    assert app.get(f"DiagnosticReport/{report}", token).json()["status"] == "corrected"
    before = app.get(f"Observation/{id_}/_history/{old['meta']['versionId']}", token).json()
    assert before["status"] == "final" and before["valueQuantity"]["value"] == float(old["valueQuantity"]["value"])
    assert desk.send(path, **form).status_code == 409, "the page was older than the correction"


@pytest.mark.parametrize(
    "value, note, says",
    [("high", "x", "as a number"), ("NaN", "x", "as a number"), ("5.1", " ", "Say why"), ("", "x", "number")],
)
def test_a_correction_that_cannot_be_taken_keeps_what_was_typed(rig, desk, value, note, says):
    _, id_ = final_with_report(rig)
    version = version_of(rig, "Observation", id_)
    answer = desk.send(f"/patients/orla/correct/{id_}", version=version, value=value, note=note)
    assert answer.status_code == 400 and says in answer.text and f'value="{value}"' in answer.text
    assert version_of(rig, "Observation", id_) == version


def test_results_of_somebody_else_cannot_be_reached_through_this_page(rig, desk):
    _, id_ = final_with_report(rig)
    assert desk.get(f"/patients/finn/correct/{id_}").status_code == 404
    assert desk.send("/patients/finn/release", type="Observation", id=id_, version="1").status_code == 404
    assert desk.send("/patients/orla/release", type="Patient", id="orla", version="1").status_code == 404


def test_forms_from_elsewhere_change_nothing(rig, desk):
    form = {"as": "Patient/finn"}
    assert desk.post("/patients/finn/launch", follow=False, **form).status_code == 400
    assert desk.post("/patients/finn/launch", follow=False, csrf="guess", **form).status_code == 400
    headers = {"Origin": "http://evil.example"}
    good = desk.csrf()
    assert desk.post("/patients/finn/launch", follow=False, headers=headers, csrf=good, **form).status_code == 400
    assert Desk(rig).post("/sign-in", headers=headers, username="staff", password="staff").status_code == 400


def test_the_connection_page_names_addresses_and_apps_and_no_secret(rig, desk):
    page = desk.get("/connection").text
    assert rig.fhir in page and "http://localhost:9/launch" in page and "private_key_jwt" in page
    assert "s:e c/r%t" not in page


def test_pages_are_strict(rig, desk):
    headers = desk.get("/patients/orla").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"] and "no-store" in headers["Cache-Control"]
    assert "form-action 'self' http://localhost:9" in headers["Content-Security-Policy"]
    assert requests.get(f"{rig.url}/alder/desk/static/desk.css", timeout=5).status_code == 200
    assert query_of(rig.launch())["iss"] == rig.fhir

"""`--hospital`: what is not decided yet, and whether the settings fit the server."""

import base64

import pytest

from tests.integration.check.conftest import body, resource, statement

CONTACTS = 'emergency_number = "112"\nhelp_phone = "1"\nhelp_hours = "8 to 6"\nprivacy = "x"\ncomplaints = "y"\n'


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Writes a settings file for one hospital, alder, and makes it the one that is used."""
    key = tmp_path / "master.key"
    key.write_text(base64.b64encode(bytes(32)).decode())
    key.chmod(0o600)

    def write(base, hospital="", client="", contacts=CONTACTS, private="true"):
        path = tmp_path / "fhirportal.toml"
        path.write_text(
            f'public_url = "https://portal.example.org"\nmaster_key_file = "{key}"\n[hospitals.alder]\nname = "Alder"\n'
            f'fhir_base = "{base}"\nallow_private_addresses = {private}\n{hospital}\n'
            f'[hospitals.alder.client]\nclient_id = "portal"\n{client}\n[hospitals.alder.contacts]\n{contacts}\n'
        )
        monkeypatch.setenv("FHIRPORTAL_SETTINGS", str(path))

    return write


DECIDED = 'languages = ["en"]\ntime_zone = "Europe/Dublin"\ncurrency = "EUR"\ncountry = "IE"\nvendor = "generic"'


@pytest.fixture
def server(liar):
    def make(**smart):
        types = ("Patient", "Appointment", "Observation", "DiagnosticReport", "MedicationRequest", "Invoice", "Coverage")
        more = ("AllergyIntolerance", "ExplanationOfBenefit")
        full = statement(*(resource(one) for one in (*types, *more)))
        standalone = ["launch-ehr", "context-ehr-patient", "launch-standalone", "context-standalone-patient"]
        return liar({"metadata": body(full)}, capabilities=[*standalone, "sso-openid-connect", "permission-offline"], **smart)

    return make


def test_what_is_decided_and_fits_leaves_only_notes(settings, server, check):
    scopes = ["launch", "launch/patient", "openid", "fhirUser", "offline_access", "patient/*.read"]
    settings(server(scopes_supported=scopes).base, DECIDED)
    status, text, _ = check("--hospital", "alder")
    assert status == 0, text
    assert "Hospital: Alder" in text
    assert "No release policy is written" in text
    assert "Age rules are not decided" in text
    assert "The time zone is not set" not in text
    assert "GAP" not in text


def test_what_is_missing_stops_a_start_and_is_told_with_the_rest(settings, server, check):
    settings(server().base, contacts="")
    status, text, _ = check("--hospital", "alder")
    flat = " ".join(text.split())
    assert status == 2
    assert "hospitals.alder.contacts.help_phone: is missing" in flat
    assert "hospitals.alder.languages: is missing" in flat
    assert "The time zone is not set" in flat
    assert "No vendor profile is set" in flat
    assert "What patients get" in flat


def test_scopes_and_client_auth_the_server_does_not_list(settings, server, check):
    one = server(scopes_supported=["launch", "openid"], token_endpoint_auth_methods_supported=["private_key_jwt"])
    settings(one.base, DECIDED, 'auth = "client_secret_basic"\nscopes = "launch openid patient/*.rs"')
    status, text, _ = check("--hospital", "alder")
    flat = " ".join(text.split())
    assert status == 2
    assert "client.scopes asks for what the server does not list: patient/*.rs." in flat
    assert "client.auth is client_secret_basic" in flat
    assert "It lists: private_key_jwt" in flat


def test_scopes_by_type_do_not_cover_a_wildcard(settings, server, check):
    one = server(scopes_supported=["launch", "launch/patient", "openid", "fhirUser", "offline_access", "patient/Patient.read"])
    settings(one.base, DECIDED)
    status, text, _ = check("--hospital", "alder")
    assert status == 1
    assert "patient/*.rs" in text


def test_a_private_address_only_where_the_settings_allow_it(settings, server, check):
    settings(server().base, DECIDED, private="false")
    status, text, _ = check("--hospital", "alder")
    assert status == 2
    assert "may not be asked" in text
    assert "set allow_private_addresses = true" in text


def test_a_vendor_profile_that_does_not_exist(settings, server, check):
    settings(server().base, DECIDED.replace("generic", "generix"))
    status, text, _ = check("--hospital", "alder")
    assert status == 2
    assert "there is no vendor profile of this name" in text


def test_a_hospital_nobody_knows(settings, check):
    settings("http://127.0.0.1:1/fhir")
    status, text, _ = check("--hospital", "fenwick")
    assert status == 2
    assert "There are: alder" in text


def test_address_and_hospital_together(check):
    assert check("http://127.0.0.1:1/fhir", "--hospital", "alder")[0] == 2

"""What each feature needs: the level by what a server can do."""

import pytest

from fhirportal.access.rules import table
from fhirportal.records.features import FEATURES, list_offers
from fhirportal.records.launch_features import list_launch_offers
from smart_launch.configuration import Configuration


class Server:
    """Does what is listed: "Type search", "Type param" (all, unless in `refused`), "Type read"; `rest` for everything else."""

    def __init__(self, *able, refused=(), rest="no", basis="stated"):
        self._able, self._refused, self._rest, self._basis = set(able), set(refused), rest, basis

    def search(self, type_, param=""):
        if f"{type_} {param}" in self._refused:
            return "no"
        return self.does(type_, "search")

    def does(self, type_, interaction):
        return self._basis if f"{type_} {interaction}" in self._able else self._rest


def levels(server):
    return {offer.name: offer.level for offer in list_offers(server)}


def test_a_server_that_can_nothing_misses_everything():
    assert set(levels(Server()).values()) == {"missing"}


def test_a_server_that_says_nothing_leaves_everything_unknown():
    assert set(levels(Server(rest="unknown")).values()) == {"unknown"}


def test_a_server_that_does_everything_is_full():
    assert set(levels(Server(rest="stated")).values()) == {"full"}


@pytest.mark.parametrize(
    ("able", "level"),
    [
        ((), "missing"),
        (("Appointment search",), "read-only"),
        (("Appointment search", "Task create"), "request-only"),
        (("Appointment search", "Appointment create"), "read-only"),
        (("Appointment search", "Appointment create", "Slot search"), "full"),
        (("Appointment search", "Appointment patch", "Slot search"), "full"),
        (("Appointment create", "Slot search"), "missing"),
    ],
)
def test_appointments(able, level):
    assert levels(Server(*able))["appointments"] == level


def test_bills_are_shown_by_balances_alone_and_say_what_is_not_there():
    bills = next(o for o in list_offers(Server("Account search")) if o.name == "bills")
    assert bills.level == "read-only"
    assert "bills with their lines" in bills.reason
    assert "Invoice search" in bills.change


def test_the_dashboard_stands_on_its_parts():
    offers = {o.name: o for o in list_offers(Server("Observation search"))}
    assert offers["dashboard"].level == "full"
    assert "appointments, medicines, bills" in offers["dashboard"].reason
    assert levels(Server("Patient read"))["dashboard"] == "missing"


def test_a_search_parameter_that_does_not_work_is_named():
    results = next(
        o for o in list_offers(Server("Observation search", refused=["Observation category"])) if o.name == "results"
    )
    assert "Observation by category" in results.reason
    assert "Observation by category" in results.change


def test_every_type_a_feature_shows_has_a_row_in_the_rules_table():
    """What the portal may not ask for must not be promised; Binary and what only writes need are asked in other ways."""
    shown = {need.type for feature in FEATURES for need in (*feature.shown_by, *feature.parts)}
    assert shown - {"Binary"} <= set(table())


def configuration(**values):
    known = {"fhir_base": "https://h/fhir", "authorization_endpoint": "https://h/a", "token_endpoint": "https://h/t"}
    return Configuration(**known, source="smart-configuration", **values)


def launches(found, relatives="stated"):
    return {offer.name: offer.level for offer in list_launch_offers(found, relatives)}


def test_without_a_configuration_nobody_can_sign_in():
    assert set(launches(None).values()) == {"missing"}


@pytest.mark.parametrize(
    ("capabilities", "ehr", "standalone"),
    [
        (set(), "unknown", "unknown"),
        ({"launch-ehr", "context-ehr-patient"}, "full", "missing"),
        ({"launch-ehr"}, "unknown", "missing"),
        ({"launch-standalone", "context-standalone-patient"}, "missing", "full"),
    ],
)
def test_ways_in(capabilities, ehr, standalone):
    found = launches(configuration(capabilities=frozenset(capabilities)))
    assert (found["ehr-launch"], found["standalone-launch"]) == (ehr, standalone)


def test_pkce_without_s256_shuts_both_doors():
    found = launches(configuration(capabilities=frozenset({"launch-ehr"}), code_challenge_methods=frozenset({"plain"})))
    assert found["ehr-launch"] == found["standalone-launch"] == "missing"


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"scopes_supported": ("offline_access",)}, "full"),
        ({"capabilities": frozenset({"permission-online"})}, "full"),
        ({"capabilities": frozenset({"permission-offline"}), "grant_types": frozenset({"authorization_code"})}, "unknown"),
        ({"capabilities": frozenset({"launch-ehr"})}, "missing"),
        ({}, "unknown"),
    ],
)
def test_staying_signed_in(values, level):
    assert launches(configuration(**values))["refresh"] == level


def test_relatives_need_id_tokens_that_can_be_checked():
    assert launches(configuration())["family"] == "missing"
    signed = configuration(capabilities=frozenset({"sso-openid-connect"}), jwks_uri="https://h/k")
    assert launches(signed)["family"] == "unknown"

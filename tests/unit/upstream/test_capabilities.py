"""Capability statements, good, odd and absent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.errors import Unavailable, UpstreamDown, UpstreamError
from fhirportal.upstream.capabilities import Capabilities, CapabilityKeeper


def statement(*resources, **rest):
    return {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "software": {"name": "Some EHR", "version": "9"},
        "rest": [{"mode": "server", "resource": list(resources), **rest}],
    }


def type_(name, interactions=(), params=()):
    return {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": [{"name": param} for param in params],
    }


def test_what_is_listed_is_offered():
    it = Capabilities.from_statement(statement(type_("Patient", ["read"]), type_("Observation", ["search-type"], ["patient"])))
    assert it.known
    assert it.supports("Patient", "read")
    assert not it.supports("Patient", "search-type")
    assert not it.supports("Invoice", "read")
    assert it.searchable("Observation", "patient")
    assert it.searchable("Observation", "_count")
    assert not it.searchable("Observation", "code")
    assert not it.searchable("Patient", "name")
    assert (it.fhir_version, it.software) == ("4.0.1", "Some EHR 9")


def test_what_a_statement_does_not_say_is_not_held_against_it():
    it = Capabilities.from_statement(statement(type_("Slot"), type_("Goal", ["read"], ["patient"])))
    assert it.supports("Slot", "search-type")
    assert it.searchable("Slot", "start")
    assert it.supports("Goal", "search-type")


def test_nothing_known_means_ask_the_server():
    for it in (Capabilities(), Capabilities.from_statement(statement())):
        assert not it.known
        assert it.supports("Invoice", "create")
        assert it.searchable("Invoice", "patient")


def test_only_the_server_side_counts():
    rests = [{"mode": "client", "resource": [type_("Goal")]}, {"resource": [type_("Slot")]}]
    it = Capabilities.from_statement({**statement(), "rest": rests})
    assert not it.supports("Goal", "read")
    assert it.supports("Slot", "read")


def test_smart_is_seen():
    security = {"service": [{"coding": [{"code": "SMART-on-FHIR"}]}]}
    assert Capabilities.from_statement(statement(type_("Patient"), security=security)).smart
    assert not Capabilities.from_statement(statement(type_("Patient"), security="yes")).smart


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rest", "resource", "type", "interaction", "code", "searchParam", "security"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_no_statement_is_odd_enough_to_break_it(rest):
    it = Capabilities.from_statement({"resourceType": "CapabilityStatement", "rest": rest, "software": rest})
    assert Capabilities.from_bytes(it.to_bytes()) == it


@pytest.mark.parametrize(
    "kept", [b"", b"[]", b"{}", b'{"interactions":1,"params":{}}', b'{"interactions":{},"params":{},"x":1}', b"\xff"]
)
def test_what_was_not_kept_by_us_is_a_value_error(kept):
    with pytest.raises(ValueError):
        Capabilities.from_bytes(kept)


# --- keeping ------------------------------------------------------------------------------------------------------


class Store(dict):
    def put(self, key, value, ttl):
        self[key] = value


class Away:
    def get(self, key):
        raise Unavailable

    def put(self, key, value, ttl):
        raise Unavailable


class Scene:
    """A keeper with a hospital, a clock and a background all played by hand."""

    def __init__(self, kept=None):
        self.now, self.answer, self.fetched, self.background = 0.0, statement(type_("Patient")), 0, []
        self.keeper = CapabilityKeeper("h", self.fetch, kept, self.background.append, lambda: self.now)

    def fetch(self):
        self.fetched += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def run(self):
        while self.background:
            self.background.pop()()


@pytest.mark.parametrize("store", [None, Store(), Away()], ids=["none", "store", "away"])
def test_the_first_page_does_not_wait_and_the_next_knows(store):
    scene = Scene(store)
    assert not scene.keeper.current().known
    assert not scene.keeper.current().known
    assert (scene.fetched, len(scene.background)) == (0, 1)
    scene.run()
    assert scene.keeper.current().known
    scene.now += 3599
    scene.keeper.current()
    assert scene.background == []
    scene.now += 2
    if isinstance(store, Store):
        del store["capabilities/h/fresh"]  # its time ended
    assert scene.keeper.current().known
    assert len(scene.background) == 1


def test_stale_is_better_than_nothing():
    scene = Scene()
    scene.keeper.refresh()
    scene.answer = UpstreamDown()
    scene.now += 4000
    scene.keeper.current()
    scene.run()
    assert scene.keeper.current().known
    assert scene.background == []
    scene.now += 61
    scene.keeper.current()
    assert len(scene.background) == 1
    with pytest.raises(UpstreamDown):
        scene.keeper.refresh()


def test_what_is_no_statement_is_not_learnt():
    scene = Scene()
    scene.keeper.refresh()
    scene.answer = {"resourceType": "OperationOutcome"}
    with pytest.raises(UpstreamError):
        scene.keeper.refresh()
    assert scene.keeper.current().known


def test_one_process_reads_for_all():
    store = Store()
    Scene(store).keeper.refresh()
    other = Scene(store)
    assert other.keeper.current().known
    assert (other.fetched, other.background) == (0, [])


def test_an_old_statement_in_the_store_serves_until_a_new_one_came():
    store = Store()
    Scene(store).keeper.refresh()
    del store["capabilities/h/fresh"]
    other = Scene(store)
    assert other.keeper.current().known
    assert len(other.background) == 1

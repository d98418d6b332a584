"""The gateway as a whole: many calls, connections, capabilities."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest

from fhirportal.errors import UpstreamError, UpstreamTimeout


def trouble(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value


def ids(page):
    return [resource["id"] for resource in page.resources]


def test_a_private_hospital_is_refused_unless_it_is_configured_so(stub, make_bench):
    bench = make_bench(allow_private_addresses=False)
    assert trouble(bench.read).code == "address-refused"
    assert stub.connections == 0


def test_connections_per_request_stay_within_the_pool(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1)))
    bench = replace(bench, seconds=20)
    answers = bench.gateway.map_([bench.search] * 300, time.monotonic() + 20)
    assert [ids(page) for page in answers] == [["1"]] * 300
    assert stub.connections <= 16 + 1  # the pool's threads, and the caller that lends a hand when they are busy


def test_one_part_that_stalls_is_the_only_one_missing(stub, bench, kit):
    stub.answers["/fhir/Observation"] = kit.http(body=kit.bundle(kit.observation(1)))
    stub.answers["/fhir/Invoice"] = lambda request, write: time.sleep(1.2)
    bench = replace(bench, seconds=0.5)
    calls = [bench.search, lambda: bench.search("Invoice"), bench.search]
    begun = time.monotonic()
    one, stalled, three = bench.gateway.map_(calls, begun + 0.5)
    assert time.monotonic() - begun < 0.8
    assert ids(one) == ids(three) == ["1"]
    assert isinstance(stalled, UpstreamTimeout)


def test_capabilities_are_read_and_pages_never_wait_for_them(stub, bench, kit):
    assert bench.gateway.offers("Invoice", "search-type")
    statement = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "read"}]}]}],
    }
    stub.answers["/fhir/metadata"] = kit.http(body=statement)
    assert bench.gateway.refresh_capabilities().fhir_version == "4.0.1"
    assert bench.gateway.offers("Patient", "read")
    assert not bench.gateway.offers("Invoice", "search-type")
    assert "authorization" not in stub.requests[-1].headers
    stub.answers["/fhir/metadata"] = kit.http(500)
    with pytest.raises(UpstreamError):
        bench.gateway.refresh_capabilities()
    assert not bench.gateway.offers("Invoice", "search-type")


def test_decimals_survive_the_way(stub, bench, kit):
    body = b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","valueQuantity":{"value":0.10}}}]}'
    stub.answers["/fhir/Observation"] = kit.http(body=body)
    assert bench.search().resources[0]["valueQuantity"]["value"].as_tuple() == Decimal("0.10").as_tuple()

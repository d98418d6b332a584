"""The seam for vendor profiles."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from fhirportal.errors import UpstreamDown, UpstreamError
from fhirportal.http import Answer
from fhirportal.upstream import quirks
from fhirportal.upstream.outcomes import decide_trouble
from fhirportal.upstream.paging import Gathering, follow
from fhirportal.upstream.ports import Question
from fhirportal.upstream.quirks.generic import Generic


def test_profiles_are_found_by_name():
    assert quirks.by_name("generic") == Generic()
    assert "generic" in quirks.names()


@pytest.mark.parametrize("name", ["", "nobody", "../generic", "generic.x", "Generic", "__init__", "os"])
def test_a_name_that_is_none_stops_the_start(name):
    with pytest.raises(ValueError):
        quirks.by_name(name)


@dataclass(frozen=True)
class Odd(Generic):
    """A vendor that says 403 for bad queries, and names its own wrong host in links."""

    def trouble(self, ask, status, outcome: Mapping | None):
        return UpstreamError("a query it does not take", code="upstream-refused") if status == 403 else None

    def next_url(self, url, base):
        return url.replace("http://inside:8080/fhir", base)


def test_a_profile_can_say_what_a_status_means():
    from datetime import UTC, datetime

    now = datetime(2026, 1, 1, tzinfo=UTC)
    ask = Question("MedicationRequest")
    assert decide_trouble(Answer(403, {}, b"", 0), ask, Odd(), now).code == "upstream-refused"
    assert decide_trouble(Answer(403, {}, b"", 0), ask, Generic(), now).code == "not-shared"
    assert isinstance(decide_trouble(Answer(503, {}, b"", 0), ask, Odd(), now), UpstreamDown)


def test_a_profile_can_mend_next_links_but_not_leave_the_base():
    base = "https://ehr.example/fhir"
    asked = []

    def get(url):
        asked.append(url)
        far = {1: "http://inside:8080/fhir?p=2", 2: "http://elsewhere:8080/fhir?p=3"}.get(len(asked))
        return {"resourceType": "Bundle", "link": [{"relation": "next", "url": far}]}

    into = Gathering("Observation", 10, Odd())
    follow(into, base, f"{base}/Observation", get, float("inf"))
    assert asked == [f"{base}/Observation", f"{base}?p=2"]
    assert into.page().partial

"""Reading decides, checks and writes down: an access that ends in trouble leaves its audit row like any other."""

import pytest
from memory_hospital import MemoryHospital

from fhirportal.errors import NotFound, NotSignedIn
from fhirportal.records.found import Query, Source

MINE = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}
THEIRS = {"resourceType": "Observation", "id": "o2", "subject": {"reference": "Patient/p2"}}


class SignedOut(MemoryHospital):
    """A hospital that has ended the sign-in."""

    def search(self, *args):
        raise NotSignedIn("ended", code="upstream-signed-out")


def outcomes(hospital):
    return [(row.action, row.type, row.outcome) for row in hospital.rows]


def test_a_search_that_ends_the_sign_in_is_written_down_before_it_is_raised():
    hospital = SignedOut([])
    with pytest.raises(NotSignedIn):
        hospital.reader().gather(Query("Observation"), Query("Invoice"))
    assert outcomes(hospital) == [
        ("search", "Observation", "upstream-signed-out"),
        ("search", "Invoice", "upstream-signed-out"),
    ]


def test_somebody_elses_resource_looks_like_one_that_is_not_there():
    hospital = MemoryHospital([MINE, THEIRS])
    troubles = []
    for id_ in ("o2", "nothing"):
        with pytest.raises(NotFound) as caught:
            hospital.reader().read("Observation", id_)
        troubles.append((type(caught.value), caught.value.code, caught.value.status))
    assert troubles[0] == troubles[1] and len(hospital.rows) == 2


def test_what_is_denied_is_written_down_too():
    hospital = MemoryHospital([MINE])
    found = hospital.reader(scopes=frozenset({"patient/Patient.rs"})).search(Query("Observation"))
    assert found.source is Source.NOT_SHARED and outcomes(hospital) == [("search", "Observation", "not-shared")]
    assert not hospital.asked, "the hospital is not asked for what the sign-in does not include"


def test_a_search_that_brings_somebody_else_too_shows_only_ones_own_and_says_so():
    hospital = MemoryHospital([MINE, THEIRS], ignores={"patient"})
    found = hospital.reader().search(Query("Observation"))
    assert [r["id"] for r in found.resources] == ["o1"] and found.source is Source.PARTIAL

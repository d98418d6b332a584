"""Whatever a hospital's server answers, nothing of patient B comes out of a Reader that is bound to patient A (Hypothesis)."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fhirportal.access.rules import table
from fhirportal.access.viewer import Authority, Kind, Origin, Viewer
from fhirportal.errors import PortalError
from fhirportal.records.found import Query
from fhirportal.records.reader import Reader

BASE = "https://ehr.example/fhir"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECRET = "BBB-secret"
OWN = st.sampled_from(["Patient/a", f"{BASE}/Patient/a", "Patient/a/_history/2"])
# every way to say "somebody else", or to say nothing that can be read as patient A
FOREIGN = st.sampled_from(
    ["Patient/b", f"{BASE}/Patient/b", "Patient/b/_history/1", "https://elsewhere.example/fhir/Patient/a", f"{BASE}/x/Patient/a",
     "Patient/A", "Patient/a ", "Patient//a", "Patient/a/../b", "Patient/b#a", "Patient/b?x=Patient/a", f"{BASE}evil/Patient/a"]
).filter(lambda r: r != "Patient/a ")  # fmt: skip
UNREADABLE = st.sampled_from(
    ["#p", "urn:uuid:a", "Group/a", "patient/a", "", None, 5, ["Patient/a"], {"reference": "Patient/a"}]
)
RULES = sorted(table().values(), key=lambda rule: rule.type)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def pointing(reference):
    return {"reference": reference, "display": SECRET} if reference != "Patient/a" else {"reference": reference}


def put(resource, path, *pointers):
    """Sets the element at a path; the outermost one repeats, as participant does, where there are several pointers."""
    head, *rest = path
    whole = []
    for pointer in pointers:
        value = pointer
        for name in reversed(rest):
            value = {name: value}
        whole.append(value)
    resource[head] = whole if len(whole) > 1 or rest else whole[0]


@st.composite
def foreign(draw, types=None):
    """A resource that is not A's, or not only A's, of a type we read: everything in it is a secret."""
    rule = draw(st.sampled_from([r for r in RULES if types is None or r.type in types]))
    resource = {
        "resourceType": rule.type,
        "id": draw(st.sampled_from(["a", "b", "x1"])),
        "status": "final",
        "note": [{"text": SECRET}],
    }
    resource |= {f"x{n}": value for n, value in enumerate(draw(st.lists(JSON, max_size=2)))}
    if rule.is_patient:
        resource["id"] = draw(st.sampled_from(["b", "A", "", "a/../b"]))
    elif rule.in_compartment:
        path = rule.owner[0]
        pointers = draw(st.lists(FOREIGN | UNREADABLE, min_size=0, max_size=3))
        if pointers and path not in rule.strip and draw(st.booleans()):
            # A's own reference beside somebody else's: a record of both is given to neither
            others = [p for p in pointers if isinstance(p, str) and "Patient" in p] or ["Patient/b"]
            pointers = [*others, draw(OWN)]
        if pointers:
            put(resource, path, *map(pointing, pointers))
    else:
        resource["extension"] = [{"url": "x", "valueReference": {"reference": draw(FOREIGN), "display": SECRET}}]
    return resource


@st.composite
def own(draw, types=None):
    """A's resource, with other patients in the places that may name them: those are cut, the rest stays."""
    rule = draw(
        st.sampled_from([r for r in RULES if r.in_compartment and not r.is_patient and (types is None or r.type in types)])
    )
    resource = {"resourceType": rule.type, "id": "x1", "status": "final"}
    others = draw(st.lists(FOREIGN, max_size=2))
    for path in rule.strip:
        if path != rule.owner[0] and others:
            put(resource, path, *map(pointing, others))
    beside = others if rule.owner[0] in rule.strip else []
    put(resource, rule.owner[0], *map(pointing, beside), {"reference": draw(OWN)})
    return resource


@dataclass
class Page:
    resources: list
    included: list
    partial: bool = False


@dataclass
class Hospital:
    """Answers everything with what it was given."""

    resources: list
    included: list

    def fetch_resource(self, ask, authority, deadline, request_id):
        return self.resources[0]

    def search(self, ask, authority, deadline, request_id, limit):
        return Page(self.resources, self.included)

    def offers(self, type_, interaction):
        return True

    def map_(self, calls, deadline):
        answers = []
        for call in calls:
            try:
                answers.append(call())
            except PortalError as problem:
                answers.append(problem)
        return answers


class Nobody:
    def write(self, rows):
        pass


def reader_of(hospital):
    viewer = Viewer(
        hospital="alder", fhir_base=BASE, patient="a", kind=Kind.SELF, origin=Origin.EHR_LAUNCH, actor="Patient/a", account_id="1",
        session_id="s", handle="h", authority=Authority("user-token", "t"), scopes=frozenset({"patient/*.rs"}),
        expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    return Reader(viewer, hospital, Nobody(), NOW, time.monotonic() + 60, "r")


def query_of(rule):
    """A search this row allows."""
    return Query(rule.type) if rule.bind else Query(rule.type, (("_id", "x1"),))


def shown(found):
    return json.dumps([[dict(r) for r in f.resources] + [dict(r) for r in f.included.values()] for f in found], default=str)


SEARCHABLE = [r for r in RULES if "search" in r.interactions]


@settings(max_examples=700, deadline=None)
@given(st.lists(foreign() | own(), max_size=6), st.lists(foreign() | own(), max_size=6))
def test_no_search_brings_anything_of_somebody_else(resources, included):
    reader = reader_of(Hospital(resources, included))
    assert SECRET not in shown(reader.gather(*map(query_of, SEARCHABLE)))


@settings(max_examples=700, deadline=None)
@given(foreign())
def test_no_read_brings_anything_of_somebody_else(resource):
    reader = reader_of(Hospital([resource], []))
    for id_ in ("a", "b", "x1"):
        try:
            seen = reader.read(resource["resourceType"], id_)
        except PortalError:
            continue
        assert SECRET not in json.dumps(seen, default=str)


@settings(max_examples=300, deadline=None)
@given(own())
def test_what_is_ones_own_does_come(resource):
    """The property above is not kept by showing nothing."""
    rule = table()[resource["resourceType"]]
    (found,) = reader_of(Hospital([resource], [])).gather(query_of(rule))
    assert len(found.resources) == 1 and SECRET not in shown([found])

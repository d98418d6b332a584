"""Scopes are read exactly: nothing malformed is ever understood as something wider."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_launch.fhir_types import RESOURCE_TYPES
from smart_launch.scopes import (
    INTERACTIONS,
    LETTERS,
    BadScope,
    ResourceScope,
    ScopeSet,
    describe,
    narrow,
    parse_resource_scope,
    parse_scopes,
    resource_scope,
    to_v1,
    to_v2,
)

LAB = ("category", "http://terminology.hl7.org/CodeSystem/observation-category|laboratory")
VITALS = ("category", "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs")

levels = st.sampled_from(["patient", "user", "system"])
types = st.sampled_from(["*", "Observation", "Condition", "Patient", "MedicationRequest"])
letters = st.sets(st.sampled_from(LETTERS), min_size=1).map(lambda some: "".join(x for x in LETTERS if x in some))
filters = st.sampled_from([(), (LAB,), (VITALS,), (LAB, ("status", "final"))])
scopes = st.builds(resource_scope, levels, types, letters, filters)
v1_scopes = st.builds(
    lambda a, b, c: parse_resource_scope(f"{a}/{b}.{c}"), levels, types, st.sampled_from(["read", "write", "*"])
)
scope_sets = st.lists(scopes | v1_scopes, max_size=5).map(lambda some: ScopeSet(tuple(some), ("openid",)))


@pytest.mark.parametrize(
    ("text", "type_", "can", "version"),
    [
        ("patient/Observation.rs", "Observation", "rs", 2),
        ("user/*.cruds", "*", "cruds", 2),
        ("system/Patient.r", "Patient", "r", 2),
        ("patient/*.read", "*", "rs", 1),
        ("patient/Task.write", "Task", "cud", 1),
        ("user/Slot.*", "Slot", "cruds", 1),
    ],
)
def test_well_formed_scopes_are_understood(text, type_, can, version):
    scope = parse_resource_scope(text)
    assert (scope.type, scope.can, scope.version, scope.filter, scope.text) == (type_, can, version, (), text)


@pytest.mark.parametrize(
    "text",
    [
        "patient/Observation.dus",
        "patient/Observation.sr",
        "patient/Observation.rr",
        "patient/Observation.",
        "patient/Observation",
        "patient/Observation.rsx",
        "patient/Observation.reads",
        "patient/Observation.READ",
        "patient/Unicorn.rs",
        "patient/DomainResource.r",
        "patient/observation.rs",
        "patient/.rs",
        "patient/Observation.rs?",
        "patient/Observation.rs?category",
        "patient/Observation.rs?category=",
        "patient/Observation.rs?=laboratory",
        "patient/Observation.rs?category=lab&",
        "patient/Observation.rs?category=%zz",
        "patient/Observation.rs?category=%0a",
        "patient/Observation.read?category=lab",
        "patient/Observation.rs ",
        'patient/Observation.rs?category="x"',
        "Patient/Observation.rs",
        "everyone/Observation.rs",
        "patient/**.rs",
        "patient/Observation.rs.cruds",
    ],
)
def test_malformed_scopes_are_refused(text):
    with pytest.raises(BadScope):
        parse_resource_scope(text)
    read = parse_scopes([text])
    assert not any(read.allows("Observation", letter, ["patient", "user", "system"]) for letter in LETTERS)


def test_a_scope_parameter_is_sorted_into_what_it_says():
    read = parse_scopes("launch/patient openid patient/*.rs  patient/*.rs patient/Nope.rs bad\\word __custom")
    assert read.others == ("launch/patient", "openid", "__custom")
    assert [each.text for each in read.resources] == ["patient/*.rs"]
    assert read.rejected == ("patient/Nope.rs", "bad\\word")
    assert "openid" in read and "fhirUser" not in read
    assert str(read) == "launch/patient openid __custom patient/*.rs"


def test_filters_are_decoded_and_written_back_readably():
    text = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
    assert parse_resource_scope(text).filter == (LAB,)
    assert parse_resource_scope("patient/Observation.rs?category=http%3A%2F%2Fx%7Clab").filter == (
        ("category", "http://x|lab"),
    )
    assert resource_scope("patient", "Observation", "rs", (LAB,)).text == text


def test_union_over_scopes():
    granted = parse_scopes(f"patient/Observation.rs?{'='.join(LAB)} patient/Observation.r?{'='.join(VITALS)} user/Slot.s")
    assert granted.allowance("Observation", "read").filters == ((LAB,), (VITALS,))
    assert granted.allowance("Observation", "search-type").filters == ((LAB,),)
    assert not granted.allows("Observation", "create") and not granted.allows("Condition", "read")
    assert granted.allows("Slot", "s") and not granted.allows("Slot", "s", levels=["patient"])
    wider = parse_scopes([*(each.text for each in granted.resources), "patient/*.rs"])
    assert wider.allowance("Observation", "read").unrestricted


def test_system_scopes_are_never_a_users():
    assert not parse_scopes("system/*.cruds").allows("Patient", "read")


@pytest.mark.parametrize(("name", "letter"), INTERACTIONS.items())
def test_each_interaction_needs_its_letter(name, letter):
    assert parse_scopes(f"patient/Task.{letter}").allows("Task", name)
    rest = LETTERS.replace(letter, "")
    assert not parse_scopes(f"patient/Task.{rest}").allows("Task", name)
    assert not parse_scopes("patient/Task.cruds").allows("Task", "operation")


def test_version_one_asked_and_not_narrowed_keeps_its_spelling():
    asked = parse_scopes("launch/patient patient/*.read patient/Task.write")
    assert str(narrow(asked, parse_scopes("launch/patient patient/*.cruds"))) == str(asked)


def test_version_one_narrowed_to_types_becomes_version_two():
    given_ = narrow(parse_scopes("openid patient/*.read"), parse_scopes("patient/Condition.rs patient/Observation.r"))
    assert str(given_) == "patient/Condition.rs patient/Observation.r"


@pytest.mark.parametrize(
    ("wide", "narrow_", "covered"),
    [
        ("patient/*.cruds", "patient/Task.r", True),
        ("patient/Task.r", "patient/*.r", False),
        ("patient/Task.r", "patient/Task.rs", False),
        ("user/Task.r", "patient/Task.r", False),
        ("patient/Task.rs", "patient/Task.rs?status=ready", True),
        ("patient/Task.rs?status=ready", "patient/Task.rs", False),
        ("patient/Task.rs?status=ready", "patient/Task.rs?status=draft", False),
        ("patient/Task.rs?status=ready", "patient/Task.s?code=x&status=ready", True),
        ("patient/Task.read", "patient/Task.rs", True),
    ],
)
def test_one_scope_covers_another_or_does_not(wide, narrow_, covered):
    assert parse_resource_scope(wide).covers(parse_resource_scope(narrow_)) is covered
    assert parse_scopes(wide).covers(parse_scopes(narrow_)) is covered


def test_letters_may_be_covered_by_several_scopes_together():
    assert parse_scopes("patient/Task.r patient/*.s").covers(parse_scopes("patient/Task.rs"))
    assert not parse_scopes("patient/Task.r").covers(parse_scopes("openid patient/Task.r"))


def test_narrowing_to_a_category_leaves_only_the_granular_form():
    allowed = parse_scopes(f"patient/Observation.rs?{'='.join(LAB)} patient/Patient.r")
    assert narrow(parse_scopes("patient/*.rs"), allowed).allowance("Observation", "s").filters == ((LAB,),)


def test_the_two_versions_map_onto_each_other():
    assert [to_v1(parse_resource_scope(f"patient/Task.{can}")) for can in ("rs", "cud", "cruds", "r")] == [
        "patient/Task.read",
        "patient/Task.write",
        "patient/Task.*",
        None,
    ]
    assert to_v2(parse_resource_scope("user/*.write")) == "user/*.cud"
    assert to_v1(resource_scope("patient", "Observation", "rs", (LAB,))) is None


def test_description_joins_letters_and_keeps_filters_apart():
    first, second = describe(parse_scopes(f"patient/Task.r patient/Task.cu patient/Observation.rs?{'='.join(LAB)}"))
    assert (first.type, first.view, first.add, first.change, first.search, first.remove) == (
        "Task", True, True, True, False, False,
    )  # fmt: skip
    assert (second.type, second.filter) == ("Observation", (LAB,))


def test_all_r4_types_and_no_other():
    assert len(RESOURCE_TYPES) == 146
    assert {"Patient", "MedicinalProduct", "Binary"} <= RESOURCE_TYPES
    assert not {"Resource", "DomainResource", "SubscriptionTopic", "*"} & RESOURCE_TYPES


@given(scopes)
def test_what_is_written_is_read_back(scope):
    assert parse_resource_scope(scope.text) == scope


@given(st.text(max_size=40))
def test_any_text_is_read_without_a_crash_and_grants_only_what_parses(text):
    read = parse_scopes(text)
    assert all(parse_resource_scope(each.text) == each for each in read.resources)


@given(levels, types, st.text(alphabet="crudsx*", max_size=7))
def test_letters_count_only_in_order(level, type_, can):
    right = can == "*" or (can and can == "".join(x for x in LETTERS if x in can))
    assert bool(parse_scopes(f"{level}/{type_}.{can}").resources) is bool(right)


@given(
    st.lists(
        st.tuples(st.sampled_from(["code", "status", "category"]), st.text(min_size=1, max_size=20)), min_size=1, max_size=3
    )
)
def test_filter_values_survive_writing_and_reading(pairs):
    pairs = [(name, value) for name, value in pairs if value.isprintable() and value.strip()]
    scope = resource_scope("patient", "Observation", "rs", tuple(dict.fromkeys(pairs)))
    assert parse_resource_scope(scope.text) == scope


@given(scopes, scopes)
def test_cover_means_every_allowance_is_shared(one, other):
    if one.covers(other):
        for type_ in ("Observation", "Condition", "Patient"):
            for letter in other.can:
                assert not other.allows(type_, letter) or one.allows(type_, letter)


@given(scope_sets, scope_sets)
def test_narrowing_never_gives_more_than_either_side(asked, allowed):
    given_ = narrow(asked, allowed)
    assert asked.covers(given_) and allowed.covers(given_)


@given(scope_sets, scope_sets, st.sampled_from(["Observation", "Condition", "Slot"]), st.sampled_from(LETTERS))
def test_narrowing_keeps_all_that_both_give(asked, allowed, type_, letter):
    for level in ("patient", "user", "system"):
        both = asked.allows(type_, letter, [level]) and allowed.allows(type_, letter, [level])
        assert narrow(asked, allowed).allows(type_, letter, [level]) is both


@given(scope_sets)
def test_everything_covers_itself_and_narrows_to_itself(some):
    assert some.covers(some)
    assert some.covers(narrow(some, some)) and narrow(some, some).covers(some)


def test_a_resource_scope_is_a_value():
    assert parse_resource_scope("patient/*.rs") == ResourceScope("patient", "*", "rs", (), "patient/*.rs")

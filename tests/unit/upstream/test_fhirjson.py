"""FHIR JSON: numbers intact, everything else refused with one error."""

import json
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirportal.errors import UpstreamError
from fhirportal.upstream.fhirjson import MAX_DEPTH, dumps, find_outcome, loads, require_resource

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**17), max_value=10**17)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | DECIMALS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("text", ["1.50", "0.10", "-0.0", "100.000", "1E+2", "0.0000001", "12345678901234567890.123456789"])
def test_a_decimal_keeps_its_digits(text):
    value = loads(f'{{"value":{text}}}'.encode())
    assert dumps(value) == f'{{"value":{text}}}'.encode()


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})", fullmatch=True))
def test_every_decimal_that_fhir_allows_round_trips_to_the_letter(text):
    assert dumps(loads(b'{"v":%s}' % text.encode())) == b'{"v":%s}' % text.encode()


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_is_written_reads_back_the_same(value):
    assert loads(dumps(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_one_error(body):
    try:
        assert isinstance(loads(body), dict)
    except UpstreamError as problem:
        assert problem.code == "upstream-not-fhir"


def test_a_number_that_would_fill_the_memory_is_text():
    assert loads(b'{"v":1e999999999, "w":-1E-500, "x":1e5}') == {"v": "1e999999999", "w": "-1E-500", "x": Decimal("1e5")}
    assert loads(b'{"v":1.' + b"1" * 100 + b"}")["v"] == "1." + "1" * 100


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" * 5000, "01", "1.", ".5", "+1"])
def test_what_is_no_json_number_is_refused(number):
    with pytest.raises(UpstreamError):
        loads(f'{{"v":{number}}}'.encode())


def nested(depth, open_=b'{"a":', close=b"}", core=b"1"):
    return open_ * depth + core + close * depth


def test_depth_is_bounded():
    loads(nested(MAX_DEPTH))
    for body in (nested(MAX_DEPTH + 1), nested(100_000), b'{"a":' + nested(100_000, b"[", b"]") + b"}", nested(900)):
        with pytest.raises(UpstreamError):
            loads(body)
    assert sys.getrecursionlimit() >= 1000


@pytest.mark.parametrize("text", ["[" * 500, "}{" * 300, "]]", "[degF] {score}"])
def test_brackets_inside_of_text_are_not_depth(text):
    body = json.dumps({"a": text, "b": [{}]}).encode()
    assert loads(body)["a"] == text
    with pytest.raises(UpstreamError):
        loads(b'{"t":%s,"a":%s}' % (json.dumps(text).encode(), nested(MAX_DEPTH + 1)))


def test_a_byte_order_mark_and_other_unicode_are_tolerated():
    assert loads(b'\xef\xbb\xbf{"a":"\xc3\xa9"}') == {"a": "é"}
    assert loads('{"a":"é"}'.encode("utf-16")) == {"a": "é"}
    assert loads(b'  {"a":"caf\xe9"} ') == {"a": "caf\ufffd"}


def test_half_a_surrogate_pair_does_not_break_the_page():
    value = loads(b'{"a":["x\\ud800y", {"\\uDFFF":1}], "b":"\\ud83d\\ude00"}')
    assert value == {"a": ["x\ufffdy", {"\ufffd": 1}], "b": "😀"}
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"<html>", b"\n <?xml ?>", b"[]", b'"a"', b"1", b"null", b"{", b'{"a":1}{}', b"\x00"]
)
def test_what_is_no_object_is_refused(body):
    with pytest.raises(UpstreamError) as caught:
        loads(body)
    assert caught.value.code == "upstream-not-fhir"


@pytest.mark.parametrize("value", [{}, {"resourceType": None}, {"resourceType": ""}, {"resourceType": ["Patient"]}])
def test_a_resource_says_what_it_is(value):
    with pytest.raises(UpstreamError):
        require_resource(value)
    assert require_resource({"resourceType": "Patient"}) == {"resourceType": "Patient"}


def test_an_outcome_is_found_or_not():
    assert find_outcome(b'{"resourceType":"OperationOutcome"}') is not None
    assert find_outcome(b'{"resourceType":"Patient"}') is None
    assert find_outcome(b"<html>") is None


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), object(), {1, 2}])
def test_what_json_has_not_is_not_written(value):
    with pytest.raises((ValueError, TypeError)):
        dumps({"v": value})

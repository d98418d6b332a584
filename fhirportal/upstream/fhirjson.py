"""FHIR JSON with its numbers intact: bytes -> dict with Decimal, and back.

It decides what counts as FHIR JSON at all: an object, not too deep, not HTML, not empty. A decimal keeps the digits it was sent
with ("1.50" is not "1.5", FHIR R4 datatypes, decimal). It must not know what any resource means.
"""

import json
import re
import secrets
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from fhirportal.errors import UpstreamError

MAX_DEPTH = 100  # real resources stay under 30; recursion over a deeper one could end the thread
LONGEST_NUMBER = 64
WIDEST_EXPONENT = 400  # HL7's own example of decimals has 1E-245
_OTHER_THAN_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_MARKUP = re.compile(rb"\s*<")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def loads(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, decimals as Decimal. Raises UpstreamError (code "upstream-not-fhir") for anything else.

    Tolerates a byte order mark, and bytes that are no UTF-8 (they become U+FFFD: one spoilt letter, not a lost page).
    """
    value = _parsed(body)
    if not isinstance(value, dict):
        _refuse("not a JSON object")
    _require_flat(body, value)
    return _without_surrogates(value) if b"\\ud" in body or b"\\uD" in body else value


def require_resource(value: dict[str, Any]) -> dict[str, Any]:
    """`value` if it says what it is. Raises UpstreamError (code "upstream-not-fhir")."""
    if not isinstance(value.get("resourceType"), str) or not value["resourceType"]:
        _refuse("JSON without a resourceType")
    return value


def find_outcome(body: bytes) -> dict[str, Any] | None:
    """The OperationOutcome in `body`, None where there is none; never raises."""
    try:
        value = loads(body)
    except UpstreamError:
        return None
    return value if value.get("resourceType") == "OperationOutcome" else None


def dumps(value: Any) -> bytes:
    """JSON in UTF-8, every Decimal with the digits it has. Raises ValueError for NaN and infinity, TypeError for objects."""
    mark = secrets.token_hex(16)

    def marked(number: Any) -> str:
        if not isinstance(number, Decimal):
            raise TypeError(f"{type(number).__name__} is no JSON")
        if not number.is_finite():
            raise ValueError("not a number that JSON has")
        return f"{mark}{_digits(number)}"

    text = json.dumps(value, default=marked, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return re.sub(f'"{mark}([^"]*)"', r"\1", text).encode("utf-8", "replace")


def _digits(number: Decimal) -> str:
    """As it was sent: Python would write 0.0000001 as 1E-7."""
    exponent = number.as_tuple().exponent
    plain = isinstance(exponent, int) and -LONGEST_NUMBER // 2 <= exponent <= 0
    return f"{number:f}" if plain else str(number)


def _parsed(body: bytes) -> Any:
    if not body.strip():
        _refuse("an empty answer")
    if _MARKUP.match(body):
        _refuse("markup instead of JSON")
    try:
        text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
        return json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        raise UpstreamError("not JSON", code="upstream-not-fhir") from problem


def _number(text: str) -> Decimal | str:
    """Decimal; the text itself where no measured value looks like that (1e999999999 would fill the memory when written out)."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return text if len(text) > LONGEST_NUMBER or abs(number.adjusted()) > WIDEST_EXPONENT else number


def _require_flat(body: bytes, value: Any) -> None:
    brackets = body.translate(None, _OTHER_THAN_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    _walk_flat(value)  # very deep, or brackets inside of strings: look at the values


def _walk_flat(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        children = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return
    _refuse("nested too deeply")


def _without_surrogates(value: Any) -> Any:
    """Half a surrogate pair cannot be written as UTF-8: it would break the page, so it becomes U+FFFD."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _refuse(reason: str) -> NoReturn:
    raise UpstreamError(reason, code="upstream-not-fhir")

"""JSON that keeps every decimal as it was sent (R4 2.24.0.1: 1.50 is not 1.5)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

DEEPEST = 60
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Spelled(Decimal):
    """A number that remembers how it was written: 0.00000010 and 1E2 stay what they are."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Spelled:
        made = super().__new__(cls, text)
        made.text = text
        return made


def loads(text: str | bytes) -> Any:
    """JSON text to dicts with Decimals. Raises ValueError, also for NaN, Infinity, half a surrogate and absurd depth."""
    try:
        value = json.loads(text, parse_float=Spelled, parse_constant=_refuse)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    _require_shallow(value)
    if _SURROGATE.search(text if isinstance(text, str) else text.decode("utf-8", "replace")):
        dumps(value).encode()  # UnicodeEncodeError is a ValueError
    return value


def _require_shallow(value: Any) -> None:
    """Level by level, without recursion: whatever walks a resource later may then recurse."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return
        inside = (inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer))
        level = [inner for inner in inside if isinstance(inner, dict | list)]
    raise ValueError("nested too deeply")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")


def dumps(value: Any) -> str:
    """Dicts to compact JSON text, Decimals with the digits they came with."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Any, put: Any) -> None:
    if isinstance(value, str):
        put(encode_basestring(value))
    elif value is None or value is True or value is False:
        put({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, dict):
        _write_object(value, put)
    elif isinstance(value, list | tuple):
        _write_array(value, put)
    else:
        put(value.text if isinstance(value, Spelled) else str(value))


def _write_object(value: dict[str, Any], put: Any) -> None:
    put("{")
    for n, (key, inner) in enumerate(value.items()):
        put(("," if n else "") + encode_basestring(key) + ":")
        _write(inner, put)
    put("}")


def _write_array(value: Any, put: Any) -> None:
    put("[")
    for n, inner in enumerate(value):
        if n:
            put(",")
        _write(inner, put)
    put("]")

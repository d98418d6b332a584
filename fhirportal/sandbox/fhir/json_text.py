"""JSON that keeps every decimal as it was sent (R4 2.24.0.1: 1.50 is not 1.5)."""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

DEEPEST = 60


def loads(text: str | bytes) -> Any:
    """JSON text to dicts with Decimal numbers. Raises ValueError, also for NaN, Infinity and absurd depth."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem


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
        put(str(value))


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

"""Reading the JSON documents that servers publish about themselves.

It decides what counts as a document: status 200 and a JSON object. It must not know what any document is for.
"""

import json
from collections.abc import Mapping
from typing import Any

from smart_launch.errors import DiscoveryFailed, HttpFailure
from smart_launch.ports import Http

_LARGEST = 8 * 1024 * 1024  # CapabilityStatements may be large, but not larger than this


def parse_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in `body`, or None for anything else."""
    if len(body) > _LARGEST:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def find_json(http: Http, url: str, deadline: float, accept: str = "application/json") -> dict[str, Any] | None:
    """The JSON object at `url`; None where the server answered anything else. Raises DiscoveryFailed without an
    answer.
    """
    try:
        answer = http.get(url, {"accept": accept}, deadline)
    except HttpFailure as failure:
        raise DiscoveryFailed(f"no answer: {failure.reason}") from failure
    if answer.status >= 500:
        raise DiscoveryFailed(f"the server answered {answer.status}")
    return parse_object(answer.body) if answer.status == 200 else None


def list_objects(value: object, name: str) -> list[Mapping[str, Any]]:
    """The objects in the list `value[name]`; whatever else stands there is passed over."""
    found = value.get(name) if isinstance(value, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

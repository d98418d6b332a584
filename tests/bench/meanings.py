"""What the meaning of one resource costs: each mapping beside json.loads of the same text and fhir.resources' validation."""

import gc
import json
import pkgutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import mappings
from fhirportal.sandbox.demo_data import generate
from tests.bench.measuring import NotMeasured, middle

Row = dict[str, Any]
MOST = 200


def measure(rounds: int) -> list[Row]:
    """One row for each mapping; the demo's own resources of its type, each round all ways one after the other."""
    by_type: dict[str, list[str]] = {}
    for resource in generate(datetime.now(UTC).date()):
        by_type.setdefault(resource["resourceType"], []).append(json.dumps(resource))
    rows = []
    for name, to_view in discover():
        texts = by_type.get(name, [])[:MOST]
        rows.append(_row(name, to_view, texts, rounds) if texts else {"type": name, "resources": 0})
    if not rows:
        raise NotMeasured("no mapping was found")
    return rows


def discover() -> list[tuple[str, Callable[[Any], object]]]:
    """`mappings.care_plan.to_view` -> ("CarePlan", to_view), for every mapping there is."""
    modules = [import_module(f"mappings.{found.name}") for found in pkgutil.iter_modules(mappings.__path__)]
    named = [(m.__name__.rpartition(".")[2].title().replace("_", ""), m) for m in modules if hasattr(m, "to_view")]
    return [(name, m.to_view) for name, m in named]


def _row(name: str, to_view: Callable[[Any], object], texts: list[str], rounds: int) -> Row:
    parsed = [json.loads(text) for text in texts]
    if not any(to_view(resource) is not None for resource in parsed):
        raise NotMeasured(f"{name}: nothing of the demo's data has a view")
    validate = import_module(f"fhir.resources.R4B.{name.lower()}").__dict__[name].model_validate
    ways: dict[str, Callable[[], object]] = {
        "to_view": lambda: [to_view(resource) for resource in parsed],
        "json": lambda: [json.loads(text) for text in texts],
        "validate": lambda: [validate(resource) for resource in parsed],
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    order = list(ways)
    for n in range(rounds):
        for way in order if n % 2 else reversed(order):
            taken[way].append(_processor_us(ways[way]) / len(texts))
    medians = {way: round(middle(values), 1) for way, values in taken.items()}
    return {"type": name, "resources": len(texts), "bytes": sum(map(len, texts)) // len(texts), **medians}


def _processor_us(call: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time_ns()
        call()
        return (time.process_time_ns() - begun) / 1000
    finally:
        gc.enable()

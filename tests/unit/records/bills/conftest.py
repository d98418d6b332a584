"""A hospital in memory that searches by type and id, as every server can."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from memory_hospital import Answer, MemoryHospital

from fhirportal.errors import UpstreamError


@dataclass
class MoneyHospital(MemoryHospital):
    """The same with searches for any type; `partial` holds types of which more exists than comes."""

    partial: tuple[str, ...] = ()

    def search(self, ask: Any, authority: Any, deadline: float, request_id: str, limit: int) -> Answer:
        self.asked.append((ask.type, ask.params))
        if ask.type in self.down:
            raise UpstreamError("down")
        ids = next((value.split(",") for name, value in ask.params if name == "_id"), None)
        found = [r for r in self.resources if r["resourceType"] == ask.type and (ids is None or r.get("id") in ids)]
        return Answer(found[:limit], (), partial=ask.type in self.partial)


@pytest.fixture
def make_hospital() -> Callable[..., MoneyHospital]:
    return lambda *resources, **more: MoneyHospital(list(resources), **more)

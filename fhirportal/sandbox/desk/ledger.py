"""The hospital's store as the SMART front and the desk use it: find, search, and an update at a known version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from fhirportal.sandbox.desk.ward import Stale
from fhirportal.sandbox.fhir.outcome import VersionConflict
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store


class StoreLedger:
    """Implements `smart.people.Records` and `desk.ward.Ledger` on one base's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, type_: str, id_: str) -> dict[str, Any] | None:
        return self._store.find(type_, id_)

    def search(self, type_: str, params: Mapping[str, str], count: int) -> Sequence[dict[str, Any]]:
        """At most `count` resources that match ordinary FHIR search parameters."""
        search = parse_search(type_, list(params.items()), self._store.base)
        found = (self._store.find(type_, id_) for id_ in matching_ids(self._store, search)[:count])
        return [resource for resource in found if resource is not None]

    def update(self, resource: dict[str, Any], version: str) -> None:
        """A new version; the old one stays in the history. Raises Stale."""
        try:
            self._store.update(resource, int(version))
        except (VersionConflict, ValueError) as error:
            raise Stale from error

    def transaction(self) -> AbstractContextManager[object]:
        """All updates inside happen, or none."""
        return self._store.transaction()

"""A hospital gone wrong on purpose: when told to, it answers every question with another patient's data.

Tests use it to see that no byte of that patient gets through the portal. It is off until somebody with the control token
turns it on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fhirportal.sandbox.fhir.parameters import find_parameter
from fhirportal.sandbox.fhir.policy import Grant, OpenGrant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store, Stored

_WHOSE = ("_id", "identifier", "patient", "subject", "beneficiary", "actor", "encounter")


class Impostor:
    """The switch of one base. `victim` is a Patient id, None: off."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()
        self._victim: str | None = None

    def answer_as(self, victim: str | None) -> None:
        with self._lock:
            self._victim = victim

    def grant(self) -> Grant | None:
        """Everything for everybody, while it is on."""
        return OpenGrant() if self._victim else None

    def read(self, type_: str) -> Stored | None:
        """The victim's resource of this type, whichever id was asked for; what is nobody's stays what it is."""
        victim = self._victim
        if not victim:
            return None
        if type_ == "Patient":
            return self._store.read("Patient", victim)
        if find_parameter(type_, "patient") is None:
            return None
        ids = matching_ids(self._store, parse_search(type_, [("patient", victim)], self._store.base))
        return self._store.read(type_, ids[0]) if ids else None

    def rewrite(self, type_: str, params: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The same search for the victim: whoever was asked for is left out."""
        victim = self._victim
        if not victim:
            return list(params)
        if type_ == "Patient":
            return [("_id", victim), *((n, v) for n, v in params if n.startswith("_") and n != "_id")]
        if find_parameter(type_, "patient") is None:
            return list(params)
        return [("patient", victim), *((n, v) for n, v in params if n.partition(":")[0] not in _WHOSE)]

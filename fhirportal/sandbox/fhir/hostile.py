"""A hospital gone wrong on purpose: when told to, it answers every question with another patient's data.

Tests use it to see that no byte of that patient gets through the portal. It is off until somebody with the control token
turns it on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fhirportal.sandbox.fhir.policy import Grant, OpenGrant
from fhirportal.sandbox.fhir.query import matching_ids, parse_search
from fhirportal.sandbox.fhir.store import Store, Stored

_PATIENT = ("patient", "subject", "beneficiary", "actor")


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
        """The victim's resource of this type, whichever id was asked for."""
        if not self._victim:
            return None
        if type_ == "Patient":
            return self._store.read("Patient", self._victim)
        ids = matching_ids(self._store, parse_search(type_, [("patient", self._victim)], self._store.base))
        return self._store.read(type_, ids[0]) if ids and type_ != "Binary" else None

    def rewrite(self, type_: str, params: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The same search for the victim."""
        if not self._victim:
            return list(params)
        return [(n, self._victim) if n.split(":")[0] in _PATIENT and type_ != "Schedule" else (n, v) for n, v in params]

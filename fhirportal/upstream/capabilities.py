"""What a hospital's server says it can do: its CapabilityStatement, read leniently and kept.

It decides what is believed when nothing is known (everything is offered: the server itself will say no) and how long a
statement is used. It must not know how it is fetched. Pages never wait for one.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhirportal.errors import PortalError, UpstreamError
from fhirportal.upstream.ports import Kept

log = logging.getLogger(__name__)
FRESH_SECONDS = 3600.0
KEPT_SECONDS = 14 * 86_400.0
AGAIN_SECONDS = 60.0  # after a failed try
Types = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Capabilities:
    """`known` is False where no statement could be read: then every question is answered with yes.

    `interactions` and `params` by FHIR type; an empty set means that the statement lists none, which says nothing.
    `software` is for staff (`fhirportal check`), never for pages or apps.
    """

    known: bool = False
    fhir_version: str = ""
    software: str = ""
    smart: bool = False
    interactions: Types = field(default_factory=dict)
    params: Types = field(default_factory=dict)

    @classmethod
    def from_statement(cls, statement: Mapping[str, Any]) -> "Capabilities":
        """A CapabilityStatement, however odd. Raises UpstreamError (code "upstream-not-fhir") for what is none."""
        if statement.get("resourceType") != "CapabilityStatement":
            raise UpstreamError("not a CapabilityStatement", code="upstream-not-fhir")
        servers = [rest for rest in _objects(statement.get("rest")) if rest.get("mode", "server") == "server"]
        resources = [r for rest in servers for r in _objects(rest.get("resource")) if isinstance(r.get("type"), str)]
        return cls(
            known=bool(resources),
            fhir_version=str(statement.get("fhirVersion") or ""),
            software=_software(statement.get("software")),
            smart=any(_smart(rest) for rest in servers),
            interactions=_by_type(resources, "interaction", "code"),
            params=_by_type(resources, "searchParam", "name"),
        )

    def supports(self, type_: str, interaction: str) -> bool:
        """Whether the server offers it: "read", "search-type", "create", ... (R4 value set type-restful-interaction)."""
        if not self.known:
            return True
        listed = self.interactions.get(type_)
        if listed is None:
            return False
        # some list search parameters and forget to say "search-type"
        return not listed or interaction in listed or (interaction == "search-type" and bool(self.params.get(type_)))

    def searchable(self, type_: str, param: str) -> bool:
        """Whether the type can be searched by `param`."""
        if not self.supports(type_, "search-type"):
            return False
        listed = self.params.get(type_)
        return not listed or param in listed or param.startswith("_")

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it."""
        return json.dumps({name: _plain(value) for name, value in vars(self).items()}).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Capabilities":
        """Raises ValueError for anything `to_bytes` did not write."""
        try:
            values = json.loads(kept)
            for name in ("interactions", "params"):
                values[name] = {type_: frozenset(listed) for type_, listed in values[name].items()}
            return cls(**values)
        except (TypeError, KeyError, AttributeError) as problem:
            raise ValueError("not kept capabilities") from problem


class CapabilityKeeper:
    """The newest statement of one hospital: in memory, in the shared store, and asked for again in the background.

    `fetch` reads the statement (it has limits of its own), `start` runs a call some time later, `clock` is monotonic seconds.
    """

    def __init__(
        self,
        hospital: str,
        fetch: Callable[[], Mapping[str, Any]],
        kept: Kept | None,
        start: Callable[[Callable[[], object]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._key = f"capabilities/{hospital}"
        self._hospital, self._fetch, self._kept, self._start, self._clock = hospital, fetch, kept, start, clock
        self._lock = threading.Lock()
        self._now = Capabilities()
        self._look_again = float("-inf")

    def current(self) -> Capabilities:
        """What is known now, without waiting for the hospital; stale is better than nothing."""
        with self._lock:
            due = self._clock() >= self._look_again
            if due:
                self._look_again = self._clock() + AGAIN_SECONDS
        if due and not self._recall():
            self._start(self._try)
        return self._now

    def refresh(self) -> Capabilities:
        """Asks the hospital now (worker, `fhirportal check`). Raises UpstreamError; what was known stays."""
        fresh = Capabilities.from_statement(self._fetch())
        self._learn(fresh, FRESH_SECONDS)
        if self._kept is not None:
            kept = self._kept
            _unless_away(lambda: kept.put(self._key, fresh.to_bytes(), KEPT_SECONDS))
            _unless_away(lambda: kept.put(f"{self._key}/fresh", b"1", FRESH_SECONDS))
        return fresh

    def _recall(self) -> bool:
        """Whether another process read it within the hour; what it read is taken over in any case."""
        if self._kept is None:
            return False
        kept = self._kept
        stored = _unless_away(lambda: kept.get(self._key))
        fresh = _unless_away(lambda: kept.get(f"{self._key}/fresh"))
        try:
            if stored:
                self._learn(Capabilities.from_bytes(stored), FRESH_SECONDS / 4 if fresh else AGAIN_SECONDS)
        except ValueError:
            return False
        return bool(stored and fresh)

    def _learn(self, capabilities: Capabilities, seconds: float) -> None:
        with self._lock:
            self._now = capabilities
            self._look_again = self._clock() + seconds

    def _try(self) -> None:
        try:
            self.refresh()
        except PortalError as problem:
            told = {"event": "capabilities-unread", "hospital": self._hospital, "code": problem.code}
            log.warning("capability statement unread", extra=told)


def _unless_away(call: Callable[[], bytes | None]) -> bytes | None:
    """The shared store only saves work here: without it we ask the hospital."""
    try:
        return call()
    except (PortalError, ValueError):
        return None


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else iter(())


def _by_type(resources: list[Mapping[str, Any]], list_name: str, member: str) -> Types:
    found: dict[str, frozenset[str]] = {}
    for resource in resources:
        listed = {str(item[member]) for item in _objects(resource.get(list_name)) if item.get(member)}
        found[resource["type"]] = found.get(resource["type"], frozenset()) | listed
    return found


def _software(software: object) -> str:
    named = software if isinstance(software, Mapping) else {}
    return " ".join(str(named[part])[:80] for part in ("name", "version") if named.get(part))


def _smart(rest: Mapping[str, Any]) -> bool:
    security = rest.get("security")
    services = _objects(security.get("service")) if isinstance(security, Mapping) else iter(())
    codes = (coding.get("code") for service in services for coding in _objects(service.get("coding")))
    return any(code == "SMART-on-FHIR" for code in codes)


def _plain(value: object) -> object:
    return {t: sorted(v) for t, v in value.items()} if isinstance(value, Mapping) else value

"""One look at one server, in the order in which answers make further questions possible; everything within the time budget.

It decides what is asked, and that a server which guards its data is not asked again and again. It must not judge: what the
answers mean for the portal is said by `findings` and by the rooms above.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fhirportal.errors import PortalError, UpstreamError
from fhirportal.http import ProtocolHttp
from fhirportal.http.certificates import Handshake, look
from fhirportal.upstream.capabilities import Capabilities
from fhirportal.upstream.doctor.asking import ORIGIN, Asker, Reply
from fhirportal.upstream.doctor.searches import NOBODY, Seen, Wanted, read_status, search_url
from smart_launch.configuration import Configuration, discover
from smart_launch.documents import list_objects
from smart_launch.errors import LaunchError

FIRST, SECOND = 0.6, 0.8  # shares of the time that documents, and first searches, may take
T = TypeVar("T")


@dataclass(frozen=True)
class Examination:
    """All that was seen of one server. `base` has no slash at its end; `launch` is what a launch would work with, None if
    `launch_trouble` (a code of smart_launch.errors, or "no-time") says that it could not begin."""

    base: str
    metadata: Reply
    plain_metadata: Reply
    smart: Reply
    capabilities: Capabilities = field(default_factory=Capabilities)
    launch: Configuration | None = None
    launch_trouble: str = ""
    launch_reason: str = ""
    tls: Handshake | None = None
    openid: Reply | None = None
    jwks: Reply | None = None
    token: Reply | None = None
    types: Mapping[str, Seen] = field(default_factory=dict)
    hungry: bool = False  # whether time ran out before everything was asked

    @property
    def statement(self) -> Mapping[str, Any] | None:
        """The CapabilityStatement, if there is one."""
        return self.metadata.resource("CapabilityStatement")

    def includes(self, type_: str) -> frozenset[str]:
        """The _include values the statement lists for a type."""
        resources = [
            one
            for rest in list_objects(self.statement, "rest")
            for one in list_objects(rest, "resource")
            if one.get("type") == type_
        ]
        listed = [one.get("searchInclude") for one in resources]
        return frozenset(str(value) for values in listed if isinstance(values, list) for value in values)

    @property
    def reached(self) -> bool:
        """Whether anything at all answered."""
        return bool(self.metadata.status or self.smart.status)


def examine(asker: Asker, base: str, wanted: Sequence[Wanted]) -> Examination:
    """Never raises for what the server does. `base`: an http(s) address that `http.door.require_url` lets pass."""
    begun = time.monotonic()
    span = asker.deadline - begun
    seen = _documents(asker, base, begun + span * FIRST)
    if not seen.reached:
        return seen
    calls: list[Callable[[], Any]] = [
        partial(_endpoints, asker, seen, begun + span * SECOND),
        partial(_searches, asker, seen, wanted, begun + span * SECOND),
    ]
    found = asker.fanout.map_(calls, asker.deadline)
    endpoints = {} if isinstance(found[0], PortalError) else found[0]
    untried = {w.type: Seen(w, _declared(seen.capabilities, w)) for w in wanted}
    types = untried if isinstance(found[1], PortalError) else found[1]
    hungry = time.monotonic() >= asker.deadline or any(_unasked(one) for one in types.values())
    return Examination(**{**vars(seen), **endpoints, "types": types, "hungry": hungry})


def _documents(asker: Asker, base: str, deadline: float) -> Examination:
    """What the server says of itself, and its certificate, all at once."""
    calls: list[Callable[[], Any]] = [
        partial(asker.get, f"{base}/metadata", deadline=deadline, Origin=ORIGIN),
        partial(asker.get, f"{base}/metadata", "*/*", deadline),
        partial(asker.get, f"{base}/.well-known/smart-configuration", "application/json", deadline, Origin=ORIGIN),
        partial(_discovered, asker, base, deadline),
        partial(_handshake, asker, base, deadline),
    ]
    metadata, plain, well_known, launch, tls = asker.fanout.map_(calls, deadline + 0.2)
    configuration, trouble, reason = launch if isinstance(launch, tuple) else (None, "no-time", "no answer in time")
    return Examination(
        base=base,
        metadata=_reply(metadata, f"{base}/metadata"),
        plain_metadata=_reply(plain, f"{base}/metadata"),
        smart=_reply(well_known, f"{base}/.well-known/smart-configuration"),
        capabilities=_capabilities(_reply(metadata, "")),
        launch=configuration,
        launch_trouble=trouble,
        launch_reason=reason,
        tls=tls if isinstance(tls, Handshake) else None,
    )


def _discovered(asker: Asker, base: str, deadline: float) -> tuple[Configuration | None, str, str]:
    """Discovery as a real launch does it: what it makes of the documents is what patients get."""
    try:
        return discover(ProtocolHttp(asker.door, allow_private=asker.allow_private), base, deadline), "", ""
    except LaunchError as problem:
        return None, problem.code, problem.reason


def _handshake(asker: Asker, base: str, deadline: float) -> Handshake | None:
    parts = urlsplit(base)
    if parts.scheme != "https":
        return None
    return look(parts.hostname or "", parts.port or 443, deadline, asker.allow_private, asker.ca_file)


def _capabilities(metadata: Reply) -> Capabilities:
    statement = metadata.resource("CapabilityStatement")
    try:
        return Capabilities.from_statement(statement) if statement is not None else Capabilities()
    except UpstreamError:
        return Capabilities()


def _endpoints(asker: Asker, seen: Examination, deadline: float) -> dict[str, Reply]:
    """Whether the addresses that a launch goes to answer at all: any status will do, nothing is sent to them."""
    found = seen.launch
    if found is None:
        return {}
    urls = {"token": found.token_endpoint, "jwks": found.jwks_uri}
    if found.issuer or found.signs_in:
        urls["openid"] = f"{(found.issuer or seen.base).rstrip('/')}/.well-known/openid-configuration"
    named = {name: url for name, url in urls.items() if url}
    return dict(zip(named, asker.all(list(named.values()), deadline), strict=True))


def _searches(asker: Asker, seen: Examination, wanted: Sequence[Wanted], deadline: float) -> dict[str, Seen]:
    patient = _somebody(asker, seen.base, deadline)
    replies = asker.all([_first_url(seen.base, w, patient) for w in wanted], deadline)
    types = {}
    for one, reply in zip(wanted, replies, strict=True):
        told = reply if _telling(one, patient, reply) else None
        types[one.type] = Seen(one, _declared(seen.capabilities, one), told)
    return {**types, **_tried_params(asker, seen.base, patient, types)}


def _somebody(asker: Asker, base: str, deadline: float) -> str:
    """The id of a patient whom the server shows without a token, "" if it rightly shows none. Never kept, never printed."""
    bundle = asker.get(f"{base}/Patient?_count=1", deadline=deadline).resource("Bundle")
    entries = bundle.get("entry") if bundle else None
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping) and resource.get("resourceType") == "Patient" and isinstance(resource.get("id"), str):
            return str(resource["id"])[:1024]
    return ""


def _telling(wanted: Wanted, patient: str, reply: Reply) -> bool:
    """Whether the answer says something about the question the portal would ask: without a patient's id it was another one."""
    if patient or reply.status in (401, 403):
        return True
    return wanted.searched and not (wanted.bind and reply.status in (400, 422))


def _first_url(base: str, wanted: Wanted, patient: str) -> str:
    if wanted.searched:
        return search_url(base, wanted, patient)
    return f"{base}/{wanted.type}/{quote(patient or NOBODY, safe='')}"


def _tried_params(asker: Asker, base: str, patient: str, types: Mapping[str, Seen]) -> dict[str, Seen]:
    """Each further parameter, only of types that answered: a server that guards its data would only say no again."""
    open_ones = [s for s in types.values() if s.wanted.searched and s.tried == "accepted"]
    asked = [(s, name) for s in open_ones for name in s.wanted.params]
    asked += [(s, "_include") for s in open_ones if s.wanted.includes]
    strict = {"Prefer": "handling=strict"}  # or unknown parameters would be passed over in silence
    replies = asker.all([search_url(base, s.wanted, patient, name) for s, name in asked], asker.deadline, **strict)
    found: dict[str, Seen] = {}
    for (seen, name), reply in zip(asked, replies, strict=True):
        one = found.get(seen.wanted.type, seen)
        params, statuses = {**one.params, name: read_status(reply, name)}, {**one.statuses, name: reply.status}
        found[seen.wanted.type] = Seen(one.wanted, one.declared, one.base, params, statuses)
    return found


def _declared(capabilities: Capabilities, wanted: Wanted) -> bool | None:
    if not capabilities.known:
        return None
    return capabilities.supports(wanted.type, "search-type" if wanted.searched else "read")


def _unasked(seen: Seen) -> bool:
    missed = seen.base is not None and seen.base.trouble in ("not-tried", "upstream-timeout")
    return missed or any(seen.statuses.get(name) == 0 for name in seen.params)


def _reply(found: object, url: str) -> Reply:
    return found if isinstance(found, Reply) else Reply(url, trouble="upstream-timeout")

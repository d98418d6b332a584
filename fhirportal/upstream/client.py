"""The hospital's FHIR server as the rooms above see it: fetch, search, what it can do, and many calls at once.

It decides how a question becomes requests and what comes back as what. It must not know patients, scopes or pages: it is given
questions that `access` has decided, and its answers are checked again above.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from fhirportal.errors import NotFound, PortalError, UpstreamError
from fhirportal.http import Answer, Door
from fhirportal.settings import Hospital, Settings
from fhirportal.upstream.addresses import address_of, is_binary, within
from fhirportal.upstream.breaker import Breaker
from fhirportal.upstream.capabilities import Capabilities, CapabilityKeeper
from fhirportal.upstream.exchange import Call, Exchange
from fhirportal.upstream.fanout import Fanout
from fhirportal.upstream.fhirjson import loads, require_resource
from fhirportal.upstream.outcomes import require_ok
from fhirportal.upstream.paging import Gathering, Page, follow
from fhirportal.upstream.ports import Ask, Authority, Kept, Question, Tokens
from fhirportal.upstream.quirks import by_name

T = TypeVar("T")
_COOKIE = re.compile(r"(?:^|,\s*)([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,4096})")
METADATA_SECONDS = 20.0
METADATA_BYTES = 16 * 1024 * 1024


class Gateway:
    """One hospital. Thread-safe; kept for the life of the process. `clock` gives aware UTC.

    Every call raises PortalErrors only: UpstreamError and its kinds, UpstreamSignedOut, NotShared, NotOffered, NotFound,
    BadInput; Unavailable where our own token store is away. `deadline` is a monotonic instant in seconds.
    """

    def __init__(
        self,
        hospital: Hospital,
        door: Door,
        tokens: Tokens,
        clock: Callable[[], datetime],
        *,
        fanout: Fanout,
        kept: Kept | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self.hospital = hospital
        self._base = hospital.fhir_base.rstrip("/")
        self._quirks = by_name(hospital.vendor)
        self._clock, self._fanout = clock, fanout
        self._exchange = Exchange(hospital, door, tokens, breaker or Breaker(), clock)
        self._capabilities = CapabilityKeeper(hospital.slug, self._statement, kept, fanout.start)

    def fetch(self, ask: Ask, authority: Authority, deadline: float, request_id: str) -> Answer:
        """The bytes of one question's 2xx answer, as they came (a search: its first page)."""
        (question,) = self._quirks.asks(ask)[:1]
        return self._answer(address_of(self._base, question), question, Call(authority, deadline, request_id))

    def fetch_resource(self, ask: Ask, authority: Authority, deadline: float, request_id: str) -> Mapping[str, Any]:
        """One resource, decimals kept. NotFound where it is not there, UpstreamError where something else came."""
        resource = require_resource(loads(self.fetch(ask, authority, deadline, request_id).body))
        if resource["resourceType"] != ask.type:
            raise UpstreamError("another type than was asked for", code="upstream-not-fhir")
        return resource

    def fetch_binary(self, url: str, authority: Authority, deadline: float, request_id: str) -> tuple[str, bytes]:
        """Content type and bytes of a Binary of this server. `url` may be relative to the FHIR base.

        NotFound (code "attachment-elsewhere") for any other address: no other server is ever asked or sent the token (SSRF),
        and no other type is read around the access room (AB27).
        """
        address = within(self._base, url)
        if address is None or not is_binary(self._base, address):
            raise NotFound("an attachment that is no Binary of this server", code="attachment-elsewhere")
        call = Call(authority, deadline, request_id, accept="*/*")
        answer = self._answer(address, Question("Binary", "attachment"), call)
        return _unwrapped(answer)

    def search(self, ask: Ask, authority: Authority, deadline: float, request_id: str, limit: int) -> Page:
        """All pages of a search, at most `limit` matches; what is missing beyond that or by trouble makes it `partial`."""
        into = Gathering(ask.type, limit, self._quirks)
        questions = self._quirks.asks(ask)
        troubles = []
        for question in questions:
            get = partial(self._page, question, Call(authority, deadline, request_id))
            try:
                follow(into, self._base, address_of(self._base, self._counted(question, limit)), get, deadline)
            except PortalError as problem:
                troubles.append(problem)
        if len(troubles) == len(questions):
            raise troubles[0]
        into.partial = into.partial or bool(troubles)
        return into.page()

    def capabilities(self) -> Capabilities:
        """What the server says it can do, as far as is known now; never waits for it."""
        return self._capabilities.current()

    def refresh_capabilities(self) -> Capabilities:
        """Reads the CapabilityStatement now (worker, command line)."""
        return self._capabilities.refresh()

    def offers(self, type_: str, interaction: str) -> bool:
        """Whether the server offers it; yes, as long as nothing is known."""
        return self._capabilities.current().supports(type_, interaction)

    def map_(self, calls: Sequence[Callable[[], T]], deadline: float) -> list[T | PortalError]:
        """All at once; see `Fanout.map_`."""
        return self._fanout.map_(calls, deadline)

    @property
    def resting(self) -> bool:
        """Whether the breaker keeps us away now (readiness page)."""
        return self._exchange.breaker.resting

    def _answer(self, url: str, ask: Ask, call: Call) -> Answer:
        return require_ok(self._exchange.get(url, call), ask, self._quirks, self._clock())

    def _page(self, ask: Ask, call: Call, url: str) -> Mapping[str, Any]:
        answer = self._answer(url, ask, call)
        if self._quirks.keeps_cookies:
            call.cookies.update(_cookies(answer.headers.get("set-cookie", "")))
        return loads(answer.body)

    def _counted(self, ask: Ask, limit: int) -> Ask:
        if any(name == "_count" for name, _ in ask.params):
            return ask
        size = str(max(1, min(limit, self._quirks.page_size)))
        return Question(ask.type, ask.id, (*ask.params, ("_count", size)))

    def _statement(self) -> Mapping[str, Any]:
        call = Call(None, monotonic() + METADATA_SECONDS, "", max_bytes=METADATA_BYTES)
        return loads(self._answer(f"{self._base}/metadata", Question("CapabilityStatement"), call).body)


class Gateways:
    """The gateways of all hospitals of a deployment, over one door and one pool of threads."""

    def __init__(
        self,
        settings: Settings,
        door: Door,
        tokens: Tokens,
        clock: Callable[[], datetime],
        *,
        kept: Kept | None = None,
        fanout: Fanout | None = None,
    ) -> None:
        self._fanout = fanout or Fanout()
        self._gateways = {
            slug: Gateway(hospital, door, tokens, clock, fanout=self._fanout, kept=kept)
            for slug, hospital in settings.hospitals.items()
        }

    def for_(self, slug: str) -> Gateway:
        """Raises NotFound."""
        try:
            return self._gateways[slug]
        except KeyError:
            raise NotFound("no such hospital", code="no-such-hospital") from None

    def list_(self) -> list[Gateway]:
        """All of them, for the worker."""
        return list(self._gateways.values())

    def close(self) -> None:
        """No new parallel calls."""
        self._fanout.close()


def _cookies(header: str) -> dict[str, str]:
    """Names and values of Set-Cookie lines; they live as long as one search and go to the same server only."""
    return dict(_COOKIE.findall(header)[:20])


def _unwrapped(answer: Answer) -> tuple[str, bytes]:
    """Native bytes; some servers wrap them in a Binary resource whatever Accept says."""
    content_type = answer.headers.get("content-type", "application/octet-stream")
    if "json" not in content_type.lower():
        return content_type, answer.body
    try:
        resource = loads(answer.body)
    except UpstreamError:
        return content_type, answer.body  # an attachment that calls itself JSON
    if resource.get("resourceType") != "Binary":
        return content_type, answer.body
    try:
        data = b64decode(str(resource.get("data", "")))
    except ValueError as problem:
        raise UpstreamError("a Binary whose data is not base64", code="upstream-not-fhir") from problem
    return str(resource.get("contentType") or "application/octet-stream"), data

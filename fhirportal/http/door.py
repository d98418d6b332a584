"""One exchange with another server: bounded in time, in size and in whom it may reach.

It decides what may leave (only http and https, no user part, no control characters in headers), when it is cut (an absolute
deadline over name, connection, head and body), how much is taken in (also after decompression), and that a redirect is an
answer like any other. It must not know FHIR, tokens or retries. It logs nothing: addresses and headers hold secrets.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests import exceptions as trouble
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as wire

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http.connections import BUDGET, Adapter, tls_context
from fhirportal.settings import Settings

PIECE = 65_536
LONGEST_URL = 16_384
SAFE = frozenset({"GET", "HEAD"})
_METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"})
_UNFIT = re.compile(r'[^\x21-\x7e]|["<>\\^`{}|]')


@dataclass(frozen=True)
class Answer:
    """What came back. `headers` have lower-case names, repeated ones joined by ", "; `elapsed` in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed: float


class Door:
    """Thread-safe; one for the whole process, so that connections are shared."""

    def __init__(self, settings: Settings, *, ca_file: Path | None = None) -> None:
        context = tls_context(ca_file)
        # as many connections as threads can ask at once: a smaller pool opens and throws away
        pool_size = settings.threads + 128
        self._max_bytes = settings.upstream_max_bytes
        self._public = Adapter(False, context, pool_size)
        self._private = Adapter(True, context, pool_size)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
        max_bytes: int | None = None,
        allow_private: bool = False,
    ) -> Answer:
        """One request, one answer of any status. `deadline` is a monotonic instant in seconds, for the whole exchange.

        Raises UpstreamTimeout; UpstreamDown (code "upstream-unreachable": nothing was sent; else "upstream-down");
        UpstreamError (codes "address-refused", "header-refused", "upstream-too-large", "upstream-not-http").
        """
        begun = time.monotonic()
        request = _prepared(method, url, headers, body)
        if begun >= deadline:
            raise UpstreamTimeout("no time was left to ask")
        BUDGET.deadline, BUDGET.safe = deadline, method in SAFE
        adapter = self._private if allow_private else self._public
        response = _exchange(adapter, request)
        try:
            content = _content(response, max_bytes or self._max_bytes)
        except BaseException:
            response.raw.close()
            raise
        response.raw.release_conn()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, content, time.monotonic() - begun)

    def close(self) -> None:
        self._public.close()
        self._private.close()


def require_url(url: str) -> None:
    """Raises UpstreamError (code "address-refused") for what is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise UpstreamError("not an address", code="address-refused") from problem
    fit = len(url) <= LONGEST_URL and not _UNFIT.search(url) and parts.scheme in ("http", "https") and parts.hostname
    if not fit or "@" in parts.netloc or port == 0:
        raise UpstreamError("not an address that may be asked", code="address-refused")


def _prepared(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> PreparedRequest:
    """Made by hand: requests' own preparation costs more than the exchange and would normalise the address."""
    if method not in _METHODS:
        raise UpstreamError("not a method that may be used", code="header-refused")
    require_url(url)
    request = PreparedRequest()
    request.method, request.url, request.body = method, url.partition("#")[0], body
    request.headers = CaseInsensitiveDict({"User-Agent": "fhirportal", "Accept-Encoding": "gzip"})
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _OURS:
            raise UpstreamError("not a header that may be sent", code="header-refused")
        request.headers[name] = value
    if body is not None:
        request.headers["Content-Length"] = str(len(body))
    return request


def _exchange(adapter: Adapter, request: PreparedRequest) -> Response:
    try:
        return adapter.send(request, stream=True)
    except trouble.Timeout as problem:
        raise UpstreamTimeout("no answer in time") from problem
    except trouble.ConnectionError as problem:
        raise _unconnected(problem) from problem
    except (trouble.RequestException, wire.HTTPError, ValueError) as problem:
        raise UpstreamError("no usable answer", code="upstream-not-http") from problem


def _unconnected(problem: trouble.ConnectionError) -> UpstreamError:
    reason = getattr(problem.args[0] if problem.args else None, "reason", None)
    if isinstance(problem, trouble.SSLError):
        return UpstreamDown("the server's certificate or TLS was not accepted", code="upstream-unreachable")
    if isinstance(reason, wire.NewConnectionError):
        return UpstreamDown("no connection", code="upstream-unreachable")
    return UpstreamDown("the connection was lost before an answer came")


def _content(response: Response, most: int) -> bytes:
    """The whole body, decompressed, at most `most` bytes; more is an error, never a cut."""
    raw = response.raw
    if (announced := response.headers.get("content-length", "")).isdigit() and int(announced) > most:
        raise UpstreamError("the answer is too large", code="upstream-too-large")
    encoded = bool(response.headers.get("content-encoding"))
    pieces, size = [], 0
    try:
        while piece := raw.read(PIECE, decode_content=encoded):
            pieces.append(piece)
            if (size := size + len(piece)) > most:
                raise UpstreamError("the answer is too large", code="upstream-too-large")
            BUDGET.left()
    except (wire.ReadTimeoutError, TimeoutError) as problem:
        raise UpstreamTimeout("the answer did not end in time") from problem
    except wire.DecodeError as problem:
        raise UpstreamError("the answer does not decompress", code="upstream-not-http") from problem
    except (wire.HTTPError, OSError) as problem:
        raise UpstreamDown("the answer broke off") from problem
    return b"".join(pieces)

"""Sockets that end on time and connect only to a checked address, under requests' own HTTPAdapter.

It decides how one exchange's time budget reaches every wait of its socket (connect, TLS handshake, each line of the head,
each piece of the body), so that an answer which drips is cut at the deadline; and that a pooled connection was made under
the same address rule as the call that reuses it. It must not know FHIR, retries or tokens.
"""

import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from fhirportal.http.addresses import Target, lookup

ORIGINS = 64  # pools kept at once; the one unused longest is closed
CONNECT_SECONDS = 3.0  # most time for one address, so that a dead first address leaves time for the second
IDLE_SECONDS = 50.0  # servers and firewalls forget a silent connection from about a minute on
IDLE_UNSAFE_SECONDS = 1.0  # a POST must not meet a connection that is just being closed: it can't be sent again


class Budget(threading.local):
    """The exchange this thread is in. requests has no way to hand an absolute deadline down to the socket."""

    deadline: float = 0.0
    safe: bool = True

    def left(self) -> float:
        """Seconds left. Raises TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time budget is spent")
        return left


BUDGET = Budget()


class TimedSocket(socket.socket):
    """Waits no longer than the budget of the exchange its thread is in."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(BUDGET.left())
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(BUDGET.left())
        return super().sendall(*args, **kwargs)


class TimedTlsSocket(ssl.SSLSocket):
    """The same over TLS; its `sendall` is a loop over `send`."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(BUDGET.left())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(BUDGET.left())
        return super().send(*args, **kwargs)


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, names checked; trusts the system's authorities, those of requests, and `ca_file`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = TimedTlsSocket
    return context


class Pinned(HTTPConnection):
    """A connection to the very address that was checked. Host, SNI and certificate stay those of the name."""

    def __init__(self, *args: Any, allow_private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._allow_private = allow_private
        self._last_used = 0.0

    def _new_conn(self) -> socket.socket:
        try:
            targets = lookup(self._dns_host, self.port, self._allow_private, BUDGET.left())
            connected = _connect(targets)
        except socket.gaierror as problem:
            raise NameResolutionError(self.host, self, problem) from problem
        except TimeoutError as problem:
            raise ConnectTimeoutError(self, "no connection in time") from problem
        except OSError as problem:
            raise NewConnectionError(self, "no connection") from problem
        sys.audit("http.client.connect", self, self.host, self.port)
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._last_used = time.monotonic()
        super().request(*args, **kwargs)

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again. urllib3 asks before it reuses a connection."""
        longest = IDLE_SECONDS if BUDGET.safe else IDLE_UNSAFE_SECONDS
        return time.monotonic() - self._last_used < longest and super().is_connected


class PinnedTls(Pinned, HTTPSConnection):
    """The same over TLS."""


class Pool(HTTPConnectionPool):
    ConnectionCls = Pinned


class TlsPool(HTTPSConnectionPool):
    ConnectionCls = PinnedTls


def _connect(targets: list[Target]) -> socket.socket:
    """The first address that answers. Raises OSError, TimeoutError."""
    trouble: OSError = OSError("no address")
    for target in targets:
        connecting = TimedSocket(target.family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(min(CONNECT_SECONDS, BUDGET.left()))
            connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connecting.connect(target.sockaddr)
        except OSError as problem:
            connecting.close()
            trouble = problem
        else:
            connecting.settimeout(BUDGET.left())
            return connecting
    raise trouble


class Adapter(HTTPAdapter):
    """requests' adapter over the pools above; `send` itself is requests' own. One for each address rule."""

    def __init__(self, allow_private: bool, context: ssl.SSLContext, pool_size: int) -> None:
        self._allow_private, self._context, self._pool_size = allow_private, context, pool_size
        self._pools: dict[tuple[str, str, int], Pool | TlsPool] = {}
        self._lock = threading.Lock()
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, request: Any, *_: Any, **__: Any) -> Any:
        parts = urlsplit(request.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        key = (parts.scheme, parts.hostname or "", port)
        with self._lock:
            pool = self._pools.pop(key, None) or self._new_pool(*key)
            self._pools[key] = pool
            gone = self._pools.pop(next(iter(self._pools))) if len(self._pools) > ORIGINS else None
        if gone is not None:
            gone.close()
        return pool

    def _new_pool(self, scheme: str, host: str, port: int) -> "Pool | TlsPool":
        if scheme == "https":
            return TlsPool(
                host,
                port,
                maxsize=self._pool_size,
                cert_reqs="CERT_REQUIRED",
                ssl_context=self._context,
                allow_private=self._allow_private,
            )
        return Pool(host, port, maxsize=self._pool_size, allow_private=self._allow_private)

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """The pools carry their TLS context; requests would load its bundle again for each connection."""

    def request_url(self, request: Any, *_: Any, **__: Any) -> str:
        parts = urlsplit(request.url)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Status, headers and the stream; no cookie jar, nobody guesses an encoding."""
        response = requests.Response()
        response.status_code, response.raw, response.request, response.url = resp.status, resp, req, req.url
        response.headers = CaseInsensitiveDict(resp.headers)
        return response

    def close(self) -> None:
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()
        super().close()

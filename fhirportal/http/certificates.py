"""How a server proves who it is: TLS version, end of its certificate, or why we do not trust it.

It decides nothing about what is good enough; it looks with the same eyes as the door. It must not know FHIR. Nothing is asked
of the server beyond the handshake.
"""

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from requests.adapters import DEFAULT_CA_BUNDLE_PATH

from fhirportal.errors import UpstreamDown, UpstreamError, UpstreamTimeout
from fhirportal.http.addresses import Target, lookup


@dataclass(frozen=True)
class Handshake:
    """`version` as in "TLSv1.3"; `ends` is aware UTC. `distrust` says in words why we would not talk to it ("" if we would)."""

    version: str = ""
    ends: datetime | None = None
    distrust: str = ""


def look(host: str, port: int, deadline: float, allow_private: bool, ca_file: Path | None = None) -> Handshake:
    """One handshake. `deadline` is a monotonic instant in seconds. Raises UpstreamTimeout, UpstreamDown, UpstreamError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    try:
        target = lookup(host, port, allow_private, _left(deadline))[0]
        return _shaken(target, host, context, deadline)
    except ssl.SSLCertVerificationError as problem:
        return Handshake(distrust=problem.verify_message or "the certificate is not trusted")
    except ssl.SSLError as problem:
        return Handshake(distrust=(problem.reason or "no TLS").replace("_", " ").lower())
    except TimeoutError as problem:
        raise UpstreamTimeout("no handshake in time") from problem
    except OSError as problem:
        raise UpstreamDown("no connection", code="upstream-unreachable") from problem
    except ValueError as problem:
        raise UpstreamError("not a host name", code="address-refused") from problem


def _shaken(target: Target, host: str, context: ssl.SSLContext, deadline: float) -> Handshake:
    with socket.socket(target.family, socket.SOCK_STREAM) as plain:
        plain.settimeout(_left(deadline))
        plain.connect(target.sockaddr)
        plain.settimeout(_left(deadline))
        with context.wrap_socket(plain, server_hostname=host) as secure:
            certificate = secure.getpeercert() or {}
            return Handshake(secure.version() or "", _end(certificate.get("notAfter")))


def _end(text: object) -> datetime | None:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC) if isinstance(text, str) else None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time budget is spent")
    return left

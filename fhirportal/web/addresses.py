"""Every address of our own, and which address a person may be sent back to.

It decides that nothing of it comes from the request's Host or forwarded headers (AB47): absolute addresses stand on
`settings.public_url`, all others are paths. It must not know what is behind an address.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from fhirportal.settings import Settings

_LONGEST = 512
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,96}")


def public_address(settings: Settings, path: str) -> str:
    """The absolute address of `path` ("/signin/…") of this portal."""
    return f"{settings.public_url.rstrip('/')}{path}"


def origin_of(url: str) -> str:
    """scheme://host[:port] of an address, in lower case; "" for what has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


def parse_chart_page(raw: str | None) -> str | None:
    """A page below a chart ("results/abc"), "" for the chart's first page; None for anything else. Only plain path segments
    pass: no scheme, host, backslash, dot segment, query or escape, so it can never lead anywhere else."""
    if raw is None or len(raw) > _LONGEST:
        return None
    if raw == "":
        return raw
    trimmed = raw.removesuffix("/")
    return trimmed if all(_SEGMENT.fullmatch(segment) for segment in trimmed.split("/")) else None


def parse_own_path(raw: str | None) -> str | None:
    """A path of this portal ("/c/x/results", "/"), safe to send a browser to; None for anything else."""
    if raw is None or not raw.startswith("/"):
        return None
    if raw == "/":
        return raw
    below = parse_chart_page(raw[1:])
    return f"/{below}" if below else None


def client_address(peer: str, forwarded_for: str, trusted: Iterable[str]) -> str:
    """The address of whoever asks. X-Forwarded-For counts only from a trusted proxy, read from the right, and only as far as
    the proxies in it are trusted too."""
    networks = [ipaddress.ip_network(network, strict=False) for network in trusted]
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _within(address, networks):
            break
        if _parsed(hop) is None:
            break
        address = hop
    return address


def from_trusted_proxy(peer: str, trusted: Iterable[str]) -> bool:
    """Whether the other end of the connection is one of our proxies."""
    return _within(peer, [ipaddress.ip_network(network, strict=False) for network in trusted])


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _within(address: str, networks: list[_Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None

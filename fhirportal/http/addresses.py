"""Which network addresses may be spoken to, and what a name means right now.

It decides from the resolved address, never from the name: whatever passed here is what the socket connects to, so a name
that answers differently the second time gains nothing (AB4, AB47). It must not know HTTP or FHIR.
"""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeout
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fhirportal.errors import UpstreamError

Ip = IPv4Address | IPv6Address
# cloud metadata services that hide among ordinary private addresses; 169.254.169.254 is link-local anyway
_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")))
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_LOOKUPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="lookup")  # getaddrinfo itself knows no time limit


@dataclass(frozen=True)
class Target:
    """One checked address: what `socket.connect` takes."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


def real(address: Ip) -> Ip:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def allowed(text: str, allow_private: bool) -> bool:
    """Public addresses always; private and loopback ones with `allow_private`; link-local and metadata ones never."""
    try:
        address = real(ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    # ::ffff:0:0 and its like are "reserved" as IPv6; what counts is the address inside, so this looks at `address` only
    if address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA:
        return False
    if allow_private and (address.is_private or address.is_loopback or _shared(address)):
        return True
    return address.is_global and not address.is_reserved


def lookup(host: str, port: int, allow_private: bool, wait: float) -> list[Target]:
    """What `host` means now, checked; `wait` in seconds.

    Raises TimeoutError, socket.gaierror, and UpstreamError (code "address-refused") where no address may be spoken to.
    """
    try:
        found = _LOOKUPS.submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM).result(wait)
    except LookupTimeout as problem:
        raise TimeoutError("the name was not resolved in time") from problem
    except UnicodeError as problem:
        raise UpstreamError("the name is no host name", code="address-refused") from problem
    targets = [Target(int(family), sockaddr) for family, _, _, _, sockaddr in found if _passes(sockaddr, allow_private)]
    if not targets:
        raise UpstreamError("the name leads to an address that may not be spoken to", code="address-refused")
    return targets


def _passes(sockaddr: tuple[object, ...], allow_private: bool) -> bool:
    return bool(sockaddr) and allowed(str(sockaddr[0]), allow_private)


def _shared(address: Ip) -> bool:
    """Carrier-grade NAT space (RFC 6598), neither private nor global to Python; inside a hospital's network it is private."""
    return isinstance(address, IPv4Address) and address in ip_network("100.64.0.0/10")

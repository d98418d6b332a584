"""From a question to an address on the hospital's FHIR base, and back: which addresses belong to that base.

It decides encoding and origin from text alone. It must not know the network. Ids are opaque: longer than 64, with dots, blanks,
bars (peers.md); they are percent-encoded, never refused by pattern, except where a path would climb.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from fhirportal.errors import BadInput, NotFound
from fhirportal.upstream.ports import Ask

_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}")
_BINARY = re.compile(r"/Binary/[^/]+(/_history/[^/]+)?")
_PORTS = {"https": 443, "http": 80}
LONGEST_ID = 1024


def address_of(base: str, ask: Ask) -> str:
    """The absolute address of a read or a search. Raises BadInput (no FHIR type), NotFound (an id no server can have)."""
    if not _TYPE.fullmatch(ask.type):
        raise BadInput("not a FHIR type", code="not-a-type")
    path = f"{base.rstrip('/')}/{ask.type}"
    if ask.id is not None:
        path = f"{path}/{_segment(ask.id)}"
    return f"{path}?{_query(ask.params)}" if ask.params else path


def within(base: str, url: str, current: str = "") -> str | None:
    """`url` (relative ones against `current`) if it lies on the FHIR base: same scheme, host, port and path; else None.

    The base itself counts too: some servers page with `[base]?_getpages=`. What is below it must not climb out again.
    """
    try:
        absolute = urljoin(current or f"{base.rstrip('/')}/", url)
        found, own = urlsplit(absolute), urlsplit(base)
        if _origin(found) != _origin(own) or "@" in found.netloc:
            return None
    except ValueError:
        return None
    root = own.path.rstrip("/")
    below = found.path == root or found.path.startswith(f"{root}/")
    return absolute.partition("#")[0] if below and not _climbs(found.path) else None


def is_binary(base: str, address: str) -> bool:
    """Whether an address that lies `within` the base is `[base]/Binary/[id]`, perhaps with a version or a query."""
    path = urlsplit(address).path.removeprefix(urlsplit(base).path.rstrip("/"))
    return bool(_BINARY.fullmatch(path))


def _segment(id_: str) -> str:
    if not 0 < len(id_) <= LONGEST_ID or id_ in (".", ".."):
        raise NotFound("an id that no resource has")
    try:
        return quote(id_, safe="")
    except UnicodeEncodeError as problem:
        raise NotFound("an id that no resource has") from problem


def _query(params: tuple[tuple[str, str], ...]) -> str:
    try:
        return "&".join(f"{quote(name, safe=':')}={quote(value, safe='')}" for name, value in params)
    except UnicodeEncodeError as problem:
        raise BadInput("a parameter that is no text", code="not-text") from problem


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _climbs(path: str) -> bool:
    """Dots in any spelling: servers decode more than once."""
    plain = unquote(unquote(path)).replace("\\", "/")
    return any(part in (".", "..") for part in plain.split("/"))

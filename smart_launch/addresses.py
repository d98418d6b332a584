"""Which addresses the protocol may use, and when two of them are the same.

It decides from text alone; it must not resolve names or fetch anything (the `Http` port does, and pins what it
checked).
"""

from urllib.parse import SplitResult, urlsplit

_PORTS = {"https": 443, "http": 80}
_LONGEST = 2048


def _split(url: object) -> SplitResult | None:
    if not isinstance(url, str) or not 0 < len(url) <= _LONGEST or not url.isascii() or not url.isprintable():
        return None
    if any(character in url for character in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and parts.scheme in _PORTS and "@" not in parts.netloc else None


def usable(url: object, base: str) -> str | None:
    """`url` if it is an absolute https address without user part or fragment; plain http only where `base` is http
    too.
    """
    parts, own = _split(url), _split(base)
    if parts is None or own is None or parts.fragment:
        return None
    return str(url) if parts.scheme == "https" or own.scheme == "http" else None


def normal(url: str) -> str:
    """For comparing: lower-case scheme and host, no default port, no slash at the end. "" for what is no http(s)
    address.
    """
    parts = _split(url)
    if parts is None:
        return ""
    port = parts.port if parts.port not in (None, _PORTS[parts.scheme]) else None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}{query}"


def same(one: str, other: str) -> bool:
    """Whether two FHIR bases are one server. What is no address is the same as nothing, itself included."""
    return bool(normal(one)) and normal(one) == normal(other)


def below(base: str, path: str) -> str:
    """`path` appended to `base` itself, never to its host (SMART App Launch 2.2, section 2.1 Discovery)."""
    return f"{base.rstrip('/')}/{path}"

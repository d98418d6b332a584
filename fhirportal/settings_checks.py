"""Whether settings make sense, alone and together. Pure: values in, sentences out.

It decides ranges, forms and unsafe combinations. It must not read files or the environment. A name is dotted, as in the
settings file: `hospitals.alder.time_zone`.
"""

import base64
import binascii
import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from babel.core import Locale, UnknownLocaleError, get_global

from fhirportal.settings import Client, Contacts, Hospital, Secret, Settings

Finding = tuple[str, str]

FEATURES = ("appointments", "results", "medicines", "bills")
RESERVED_SLUGS = ("launch", "logout", "jwks", "callback")
REQUIRED_CONTACTS = ("emergency_number", "help_phone", "help_hours", "privacy", "complaints")
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\Z")
_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*\Z")


def nearest(word: str, known: Iterable[str]) -> str:
    """`. Did you mean x?`, or "" where nothing is near."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f". Did you mean {close[0]}?" if close else ""


def normalised(name: str, value: Any) -> Any:
    """The one spelling of a value: addresses without a slash at the end; a hospital's issuers are its FHIR base if unset."""
    if isinstance(value, Hospital):
        return value if value.issuers else replace(value, issuers=(value.fhir_base,))
    last = name.rpartition(".")[2]
    if last in ("public_url", "fhir_base"):
        return normalised_url(value)
    if last in ("issuers", "frame_ancestors"):
        return tuple(normalised_url(one) for one in value)
    return value


def normalised_url(text: str) -> str:
    """Lower-case scheme and host, no default port, no slash at the end. What is no address comes back as it is."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.scheme or not parts.hostname or "@" in parts.netloc:
        return text
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    place = host if port in (None, default) else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), parts.query, parts.fragment))


def check_field(name: str, value: Any) -> str | None:
    """What is wrong with one value, None if nothing is."""
    check = _FIELD_CHECKS.get(re.sub(r"^hospitals\.[^.]*\.", "hospital.", name))
    return check(value) if check else None


def check_whole(settings: Settings, written: frozenset[str]) -> Iterator[Finding]:
    """What is wrong with values together. `written` are the names that do not rest on a default."""
    yield from _check_deployment(settings)
    if not settings.hospitals:
        yield "hospitals", "no hospital is set up: write [hospitals.<slug>]"
    yield from _check_issuers(settings.hospitals.values())
    for slug, hospital in settings.hospitals.items():
        at = f"hospitals.{slug}."
        yield from _check_client(hospital.client, at + "client.", standalone=hospital.standalone_launch)
        yield from _check_hospital(hospital, at)
        if not settings.demo:
            yield from _check_production(hospital, at, written)


def is_loopback(url: str) -> bool:
    """Whether an address names this machine: localhost, 127.0.0.0/8, ::1."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or _is(host, "is_loopback")


def _check_deployment(settings: Settings) -> Iterator[Finding]:
    if settings.demo and not is_loopback(settings.public_url):
        yield "public_url", "the demo runs on this machine only: use http://localhost"
    if settings.demo and not is_loopback(f"http://{_in_brackets(settings.host)}"):
        yield "host", "the demo listens on this machine only: use 127.0.0.1"
    if not settings.secure and not is_loopback(settings.public_url):
        yield "public_url", "must be https: over http anyone on the way can read health records"
    if settings.session_idle_minutes > settings.session_absolute_hours * 60:
        yield "session_idle_minutes", "is longer than session_absolute_hours"


def _check_issuers(hospitals: Iterable[Hospital]) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for hospital in hospitals:
        for issuer in filter(None, hospital.issuers):
            other = owner.setdefault(issuer, hospital.slug)
            if other != hospital.slug:
                yield f"hospitals.{hospital.slug}.issuers", f"{issuer} already belongs to {other}"


def _check_client(client: Client, at: str, *, standalone: bool) -> Iterator[Finding]:
    needs_secret = client.auth.startswith("client_secret")
    if needs_secret and client.client_secret is None:
        yield at + "client_secret", f"{client.auth} needs a secret (give it as client_secret_file)"
    if not needs_secret and client.client_secret is not None:
        yield at + "client_secret", f"{client.auth} uses no secret: take it away, or change auth"
    if "launch" not in client.scopes.split():
        yield at + "scopes", "must hold launch, or the EHR tells no patient"
    if standalone and "launch/patient" not in client.standalone_scopes.split():
        yield at + "standalone_scopes", "must hold launch/patient, or switch standalone_launch off"


def _check_hospital(hospital: Hospital, at: str) -> Iterator[Finding]:
    if hospital.launches_patients_only and hospital.clinician_preview:
        yield at + "clinician_preview", "cannot go with launches_patients_only: a clinician would be taken for the patient"


def _check_production(hospital: Hospital, at: str, written: frozenset[str]) -> Iterator[Finding]:
    contacts: Contacts = hospital.contacts
    for name in REQUIRED_CONTACTS:
        if not getattr(contacts, name):
            yield f"{at}contacts.{name}", "is missing: patients must be able to find it on every page"
    if at + "languages" not in written:
        yield at + "languages", 'is missing: name the languages you offer, for example ["en", "es"]'
    if hospital.relatives != "off":
        yield at + "relatives", "must be off outside the demo until age rules exist"
    for name, urls in (("fhir_base", (hospital.fhir_base,)), ("issuers", hospital.issuers)):
        if any(url.startswith("http://") and not is_loopback(url) for url in urls):
            yield at + name, "must be https: tokens and records would travel in the clear"
    if _private(hospital.fhir_base) and not hospital.allow_private_addresses:
        yield at + "fhir_base", "is a private address: set allow_private_addresses = true if that is meant"


def _private(url: str) -> bool:
    return is_loopback(url) or _is(urlsplit(url).hostname or "", "is_private")


def _is(host: str, what: str) -> bool:
    try:
        return bool(getattr(ipaddress.ip_address(host), what))
    except ValueError:
        return False


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _url(text: str, *, path: bool = True) -> str | None:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - looked at for the ValueError of a wrong one
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\\\"<>^`{|}*]", text):
        return "must be an address that starts with https://"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must not hold a user name, a question mark or a #"
    if parts.path and not path:
        return "must end after the host name: the portal needs an address of its own"
    return None


def _urls(values: Sequence[str]) -> str | None:
    return next((f"{one} {trouble}" for one in values if (trouble := _url(one))), None)


def _frames(values: Sequence[str]) -> str | None:
    for one in values:
        trouble = _url(one, path=False) or ("must be https" if one.startswith("http://") and not is_loopback(one) else None)
        if trouble:
            return f"{one} {trouble}"
    return None


def _networks(values: Sequence[str]) -> str | None:
    for one in values:
        try:
            network = ipaddress.ip_network(one, strict=False)
        except ValueError:
            return f"{one} is not a network such as 10.0.0.0/8"
        if network.prefixlen == 0:
            return f"{one} is everybody: name the proxies you run"
    return None


def _zone(text: str) -> str | None:
    known = zoneinfo.available_timezones()
    return None if text in known else f"there is no time zone {text}{nearest(text, known)}"


def _languages(values: Sequence[str]) -> str | None:
    if not values:
        return "must name at least one language"
    for one in values:
        try:
            fits = bool(_LANGUAGE.match(one) and Locale.parse(one, sep="-"))
        except (ValueError, UnknownLocaleError):
            fits = False
        if not fits:
            return f"{one} is not a language tag such as en or es-MX"
    return "names a language twice" if len(set(values)) != len(values) else None


def _master_key(secret: Secret) -> str | None:
    try:
        size = len(base64.b64decode(secret.reveal(), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    return None if size == 32 else "must be 32 bytes in base64 (openssl rand -base64 32)"


def _slug(text: str) -> str | None:
    if text in RESERVED_SLUGS:
        return f"{text} is an address of the portal: choose another short name"
    return None if _SLUG.match(text) else "a hospital's short name has lower-case letters, digits and dashes, at most 40"


def _database(text: str) -> str | None:
    fits = not text or text.startswith(("sqlite:////", "sqlite:///", "postgresql://", "postgresql+psycopg://"))
    return None if fits else "must start with sqlite:/// or postgresql+psycopg://"


def _kv(text: str) -> str | None:
    fits = text in ("", "sql") or text.startswith(("redis://", "rediss://", "unix://"))
    return None if fits else "must be empty, sql, or start with redis://, rediss:// or unix://"


def _features(values: Sequence[str]) -> str | None:
    return next((f"there is no feature {one}{nearest(one, FEATURES)}" for one in values if one not in FEATURES), None)


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"must be one of {', '.join(allowed)}{nearest(value, allowed)}"


def _within(least: float, most: float) -> Callable[[float], str | None]:
    return lambda value: None if least <= value <= most else f"must be from {least:,} to {most:,}"


def _like(pattern: str, sentence: str) -> Callable[[str], str | None]:
    return lambda value: None if re.fullmatch(pattern, value) else sentence


def _currency(text: str) -> str | None:
    return None if text in get_global("all_currencies") else "must be an ISO 4217 code such as EUR"


def _country(text: str) -> str | None:
    fits = re.fullmatch("[A-Z]{2}", text) and text in Locale("en").territories
    return None if fits else "must be an ISO 3166 code such as IE"


_NOT_EMPTY = _like(r"(?s).{1,500}", "must not be empty, nor longer than 500 letters")
_FIELD_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "public_url": lambda value: _url(value, path=False),
    "database_url": _database,
    "kv_url": _kv,
    "master_key": _master_key,
    "trusted_proxies": _networks,
    "host": _like(r"[A-Za-z0-9.:_-]{1,253}", "must be an address to listen on, such as 127.0.0.1"),
    "port": _within(1, 65535),
    "threads": _within(1, 1024),
    "session_idle_minutes": _within(1, 24 * 60),
    "session_absolute_hours": _within(1, 24 * 7),
    "audit_keep_days": _within(1, 36500),
    "upstream_budget_seconds": _within(0.1, 60),
    "upstream_max_bytes": _within(64 * 1024, 1024**3),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "hospital.slug": _slug,
    "hospital.name": _NOT_EMPTY,
    "hospital.fhir_base": _url,
    "hospital.issuers": _urls,
    "hospital.vendor": _like(r"[a-z][a-z0-9_]{0,39}", "must be the name of a vendor profile, such as generic"),
    "hospital.time_zone": _zone,
    "hospital.languages": _languages,
    "hospital.currency": _currency,
    "hospital.country": _country,
    "hospital.frame_ancestors": _frames,
    "hospital.terms_version": _like(r"[A-Za-z0-9._-]{1,64}", "must be a short version such as 2 or 2026-01"),
    "hospital.features_off": _features,
    "hospital.client.client_id": _NOT_EMPTY,
    "hospital.client.scopes": lambda value: None if _SCOPES.match(value) else "must be scopes with one space between them",
    "hospital.client.standalone_scopes": lambda value: (
        None if _SCOPES.match(value) else "must be scopes with one space between them"
    ),
    "hospital.branding.theme": _like(r"[a-z][a-z0-9-]{0,39}", "must be the name of a theme"),
    "hospital.branding.portal_name": _NOT_EMPTY,
    "hospital.branding.logo": _like(r"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.svg)?", "must be the name of an SVG file"),
    "hospital.branding.pages_dir": lambda value: None if value.is_dir() else f"{value} is not a folder",
}

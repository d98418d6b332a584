"""Where a server's words and deeds differ, and what of it a hospital should change.

It decides how bad each is: "stops" (no launch or no reading is possible), "gap" (patients or their safety lose something) or
"note". It must not know features. Sentences are for the engineer at the terminal; nothing of a patient's data stands in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from fhirportal.upstream.doctor.asking import Reply
from fhirportal.upstream.doctor.examination import Examination
from fhirportal.upstream.doctor.searches import Seen
from smart_launch.addresses import normal, usable

Level = Literal["stops", "gap", "note"]
TROUBLES = {
    "upstream-timeout": "did not answer in time",
    "upstream-unreachable": "could not be reached",
    "upstream-down": "broke off before an answer came",
    "upstream-too-large": "sent more than 8 MiB",
    "upstream-not-http": "sent something that is no HTTP",
    "address-refused": "is an address that may not be asked",
    "not-tried": "was not asked: no time was left",
}
RENEW_DAYS = 30
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint", "introspection_endpoint")


@dataclass(frozen=True)
class Finding:
    """`code` is stable; `what` was seen; `change` is what to do about it on the hospital's side ("" if nothing)."""

    code: str
    level: Level
    what: str
    change: str = ""


def list_findings(seen: Examination, now: datetime) -> list[Finding]:
    """The worst first. `now` is aware."""
    order: dict[str, int] = {"stops": 0, "gap": 1, "note": 2}
    if not seen.reached:
        return [_unreached(seen)]
    found = [*_leaks(seen), *_statement(seen), *_smart(seen), *_addresses(seen), *_searches(seen), *_transport(seen, now)]
    return sorted(found, key=lambda finding: order[finding.level])


def _unreached(seen: Examination) -> Finding:
    code = seen.metadata.trouble
    said = f"The server {TROUBLES.get(code, 'gave no usable answer')}."
    if seen.tls is not None and seen.tls.distrust:
        said += f" Its certificate is not accepted: {seen.tls.distrust}."
        return Finding("tls-distrusted", "stops", said, "Serve the whole chain of a certificate that is trusted and in date.")
    if code == "address-refused":
        change = "Check the address. Where it is inside the hospital's network, set allow_private_addresses = true."
        return Finding("address-refused", "stops", said, change)
    change = "Check the address, the name, the firewall, and that the server runs."
    return Finding("unreachable", "stops", said, change)


def _leaks(seen: Examination) -> Iterator[Finding]:
    types = [t for t, one in seen.types.items() if one.tried == "accepted" and (one.wanted.bind or not one.wanted.searched)]
    if types:
        yield Finding(
            "open-data",
            "gap",
            f"PATIENT DATA CAN BE ASKED FOR WITHOUT A TOKEN: {', '.join(types)}.",
            "Unless this is a test server with made-up data, close it now: ask every FHIR call but metadata for a token.",
        )


def _statement(seen: Examination) -> Iterator[Finding]:
    reply, statement = seen.metadata, seen.statement
    if statement is None:
        said = f"/metadata {described(reply)}, not a CapabilityStatement."
        yield Finding("no-statement", "gap", said, _metadata_change(reply))
        return
    version = str(statement.get("fhirVersion") or "")
    if not version.startswith("4.0") and not version.startswith("4.3"):
        said = f"It says that it speaks FHIR {version or 'of no version'}."
        level: Level = "stops" if version else "gap"
        yield Finding("fhir-version", level, said, "Give the address of the server's FHIR R4 (4.0.1) endpoint.")
    if not seen.capabilities.known:
        yield Finding("empty-statement", "gap", "The CapabilityStatement lists no types.", "List them in rest.resource.")
    if reply.content_type not in ("application/fhir+json", "application/json", "application/json+fhir"):
        said = f"/metadata is JSON but is sent as {reply.content_type or 'no type'}."
        yield Finding("content-type", "note", said, "Send Content-Type: application/fhir+json.")
    if seen.plain_metadata.status == 200 and seen.plain_metadata.kind == "html":
        yield Finding("html-by-default", "note", "/metadata is HTML unless JSON is asked for. The portal always asks for JSON.")
    yield from _own_address(seen, statement)


def _own_address(seen: Examination, statement: Any) -> Iterator[Finding]:
    implementation = statement.get("implementation")
    own = str(implementation.get("url") or "") if isinstance(implementation, dict) else ""
    if own and normal(own) != normal(seen.base):
        said = f"The statement gives the server another address: {own}"
        change = "Use the address that launches carry as iss; if it is the other one, put it in issuers."
        yield Finding("base-differs", "note", said, change)
    elif own.endswith("/") and not seen.base.endswith("/"):
        said = "The server's own address ends in a slash. The portal sends aud without one."
        yield Finding("trailing-slash", "note", said, "Accept aud and iss with and without the slash at the end.")


def _smart(seen: Examination) -> Iterator[Finding]:
    if seen.launch is None:
        said = "No launch can begin: " + (seen.launch_reason or "there is no SMART configuration") + "."
        change = "Publish .well-known/smart-configuration under the FHIR base, with absolute https addresses."
        yield Finding("no-launch", "stops", said, change)
    if seen.launch is not None and seen.launch.source == "metadata":
        said = f".well-known/smart-configuration {described(seen.smart)}; the addresses come from the CapabilityStatement."
        yield Finding("no-smart-configuration", "note", said, "Publish .well-known/smart-configuration under the FHIR base.")
    document = seen.smart.json if seen.smart.status == 200 else None
    if document is None:
        return
    methods = document.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or not methods:
        said = "The SMART configuration does not list PKCE methods. The portal sends S256 all the same."
        yield Finding("pkce-unlisted", "note", said, 'List "S256" in code_challenge_methods_supported.')
    elif "S256" not in methods:
        yield Finding("pkce-missing", "stops", "The server lists PKCE methods without S256.", "Switch PKCE with S256 on.")
    elif "plain" in methods:
        yield Finding("pkce-plain", "note", "The server also takes PKCE plain, which protects nothing.", "Switch plain off.")
    for name in _ENDPOINTS:
        if name in document and usable(document[name], seen.base) is None:
            said = f"{name} is not an absolute https address."
            level: Level = "stops" if name in ("authorization_endpoint", "token_endpoint") else "gap"
            yield Finding(f"address-{name.replace('_', '-')}", level, said, f"Give {name} as an absolute https address.")


def _addresses(seen: Examination) -> Iterator[Finding]:
    if seen.token is not None and (seen.token.status == 0 or seen.token.status in (502, 503, 504)):
        said = f"The token endpoint {described(seen.token)}."
        yield Finding("token-endpoint", "gap", said, "Check token_endpoint, and the firewall between it and this machine.")
    if seen.jwks is not None and not isinstance((seen.jwks.json or {}).get("keys"), list):
        said = f"The keys that sign id_tokens (jwks_uri) cannot be read: it {described(seen.jwks)}."
        yield Finding("jwks", "gap", said, "Publish the public keys as a JSON Web Key Set.")
    yield from _issuer(seen)


def _issuer(seen: Examination) -> Iterator[Finding]:
    launch, openid = seen.launch, seen.openid
    if launch is None or openid is None:
        return
    if openid.status != 200 or openid.json is None:
        if launch.signs_in:
            said = f"The OpenID configuration {described(openid)}."
            yield Finding("openid", "gap", said, "Publish .well-known/openid-configuration under the issuer.")
        return
    said_issuer = openid.json.get("issuer")
    expected = launch.issuer or seen.base
    if said_issuer != expected and normal(str(said_issuer)) == normal(expected):
        said = "The issuer differs by the slash at its end between the two configurations."
        yield Finding("issuer-slash", "gap", said, "Use the same issuer, letter by letter, in both and in id_tokens.")
    elif said_issuer != expected:
        said = f"The OpenID configuration names another issuer: {said_issuer} instead of {expected}"
        yield Finding("issuer-mismatch", "gap", said, "Use one issuer in both configurations and in id_tokens.")


def _searches(seen: Examination) -> Iterator[Finding]:
    known = seen.capabilities.known
    for type_, one in seen.types.items():
        if not known or not one.wanted.searched:
            continue
        if one.declared and one.tried == "refused":
            said = f"{type_}: the statement offers the search, the server answers {_status(one)}."
            change = f"Make the search of {type_} by {one.wanted.bind or '_id'} work, or set a vendor profile that can."
            yield Finding("search-refused", "gap", said, change)
        if not one.declared and one.tried == "accepted":
            yield Finding("undeclared", "note", f"{type_} can be searched, but the statement does not list it.", "List it.")
        broken = [n for n, tried in one.params.items() if tried == "refused" and _listed(seen, type_, n)]
        if broken:
            said = f"{type_}: declared but refused when tried: {', '.join(_with_status(one, name) for name in broken)}."
            yield Finding("parameter-refused", "gap", said, "Make them work, or take them out of the CapabilityStatement.")
        ignored = [name for name, tried in one.params.items() if tried == "ignored"]
        if ignored:
            said = f"{type_}: answered as if they were not there: {', '.join(ignored)}."
            yield Finding("parameter-ignored", "note", said, "Refuse unknown parameters when Prefer: handling=strict is sent.")


def _transport(seen: Examination, now: datetime) -> Iterator[Finding]:
    parts = urlsplit(seen.base)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield Finding("plain-http", "stops", "The address is http: records would travel in the clear.", "Serve FHIR by https.")
    if seen.tls is not None and seen.tls.ends is not None:
        days = (seen.tls.ends - now).days
        if days < RENEW_DAYS:
            yield Finding("certificate-ends", "gap", f"The certificate ends in {days} days.", "Renew it.")
    if seen.hungry:
        yield Finding("slow", "gap", "The time ran out before everything was asked.", "Find out why the server is slow.")


def described(reply: Reply) -> str:
    """How an address answered, as the end of a sentence."""
    if reply.status == 0:
        return TROUBLES.get(reply.trouble, "gave no usable answer")
    kind = {"html": " with an HTML page", "empty": " with nothing in it", "other": " with something that is no JSON"}
    return f"answered {reply.status}{kind.get(reply.kind, '')}"


def _metadata_change(reply: Reply) -> str:
    if 300 <= reply.status < 400:
        return "It sends callers elsewhere: give the address it sends them to, if that is the FHIR server's."
    if reply.status in (401, 403):
        return "Answer /metadata without a token (FHIR R4, capabilities)."
    return "Answer GET /metadata with a CapabilityStatement as application/fhir+json. Is this the base address?"


def _listed(seen: Examination, type_: str, name: str) -> bool:
    return name in seen.capabilities.params.get(type_, frozenset())


def _status(one: Seen) -> int:
    return one.base.status if one.base else 0


def _with_status(one: Seen, name: str) -> str:
    return f"{name} ({one.statuses.get(name, 0)})"

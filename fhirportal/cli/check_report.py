"""What `fhirportal check` has to say, as data: features, types, ways to sign in, differences, decisions, and the verdict.

It decides the verdict and puts the rooms' answers side by side. It must not know how a report is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fhirportal.access.rules import Rule
from fhirportal.records.features import Can, Offer, list_offers
from fhirportal.records.launch_features import list_launch_offers
from fhirportal.settings import Hospital
from fhirportal.upstream.doctor import Examination, Finding, Wanted, list_findings
from fhirportal.upstream.doctor.asking import ORIGIN, Reply
from fhirportal.upstream.doctor.findings import described
from fhirportal.upstream.doctor.searches import Seen, can_search

VERDICTS = ("can run here", "can run here, with gaps that matter", "cannot run here")


@dataclass(frozen=True)
class TypeRow:
    """One FHIR type of the rules table: each of its interactions and search parameters in one word of `found`'s keys."""

    type: str
    read: str
    search: str
    found: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Report:
    """`status` is the exit status, an index into VERDICTS."""

    base: str
    hospital: str
    server: str
    status: int
    features: Sequence[Offer]
    types: Sequence[TypeRow]
    sign_in: Sequence[tuple[str, str]]
    findings: Sequence[Finding]
    decisions: Sequence[Finding]

    @property
    def verdict(self) -> str:
        return VERDICTS[self.status]


@dataclass(frozen=True)
class _Server:
    """An examination as the feature table asks for it."""

    seen: Examination

    def search(self, type_: str, param: str = "") -> Can:
        if type_ in self.seen.types:
            return can_search(self.seen.capabilities, self.seen.types[type_], param)
        return self.does(type_, "search-type")

    def does(self, type_: str, interaction: str) -> Can:
        known = self.seen.types.get(type_)
        only_read = interaction == "read" and known is not None and not known.wanted.searched
        if only_read and known is not None and known.tried in ("accepted", "refused"):
            return "tried" if known.tried == "accepted" else "no"
        if not self.seen.capabilities.known:
            return "unknown"
        return "stated" if self.seen.capabilities.supports(type_, interaction) else "no"


def list_wanted(rules: Mapping[str, Rule]) -> list[Wanted]:
    """The rules table as questions for a server."""
    return [
        Wanted(rule.type, rule.interactions, rule.bind or "", tuple(sorted(rule.parameters)), tuple(sorted(rule.include)))
        for rule in rules.values()
    ]


def make_report(
    seen: Examination, now: datetime, hospital: Hospital | None = None, decisions: Sequence[Finding] = ()
) -> Report:
    """`now` is aware. A server that did not answer gets no tables: nothing is known about it."""
    findings = list_findings(seen, now)
    server = _Server(seen)
    launches = list_launch_offers(seen.launch, server.search("RelatedPerson"))
    features = [*list_offers(server), *launches] if seen.reached else []
    return Report(
        base=seen.base,
        hospital=hospital.name if hospital else "",
        server=_named(seen),
        status=_status(features, [*findings, *decisions]),
        features=features,
        types=[_row(seen, one) for one in seen.types.values()],
        sign_in=_sign_in(seen) if seen.reached else [],
        findings=findings,
        decisions=list(decisions),
    )


def _status(features: Sequence[Offer], findings: Sequence[Finding]) -> int:
    levels = {finding.level for finding in findings}
    by_name = {offer.name: offer.level for offer in features}
    shut_out = by_name.get("ehr-launch") == by_name.get("standalone-launch") == "missing"
    if "stops" in levels or shut_out or by_name.get("dashboard") == "missing" or by_name.get("profile") == "missing":
        return 2
    return 1 if "gap" in levels or "missing" in by_name.values() else 0


def _named(seen: Examination) -> str:
    version = seen.capabilities.fhir_version[:40]
    return ", ".join(filter(None, (seen.capabilities.software or "not named", f"FHIR {version}" if version else "")))


def _row(seen: Examination, one: Seen) -> TypeRow:
    wanted = one.wanted
    found: dict[str, list[str]] = {}
    names = (*wanted.names, *(("_include",) if wanted.includes else ())) if wanted.searched else ()
    for name in sorted(names, key=lambda name: name.startswith("_")):
        found.setdefault(_word(seen, one, name), []).append(name)
    read = _read_word(seen, one)
    search = _search_word(one) if wanted.searched else "not needed"
    return TypeRow(wanted.type, read, search, found)


def _read_word(seen: Examination, one: Seen) -> str:
    if not one.wanted.searched and one.tried in ("accepted", "refused"):
        return one.tried
    if not seen.capabilities.known:
        return "not known"
    return "by statement" if seen.capabilities.supports(one.wanted.type, "read") else "not declared"


def _search_word(one: Seen) -> str:
    if one.tried == "accepted":
        return "accepted" if one.declared is not False else "accepted, not declared"
    if one.tried == "refused":
        return f"refused ({one.base.status if one.base else 0})"
    if one.declared is None:
        return "needs a token" if one.tried == "guarded" else "not known"
    return "by statement" if one.declared else "not declared"


def _word(seen: Examination, one: Seen, name: str) -> str:
    """accepted, refused, ignored, by statement, not declared, not stated (nobody declares sorting), or not known."""
    tried = one.tried if name == one.wanted.bind else one.params.get(name, "untried")
    if tried in ("accepted", "refused", "ignored"):
        return tried
    if not seen.capabilities.known:
        return "not known"
    if name.startswith("_"):
        return "by statement" if _listed(seen, one, name) else "not stated"
    return "by statement" if seen.capabilities.searchable(one.wanted.type, name) else "not declared"


def _listed(seen: Examination, one: Seen, name: str) -> bool:
    if name != "_include":
        return name in seen.capabilities.params.get(one.wanted.type, frozenset())
    return bool(seen.includes(one.wanted.type) & {"*", *one.wanted.includes})


def _sign_in(seen: Examination) -> list[tuple[str, str]]:
    launch = seen.launch
    rows = [("SMART configuration", _source(seen))]
    if launch is not None:
        rows += [
            ("Authorize at", launch.authorization_endpoint),
            ("Token endpoint", f"{launch.token_endpoint}{_answer(seen.token)}"),
            ("Issuer", launch.issuer or "not named"),
            ("id_token keys", f"{launch.jwks_uri}{_answer(seen.jwks)}" if launch.jwks_uri else "not named"),
            ("Sign-in methods", _words(launch.token_auth_methods)),
            ("PKCE", _words(launch.code_challenge_methods)),
            ("Capabilities", _words(launch.capabilities)),
            ("Scopes", _scopes(launch.scopes_supported)),
        ]
    return [*rows, ("CORS", _cors(seen)), ("TLS", _tls(seen))]


def _source(seen: Examination) -> str:
    if seen.launch is None:
        return f"none that can be used: .well-known/smart-configuration {described(seen.smart)}"
    return ".well-known/smart-configuration" if seen.launch.source == "smart-configuration" else "in the CapabilityStatement"


def _answer(reply: Reply | None) -> str:
    return f" ({described(reply)})" if reply is not None else ""


def _words(found: Sequence[str] | frozenset[str]) -> str:
    return ", ".join(sorted(found)) or "not listed"


def _scopes(scopes: Sequence[str]) -> str:
    """The words by name; scopes for resources, of which there may be hundreds, by number and kind."""
    if not scopes:
        return "not listed"
    plain = sorted({scope for scope in scopes if "/" not in scope or scope.startswith("launch/")})
    patient = [scope for scope in scopes if scope.startswith("patient/")]
    kinds = f"{len(patient)} for patients" + (f" such as {patient[0]}" if patient else "")
    return f"{', '.join(plain)}; {kinds}"


def _cors(seen: Examination) -> str:
    """Only for apps in browsers: the portal itself asks from its server."""
    named = (("metadata", seen.metadata), ("SMART configuration", seen.smart))
    allowed = [name for name, reply in named if reply.headers.get("access-control-allow-origin") in ("*", ORIGIN)]
    if len(allowed) == len(named):
        return "any origin may read metadata and the SMART configuration"
    return f"any origin may read {allowed[0]} only" if allowed else "no (the portal does not need it; browser apps do)"


def _tls(seen: Examination) -> str:
    if not seen.base.startswith("https:"):
        return "none (http)"
    if seen.tls is None:
        return "not known"
    if seen.tls.distrust:
        return f"not accepted: {seen.tls.distrust}"
    ends = f", certificate until {seen.tls.ends:%Y-%m-%d}" if seen.tls.ends else ""
    return f"{seen.tls.version}{ends}"

"""What a hospital has not decided yet, and where its settings ask for what its server does not offer.

It decides what counts as undecided. It must not know how a report looks.
"""

from collections.abc import Iterator, Mapping, Sequence

from fhirportal.settings import Hospital
from fhirportal.upstream.doctor import Finding
from fhirportal.upstream.quirks import by_name
from smart_launch.configuration import Configuration
from smart_launch.scopes import ScopeSet, parse_scopes

_LEFT_OUT = {
    "time_zone": "The time zone is not set: times are shown in UTC.",
    "languages": "The languages are not set: the portal speaks English only.",
    "currency": "The currency is not set: bills that name none are taken for US dollars.",
    "country": "The country is not set: telephone links are made for the US.",
    "vendor": "No vendor profile is set: the server is taken for one that does what FHIR says.",
}


def list_decisions(
    hospital: Hospital, sources: Mapping[str, str], problems: Sequence[str], launch: Configuration | None
) -> list[Finding]:
    """What is open: mistakes that stop the start first. `problems` are the settings' own, `launch` what a launch would use."""
    stopping = [Finding("settings", "stops", f"{_ended(problem)}") for problem in problems]
    return [*stopping, *_vendor(hospital), *_asked(hospital, launch), *_open(hospital, sources)]


def _open(hospital: Hospital, sources: Mapping[str, str]) -> Iterator[Finding]:
    for name, sentence in _LEFT_OUT.items():
        if f"hospitals.{hospital.slug}.{name}" not in sources:
            yield Finding(f"undecided-{name}", "note", sentence, f"Set hospitals.{hospital.slug}.{name}.")
    if not getattr(hospital, "release", None):
        said = "No release policy is written: patients see at once whatever the server returns to their own sign-in."
        yield Finding("undecided-release", "note", said, "Decide with your clinicians what is released, and when.")
    if hospital.relatives == "off":
        said = "Age rules are not decided: relatives cannot launch."
        yield Finding("undecided-age-rules", "note", said, "Decide until which age parents see a child's record.")
    if not hospital.contacts.security:
        yield Finding("undecided-security", "note", "No contact for security reports is set.", "Set contacts.security.")


def _vendor(hospital: Hospital) -> Iterator[Finding]:
    try:
        by_name(hospital.vendor)
    except ValueError as problem:
        yield Finding("vendor", "stops", f"vendor: {_ended(str(problem))}", "Set one of them.")


def _asked(hospital: Hospital, launch: Configuration | None) -> Iterator[Finding]:
    """Scopes and client authentication against what the server lists; a server that lists none cannot be held to it."""
    if launch is None:
        return
    if launch.scopes_supported:
        supported = parse_scopes(launch.scopes_supported)
        yield from _scopes("scopes", hospital.client.scopes, supported)
        if hospital.standalone_launch:
            yield from _scopes("standalone_scopes", hospital.client.standalone_scopes, supported)
    auth = hospital.client.auth
    if launch.token_auth_methods and auth != "public" and auth not in launch.token_auth_methods:
        offered = ", ".join(sorted(launch.token_auth_methods))
        yield Finding("client-auth", "gap", f"client.auth is {auth}, which the server does not list.", f"It lists: {offered}.")


def _scopes(name: str, asked: str, supported: ScopeSet) -> Iterator[Finding]:
    wanted = parse_scopes(asked)
    missing = [word for word in wanted.others if word not in supported]
    missing += [scope.text for scope in wanted.resources if not supported.covers(ScopeSet((scope,)))]
    if wanted.rejected:
        yield Finding("scopes-malformed", "gap", f"client.{name} has what is no scope: {', '.join(wanted.rejected)}.")
    if missing:
        said = f"client.{name} asks for what the server does not list: {', '.join(missing)}."
        yield Finding(
            "scopes-unlisted", "gap", said, f"Ask for what it lists (by type, if need be), or let it offer {missing[0]}."
        )


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else sentence + "."

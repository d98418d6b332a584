"""What signing in from the EHR, from the portal, and for a relative needs, and how much of it a server says it can do.

It decides levels from the SMART configuration a launch would work with. It must not know how it was fetched.
"""

from dataclasses import dataclass

from fhirportal.records.features import Can, Offer
from smart_launch.configuration import Configuration


@dataclass(frozen=True)
class Way:
    """One way of signing in, by the SMART capabilities it rests on."""

    name: str
    title: str
    needs: tuple[str, ...]


WAYS = (
    Way("ehr-launch", "Launch from the EHR", ("launch-ehr", "context-ehr-patient")),
    Way("standalone-launch", "Launch from the portal", ("launch-standalone", "context-standalone-patient")),
)


def list_launch_offers(found: Configuration | None, relatives: Can) -> list[Offer]:
    """One for each way in. `found` is None where no launch can begin; `relatives` is the search of RelatedPerson."""
    return [*(_way(way, found) for way in WAYS), _staying(found), _family(found, relatives)]


def _way(way: Way, found: Configuration | None) -> Offer:
    if found is None:
        return Offer(way.name, way.title, "missing", "There is no usable SMART configuration.", "See the differences below.")
    if found.code_challenge_methods and "S256" not in found.code_challenge_methods:
        return Offer(way.name, way.title, "missing", "The server lists PKCE methods without S256.", "Switch PKCE with S256 on.")
    if not found.capabilities:
        return Offer(way.name, way.title, "unknown", "The server lists no capabilities.", f"List {', '.join(way.needs)}.")
    missing = [need for need in way.needs if need not in found.capabilities]
    if way.needs[0] in missing:
        change = f"Switch it on, and list {', '.join(missing)}."
        return Offer(way.name, way.title, "missing", f"The server does not list {way.needs[0]}.", change)
    if missing:
        reason = f"By statement. Not listed: {', '.join(missing)}: the launch may name no patient."
        return Offer(way.name, way.title, "unknown", reason, f"Send patient with the token, and list {', '.join(missing)}.")
    return Offer(way.name, way.title, "full", "By statement.")


def _staying(found: Configuration | None) -> Offer:
    """Sessions that outlive the access token need a refresh token."""
    name, title = "refresh", "Staying signed in"
    if found is None:
        return Offer(name, title, "missing", "There is no usable SMART configuration.")
    scopes, capabilities = found.scopes_supported, found.capabilities
    offline = "permission-offline" in capabilities or "offline_access" in scopes
    online = "permission-online" in capabilities or "online_access" in scopes
    if found.grant_types and "refresh_token" not in found.grant_types and offline:
        reason = "Offered by statement, but grant_types_supported does not list refresh_token."
        return Offer(name, title, "unknown", reason, "List refresh_token, if it works.")
    if offline:
        return Offer(name, title, "full", "offline_access, by statement.")
    change = "Grant offline_access, with a refresh token, to this app."
    if online:
        return Offer(name, title, "full", "online_access only, by statement: it ends with the EHR's session.", change)
    if capabilities or scopes:
        reason = "No refresh token is offered: a session ends with the first access token."
        return Offer(name, title, "missing", reason, change)
    return Offer(name, title, "unknown", "The server lists neither capabilities nor scopes.", change)


def _family(found: Configuration | None, relatives: Can) -> Offer:
    """Who a relative is shows only in the id_token of one; a server without id_tokens can never tell."""
    name, title = "family", "Launches by relatives"
    if found is None:
        return Offer(name, title, "missing", "There is no usable SMART configuration.")
    if not found.signs_in or found.jwks_uri is None:
        reason = "The server issues no id_token that can be checked: who signs in cannot be told from the patient."
        return Offer(name, title, "missing", reason, "Offer sso-openid-connect with fhirUser, and publish jwks_uri.")
    reason = "Whether relatives are named (fhirUser: RelatedPerson or Person) shows in a relative's sign-in."
    change = "Offer RelatedPerson search by patient." if relatives == "no" else ""
    return Offer(name, title, "unknown", reason, change)

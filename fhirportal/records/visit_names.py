"""Who and where of visits: the resources behind an appointment's participants, asked for by id where they did not come along.

It decides that a name is never worth a failed page, and how a person behind a role is found. It must not know pages or words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from fhirportal.records.found import Found, Query
from fhirportal.records.names import name_of
from fhirportal.records.reader import Reader
from fhirportal.records.result_queries import escaped
from mappings import healthcare_service, location, practitioner_role
from mappings.appointment import AppointmentView, Attendee
from mappings.healthcare_service import HealthcareServiceView
from mappings.location import LocationView
from mappings.reading import Reference

Known = Mapping[str, Mapping[str, Any]]
MOST_IDS = 40
_PEOPLE = ("Practitioner", "PractitionerRole")
_DETAILS = ("Location", "HealthcareService")


def missing_names(views: Iterable[AppointmentView], known: Known) -> list[Reference]:
    """What a list lacks: names nobody sent, and the slots of visits without a time."""
    wanted = [s for view in views if view.start is None for s in view.slots]
    wanted += [a.actor for view in views for a in view.attendees if a.actor and not a.actor.display]
    return [r for r in wanted if _key(r) not in known]


def missing_details(view: AppointmentView, known: Known) -> list[Reference]:
    """What one visit lacks: names, and how to reach its places and services."""
    places = [a.actor for a in view.attendees if a.actor and a.actor.type in _DETAILS and _key(a.actor) not in known]
    return [*missing_names([view], known), *places]


def queries_for(wanted: Iterable[Reference]) -> list[Query]:
    """One search by id for each type, bounded."""
    ids: dict[str, list[str]] = defaultdict(list)
    for each in wanted:
        if each.id and not each.contained and each.type in (*_PEOPLE, *_DETAILS, "Slot"):
            ids[each.type].append(each.id)
    unique = {type_: list(dict.fromkeys(found))[:MOST_IDS] for type_, found in ids.items()}
    return [Query(type_, (("_id", ",".join(map(escaped, found))),), len(found)) for type_, found in unique.items()]


def known_from(answers: Iterable[Found], known: Known) -> dict[str, Mapping[str, Any]]:
    """`known` and what the answers add to it."""
    have = dict(known)
    for found in answers:
        have |= {f"{found.type}/{r.get('id')}": r for r in found.resources} | dict(found.included)
    return have


def people_behind_roles(reader: Reader, views: Iterable[AppointmentView], known: Known) -> Known:
    """A role may name its person by reference alone: those people, in one more search where there are any."""
    roles = (practitioner_role.to_view(known.get(_key(a.actor))) for v in views for a in v.clinicians if a.actor)
    people = [r.practitioner for r in roles if r and r.practitioner and not name_of(r.practitioner, known)]
    queries = queries_for(people)
    return known_from(reader.gather(*queries), known) if queries else known


def who(attendee: Attendee, known: Known) -> str:
    """The name of who gives care, else what they are there as; "" where nobody tells."""
    actor = attendee.actor
    role = practitioner_role.to_view(known.get(_key(actor))) if actor else None
    as_role = (role.roles[:1] + role.specialties[:1]) if role else ()
    named = name_of(actor, known) or (name_of(role.practitioner, known) if role else "")
    return named or next(iter(as_role), "") or (attendee.role.text if attendee.role else "")


def place_of(view: AppointmentView, known: Known) -> tuple[str, LocationView | None]:
    """The first place's name and what is known of it."""
    for attendee in view.places:
        place = attendee.place or (location.to_view(known.get(_key(attendee.actor))) if attendee.actor else None)
        name = (attendee.actor.display if attendee.actor else "") or (place.name if place else "")
        if name or place:
            return name, place
    return "", None


def service_of(view: AppointmentView, known: Known) -> HealthcareServiceView | None:
    """The first service that can be described."""
    for attendee in view.services:
        found = healthcare_service.to_view(known.get(_key(attendee.actor))) if attendee.actor else None
        if service := attendee.service or found:
            return service
    return None


def _key(pointed: Reference | None) -> str:
    """Where a resource of this hospital is kept; what stands within an appointment has an id of its own there."""
    return f"{pointed.type}/{pointed.id}" if pointed and not pointed.contained else ""

"""Who is here: what a validated launch says about the person, as one of four kinds or a refusal. Pure.

It decides exactly the table of "Who is here" (ARCHITECTURE.md) and nothing else. It must not know sessions, storage, pages
or the network: what the hospital's server says about a Person or RelatedPerson is handed in.

    fhirUser                                          viewer
    Patient, and it is the launch patient             self
    Person whose link names the launch patient        self
    RelatedPerson, another Person                     trusted (refused while the hospital has relatives off)
    Practitioner, PractitionerRole                    refused, or by setting a read-only preview
    none, any other type                              unknown, read-only; self where this server launches patients only
    a Patient who is not the launch patient           unknown, read-only, whatever the setting says
    no patient in context                             refused

A fhirUser of another server never gets here: its id_token is refused (AB13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fhirportal.access.viewer import Kind
from fhirportal.settings import Hospital
from smart_launch.client.id_token import FhirUser, parse_fhir_user

_CLINICIANS = frozenset({"Practitioner", "PractitionerRole"})
_RELATIVES = frozenset({"RelatedPerson", "Person"})


@dataclass(frozen=True)
class Vouched:
    """What the hospital's server says of a Person or RelatedPerson. `readable` False: it would not tell us.

    `patients` are the bare ids of the patients on this server that the resource is linked to.
    """

    readable: bool
    patients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Who:
    """The answer: a kind and the actor ("" or a relative reference), or a refusal by code; never both."""

    kind: Kind | None
    actor: str = ""
    refused: str = ""


UNREAD = Vouched(readable=False)


def needs_vouching(user: FhirUser | None) -> bool:
    """Whether the hospital's server has to be asked about this person first."""
    return user is not None and user.type in _RELATIVES


def decide_who(patient: str | None, user: FhirUser | None, vouched: Vouched, hospital: Hospital) -> Who:
    """Who this is, for `patient` (the bare id in the launch context) at this hospital. `vouched` counts only for a Person
    or RelatedPerson."""
    if not patient:
        return Who(None, refused="no-patient")
    if user is None:
        return Who(Kind.SELF, f"Patient/{patient}") if hospital.launches_patients_only else Who(Kind.UNKNOWN)
    if user.type == "Patient" and user.id == patient:
        return Who(Kind.SELF, str(user))
    if user.type in _RELATIVES:
        return _relative(patient, user, vouched, hospital)
    if user.type in _CLINICIANS:
        return _clinician(user, hospital)
    return Who(Kind.UNKNOWN, str(user))


def _relative(patient: str, user: FhirUser, vouched: Vouched, hospital: Hospital) -> Who:
    if user.type == "Person" and patient in vouched.patients:
        return Who(Kind.SELF, str(user))
    if user.type == "RelatedPerson" and vouched.readable and patient not in vouched.patients:
        return Who(None, str(user), refused="relative-of-another")
    if hospital.relatives != "unsafe-without-age-rules":
        return Who(None, str(user), refused="relatives-off")
    return Who(Kind.TRUSTED, str(user))


def _clinician(user: FhirUser, hospital: Hospital) -> Who:
    if hospital.clinician_preview:
        return Who(Kind.PREVIEW, str(user))
    return Who(None, str(user), refused="clinician")


def read_vouched(resource: Mapping[str, Any], user: FhirUser, fhir_base: str) -> Vouched:
    """What a fetched resource says; one that is not the resource asked for says nothing. R4 Person.link.target,
    RelatedPerson.patient; only references to this server's patients count."""
    if resource.get("resourceType") != user.type or resource.get("id") != user.id or resource.get("active") is False:
        return Vouched(readable=True)
    pointers = [resource.get("patient")] if user.type == "RelatedPerson" else _targets(resource.get("link"))
    ids = (_patient_id(pointer, fhir_base) for pointer in pointers)
    return Vouched(readable=True, patients=frozenset(id_ for id_ in ids if id_))


def _targets(links: object) -> Sequence[object]:
    items = links if isinstance(links, list) else []
    return [item.get("target") for item in items if isinstance(item, dict)]


def _patient_id(pointer: object, fhir_base: str) -> str | None:
    reference = pointer.get("reference") if isinstance(pointer, dict) else None
    named = parse_fhir_user(reference, fhir_base)
    return named.id if named and named.type == "Patient" else None

"""The demo family as people one can be: each their own patient, some relatives of others, one doctor.

It reads the generator's family; it must not know HTTP or tokens.
"""

from __future__ import annotations

from fhirportal.sandbox.demo_data import MEMBERS, related_id
from fhirportal.sandbox.demo_data.family import Member
from fhirportal.sandbox.demo_data.hospital import CLINICIANS
from fhirportal.sandbox.smart.people import Person, Relation


def demo_people() -> tuple[Person, ...]:
    """Keys are the family's keys; the clinician's key is `doctor`. Everybody's password is "demo"."""
    family = tuple(
        Person(key=member.key, name=member.name, patient=member.key, relations=_relations(member)) for member in MEMBERS
    )
    doctor = next(iter(CLINICIANS.values()))
    return (*family, Person(key="doctor", name=doctor.display, practitioner=doctor.key))


def _relations(person: Member) -> tuple[Relation, ...]:
    """The charts this member opens for others."""
    return tuple(
        Relation(related_person=related_id(member, key), patient=member.key, label=label)
        for member in MEMBERS
        for key, _code, label in member.relatives
        if key == person.key
    )

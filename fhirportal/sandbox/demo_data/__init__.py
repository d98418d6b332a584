"""A made-up hospital and family, made anew for any day: the same day always gives the same resources.

It decides what the demo shows. It must not know how the sandbox stores or serves it. All names, numbers and addresses are
invented; every date is told relative to `today`.
"""

from datetime import date

from fhirportal.sandbox.demo_data import care, documents, family, hospital, labs, medicines, money, visits
from fhirportal.sandbox.demo_data.build import Calendar, Resource
from fhirportal.sandbox.demo_data.family import MEMBERS, Member, related_id

__all__ = ["MEMBERS", "Member", "generate", "related_id"]


def generate(today: date) -> list[Resource]:
    """All resources of the demo hospital, referenced ones first."""
    calendar = Calendar(today)
    made: list[Resource] = []
    for room in (hospital, family, care, labs, medicines, visits, money):
        made.extend(room.resources(calendar))
    made.extend(documents.resources(calendar, list(made)))
    return made

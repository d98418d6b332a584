"""Who the hospital says someone is, and how it reaches them.

It decides what of it is in use today. It must not know words, pages or accounts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import TypeVar

from fhirportal.errors import NotFound
from fhirportal.records.names import find_names, name_of
from fhirportal.records.reader import Reader
from mappings import patient
from mappings.patient import PatientView
from mappings.people import Address, Telecom

Dated = TypeVar("Dated", Telecom, Address)


@dataclass(frozen=True)
class ProfilePage:
    """One person; `doctors` are names of their general practitioners, `hospital` of the organization that keeps the record."""

    view: PatientView
    doctors: tuple[str, ...]
    hospital: str
    as_of: datetime


def get_profile(reader: Reader, now: datetime, zone: tzinfo) -> ProfilePage:
    """The patient this reader is bound to; `zone` is the site's. Raises NotFound, NotAllowed, UpstreamError."""
    view = patient.to_view(reader.read("Patient", reader.viewer.patient))
    if view is None:
        raise NotFound("not a patient")
    names = find_names(reader, (*view.practitioners, view.organization))
    doctors = (name_of(r, names) for r in view.practitioners)
    today = now.astimezone(zone).date()
    return ProfilePage(
        view=replace(
            view,
            telecoms=_in_use(view.telecoms, today),
            addresses=_in_use(view.addresses, today),
            contacts=tuple(replace(c, telecoms=_in_use(c.telecoms, today)) for c in view.contacts),
        ),
        doctors=tuple(dict.fromkeys(name for name in doctors if name)),
        hospital=name_of(view.organization, names),
        as_of=reader.now,
    )


def _in_use(items: Iterable[Dated], today: date) -> tuple[Dated, ...]:
    """What has not ended; an end without a day is left standing."""
    return tuple(
        item for item in items if item.ends is None or item.ends.precision in ("year", "month") or item.ends.day >= today
    )

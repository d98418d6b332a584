"""Alder Quay, a made-up hospital in Dublin: its departments, its people, its services and the times they offer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fhirportal.sandbox.demo_data.build import SNOMED, THO, Calendar, Resource, concept, identifier, iso, ref

ORGANIZATION = "Organization/alder-quay"
INSURER = "Organization/liffey-health"
PHARMACY = "Organization/harbour-pharmacy"
SLOT_DAYS = 60


@dataclass(frozen=True)
class Clinician:
    key: str
    name: tuple[str, str, str]  # prefix, given, family
    title: str
    specialty: tuple[str, str]
    place: str
    gender: str

    @property
    def display(self) -> str:
        return " ".join(part for part in self.name if part)

    @property
    def reference(self) -> str:
        return f"Practitioner/{self.key}"

    @property
    def role(self) -> str:
        return f"PractitionerRole/{self.key}-role"


@dataclass(frozen=True)
class Place:
    key: str
    name: str
    description: str
    phone: str

    @property
    def reference(self) -> str:
        return f"Location/{self.key}"


PLACES = {
    p.key: p
    for p in (
        Place("outpatients-3", "Outpatients 3", "Level 1, turn left at the lifts. Step-free.", "+353 1 555 0131"),
        Place("eye-clinic", "Eye clinic", "Level 2, blue corridor.", "+353 1 555 0132"),
        Place("maternity", "Maternity clinic", "Riverside building, ground floor.", "+353 1 555 0133"),
        Place("childrens", "Children's clinic", "Riverside building, level 1.", "+353 1 555 0134"),
        Place("memory-clinic", "Memory clinic", "Garden wing, ground floor. Parking at the door.", "+353 1 555 0135"),
        Place("laboratory", "Blood test room", "Main building, level 0, next to the pharmacy.", "+353 1 555 0136"),
        Place("video", "Video visit", "From home, on a phone or computer.", "+353 1 555 0131"),
    )
}

CLINICIANS = {
    c.key: c
    for c in (
        Clinician("okafor", ("Dr", "Ciara", "Okafor"), "Diabetes consultant", ("394583002", "Endocrinology"), "outpatients-3", "female"),
        Clinician("byrne", ("", "Tom", "Byrne"), "Diabetes nurse", ("394583002", "Endocrinology"), "outpatients-3", "male"),
        Clinician("lindqvist", ("Dr", "Maja", "Lindqvist"), "Eye doctor", ("394594003", "Ophthalmology"), "eye-clinic", "female"),
        Clinician("nolan", ("Dr", "Grace", "Nolan"), "Pregnancy consultant", ("394586005", "Gynaecology"), "maternity", "female"),
        Clinician("mensah", ("", "Abena", "Mensah"), "Midwife", ("408446006", "Midwifery"), "maternity", "female"),
        Clinician("farrell", ("Dr", "Rory", "Farrell"), "Children's doctor", ("394537008", "Paediatrics"), "childrens", "male"),
        Clinician("haddad", ("Dr", "Leila", "Haddad"), "Memory clinic doctor", ("394811001", "Geriatric medicine"), "memory-clinic", "female"),
        Clinician("pereira", ("Dr", "Ana", "Pereira"), "General medicine doctor", ("419192003", "Internal medicine"), "outpatients-3", "female"),
    )
}  # fmt: skip

SERVICES = {
    "diabetes": ("Diabetes clinic", "okafor"),
    "eyes": ("Eye photographs", "lindqvist"),
    "pregnancy": ("Pregnancy care", "nolan"),
    "children": ("Children's clinic", "farrell"),
    "memory": ("Memory clinic", "haddad"),
    "general": ("General medicine", "pereira"),
}


def resources(calendar: Calendar) -> Iterator[Resource]:
    """Everything of the hospital that belongs to no patient."""
    yield from _organizations()
    for place in PLACES.values():
        yield _location(place)
    for clinician in CLINICIANS.values():
        yield _practitioner(clinician)
        yield _role(clinician)
    for key, (name, clinician_key) in SERVICES.items():
        yield _service(key, name, CLINICIANS[clinician_key])
        yield from _schedule(key, CLINICIANS[clinician_key], calendar)


def _organizations() -> Iterator[Resource]:
    for reference, name, kind in (
        (ORGANIZATION, "Alder Quay Hospital", ("prov", "Healthcare Provider")),
        (INSURER, "Liffey Health Insurance", ("ins", "Insurance Company")),
        (PHARMACY, "Harbour Pharmacy", ("prov", "Healthcare Provider")),
    ):
        yield {
            "resourceType": "Organization",
            "id": reference.split("/")[1],
            "active": True,
            "name": name,
            "type": [concept("", (THO + "organization-type", *kind))],
            "telecom": [{"system": "phone", "value": "+353 1 555 0100", "use": "work"}],
            "address": [{"line": ["1 Alder Quay"], "city": "Dublin", "postalCode": "D02 X000", "country": "IE"}],
        }


def _location(place: Place) -> Resource:
    return {
        "resourceType": "Location",
        "id": place.key,
        "status": "active",
        "name": place.name,
        "description": place.description,
        "mode": "instance",
        "telecom": [{"system": "phone", "value": place.phone, "use": "work"}],
        "address": {
            "text": "Alder Quay Hospital, 1 Alder Quay, Dublin",
            "line": ["1 Alder Quay"],
            "city": "Dublin",
            "country": "IE",
        },
        "managingOrganization": ref(ORGANIZATION, "Alder Quay Hospital"),
    }


def _practitioner(clinician: Clinician) -> Resource:
    prefix, given, family = clinician.name
    name = {"use": "official", "family": family, "given": [given], **({"prefix": [prefix]} if prefix else {})}
    return {
        "resourceType": "Practitioner",
        "id": clinician.key,
        "active": True,
        "identifier": [identifier("https://alder-quay.example/staff", clinician.key)],
        "name": [name],
        "gender": clinician.gender,
    }


def _role(clinician: Clinician) -> Resource:
    return {
        "resourceType": "PractitionerRole",
        "id": f"{clinician.key}-role",
        "active": True,
        "practitioner": ref(clinician.reference, clinician.display),
        "organization": ref(ORGANIZATION, "Alder Quay Hospital"),
        "code": [concept(clinician.title)],
        "specialty": [concept("", (SNOMED, *clinician.specialty))],
        "location": [ref(f"Location/{clinician.place}", PLACES[clinician.place].name)],
        "telecom": [{"system": "phone", "value": PLACES[clinician.place].phone, "use": "work"}],
    }


def _service(key: str, name: str, clinician: Clinician) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "id": f"service-{key}",
        "active": True,
        "name": name,
        "providedBy": ref(ORGANIZATION, "Alder Quay Hospital"),
        "specialty": [concept("", (SNOMED, *clinician.specialty))],
        "location": [ref(f"Location/{clinician.place}", PLACES[clinician.place].name)],
        "appointmentRequired": True,
    }


def _schedule(key: str, clinician: Clinician, calendar: Calendar) -> Iterator[Resource]:
    start, end = calendar.any_day_at(0, "08:00"), calendar.any_day_at(SLOT_DAYS, "18:00")
    yield {
        "resourceType": "Schedule",
        "id": f"schedule-{key}",
        "active": True,
        "serviceType": [concept(SERVICES[key][0])],
        "specialty": [concept("", (SNOMED, *clinician.specialty))],
        "actor": [
            ref(clinician.reference, clinician.display),
            ref(f"HealthcareService/service-{key}", SERVICES[key][0]),
            ref(f"Location/{clinician.place}", PLACES[clinician.place].name),
        ],
        "planningHorizon": {"start": iso(start), "end": iso(end)},
    }
    for offset in range(1, SLOT_DAYS + 1):
        day = calendar.day(offset)
        if day.weekday() < 5 and (offset + len(key)) % 3 == 0:
            yield from _slots(key, calendar.any_day_at(offset, "09:00"))


def _slots(key: str, morning: datetime) -> Iterator[Resource]:
    for n, minutes in enumerate((0, 30, 60, 100, 140, 300, 330, 360)):
        start = morning + timedelta(minutes=minutes)
        yield {
            "resourceType": "Slot",
            "id": f"slot-{key}-{start:%Y%m%d%H%M}",
            "schedule": ref(f"Schedule/schedule-{key}"),
            "serviceType": [concept(SERVICES[key][0])],
            # about every third one is taken by somebody else
            "status": "busy" if (start.toordinal() + n) % 3 == 0 else "free",
            "start": iso(start),
            "end": iso(start + timedelta(minutes=30)),
        }

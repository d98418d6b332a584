"""The people one can be in the demo: a made-up family of eight, and how they are related."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from fhirportal.sandbox.demo_data.build import MRN, THO, Calendar, Resource, concept, identifier, iso, ref, without_empty
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, ORGANIZATION


@dataclass(frozen=True)
class Member:
    """One member of the family. `born` is (years ago, month, day), so that ages stay what the story needs."""

    key: str
    given: tuple[str, ...]
    family: str
    gender: str
    born: tuple[int, int, int]
    language: tuple[str, str] = ("en-IE", "English (Ireland)")
    text: str = ""
    phone: str = ""
    doctor: str = "pereira"
    story: str = ""
    relatives: tuple[tuple[str, str, str], ...] = field(default_factory=tuple)  # key, code, display

    @property
    def reference(self) -> str:
        return f"Patient/{self.key}"

    @property
    def name(self) -> str:
        return self.text or f"{self.given[0]} {self.family}"

    def birth_date(self, calendar: Calendar) -> date:
        years, month, day = self.born
        year = calendar.today.year - years
        had_birthday = (calendar.today.month, calendar.today.day) >= (month, day)
        return date(year if had_birthday else year - 1, month, day)


MEMBERS = (
    Member("orla", ("Orla", "Maeve"), "Devane", "female", (47, 3, 14), phone="+353 85 555 0101", doctor="okafor",
           story="Type 2 diabetes and high blood pressure, five years of blood tests"),
    Member("aoife", ("Aoife",), "Devane", "female", (33, 6, 2), phone="+353 85 555 0102", doctor="nolan",
           story="26 weeks pregnant"),
    Member("finn", ("Finn",), "Devane", "male", (7, 9, 21), doctor="farrell", story="A child with asthma and a nut allergy",
           relatives=(("orla", "MTH", "mother"), ("kenji", "FTH", "father"))),
    Member("saoirse", ("Saoirse",), "Devane", "female", (15, 1, 30), phone="+353 85 555 0104", doctor="farrell",
           story="A teenager", relatives=(("orla", "MTH", "mother"),)),
    Member("brendan", ("Brendan", "Joseph"), "Devane", "male", (82, 11, 3), phone="+353 1 555 0105", doctor="haddad",
           story="Dementia, many medicines, cared for by his daughter", relatives=(("orla", "DAU", "daughter"),)),
    Member("kenji", ("健二",), "田中", "male", (49, 12, 8), ("ja", "Japanese"), text="田中 健二", phone="+353 85 555 0106",
           story="A name that is not in Latin letters"),
    Member("salma", ("سلمى",), "الحداد", "female", (58, 4, 17), ("ar", "Arabic"), text="سلمى الحداد", phone="+353 85 555 0107",
           story="Reads Arabic, from right to left"),
    Member("cillian", ("Cillian",), "Devane", "male", (24, 2, 11), phone="+353 85 555 0108",
           story="New here: almost nothing to show"),
)  # fmt: skip
BY_KEY = {m.key: m for m in MEMBERS}


def resources(calendar: Calendar) -> Iterator[Resource]:
    for number, member in enumerate(MEMBERS):
        yield _patient(member, number, calendar)
        for relative, code, display in member.relatives:
            yield _related(member, BY_KEY[relative], code, display)


def _patient(member: Member, number: int, calendar: Calendar) -> Resource:
    doctor = CLINICIANS[member.doctor]
    names = [{"use": "official", "family": member.family, "given": list(member.given), "text": member.text}]
    if member.key == "kenji":
        names.append({"use": "usual", "family": "Tanaka", "given": ["Kenji"], "text": ""})
    return without_empty(
        {
            "resourceType": "Patient",
            "id": member.key,
            "active": True,
            "identifier": [{"use": "usual", "type": concept("Hospital number", (THO + "v2-0203", "MR", "Medical record number")),
                            **identifier(MRN, f"AQ{410233 + number * 7919}")}],
            "name": [without_empty(n) for n in names],
            "gender": member.gender,
            "birthDate": iso(member.birth_date(calendar)),
            "telecom": _telecom(member),
            "address": [{"use": "home", "line": ["14 Ferry Lane"], "city": "Dublin", "postalCode": "D04 X000", "country": "IE"}],
            "communication": [{"language": concept(member.language[1], ("urn:ietf:bcp:47", *member.language)), "preferred": True}],
            "generalPractitioner": [ref(doctor.reference, doctor.display)],
            "managingOrganization": ref(ORGANIZATION, "Alder Quay Hospital"),
            "contact": _emergency_contact(member),
        }
    )  # fmt: skip


def _telecom(member: Member) -> list[Resource]:
    if not member.phone:
        return []
    return [
        {"system": "phone", "value": member.phone, "use": "mobile"},
        {"system": "email", "value": f"{member.key}@devane.example", "use": "home"},
    ]


def _emergency_contact(member: Member) -> list[Resource]:
    if not member.relatives:
        return []
    key, code, display = member.relatives[0]
    relative = BY_KEY[key]
    return [
        {
            "relationship": [concept(display.capitalize(), (THO + "v3-RoleCode", code, display))],
            "name": {"text": relative.name},
            "telecom": [{"system": "phone", "value": relative.phone}],
        }
    ]


def related_id(member: Member, relative_key: str) -> str:
    return f"{relative_key}-for-{member.key}"


def _related(member: Member, relative: Member, code: str, display: str) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": related_id(member, relative.key),
        "active": True,
        "patient": ref(member.reference, member.name),
        "relationship": [concept(display.capitalize(), (THO + "v3-RoleCode", code, display))],
        "name": [{"use": "official", "family": relative.family, "given": list(relative.given)}],
        "gender": relative.gender,
        "telecom": [{"system": "phone", "value": relative.phone, "use": "mobile"}],
    }

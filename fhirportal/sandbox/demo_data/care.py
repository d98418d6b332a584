"""Conditions, allergies, vaccinations, procedures and care teams of the demo family."""

from collections.abc import Iterator

from fhirportal.sandbox.demo_data.build import CVX, SNOMED, THO, Calendar, Resource, concept, iso, ref, without_empty
from fhirportal.sandbox.demo_data.family import BY_KEY, related_id
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, ORGANIZATION

CONDITIONS = (  # patient, SNOMED code, words, started (days ago), ended, category, clinical status
    ("orla", "44054006", "Type 2 diabetes", 1900, None, "problem-list-item", "active"),
    ("orla", "38341003", "High blood pressure", 1700, None, "problem-list-item", "active"),
    ("orla", "195662009", "Sore throat", 420, 408, "encounter-diagnosis", "resolved"),
    ("aoife", "77386006", "Pregnancy", 182, None, "problem-list-item", "active"),
    ("aoife", "87522002", "Low iron", 10, None, "problem-list-item", "active"),
    ("finn", "195967001", "Asthma", 900, None, "problem-list-item", "active"),
    ("saoirse", "24079001", "Eczema", 2000, None, "problem-list-item", "active"),
    ("brendan", "26929004", "Alzheimer's disease", 1100, None, "problem-list-item", "active"),
    ("brendan", "38341003", "High blood pressure", 5000, None, "problem-list-item", "active"),
    ("brendan", "709044004", "Chronic kidney disease", 800, None, "problem-list-item", "active"),
    ("kenji", "61582004", "Hay fever", 3000, None, "problem-list-item", "active"),
    ("salma", "396275006", "Osteoarthritis", 1500, None, "problem-list-item", "active"),
)
ALLERGIES = (  # patient, SNOMED code, words, criticality, reaction
    ("orla", "764146007", "Penicillin", "high", "Rash and swelling"),
    ("finn", "762952008", "Peanut", "high", "Trouble breathing"),
    ("finn", "260147004", "House dust mite", "low", "Sneezing"),
    ("brendan", "387458008", "Aspirin", "low", "Stomach pain"),
)
VACCINES = {
    "mmr": ("03", "MMR (measles, mumps, rubella)"),
    "flu": ("140", "Flu vaccine"),
    "tdap": ("115", "Tdap (tetanus, diphtheria, whooping cough)"),
    "covid": ("213", "COVID-19 vaccine"),
    "hpv": ("165", "HPV vaccine"),
    "dtap": ("130", "DTaP and polio"),
}
SHOTS = (
    ("orla", "flu", 40), ("orla", "covid", 400), ("aoife", "tdap", 20), ("aoife", "flu", 35), ("finn", "mmr", 2200), ("finn", "mmr", 900),
    ("finn", "dtap", 930), ("saoirse", "hpv", 700), ("saoirse", "tdap", 640), ("saoirse", "mmr", 3900), ("brendan", "flu", 38),
    ("brendan", "covid", 390), ("kenji", "flu", 410), ("salma", "flu", 405),
)  # fmt: skip
TEAMS = {
    "orla": ("okafor", "byrne", "lindqvist"),
    "aoife": ("nolan", "mensah"),
    "finn": ("farrell",),
    "brendan": ("haddad", "pereira"),
}


def resources(calendar: Calendar) -> Iterator[Resource]:
    yield from (_condition(calendar, n, *row) for n, row in enumerate(CONDITIONS))
    yield from (_allergy(calendar, n, *row) for n, row in enumerate(ALLERGIES))
    yield _allergy_error(calendar)
    yield from (_shot(calendar, n, *row) for n, row in enumerate(SHOTS))
    yield from _procedures(calendar)
    yield from (_team(calendar, key, members) for key, members in TEAMS.items())


def _condition(
    calendar: Calendar, n: int, who: str, code: str, words: str, began: int, ended: int | None, category: str, status: str
) -> Resource:
    member = BY_KEY[who]
    doctor = CLINICIANS[member.doctor]
    return without_empty(
        {
            "resourceType": "Condition",
            "id": f"condition-{n}-{who}",
            "clinicalStatus": concept("", (THO + "condition-clinical", status, status.capitalize())),
            "verificationStatus": concept("", (THO + "condition-ver-status", "confirmed", "Confirmed")),
            "category": [concept("", (THO + "condition-category", category, category.replace("-", " ").capitalize()))],
            "code": concept(words, (SNOMED, code, words)),
            "subject": ref(member.reference, member.name),
            "onsetDateTime": iso(calendar.day(-began)),
            "abatementDateTime": iso(calendar.day(-ended)) if ended else None,
            "recordedDate": iso(calendar.day(-began)),
            "recorder": ref(doctor.reference, doctor.display),
        }
    )


def _allergy(calendar: Calendar, n: int, who: str, code: str, words: str, criticality: str, reaction: str) -> Resource:
    member = BY_KEY[who]
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"allergy-{n}-{who}",
        "clinicalStatus": concept("", (THO + "allergyintolerance-clinical", "active", "Active")),
        "verificationStatus": concept("", (THO + "allergyintolerance-verification", "confirmed", "Confirmed")),
        "type": "allergy",
        "criticality": criticality,
        "code": concept(words, (SNOMED, code, words)),
        "patient": ref(member.reference, member.name),
        "recordedDate": iso(calendar.day(-1200)),
        "reaction": [{"manifestation": [concept(reaction)]}],
    }


def _allergy_error(calendar: Calendar) -> Resource:
    """Written down for the wrong person once; the hospital withdrew it."""
    made = _allergy(calendar, 90, "orla", "300913006", "Shellfish", "low", "Itching")
    kept = {k: v for k, v in made.items() if k != "clinicalStatus"}
    wrong = concept("", (THO + "allergyintolerance-verification", "entered-in-error", "Entered in Error"))
    return {**kept, "verificationStatus": wrong}


def _shot(calendar: Calendar, n: int, who: str, vaccine: str, ago: int) -> Resource:
    member, (code, words) = BY_KEY[who], VACCINES[vaccine]
    return {
        "resourceType": "Immunization",
        "id": f"shot-{n}-{who}",
        "status": "completed",
        "vaccineCode": concept(words, (CVX, code, words)),
        "patient": ref(member.reference, member.name),
        "occurrenceDateTime": iso(calendar.at(-ago, "11:15")),
        "primarySource": True,
        "lotNumber": f"L{4100 + 37 * n}",
        "location": ref("Location/outpatients-3", "Outpatients 3"),
        "performer": [{"actor": ref(ORGANIZATION, "Alder Quay Hospital")}],
    }


def _procedures(calendar: Calendar) -> Iterator[Resource]:
    rows = (
        ("orla", "410451008", "Eye photographs", 400, "lindqvist", "completed"),
        ("aoife", "268445003", "Pregnancy ultrasound scan", 42, "nolan", "completed"),
        ("finn", "127783003", "Breathing test (spirometry)", 90, "farrell", "completed"),
        ("brendan", "90226004", "Cataract operation, left eye", 1500, "lindqvist", "completed"),
        ("brendan", "90226004", "Cataract operation, right eye", 1400, "lindqvist", "not-done"),
    )
    for n, (who, code, words, ago, by, status) in enumerate(rows):
        member, clinician = BY_KEY[who], CLINICIANS[by]
        yield {
            "resourceType": "Procedure",
            "id": f"procedure-{n}-{who}",
            "status": status,
            "code": concept(words, (SNOMED, code, words)),
            "subject": ref(member.reference, member.name),
            "performedDateTime": iso(calendar.at(-ago, "10:30")),
            "performer": [{"actor": ref(clinician.reference, clinician.display)}],
        }


def _team(calendar: Calendar, who: str, members: tuple[str, ...]) -> Resource:
    member = BY_KEY[who]
    people = [
        {"role": [concept(CLINICIANS[m].title)], "member": ref(CLINICIANS[m].reference, CLINICIANS[m].display)} for m in members
    ]
    if member.relatives:
        key = member.relatives[0][0]
        people.append(
            {"role": [concept("Family carer")], "member": ref(f"RelatedPerson/{related_id(member, key)}", BY_KEY[key].name)}
        )
    return {
        "resourceType": "CareTeam",
        "id": f"team-{who}",
        "status": "active",
        "name": f"{member.name}'s care team",
        "subject": ref(member.reference, member.name),
        "period": {"start": iso(calendar.day(-700))},
        "participant": people,
        "managingOrganization": [ref(ORGANIZATION, "Alder Quay Hospital")],
    }

"""Medicines: what was prescribed, what the pharmacy supplied, and what people say they take beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhirportal.sandbox.demo_data.build import (
    RXNORM,
    SNOMED,
    THO,
    Calendar,
    Resource,
    concept,
    iso,
    quantity,
    ref,
    without_empty,
)
from fhirportal.sandbox.demo_data.family import BY_KEY
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, PHARMACY


@dataclass(frozen=True)
class Prescription:
    """One prescription; `supplies` are (days ago, days' supply) of what the pharmacy handed over."""

    who: str
    key: str
    code: str
    name: str
    how: str
    times: tuple[int, float, str]  # how often, per how many, unit (d, wk)
    dose: tuple[float, str] | None
    reason: str
    by: str
    written: int
    repeats: int = 0
    supplies: tuple[tuple[int, int], ...] = ()
    status: str = "active"
    as_needed: bool = False
    stopped: str = ""


PRESCRIPTIONS = (
    Prescription("orla", "metformin", "860975", "Metformin 500 mg tablets", "Take 1 tablet with breakfast and 1 with dinner", (2, 1, "d"),
                 (1, "tablet"), "Type 2 diabetes", "okafor", 380, 5, ((78, 28), (50, 28), (22, 28))),
    Prescription("orla", "ramipril", "261962", "Ramipril 5 mg capsules", "Take 1 capsule each morning", (1, 1, "d"), (1, "capsule"),
                 "High blood pressure", "okafor", 300, 2, ((81, 56), (25, 56))),
    Prescription("orla", "atorvastatin", "617312", "Atorvastatin 20 mg tablets", "Take 1 tablet at night", (1, 1, "d"), (1, "tablet"),
                 "To lower cholesterol", "okafor", 200, 0, ((60, 28), (31, 28))),
    Prescription("orla", "gliclazide", "4816", "Gliclazide 40 mg tablets", "Take 1 tablet with breakfast", (1, 1, "d"), (1, "tablet"),
                 "Type 2 diabetes", "okafor", 1500, status="stopped", stopped="Your blood sugar no longer needed it"),
    Prescription("orla", "amoxicillin", "723", "Clarithromycin 500 mg tablets", "Take 1 tablet every 12 hours for 7 days", (2, 1, "d"),
                 (1, "tablet"), "Sore throat", "pereira", 420, supplies=((420, 7),), status="completed"),
    Prescription("aoife", "iron", "24942", "Iron (ferrous fumarate) 210 mg tablets", "Take 1 tablet every second day with orange juice",
                 (1, 2, "d"), (1, "tablet"), "Low iron", "nolan", 10, 2, ((7, 56),)),
    Prescription("finn", "salbutamol", "435", "Salbutamol 100 micrograms inhaler", "2 puffs through the spacer when wheezy", (1, 4, "h"),
                 (2, "puffs"), "Asthma", "farrell", 90, 3, ((88, 60),), as_needed=True),
    Prescription("finn", "beclometasone", "1347", "Beclometasone 50 micrograms inhaler", "2 puffs in the morning and 2 at night, every day",
                 (2, 1, "d"), (2, "puffs"), "Asthma", "farrell", 90, 3, ((20, 50),)),
    Prescription("brendan", "donepezil", "135447", "Donepezil 10 mg tablets", "1 tablet at bedtime", (1, 1, "d"), (1, "tablet"),
                 "Alzheimer's disease", "haddad", 900, 4, ((15, 28),)),
    Prescription("brendan", "amlodipine", "17767", "Amlodipine 5 mg tablets", "1 tablet each morning", (1, 1, "d"), (1, "tablet"),
                 "High blood pressure", "pereira", 2000, 4, ((15, 28),)),
    Prescription("brendan", "amlodipine-again", "17767", "Amlodipine 5 mg tablets", "1 tablet each morning", (1, 1, "d"), (1, "tablet"),
                 "High blood pressure", "pereira", 400, 4),
    Prescription("brendan", "ramipril", "261962", "Ramipril 10 mg capsules", "1 capsule each morning", (1, 1, "d"), (1, "capsule"),
                 "High blood pressure", "haddad", 500, status="on-hold", stopped="Paused until your next blood test"),
    Prescription("kenji", "cetirizine", "20610", "Cetirizine 10 mg tablets", "1 tablet a day when you have hay fever", (1, 1, "d"),
                 (1, "tablet"), "Hay fever", "pereira", 150, as_needed=True),
    Prescription("salma", "paracetamol", "161", "Paracetamol 500 mg tablets", "1 or 2 tablets up to 4 times a day for pain", (4, 1, "d"),
                 None, "Joint pain", "pereira", 120, 1, ((30, 14),), as_needed=True),
)  # fmt: skip


def resources(calendar: Calendar) -> Iterator[Resource]:
    for prescription in PRESCRIPTIONS:
        yield from _prescribed(prescription, calendar)
    yield _mistake(calendar)
    yield _forbidden(calendar)
    yield _in_parts(calendar)
    yield _from_elsewhere(calendar)
    yield from _own_words(calendar)


def _prescribed(p: Prescription, calendar: Calendar) -> Iterator[Resource]:
    yield _request(p, calendar)
    for n, (ago, days) in enumerate(p.supplies):
        yield _supply(p, n, ago, days, calendar)


def _request(p: Prescription, calendar: Calendar) -> Resource:
    member, clinician = BY_KEY[p.who], CLINICIANS[p.by]
    days = p.supplies[-1][1] if p.supplies else 28
    return without_empty(
        {
            "resourceType": "MedicationRequest",
            "id": f"rx-{p.who}-{p.key}",
            "status": p.status,
            "statusReason": concept(p.stopped) if p.stopped else None,
            "intent": "order",
            "medicationCodeableConcept": concept(p.name, (RXNORM, p.code, p.name)),
            "subject": ref(member.reference, member.name),
            "authoredOn": iso(calendar.at(-p.written, "12:00")),
            "requester": ref(clinician.reference, clinician.display),
            "reasonCode": [concept(p.reason)],
            "dosageInstruction": [dosage(p)],
            "dispenseRequest": {
                "numberOfRepeatsAllowed": p.repeats,
                "expectedSupplyDuration": quantity(days, "days", "d"),
                "performer": ref(PHARMACY, "Harbour Pharmacy"),
            },
        }
    )


def dosage(p: Prescription) -> Resource:
    often, per, unit = p.times
    return without_empty(
        {
            "text": p.how,
            "patientInstruction": "Swallow with a glass of water." if p.key == "metformin" else "",
            "timing": {"repeat": {"frequency": often, "period": per, "periodUnit": unit}},
            "asNeededBoolean": True if p.as_needed else None,
            "doseAndRate": [{"doseQuantity": {"value": p.dose[0], "unit": p.dose[1]}}] if p.dose else None,
        }
    )


def _supply(p: Prescription, n: int, ago: int, days: int, calendar: Calendar) -> Resource:
    member = BY_KEY[p.who]
    often, per, unit = p.times
    count = (p.dose[0] if p.dose else 1) * often * days / per if unit == "d" else 1
    return {
        "resourceType": "MedicationDispense",
        "id": f"supply-{p.who}-{p.key}-{n}",
        "status": "completed",
        "medicationCodeableConcept": concept(p.name, (RXNORM, p.code, p.name)),
        "subject": ref(member.reference, member.name),
        "performer": [{"actor": ref(PHARMACY, "Harbour Pharmacy")}],
        "authorizingPrescription": [ref(f"MedicationRequest/rx-{p.who}-{p.key}")],
        "quantity": {"value": int(count), "unit": p.dose[1] + "s" if p.dose and not p.dose[1].endswith("s") else "pack"},
        "daysSupply": quantity(days, "days", "d"),
        "whenHandedOver": iso(calendar.any_day_at(-ago, "16:20")),
        "dosageInstruction": [{"text": p.how}],
    }


def _mistake(calendar: Calendar) -> Resource:
    """A prescription written for the wrong person and withdrawn."""
    wrong = Prescription(
        "orla", "warfarin", "11289", "Warfarin 3 mg tablets", "As your clinic says", (1, 1, "d"), None, "", "pereira", 300
    )
    made = _request(wrong, calendar)
    return {**{k: v for k, v in made.items() if k != "reasonCode"}, "status": "entered-in-error"}


def _forbidden(calendar: Calendar) -> Resource:
    """Somebody wrote down that a medicine must not be taken."""
    avoided = Prescription(
        "brendan", "no-ibuprofen", "5640", "Ibuprofen", "", (1, 1, "d"), None, "Kidney disease", "haddad", 500
    )
    made = _request(avoided, calendar)
    kept = {k: v for k, v in made.items() if k not in ("dosageInstruction", "dispenseRequest")}
    return {**kept, "doNotPerform": True}


def _in_parts(calendar: Calendar) -> Resource:
    """A prescription whose dose came in parts, without a sentence."""
    made = _request(
        Prescription("aoife", "folic-acid", "4511", "Folic acid 400 micrograms tablets", "", (1, 1, "d"), (1, "tablet"),
                     "For your baby's growth", "nolan", 150), calendar,
    )  # fmt: skip
    parts = {
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}},
        "route": concept("", (SNOMED, "26643006", "Oral route")),
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }
    return {**made, "dosageInstruction": [parts]}


def _from_elsewhere(calendar: Calendar) -> Resource:
    """A supply for a prescription that is on no record here."""
    other = Prescription(
        "salma",
        "gel",
        "3355",
        "Diclofenac 1% gel",
        "Rub a little on the sore joint 3 times a day",
        (3, 1, "d"),
        None,
        "",
        "pereira",
        40,
    )
    made = _supply(other, 0, 40, 14, calendar)
    return {k: v for k, v in made.items() if k not in ("authorizingPrescription", "quantity")}


def _own_words(calendar: Calendar) -> Iterator[Resource]:
    orla = BY_KEY["orla"]
    yield {
        "resourceType": "Medication",
        "id": "vitamin-d",
        "status": "active",
        "code": concept("Vitamin D 25 micrograms tablets", (RXNORM, "2418", "cholecalciferol")),
        "form": concept("Tablet"),
    }
    yield {
        "resourceType": "MedicationStatement",
        "id": "says-orla-vitamin-d",
        "status": "active",
        "category": concept("", (THO + "medication-statement-category", "patientspecified", "Patient Specified")),
        "medicationReference": ref("Medication/vitamin-d", "Vitamin D 25 micrograms tablets"),
        "subject": ref(orla.reference, orla.name),
        "effectivePeriod": {"start": iso(calendar.day(-250))},
        "dateAsserted": iso(calendar.day(-190)),
        "informationSource": ref(orla.reference, orla.name),
        "dosage": [{"text": "1 tablet a day in winter"}],
    }

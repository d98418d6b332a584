"""Appointments to come and past, in every status, and the encounters the past ones became."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fhirportal.sandbox.demo_data.build import SNOMED, THO, Calendar, Resource, concept, iso, ref, without_empty
from fhirportal.sandbox.demo_data.family import BY_KEY
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, ORGANIZATION, PLACES


@dataclass(frozen=True)
class Visit:
    """One appointment: days from today, clock time, what for, with whom, and how it stands."""

    who: str
    offset: int
    clock: str
    what: str
    by: str
    status: str = "booked"
    place: str = ""
    instruction: str = ""
    minutes: int = 30
    reason: str = ""


VISITS = (
    Visit("orla", 14, "10:40", "Diabetes check", "okafor", instruction="Bring your blood sugar diary. You can eat as normal."),
    Visit("orla", 30, "14:15", "Eye photographs", "lindqvist",
          instruction="Eye drops will blur your sight for 4 hours. Do not drive home."),
    Visit("orla", 45, "09:30", "Talk with your diabetes nurse", "byrne", place="video",
          instruction="Find a quiet place. Have your meter with you."),
    Visit("orla", 52, "08:40", "Blood test", "okafor", "proposed", "laboratory"),
    Visit("orla", 21, "11:00", "Foot check", "byrne", "cancelled", reason="The clinic had to move this visit"),
    Visit("orla", -7, "08:30", "Blood test", "okafor", "fulfilled", "laboratory"),
    Visit("orla", -95, "10:00", "Diabetes check", "okafor", "fulfilled"),
    Visit("orla", -190, "08:30", "Blood test", "okafor", "fulfilled", "laboratory"),
    Visit("orla", -210, "15:30", "Talk with your diabetes nurse", "byrne", "noshow", "video"),
    Visit("orla", -400, "13:00", "Eye photographs", "lindqvist", "fulfilled"),
    Visit("orla", -420, "09:10", "Sore throat", "pereira", "fulfilled"),
    Visit("orla", -60, "09:00", "Heart clinic", "pereira", "entered-in-error"),
    Visit("aoife", 8, "11:20", "Pregnancy check", "mensah", instruction="Bring your maternity notes and a urine sample."),
    Visit("aoife", 24, "09:40", "Growth scan", "nolan", instruction="Drink 2 glasses of water an hour before."),
    Visit("aoife", 38, "11:20", "Pregnancy check", "nolan"),
    Visit("aoife", -10, "10:00", "Pregnancy check", "mensah", "fulfilled"),
    Visit("aoife", -42, "14:00", "20 week scan", "nolan", "fulfilled", minutes=45),
    Visit("finn", 17, "15:40", "Asthma check", "farrell", instruction="Bring both inhalers and the spacer."),
    Visit("finn", -90, "15:00", "Asthma check", "farrell", "fulfilled"),
    Visit("saoirse", 33, "16:10", "Skin clinic", "farrell"),
    Visit("saoirse", -150, "15:50", "Skin clinic", "farrell", "fulfilled"),
    Visit("brendan", 5, "11:30", "Memory clinic", "haddad", instruction="Please come with someone who knows your day.", minutes=60),
    Visit("brendan", 12, "09:00", "Blood test", "haddad", place="laboratory"),
    Visit("brendan", -14, "11:30", "Memory clinic", "haddad", "fulfilled", minutes=60),
    Visit("kenji", 27, "12:00", "Yearly check", "pereira", "pending"),
    Visit("kenji", -40, "09:00", "Blood test", "pereira", "fulfilled", "laboratory"),
    Visit("salma", 19, "10:20", "Joint pain clinic", "pereira", instruction="Wear loose clothes."),
    Visit("salma", -40, "09:30", "Blood test", "pereira", "fulfilled", "laboratory"),
)  # fmt: skip


def resources(calendar: Calendar) -> Iterator[Resource]:
    for n, visit in enumerate(VISITS):
        start = calendar.at(visit.offset, visit.clock)
        yield _appointment(n, visit, start)
        if visit.status == "fulfilled":
            yield _encounter(n, visit, start)


def _appointment(n: int, visit: Visit, start: datetime) -> Resource:
    member, clinician = BY_KEY[visit.who], CLINICIANS[visit.by]
    place = PLACES[visit.place or clinician.place]
    accepted = {"booked": "accepted", "fulfilled": "accepted", "cancelled": "declined"}.get(visit.status, "needs-action")
    actors = ((member.reference, member.name), (clinician.reference, clinician.display), (place.reference, place.name))
    return without_empty(
        {
            "resourceType": "Appointment",
            "id": f"visit-{n}-{visit.who}",
            "status": visit.status,
            "cancelationReason": concept(visit.reason, (THO + "appointment-cancellation-reason", "prov", "Provider"))
            if visit.reason
            else None,
            "serviceType": [concept(visit.what)],
            "specialty": [concept("", (SNOMED, *clinician.specialty))],
            "appointmentType": _kind(visit),
            "description": visit.what,
            "start": iso(start),
            "end": iso(start + timedelta(minutes=visit.minutes)),
            "minutesDuration": visit.minutes,
            "created": iso(start - timedelta(days=60)),
            "patientInstruction": visit.instruction,
            "participant": [{"actor": ref(*actor), "required": "required", "status": accepted} for actor in actors],
        }
    )


def _kind(visit: Visit) -> Resource:
    if visit.place == "video":
        return concept("Video visit", (THO + "v3-ActCode", "VR", "virtual"))
    return concept("", (THO + "v2-0276", "FOLLOWUP", "A follow up visit from a previous appointment"))


def _encounter(n: int, visit: Visit, start: datetime) -> Resource:
    member, clinician = BY_KEY[visit.who], CLINICIANS[visit.by]
    place = PLACES[visit.place or clinician.place]
    return {
        "resourceType": "Encounter",
        "id": f"encounter-{n}-{visit.who}",
        "status": "finished",
        "class": {"system": THO + "v3-ActCode", "code": "VR" if visit.place == "video" else "AMB", "display": "ambulatory"},
        "type": [concept(visit.what)],
        "subject": ref(member.reference, member.name),
        "appointment": [ref(f"Appointment/visit-{n}-{visit.who}")],
        "participant": [{"individual": ref(clinician.reference, clinician.display)}],
        "period": {"start": iso(start), "end": iso(start + timedelta(minutes=visit.minutes))},
        "location": [{"location": ref(place.reference, place.name)}],
        "serviceProvider": ref(ORGANIZATION, "Alder Quay Hospital"),
    }

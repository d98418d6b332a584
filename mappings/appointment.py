"""What an Appointment means (R4 12.5): when, what for, with whom, where and how, and how far it is settled.

It decides what of it may be believed and told to a patient: a withdrawn one keeps its time and name; a comment is the staff's
own and stays out. It must not know words for pages, the clock or other resources. `to_view` is lenient: any dict gives a view
or None.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.observation import version_of
from mappings.reading import (
    Concept,
    Reference,
    Span,
    When,
    as_dict,
    as_list,
    concept,
    dicts,
    number,
    period,
    reference,
    text,
    when,
)

Status = Literal[
    "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in",
    "waitlist", "unknown",
]  # fmt: skip
Mode = Literal["in-person", "video", "phone", "home", "unknown"]
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
ASKED_FOR = frozenset({"proposed", "pending", "waitlist"})
STANDING = frozenset({"booked", "arrived", "checked-in"})

_VIRTUAL = "/extension-Appointment.virtualService"
_MODE_CODES: Mapping[str, Mode] = {"VR": "video", "HH": "home", "FLD": "home", "TELE": "phone", "AMB": "in-person"}
_MODE_WORDS: tuple[tuple[str, Mode], ...] = (
    ("video", "video"),
    ("virtual", "video"),
    ("telephone", "phone"),
    ("phone", "phone"),
)
_PEOPLE = frozenset({"Practitioner", "PractitionerRole", "CareTeam"})


@dataclass(frozen=True)
class Attendee:
    """Somebody or something that takes part; `actor` is None where only a role was sent."""

    actor: Reference | None
    role: Concept | None
    status: str
    required: str


@dataclass(frozen=True, kw_only=True)
class AppointmentView:
    """One Appointment. `start` and `end` are aware; a request has `wanted` periods instead."""

    id: str
    version: str = ""
    language: str = ""
    status: Status = "unknown"
    what: Concept | None = None
    specialty: Concept | None = None
    description: str = ""
    reasons: tuple[Concept, ...] = ()
    start: When | None = None
    end: When | None = None
    minutes: int | None = None
    wanted: tuple[Span, ...] = ()
    mode: Mode = "unknown"
    instruction: str = ""
    cancelled_because: Concept | None = None
    attendees: tuple[Attendee, ...] = ()
    created: When | None = None

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def clinicians(self) -> tuple[Attendee, ...]:
        return tuple(a for a in self.attendees if a.actor and a.actor.type in _PEOPLE)

    @property
    def places(self) -> tuple[Reference, ...]:
        return tuple(a.actor for a in self.attendees if a.actor and a.actor.type == "Location")

    @property
    def services(self) -> tuple[Reference, ...]:
        return tuple(a.actor for a in self.attendees if a.actor and a.actor.type == "HealthcareService")

    @property
    def waits_for_patient(self) -> bool:
        """Whether the patient has still to say yes or no to a visit that is meant to be."""
        own = (a.status for a in self.attendees if a.actor and a.actor.type == "Patient")
        return self.status in ("pending", "booked") and "needs-action" in own


def to_view(resource: object) -> AppointmentView | None:
    """Any JSON dict -> a view; None for what says nothing of when, what or whom, or is no Appointment."""
    data = as_dict(resource)
    if data.get("resourceType") != "Appointment":
        return None
    view = _view(data)
    if not (view.id or view.start or view.what or view.attendees):
        return None
    return _withdrawn(view) if view.withdrawn else view


def _view(data: Mapping[str, Any]) -> AppointmentView:
    services = _concepts(data.get("serviceType"))
    kind = concept(data.get("appointmentType"))
    status = text(data.get("status")).casefold()
    length = number(data.get("minutesDuration"))
    return AppointmentView(
        id=text(data.get("id")),
        version=version_of(data),
        language=text(data.get("language")),
        status=status if status in STATUSES else "unknown",  # type: ignore[arg-type]
        what=next(iter(services), None),
        specialty=next(iter(_concepts(data.get("specialty"))), None),
        description=text(data.get("description")),
        reasons=_concepts(data.get("reasonCode")),
        start=when(data.get("start")),
        end=when(data.get("end")),
        minutes=int(length) if length is not None and 0 < length < 100_000 else None,
        wanted=tuple(span for p in dicts(data.get("requestedPeriod")) if (span := period(p))),
        mode=_mode(data, [c for c in (kind, *services, *_concepts(data.get("serviceCategory"))) if c]),
        instruction=text(data.get("patientInstruction")),
        cancelled_because=concept(data.get("cancelationReason")),
        attendees=tuple(_attendee(p) for p in dicts(data.get("participant"))),
        created=when(data.get("created")),
    )


def _withdrawn(view: AppointmentView) -> AppointmentView:
    kept = {"id": view.id, "version": view.version, "language": view.language, "start": view.start, "what": view.what}
    return AppointmentView(**kept, description=view.description, status="entered-in-error")  # type: ignore[arg-type]


def _concepts(value: object) -> tuple[Concept, ...]:
    return tuple(c for item in as_list(value) if (c := concept(item)))


def _attendee(data: Mapping[str, Any]) -> Attendee:
    role = next(iter(_concepts(data.get("type"))), None)
    actor = reference(data.get("actor"))
    return Attendee(actor, role, text(data.get("status")).casefold(), text(data.get("required")).casefold())


def _mode(data: Mapping[str, Any], said: Iterable[Concept]) -> Mode:
    """By the extension for virtual services, else by code, else by plain words; a place of its own means in person."""
    if any(text(e.get("url")).endswith(_VIRTUAL) for e in dicts(data.get("extension"))):
        return "video"
    for each in said:
        for coding in each.codings:
            if coding.code in _MODE_CODES:
                return _MODE_CODES[coding.code]
        words = " ".join((each.text, *(c.display for c in each.codings))).casefold()
        for word, mode in _MODE_WORDS:
            if word in words:
                return mode
    actors = (reference(p.get("actor")) for p in dicts(data.get("participant")))
    return "in-person" if any(a and a.type == "Location" for a in actors) else "unknown"

"""What an Appointment means (R4 12.5): when, what for, with whom, where and how, and how far it is settled.

It decides what of it may be believed and told to a patient: a withdrawn one keeps its time and name; `comment` is the staff's
own and stays out. It must not know words for pages, the clock or other resources than those within it. `to_view` is lenient:
any dict gives a view or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings import healthcare_service, location
from mappings.healthcare_service import HealthcareServiceView
from mappings.location import LocationView
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
    human_name,
    number,
    period,
    reference,
    text,
    when,
)
from mappings.visit_mode import Mode, is_virtual_room, meeting_of, mode_of

Status = Literal[
    "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error", "checked-in",
    "waitlist", "unknown",
]  # fmt: skip
STATUSES = frozenset(Status.__args__)  # type: ignore[attr-defined]
ASKED_FOR = frozenset({"proposed", "pending", "waitlist"})
STANDING = frozenset({"booked", "arrived", "checked-in"})
CANCELLATION = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
KINDS = "http://terminology.hl7.org/CodeSystem/v2-0276"

_PEOPLE = frozenset({"Practitioner", "PractitionerRole", "CareTeam"})
_MOST_MINUTES = 100_000


@dataclass(frozen=True)
class Attendee:
    """Somebody or something that takes part; `actor` is None where only a role was sent.

    `place` or `service` is what the actor is, where it came within the appointment.
    """

    actor: Reference | None
    role: Concept | None = None
    status: str = ""
    required: str = ""
    place: LocationView | None = None
    service: HealthcareServiceView | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentView:
    """One Appointment. `start` and `end` are aware; a request has `wanted` periods instead. `meeting` is an https address."""

    id: str
    version: str = ""
    changed: When | None = None
    language: str = ""
    status: Status = "unknown"
    what: Concept | None = None
    kind: Concept | None = None
    specialty: Concept | None = None
    description: str = ""
    reasons: tuple[str, ...] = ()
    start: When | None = None
    end: When | None = None
    minutes: int | None = None
    wanted: tuple[Span, ...] = ()
    slots: tuple[Reference, ...] = ()
    mode: Mode = "unknown"
    meeting: str = ""
    instruction: str = ""
    cancelled_because: Concept | None = None
    attendees: tuple[Attendee, ...] = ()
    created: When | None = None

    @property
    def withdrawn(self) -> bool:
        return self.status == "entered-in-error"

    @property
    def called_off(self) -> bool:
        return self.status in ("cancelled", "entered-in-error")

    @property
    def named(self) -> str:
        """What it is for in the hospital's words: service, description, then specialty; "" where it sent none."""
        words = (self.what.text if self.what else "", self.description, self.specialty.text if self.specialty else "")
        return next((w for w in words if w), "")

    @property
    def kind_code(self) -> str:
        """The kind of visit (HL7 v2 table 0276), "" where none was sent."""
        return (self.kind.code_in(KINDS) or "") if self.kind else ""

    @property
    def clinicians(self) -> tuple[Attendee, ...]:
        """Those who give care; an actor whose type nobody tells is not taken for a person."""
        return tuple(a for a in self.attendees if a.actor and a.actor.type in _PEOPLE)

    @property
    def places(self) -> tuple[Attendee, ...]:
        return tuple(a for a in self.attendees if a.actor and a.actor.type == "Location")

    @property
    def services(self) -> tuple[Attendee, ...]:
        return tuple(a for a in self.attendees if a.actor and a.actor.type == "HealthcareService")

    @property
    def also(self) -> tuple[str, ...]:
        """Who or what else takes part: by name where nobody tells whether it is a person, a room or a thing; by role where
        nobody is named."""
        open_ = (a for a in self.attendees if a.actor is None or a.actor.type in ("", "Device"))
        names = (a.actor.display if a.actor else a.role.text if a.role else "" for a in open_)
        return tuple(dict.fromkeys(n for n in names if n and n != self.named))

    @property
    def waits_for_patient(self) -> bool:
        """Whether the patient has still to say yes or no to a visit that the hospital means to be."""
        own = (a.status for a in self.attendees if a.actor and a.actor.type == "Patient")
        return self.status in ("pending", "booked") and "needs-action" in own

    @property
    def cancelled_by(self) -> Literal["patient", "hospital", ""]:
        """Who called it off, by the reason's code (pat…, prov…, maint…); "" where that does not tell."""
        code = self.cancelled_code
        if self.status != "cancelled" or not code:
            return ""
        return "patient" if code.split("-")[0] == "pat" else "hospital" if code.split("-")[0] in ("prov", "maint") else ""

    @property
    def cancelled_code(self) -> str:
        return (self.cancelled_because.code_in(CANCELLATION) or "") if self.cancelled_because else ""


def to_view(resource: object) -> AppointmentView | None:
    """Any JSON dict -> a view; None for what says nothing of when, what or whom, or is no Appointment."""
    data = as_dict(resource)
    if data.get("resourceType") != "Appointment":
        return None
    view = _view(data)
    if not (view.id or view.start or view.named or view.attendees):
        return None
    return _withdrawn(view) if view.withdrawn else view


def _view(data: Mapping[str, Any]) -> AppointmentView:
    status = text(data.get("status")).casefold()
    inside = {text(c.get("id")): c for c in dicts(data.get("contained"))}
    return AppointmentView(
        id=text(data.get("id")),
        version=version_of(data),
        changed=when(as_dict(data.get("meta")).get("lastUpdated")),
        language=text(data.get("language")),
        status=status if status in STATUSES else "unknown",  # type: ignore[arg-type]
        wanted=tuple(span for p in dicts(data.get("requestedPeriod")) if (span := period(p))),
        slots=tuple(r for item in as_list(data.get("slot")) if (r := reference(item)) and not r.contained),
        instruction=text(data.get("patientInstruction")),
        cancelled_because=concept(data.get("cancelationReason") or data.get("cancellationReason")),
        created=when(data.get("created")),
        **_times(data),
        **_purpose(data, inside),
    )


def _times(data: Mapping[str, Any]) -> dict[str, Any]:
    """An end before the start is nobody's end."""
    start, end, length = when(data.get("start")), when(data.get("end")), number(data.get("minutesDuration"))
    return {
        "start": start,
        "end": end if end and (start is None or end.start >= start.start) else None,
        "minutes": int(length) if length is not None and 0 < length < _MOST_MINUTES else None,
    }


def _purpose(data: Mapping[str, Any], inside: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    services = _concepts(data.get("serviceType"))
    kind = concept(data.get("appointmentType"))
    attendees = tuple(_attendee(p, inside) for p in dicts(data.get("participant")))
    said = [c for c in (kind, *services, *_concepts(data.get("serviceCategory"))) if c]
    names = [text(data.get("description")), *(a.actor.display for a in attendees if a.actor and a.actor.type not in _PEOPLE)]
    has_place = any(a.actor and a.actor.type == "Location" for a in attendees)
    return {
        "what": next((c for c in services if c.text), next(iter(services), None)),
        "kind": kind,
        "specialty": next((c for c in _concepts(data.get("specialty")) if c.text), None),
        "description": text(data.get("description")),
        "reasons": _reasons(data),
        "mode": mode_of(data, said, names, has_place=has_place),
        "meeting": meeting_of(data, (c for c in inside.values() if c.get("resourceType") == "HealthcareService")),
        "attendees": attendees,
    }


def _withdrawn(view: AppointmentView) -> AppointmentView:
    """What was entered by mistake keeps enough to be known again, and to be taken out of a calendar."""
    return AppointmentView(
        id=view.id, version=view.version, changed=view.changed, language=view.language, status="entered-in-error",
        what=view.what, kind=view.kind, description=view.description, start=view.start, end=view.end,
    )  # fmt: skip


def _reasons(data: Mapping[str, Any]) -> tuple[str, ...]:
    coded = [c.text for c in _concepts(data.get("reasonCode"))]
    pointed = [r.display for item in as_list(data.get("reasonReference")) if (r := reference(item))]
    return tuple(dict.fromkeys(filter(None, coded + pointed)))


def _concepts(value: object) -> tuple[Concept, ...]:
    return tuple(c for item in as_list(value) if (c := concept(item)))


def _attendee(data: Mapping[str, Any], inside: Mapping[str, Mapping[str, Any]]) -> Attendee:
    roles = _concepts(data.get("type"))
    actor = reference(data.get("actor"))
    within = as_dict(inside.get(actor.id)) if actor and actor.contained else {}
    return Attendee(
        actor=_named(actor, within) if actor else None,
        role=next((c for c in roles if c.text), next(iter(roles), None)),
        status=text(data.get("status")).casefold(),
        required=text(data.get("required")).casefold(),
        place=location.to_view(within),
        service=None if is_virtual_room(within) else healthcare_service.to_view(within),
    )


def _named(actor: Reference, within: Mapping[str, Any]) -> Reference:
    """The actor with the type and name of the contained resource it points to."""
    name = actor.display or text(within.get("name")) or human_name(within.get("name"))
    return Reference(actor.type or text(within.get("resourceType")), actor.id, name, actor.contained)

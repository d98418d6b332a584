"""Small builders of FHIR R4 elements for the demo data. Times are Dublin times, numbers are written as they should appear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

Resource = dict[str, Any]
ZONE = ZoneInfo("Europe/Dublin")

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
THO = "http://terminology.hl7.org/CodeSystem/"
MRN = "https://alder-quay.example/mrn"


@dataclass(frozen=True)
class Calendar:
    """The demo's clock: everything is told relative to one day."""

    today: date

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def at(self, offset: int, clock: str) -> datetime:
        """`offset` days from today at `clock` (HH:MM) in Dublin; weekends move to the Monday after."""
        day = self.day(offset)
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        return datetime.combine(day, time.fromisoformat(clock), ZONE)

    def any_day_at(self, offset: int, clock: str) -> datetime:
        return datetime.combine(self.day(offset), time.fromisoformat(clock), ZONE)


def iso(moment: date | datetime) -> str:
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def concept(text: str = "", *codings: tuple[str, str, str]) -> Resource:
    """A CodeableConcept of (system, code, display) codings."""
    made: Resource = {"coding": [{"system": s, "code": c, "display": d} for s, c, d in codings]} if codings else {}
    return {**made, "text": text} if text else made


def tho(system: str, code: str, display: str) -> Resource:
    """A concept of one HL7 terminology code."""
    return concept("", (THO + system, code, display))


def ref(target: str, display: str = "") -> Resource:
    return {"reference": target, "display": display} if display else {"reference": target}


def quantity(value: float, unit: str, code: str | None = None) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def euros(value: float) -> Resource:
    return {"value": value, "currency": "EUR"}


def period(start: date | datetime, end: date | datetime | None = None) -> Resource:
    return {"start": iso(start), "end": iso(end)} if end else {"start": iso(start)}


def identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


def narrative(*lines: str) -> Resource:
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>'}


def without_empty(resource: Resource) -> Resource:
    """The resource without keys that hold None, "" or an empty list or dict."""
    return {k: v for k, v in resource.items() if v not in (None, "", [], {})}


def annotated(author: str, text: str, at: datetime) -> Sequence[Resource]:
    return [{"authorReference": ref(*author.split("|")), "time": iso(at), "text": text}] if "|" in author else [{"text": text}]

"""What a set of scopes means, said to a person on the page where they allow an app."""

from __future__ import annotations

from fhirportal.sandbox.smart.scopes import Scope, parse_scopes

_NAMES = {
    "*": "everything in the record",
    "AllergyIntolerance": "allergies",
    "Appointment": "appointments",
    "Binary": "documents",
    "CarePlan": "care plans",
    "CareTeam": "the care team",
    "Communication": "messages",
    "Condition": "health problems",
    "Coverage": "insurance",
    "DiagnosticReport": "reports",
    "DocumentReference": "documents",
    "Encounter": "visits",
    "ExplanationOfBenefit": "what insurance paid",
    "Immunization": "vaccinations",
    "Invoice": "bills",
    "MedicationDispense": "medicines handed out",
    "MedicationRequest": "medicines",
    "MedicationStatement": "medicines",
    "Observation": "test results and measurements",
    "Patient": "name, birth date and contact details",
    "Procedure": "procedures",
    "RelatedPerson": "relatives",
}


def list_permissions(scope: str) -> list[str]:
    """One line for each thing the app could do, without repeats."""
    lines = [_line(one) for one in parse_scopes(scope)]
    plain = scope.split()
    if "openid" in plain:
        lines.append("Know who you are")
    if "offline_access" in plain:
        lines.append("Stay connected when you are away, for up to three months at a time")
    return list(dict.fromkeys(lines))


def _line(scope: Scope) -> str:
    what = _NAMES.get(scope.type, scope.type)
    part = ", in part" if scope.where else ""
    reads, writes = scope.can & {"r", "s"}, scope.can & {"c", "u", "d"}
    verb = "See and change" if reads and writes else "See" if reads else "Add or change"
    return f"{verb} {what}{part}"

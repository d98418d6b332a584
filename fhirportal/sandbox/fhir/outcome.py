"""Everything that can go wrong at the FHIR server, as exceptions that know their HTTP status and FHIR issue code."""

from __future__ import annotations

from typing import Any


class FhirProblem(Exception):
    """Answered as an OperationOutcome (R4 3.1.0.1.5). `status` is the HTTP status, `issue` the FHIR issue code."""

    status = 400
    issue = "invalid"


class BadRequest(FhirProblem):
    """The request cannot be understood."""


class Unprocessable(FhirProblem):
    status, issue = 422, "processing"


class Missing(FhirProblem):
    status, issue = 404, "not-found"


class Gone(FhirProblem):
    status, issue = 410, "deleted"


class UnknownType(FhirProblem):
    status, issue = 404, "not-supported"


class VersionConflict(FhirProblem):
    status, issue = 412, "conflict"


class SeveralMatches(FhirProblem):
    status, issue = 412, "multiple-matches"


class NotAcceptable(FhirProblem):
    status, issue = 406, "not-supported"


class UnsupportedMedia(FhirProblem):
    status, issue = 415, "not-supported"


class TooLarge(FhirProblem):
    status, issue = 413, "too-long"


def outcome(issue: str, text: str, severity: str = "error") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": issue, "diagnostics": text}]}

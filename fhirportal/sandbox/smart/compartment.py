"""Whose resource is it? The R4 patient compartment as this hospital draws it: of exactly one patient, links not followed.

Pure. CompartmentDefinition/patient (R4) with two changes: Device belongs to its patient, and Schedule is everybody's. It
must not know tokens or scopes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]

# element paths whose reference to the patient puts a resource into the patient's compartment
PATHS: Mapping[str, tuple[str, ...]] = {
    "Account": ("subject",),
    "AdverseEvent": ("subject",),
    "AllergyIntolerance": ("patient", "recorder", "asserter"),
    "Appointment": ("participant.actor",),
    "AppointmentResponse": ("actor",),
    "AuditEvent": ("agent.who", "entity.what"),
    "Basic": ("subject", "author"),
    "BodyStructure": ("patient",),
    "CarePlan": ("subject", "activity.detail.performer"),
    "CareTeam": ("subject", "participant.member"),
    "ChargeItem": ("subject",),
    "Claim": ("patient", "payee.party"),
    "ClaimResponse": ("patient",),
    "ClinicalImpression": ("subject",),
    "Communication": ("subject", "sender", "recipient"),
    "CommunicationRequest": ("subject", "sender", "recipient", "requester"),
    "Composition": ("subject", "author", "attester.party"),
    "Condition": ("subject", "asserter"),
    "Consent": ("patient",),
    "Coverage": ("policyHolder", "subscriber", "beneficiary", "payor"),
    "CoverageEligibilityRequest": ("patient",),
    "CoverageEligibilityResponse": ("patient",),
    "DetectedIssue": ("patient",),
    "Device": ("patient",),
    "DeviceRequest": ("subject", "performer"),
    "DeviceUseStatement": ("subject",),
    "DiagnosticReport": ("subject",),
    "DocumentManifest": ("subject", "author", "recipient"),
    "DocumentReference": ("subject", "author"),
    "Encounter": ("subject",),
    "EnrollmentRequest": ("candidate",),
    "EpisodeOfCare": ("patient",),
    "ExplanationOfBenefit": ("patient", "payee.party"),
    "FamilyMemberHistory": ("patient",),
    "Flag": ("subject",),
    "Goal": ("subject",),
    "Group": ("member.entity",),
    "ImagingStudy": ("subject",),
    "Immunization": ("patient",),
    "ImmunizationEvaluation": ("patient",),
    "ImmunizationRecommendation": ("patient",),
    "Invoice": ("subject", "recipient"),
    "List": ("subject", "source"),
    "MeasureReport": ("subject",),
    "Media": ("subject",),
    "MedicationAdministration": ("subject", "performer.actor"),
    "MedicationDispense": ("subject", "receiver"),
    "MedicationRequest": ("subject",),
    "MedicationStatement": ("subject",),
    "MolecularSequence": ("patient",),
    "NutritionOrder": ("patient",),
    "Observation": ("subject", "performer"),
    "Person": ("link.target",),
    "Procedure": ("subject", "performer.actor"),
    "Provenance": ("target", "patient"),
    "QuestionnaireResponse": ("subject", "author"),
    "RelatedPerson": ("patient",),
    "RequestGroup": ("subject", "action.participant"),
    "ResearchSubject": ("individual",),
    "RiskAssessment": ("subject",),
    "ServiceRequest": ("subject", "performer"),
    "Specimen": ("subject",),
    "SupplyDelivery": ("patient",),
    "SupplyRequest": ("requester",),
    "Task": ("for", "owner", "requester", "focus"),
    "VisionPrescription": ("patient",),
}

# nobody's in particular: a hospital shows its staff, places, medicines and free times to every patient
SHARED = frozenset(
    {
        "ActivityDefinition", "Binary", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem", "ConceptMap",
        "Endpoint", "HealthcareService", "InsurancePlan", "Library", "Location", "Medication", "MedicationKnowledge",
        "NamingSystem", "OperationDefinition", "OperationOutcome", "Organization", "OrganizationAffiliation",
        "PlanDefinition", "Practitioner", "PractitionerRole", "Questionnaire", "Schedule", "SearchParameter", "Slot",
        "StructureDefinition", "Substance", "ValueSet",
    }
)  # fmt: skip


def belongs_to(resource: Resource, patient: str, base: str) -> bool:
    """Whether the resource is that Patient or in their compartment. `base` is the FHIR base of absolute references."""
    type_ = resource.get("resourceType")
    if type_ == "Patient":
        return resource.get("id") == patient
    references = list_references(resource, *PATHS.get(str(type_), ()))
    return any(points_to(reference, "Patient", patient, base) for reference in references)


def list_references(resource: Resource, *paths: str) -> list[str]:
    """The literal references found at dotted paths, arrays walked through."""
    found = []
    for path in paths:
        for node in _walk(resource, path.split(".")):
            reference = node.get("reference") if isinstance(node, Mapping) else None
            if isinstance(reference, str):
                found.append(reference)
    return found


def points_to(reference: str, type_: str, id_: str, base: str) -> bool:
    """`Type/id`, with a version or under our own base; an absolute address elsewhere is somebody else's."""
    return split_reference(reference, base) == (type_, id_)


def split_reference(reference: str, base: str) -> tuple[str, str] | None:
    """(type, id) of a literal reference into this base, else None."""
    parts = reference.removeprefix(base.rstrip("/") + "/").split("/")
    if len(parts) == 4 and parts[2] == "_history":
        parts = parts[:2]
    return (parts[0], parts[1]) if len(parts) == 2 and parts[0].isalpha() and parts[1] else None


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, steps)
    elif not steps:
        yield node
    elif isinstance(node, Mapping) and steps[0] in node:
        yield from _walk(node[steps[0]], steps[1:])

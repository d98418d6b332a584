"""The resource types of FHIR R4 (4.0.1), and what R4 says of one type's elements: which are required, which are summary.

What is not in `TYPES` is no FHIR resource for this server. The models are imported late, one type at a time: they are heavy.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

_NAMES = """
Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest
CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement
DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest
EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization
ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List
Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction
MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical
MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder
Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure
Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition
ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule
SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription
Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport
TestScript ValueSet VerificationResult VisionPrescription
"""
TYPES = frozenset(_NAMES.split())
ALWAYS = frozenset({"resourceType", "id", "meta"})


def is_type(value: object) -> bool:
    """Whether this JSON value names a resource type."""
    return isinstance(value, str) and value in TYPES


@cache
def find_model(type_: str) -> Any:
    """The R4B model class of a type, None where R4B has none (a few types of R4 are not in R4B)."""
    if type_ not in TYPES:
        return None
    try:
        return getattr(import_module(f"fhir.resources.R4B.{type_.lower()}"), type_)
    except ModuleNotFoundError:
        return None


@cache
def required_elements(type_: str) -> frozenset[str]:
    """What no cut-down copy may leave out: id, meta, every required element, all forms of a required choice."""
    model = find_model(type_)
    found = set(ALWAYS)
    for name, field in model.model_fields.items() if model else ():
        extra = field.json_schema_extra or {}
        if field.is_required() or extra.get("element_required") or extra.get("one_of_many_required"):
            found.add(field.alias or name)
    return frozenset(found)


@cache
def summary_elements(type_: str) -> frozenset[str]:
    """The elements R4 marks as summary, and the required ones."""
    model = find_model(type_)
    return required_elements(type_) | frozenset(model.summary_elements_sequence() if model else ())

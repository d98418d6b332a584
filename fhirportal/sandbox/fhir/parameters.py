"""The search parameters this server has: FHIR type -> name -> kind and element paths. What is not here cannot be searched.

A path is element names joined by dots; `value[x]` stands for any valueSomething; `|` separates alternatives. A path ending in
`(Type)` keeps only references to that type, in `(phone)` only tokens of that system; one ending in `?` says whether there is
such an element, true or false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["token", "reference", "date", "string", "quantity", "number", "uri"]


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: Kind
    paths: tuple[str, ...]

    @property
    def only_target(self) -> str:
        """The one type a reference can point to, where every path says the same one."""
        targets = {path.rpartition("(")[2].rstrip(")") if path.endswith(")") else "" for path in self.paths}
        return targets.pop() if len(targets) == 1 else ""


_COMMON = "identifier:token:identifier"
_SUBJECT = "patient:reference:subject(Patient); subject:reference:subject"
_ADDRESS = (
    "address:string:address; address-city:string:address.city; address-state:string:address.state; "
    "address-postalcode:string:address.postalCode; address-country:string:address.country; address-use:token:address.use"
)
_TELECOM = "telecom:token:telecom; phone:token:telecom(phone); email:token:telecom(email)"
_ROWS = {
    "Patient": f"{_COMMON}; name:string:name; family:string:name.family; given:string:name.given; birthdate:date:birthDate; "
    "gender:token:gender; active:token:active; general-practitioner:reference:generalPractitioner; "
    "link:reference:link.other; organization:reference:managingOrganization; "
    "deceased:token:deceasedBoolean|deceasedDateTime?; death-date:date:deceasedDateTime; "
    f"language:token:communication.language; {_ADDRESS}; {_TELECOM}",
    "RelatedPerson": f"{_COMMON}; patient:reference:patient(Patient); name:string:name; relationship:token:relationship; "
    f"active:token:active; birthdate:date:birthDate; gender:token:gender; {_ADDRESS}; {_TELECOM}",
    "Person": f"{_COMMON}; name:string:name; link:reference:link.target; birthdate:date:birthDate; "
    "patient:reference:link.target(Patient); relatedperson:reference:link.target(RelatedPerson); "
    "practitioner:reference:link.target(Practitioner); gender:token:gender; "
    f"organization:reference:managingOrganization; {_ADDRESS}; {_TELECOM}",
    "Practitioner": f"{_COMMON}; name:string:name; family:string:name.family; given:string:name.given; active:token:active; "
    f"gender:token:gender; communication:token:communication; {_ADDRESS}; {_TELECOM}",
    "PractitionerRole": f"{_COMMON}; practitioner:reference:practitioner; organization:reference:organization; role:token:code; "
    "specialty:token:specialty; location:reference:location; service:reference:healthcareService; "
    f"active:token:active; date:date:period; endpoint:reference:endpoint; {_TELECOM}",
    "Organization": f"{_COMMON}; name:string:name|alias; active:token:active; type:token:type; partof:reference:partOf; "
    f"endpoint:reference:endpoint; {_ADDRESS}",
    "Location": f"{_COMMON}; name:string:name|alias; status:token:status; type:token:type; "
    "organization:reference:managingOrganization; partof:reference:partOf; endpoint:reference:endpoint; "
    f"operational-status:token:operationalStatus; {_ADDRESS}",
    "HealthcareService": f"{_COMMON}; name:string:name; active:token:active; location:reference:location; "
    "organization:reference:providedBy; specialty:token:specialty; service-type:token:type; "
    "service-category:token:category; characteristic:token:characteristic; coverage-area:reference:coverageArea; "
    "endpoint:reference:endpoint; program:token:program",
    "Endpoint": f"{_COMMON}; name:string:name; status:token:status; organization:reference:managingOrganization; "
    "connection-type:token:connectionType; payload-type:token:payloadType",
    "Appointment": f"{_COMMON}; patient:reference:participant.actor(Patient); actor:reference:participant.actor; date:date:start; "
    "status:token:status; location:reference:participant.actor(Location); "
    "practitioner:reference:participant.actor(Practitioner); slot:reference:slot; service-type:token:serviceType; "
    "service-category:token:serviceCategory; specialty:token:specialty; appointment-type:token:appointmentType; "
    "part-status:token:participant.status; reason-code:token:reasonCode; based-on:reference:basedOn; "
    "reason-reference:reference:reasonReference; supporting-info:reference:supportingInformation",
    "AppointmentResponse": f"{_COMMON}; appointment:reference:appointment; actor:reference:actor; patient:reference:actor(Patient); "
    "part-status:token:participantStatus; location:reference:actor(Location); "
    "practitioner:reference:actor(Practitioner)",
    "Schedule": f"{_COMMON}; actor:reference:actor; active:token:active; date:date:planningHorizon; service-type:token:serviceType; "
    "service-category:token:serviceCategory; specialty:token:specialty",
    "Slot": f"{_COMMON}; schedule:reference:schedule; status:token:status; start:date:start; service-type:token:serviceType; "
    "service-category:token:serviceCategory; specialty:token:specialty; appointment-type:token:appointmentType",
    "Encounter": f"{_COMMON}; {_SUBJECT}; date:date:period; status:token:status; class:token:class; type:token:type; "
    "location:reference:location.location; practitioner:reference:participant.individual(Practitioner); "
    "participant:reference:participant.individual; appointment:reference:appointment; "
    "service-provider:reference:serviceProvider; part-of:reference:partOf; reason-code:token:reasonCode; "
    "diagnosis:reference:diagnosis.condition; discharge-disposition:token:hospitalization.dischargeDisposition; "
    "account:reference:account; based-on:reference:basedOn; episode-of-care:reference:episodeOfCare; "
    "length:quantity:length; location-period:date:location.period; participant-type:token:participant.type; "
    "reason-reference:reference:reasonReference; special-arrangement:token:hospitalization.specialArrangement",
    "Condition": f"{_COMMON}; {_SUBJECT}; category:token:category; clinical-status:token:clinicalStatus; "
    "verification-status:token:verificationStatus; code:token:code; onset-date:date:onset[x]; "
    "recorded-date:date:recordedDate; abatement-date:date:abatement[x]; encounter:reference:encounter; "
    "asserter:reference:asserter; abatement-string:string:abatementString; onset-info:string:onsetString; "
    "body-site:token:bodySite; evidence:token:evidence.code; evidence-detail:reference:evidence.detail; "
    "severity:token:severity; stage:token:stage.summary",
    "AllergyIntolerance": f"{_COMMON}; patient:reference:patient(Patient); clinical-status:token:clinicalStatus; "
    "verification-status:token:verificationStatus; code:token:code|reaction.substance; "
    "criticality:token:criticality; category:token:category; date:date:recordedDate; type:token:type; "
    "asserter:reference:asserter; recorder:reference:recorder; last-date:date:lastOccurrence; "
    "manifestation:token:reaction.manifestation; onset:date:reaction.onset; route:token:reaction.exposureRoute; "
    "severity:token:reaction.severity",
    "Immunization": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; date:date:occurrence[x]; "
    "vaccine-code:token:vaccineCode; location:reference:location; performer:reference:performer.actor; "
    "lot-number:string:lotNumber; manufacturer:reference:manufacturer; reaction:reference:reaction.detail; "
    "reaction-date:date:reaction.date; reason-code:token:reasonCode; reason-reference:reference:reasonReference; "
    "series:string:protocolApplied.series; status-reason:token:statusReason; "
    "target-disease:token:protocolApplied.targetDisease",
    "ImmunizationRecommendation": f"{_COMMON}; patient:reference:patient(Patient); date:date:date; "
    "information:reference:recommendation.supportingPatientInformation; status:token:recommendation.forecastStatus; "
    "support:reference:recommendation.supportingImmunization; target-disease:token:recommendation.targetDisease; "
    "vaccine-type:token:recommendation.vaccineCode",
    "Observation": f"{_COMMON}; {_SUBJECT}; category:token:category; code:token:code; date:date:effective[x]; status:token:status; "
    "value-quantity:quantity:value[x]; value-concept:token:valueCodeableConcept; value-string:string:valueString|valueCodeableConcept.text; "
    "value-date:date:valueDateTime|valuePeriod; combo-code:token:code|component.code; "
    "component-code:token:component.code; component-value-quantity:quantity:component.value[x]; "
    "performer:reference:performer; encounter:reference:encounter; has-member:reference:hasMember; "
    "derived-from:reference:derivedFrom; based-on:reference:basedOn; specimen:reference:specimen; "
    "focus:reference:focus; device:reference:device; data-absent-reason:token:dataAbsentReason; method:token:method; "
    "combo-data-absent-reason:token:dataAbsentReason|component.dataAbsentReason; "
    "combo-value-concept:token:valueCodeableConcept|component.valueCodeableConcept; "
    "combo-value-quantity:quantity:value[x]|component.value[x]; "
    "component-data-absent-reason:token:component.dataAbsentReason; "
    "component-value-concept:token:component.valueCodeableConcept; part-of:reference:partOf",
    "DiagnosticReport": f"{_COMMON}; {_SUBJECT}; category:token:category; code:token:code; date:date:effective[x]; status:token:status; "
    "issued:date:issued; result:reference:result; performer:reference:performer; encounter:reference:encounter; "
    "based-on:reference:basedOn; specimen:reference:specimen; results-interpreter:reference:resultsInterpreter; "
    "conclusion:token:conclusionCode; media:reference:media.link",
    "MedicationRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; intent:token:intent; authoredon:date:authoredOn; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; requester:reference:requester; "
    "encounter:reference:encounter; category:token:category; priority:token:priority; "
    "date:date:dosageInstruction.timing; intended-dispenser:reference:dispenseRequest.performer; "
    "intended-performer:reference:performer; intended-performertype:token:performerType",
    "MedicationDispense": f"{_COMMON}; {_SUBJECT}; status:token:status; whenhandedover:date:whenHandedOver; whenprepared:date:whenPrepared; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; "
    "prescription:reference:authorizingPrescription; performer:reference:performer.actor; type:token:type; "
    "receiver:reference:receiver; context:reference:context; destination:reference:destination; "
    "responsibleparty:reference:substitution.responsibleParty",
    "MedicationStatement": f"{_COMMON}; {_SUBJECT}; status:token:status; effective:date:effective[x]; category:token:category; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; "
    "source:reference:informationSource; part-of:reference:partOf; context:reference:context",
    "MedicationAdministration": f"{_COMMON}; {_SUBJECT}; status:token:status; effective-time:date:effective[x]; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; request:reference:request; "
    "context:reference:context; device:reference:device; performer:reference:performer.actor; "
    "reason-given:token:reasonCode; reason-not-given:token:statusReason",
    "Medication": f"{_COMMON}; code:token:code; status:token:status; form:token:form; manufacturer:reference:manufacturer; "
    "ingredient-code:token:ingredient.itemCodeableConcept; expiration-date:date:batch.expirationDate; "
    "ingredient:reference:ingredient.itemReference; lot-number:token:batch.lotNumber",
    "Procedure": f"{_COMMON}; {_SUBJECT}; status:token:status; date:date:performed[x]; code:token:code; category:token:category; "
    "encounter:reference:encounter; performer:reference:performer.actor; based-on:reference:basedOn; "
    "location:reference:location; part-of:reference:partOf; reason-code:token:reasonCode; "
    "reason-reference:reference:reasonReference",
    "CarePlan": f"{_COMMON}; {_SUBJECT}; category:token:category; status:token:status; date:date:period; "
    "encounter:reference:encounter; intent:token:intent; goal:reference:goal; care-team:reference:careTeam; "
    "condition:reference:addresses; activity-code:token:activity.detail.code; "
    "activity-date:date:activity.detail.scheduled[x]; activity-reference:reference:activity.reference; "
    "based-on:reference:basedOn; part-of:reference:partOf; performer:reference:activity.detail.performer; "
    "replaces:reference:replaces",
    "CareTeam": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; participant:reference:participant.member; "
    "date:date:period; encounter:reference:encounter",
    "Goal": f"{_COMMON}; {_SUBJECT}; lifecycle-status:token:lifecycleStatus; start-date:date:startDate; target-date:date:target.dueDate; "
    "category:token:category; achievement-status:token:achievementStatus; description:token:description",
    "ServiceRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; intent:token:intent; category:token:category; code:token:code; "
    "authored:date:authoredOn; requester:reference:requester; performer:reference:performer; "
    "encounter:reference:encounter; occurrence:date:occurrence[x]; based-on:reference:basedOn; "
    "body-site:token:bodySite; order-detail:token:orderDetail; performer-type:token:performerType; "
    "priority:token:priority; replaces:reference:replaces; requisition:token:requisition; specimen:reference:specimen",
    "DocumentReference": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; type:token:type; date:date:date; "
    "period:date:context.period; author:reference:author; encounter:reference:context.encounter; "
    "contenttype:token:content.attachment.contentType; custodian:reference:custodian; "
    "security-label:token:securityLabel; description:string:description; authenticator:reference:authenticator; "
    "event:token:context.event; facility:token:context.facilityType; format:token:content.format; "
    "language:token:content.attachment.language; location:uri:content.attachment.url; "
    "related:reference:context.related; relatesto:reference:relatesTo.target; relation:token:relatesTo.code; "
    "setting:token:context.practiceSetting",
    "Composition": f"{_COMMON}; {_SUBJECT}; status:token:status; type:token:type; date:date:date; author:reference:author; "
    "title:string:title; attester:reference:attester.party; category:token:category; "
    "confidentiality:token:confidentiality; encounter:reference:encounter; entry:reference:section.entry; "
    "period:date:event.period; section:token:section.code",
    "Communication": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; sent:date:sent; received:date:received; "
    "sender:reference:sender; recipient:reference:recipient; part-of:reference:partOf; based-on:reference:basedOn; "
    "encounter:reference:encounter; medium:token:medium",
    "Task": f"{_COMMON}; patient:reference:for(Patient); subject:reference:for; status:token:status; code:token:code; "
    "focus:reference:focus; owner:reference:owner; requester:reference:requester; authored-on:date:authoredOn; "
    "modified:date:lastModified; intent:token:intent; priority:token:priority; part-of:reference:partOf; "
    "based-on:reference:basedOn; business-status:token:businessStatus; encounter:reference:encounter; "
    "group-identifier:token:groupIdentifier; performer:token:performerType; period:date:executionPeriod",
    "Consent": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; category:token:category; scope:token:scope; "
    "date:date:dateTime; actor:reference:provision.actor.reference; period:date:provision.period; "
    "action:token:provision.action; consentor:reference:performer; data:reference:provision.data.reference; "
    "organization:reference:organization; purpose:token:provision.purpose; "
    "security-label:token:provision.securityLabel; source-reference:reference:sourceReference",
    "Questionnaire": f"{_COMMON}; name:string:name; title:string:title; status:token:status; url:uri:url; code:token:item.code; "
    "date:date:date; definition:uri:item.definition; description:string:description; effective:date:effectivePeriod; "
    "jurisdiction:token:jurisdiction; publisher:string:publisher; subject-type:token:subjectType; "
    "version:token:version",
    "QuestionnaireResponse": f"{_COMMON}; {_SUBJECT}; status:token:status; authored:date:authored; author:reference:author; "
    "source:reference:source; encounter:reference:encounter; questionnaire:reference:questionnaire; "
    "based-on:reference:basedOn; part-of:reference:partOf",
    "Invoice": f"{_COMMON}; {_SUBJECT}; status:token:status; date:date:date; account:reference:account; issuer:reference:issuer; "
    "recipient:reference:recipient; type:token:type; participant:reference:participant.actor; "
    "participant-role:token:participant.role; totalgross:quantity:totalGross; totalnet:quantity:totalNet",
    "Account": f"{_COMMON}; {_SUBJECT}; status:token:status; period:date:servicePeriod; name:string:name; type:token:type; owner:reference:owner",
    "ChargeItem": f"{_COMMON}; {_SUBJECT}; account:reference:account; code:token:code; occurrence:date:occurrence[x]; "
    "entered-date:date:enteredDate; context:reference:context; service:reference:service; "
    "quantity:quantity:quantity; enterer:reference:enterer; factor-override:number:factorOverride; "
    "performer-actor:reference:performer.actor; performer-function:token:performer.function; "
    "performing-organization:reference:performingOrganization; price-override:quantity:priceOverride; "
    "requesting-organization:reference:requestingOrganization",
    "Coverage": f"{_COMMON}; patient:reference:beneficiary(Patient); beneficiary:reference:beneficiary; "
    "subscriber:reference:subscriber; policy-holder:reference:policyHolder; payor:reference:payor; "
    "status:token:status; type:token:type; class-type:token:class.type; class-value:string:class.value; "
    "dependent:string:dependent",
    "Claim": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; use:token:use; created:date:created; "
    "provider:reference:provider; insurer:reference:insurer; encounter:reference:item.encounter; "
    "care-team:reference:careTeam.provider; enterer:reference:enterer; facility:reference:facility; "
    "payee:reference:payee.party; priority:token:priority",
    "ClaimResponse": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; use:token:use; created:date:created; "
    "request:reference:request; disposition:string:disposition; insurer:reference:insurer; outcome:token:outcome; "
    "payment-date:date:payment.date; requestor:reference:requestor",
    "ExplanationOfBenefit": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; created:date:created; "
    "coverage:reference:insurance.coverage; provider:reference:provider; claim:reference:claim; type:token:type; "
    "encounter:reference:item.encounter; care-team:reference:careTeam.provider; service-date:date:billablePeriod; "
    "disposition:string:disposition; enterer:reference:enterer; facility:reference:facility; "
    "payee:reference:payee.party",
    "PaymentNotice": f"{_COMMON}; status:token:status; created:date:created; request:reference:request; provider:reference:provider; "
    "payment-status:token:paymentStatus; response:reference:response",
    "Provenance": "target:reference:target; patient:reference:target(Patient); recorded:date:recorded; agent:reference:agent.who; "
    "entity:reference:entity.what; agent-type:token:agent.type; agent-role:token:agent.role; "
    "location:reference:location; signature-type:token:signature.type; when:date:occurred[x]",
    "AuditEvent": "agent:reference:agent.who; entity:reference:entity.what; "
    "patient:reference:agent.who(Patient)|entity.what(Patient); date:date:recorded; type:token:type; "
    "subtype:token:subtype; action:token:action; outcome:token:outcome; source:reference:source.observer; "
    "address:string:agent.network.address; agent-name:string:agent.name; agent-role:token:agent.role; "
    "altid:token:agent.altId; entity-name:string:entity.name; entity-role:token:entity.role; "
    "entity-type:token:entity.type; policy:uri:agent.policy; site:token:source.site",
    "Device": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; type:token:type; model:string:modelNumber; "
    "manufacturer:string:manufacturer; device-name:string:deviceName.name|type; location:reference:location; "
    "organization:reference:owner; udi-carrier:string:udiCarrier.carrierHRF; "
    "udi-di:string:udiCarrier.deviceIdentifier; url:uri:url",
    "Specimen": f"{_COMMON}; {_SUBJECT}; status:token:status; type:token:type; collected:date:collection.collected[x]; "
    "accession:token:accessionIdentifier; bodysite:token:collection.bodySite; "
    "collector:reference:collection.collector; container:token:container.type; "
    "container-id:token:container.identifier; parent:reference:parent",
    "ImagingStudy": f"{_COMMON}; {_SUBJECT}; status:token:status; started:date:started; encounter:reference:encounter; "
    "modality:token:series.modality|modality; basedon:reference:basedOn; bodysite:token:series.bodySite; "
    "endpoint:reference:endpoint|series.endpoint; interpreter:reference:interpreter; "
    "performer:reference:series.performer.actor; reason:token:reasonCode; referrer:reference:referrer; "
    "series:token:series.uid; instance:token:series.instance.uid; dicom-class:token:series.instance.sopClass",
    "Media": f"{_COMMON}; {_SUBJECT}; status:token:status; created:date:created[x]; type:token:type; "
    "encounter:reference:encounter; based-on:reference:basedOn; device:reference:device; modality:token:modality; "
    "operator:reference:operator; site:token:bodySite; view:token:view",
    "FamilyMemberHistory": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; date:date:date; code:token:condition.code; "
    "relationship:token:relationship; sex:token:sex",
    "List": f"{_COMMON}; {_SUBJECT}; status:token:status; code:token:code; date:date:date; item:reference:entry.item; "
    "title:string:title; source:reference:source; encounter:reference:encounter; empty-reason:token:emptyReason; "
    "notes:string:note.text",
    "Group": f"{_COMMON}; member:reference:member.entity; type:token:type; actual:token:actual; code:token:code; "
    "characteristic:token:characteristic.code; exclude:token:characteristic.exclude; "
    "managing-entity:reference:managingEntity; value:token:characteristic.value[x]",
    "Flag": f"{_COMMON}; {_SUBJECT}; date:date:period; author:reference:author; encounter:reference:encounter",
    "Basic": f"{_COMMON}; {_SUBJECT}; code:token:code; author:reference:author; created:date:created",
    "EpisodeOfCare": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; type:token:type; date:date:period; "
    "organization:reference:managingOrganization; care-manager:reference:careManager",
    "NutritionOrder": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; datetime:date:dateTime; "
    "encounter:reference:encounter; provider:reference:orderer",
    "VisionPrescription": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; datewritten:date:dateWritten; "
    "prescriber:reference:prescriber; encounter:reference:encounter",
    "CommunicationRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; authored:date:authoredOn; "
    "sender:reference:sender; recipient:reference:recipient; requester:reference:requester; encounter:reference:encounter",
    "DeviceRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; intent:token:intent; authored-on:date:authoredOn; "
    "encounter:reference:encounter; requester:reference:requester; performer:reference:performer",
    "DeviceUseStatement": f"{_COMMON}; {_SUBJECT}; device:reference:device",
    "DocumentManifest": f"{_COMMON}; {_SUBJECT}; status:token:status; type:token:type; created:date:created; "
    "author:reference:author; item:reference:content; recipient:reference:recipient",
    "RiskAssessment": f"{_COMMON}; {_SUBJECT}; date:date:occurrence[x]; condition:reference:condition; "
    "encounter:reference:encounter; performer:reference:performer; method:token:method",
    "ClinicalImpression": f"{_COMMON}; {_SUBJECT}; status:token:status; date:date:date; encounter:reference:encounter; "
    "assessor:reference:assessor; problem:reference:problem",
    "AdverseEvent": "subject:reference:subject; date:date:date; event:token:event; category:token:category; "
    "seriousness:token:seriousness; severity:token:severity; recorder:reference:recorder",
    "CoverageEligibilityRequest": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; created:date:created; "
    "provider:reference:provider",
    "CoverageEligibilityResponse": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; created:date:created; "
    "insurer:reference:insurer; outcome:token:outcome; request:reference:request",
    "PaymentReconciliation": f"{_COMMON}; status:token:status; created:date:created; outcome:token:outcome; "
    "request:reference:request; requestor:reference:requestor; payment-issuer:reference:paymentIssuer",
    "Substance": f"{_COMMON}; code:token:code; category:token:category; status:token:status",
}  # fmt: skip


def _parsed(row: str) -> dict[str, Parameter]:
    found = {}
    for entry in filter(None, (e.strip() for e in row.split(";"))):
        name, kind, paths = entry.split(":", 2)
        found[name] = Parameter(name, kind, tuple(paths.split("|")))  # type: ignore[arg-type]
    return found


TABLE: Mapping[str, Mapping[str, Parameter]] = {type_: _parsed(row) for type_, row in _ROWS.items()}


LAST_UPDATED = Parameter("_lastUpdated", "date", ())
"""Of every type; the store indexes it, since the store sets it."""


def find_parameter(type_: str, name: str) -> Parameter | None:
    return LAST_UPDATED if name == LAST_UPDATED.name else TABLE.get(type_, {}).get(name)

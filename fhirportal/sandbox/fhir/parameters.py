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
_ROWS = {
    "Patient": f"{_COMMON}; name:string:name; family:string:name.family; given:string:name.given; birthdate:date:birthDate; "
    "gender:token:gender; active:token:active; address:string:address; telecom:token:telecom; phone:token:telecom(phone); "
    "email:token:telecom(email); general-practitioner:reference:generalPractitioner; link:reference:link.other; "
    "organization:reference:managingOrganization; deceased:token:deceasedBoolean|deceasedDateTime?; death-date:date:deceasedDateTime; "
    "language:token:communication.language; address-city:string:address.city; address-postalcode:string:address.postalCode",
    "RelatedPerson": f"{_COMMON}; patient:reference:patient(Patient); name:string:name; relationship:token:relationship; "
    "active:token:active; birthdate:date:birthDate; telecom:token:telecom; gender:token:gender",
    "Person": f"{_COMMON}; name:string:name; link:reference:link.target; patient:reference:link.target(Patient); birthdate:date:birthDate",
    "Practitioner": f"{_COMMON}; name:string:name; family:string:name.family; given:string:name.given; active:token:active; "
    "telecom:token:telecom; gender:token:gender; address:string:address",
    "PractitionerRole": f"{_COMMON}; practitioner:reference:practitioner; organization:reference:organization; role:token:code; "
    "specialty:token:specialty; location:reference:location; service:reference:healthcareService; active:token:active",
    "Organization": f"{_COMMON}; name:string:name|alias; address:string:address; active:token:active; type:token:type; partof:reference:partOf",
    "Location": f"{_COMMON}; name:string:name|alias; address:string:address; address-city:string:address.city; "
    "address-state:string:address.state; address-postalcode:string:address.postalCode; status:token:status; type:token:type; "
    "organization:reference:managingOrganization; partof:reference:partOf",
    "HealthcareService": f"{_COMMON}; name:string:name; active:token:active; location:reference:location; "
    "organization:reference:providedBy; specialty:token:specialty; service-type:token:type; service-category:token:category",
    "Endpoint": f"{_COMMON}; name:string:name; status:token:status; organization:reference:managingOrganization",
    "Appointment": f"{_COMMON}; patient:reference:participant.actor(Patient); actor:reference:participant.actor; date:date:start; "
    "status:token:status; location:reference:participant.actor(Location); practitioner:reference:participant.actor(Practitioner); "
    "slot:reference:slot; service-type:token:serviceType; service-category:token:serviceCategory; specialty:token:specialty; "
    "appointment-type:token:appointmentType; part-status:token:participant.status; reason-code:token:reasonCode; "
    "based-on:reference:basedOn; reason-reference:reference:reasonReference",
    "AppointmentResponse": f"{_COMMON}; appointment:reference:appointment; actor:reference:actor; patient:reference:actor(Patient); "
    "part-status:token:participantStatus",
    "Schedule": f"{_COMMON}; actor:reference:actor; active:token:active; date:date:planningHorizon; service-type:token:serviceType; "
    "service-category:token:serviceCategory; specialty:token:specialty",
    "Slot": f"{_COMMON}; schedule:reference:schedule; status:token:status; start:date:start; service-type:token:serviceType; "
    "service-category:token:serviceCategory; specialty:token:specialty; appointment-type:token:appointmentType",
    "Encounter": f"{_COMMON}; {_SUBJECT}; date:date:period; status:token:status; class:token:class; type:token:type; "
    "location:reference:location.location; practitioner:reference:participant.individual(Practitioner); "
    "participant:reference:participant.individual; appointment:reference:appointment; service-provider:reference:serviceProvider; "
    "part-of:reference:partOf; reason-code:token:reasonCode; diagnosis:reference:diagnosis.condition; "
    "discharge-disposition:token:hospitalization.dischargeDisposition",
    "Condition": f"{_COMMON}; {_SUBJECT}; category:token:category; clinical-status:token:clinicalStatus; "
    "verification-status:token:verificationStatus; code:token:code; onset-date:date:onset[x]; recorded-date:date:recordedDate; "
    "abatement-date:date:abatement[x]; encounter:reference:encounter; asserter:reference:asserter",
    "AllergyIntolerance": f"{_COMMON}; patient:reference:patient(Patient); clinical-status:token:clinicalStatus; "
    "verification-status:token:verificationStatus; code:token:code|reaction.substance; criticality:token:criticality; "
    "category:token:category; date:date:recordedDate; type:token:type",
    "Immunization": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; date:date:occurrence[x]; "
    "vaccine-code:token:vaccineCode; location:reference:location; performer:reference:performer.actor; lot-number:string:lotNumber",
    "ImmunizationRecommendation": f"{_COMMON}; patient:reference:patient(Patient); date:date:date",
    "Observation": f"{_COMMON}; {_SUBJECT}; category:token:category; code:token:code; date:date:effective[x]; status:token:status; "
    "value-quantity:quantity:value[x]; value-concept:token:valueCodeableConcept; value-string:string:valueString; "
    "value-date:date:valueDateTime|valuePeriod; combo-code:token:code|component.code; component-code:token:component.code; "
    "component-value-quantity:quantity:component.value[x]; performer:reference:performer; encounter:reference:encounter; "
    "has-member:reference:hasMember; derived-from:reference:derivedFrom; based-on:reference:basedOn; specimen:reference:specimen; "
    "focus:reference:focus; device:reference:device; data-absent-reason:token:dataAbsentReason; method:token:method",
    "DiagnosticReport": f"{_COMMON}; {_SUBJECT}; category:token:category; code:token:code; date:date:effective[x]; status:token:status; "
    "issued:date:issued; result:reference:result; performer:reference:performer; encounter:reference:encounter; "
    "based-on:reference:basedOn; specimen:reference:specimen; results-interpreter:reference:resultsInterpreter; "
    "conclusion:token:conclusionCode; media:reference:media.link",
    "MedicationRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; intent:token:intent; authoredon:date:authoredOn; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; requester:reference:requester; "
    "encounter:reference:encounter; category:token:category; priority:token:priority; intended-dispenser:reference:dispenseRequest.performer",
    "MedicationDispense": f"{_COMMON}; {_SUBJECT}; status:token:status; whenhandedover:date:whenHandedOver; "
    "whenprepared:date:whenPrepared; medication:reference:medicationReference; code:token:medicationCodeableConcept; "
    "prescription:reference:authorizingPrescription; performer:reference:performer.actor; type:token:type; receiver:reference:receiver",
    "MedicationStatement": f"{_COMMON}; {_SUBJECT}; status:token:status; effective:date:effective[x]; category:token:category; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; source:reference:informationSource; part-of:reference:partOf",
    "MedicationAdministration": f"{_COMMON}; {_SUBJECT}; status:token:status; effective-time:date:effective[x]; "
    "medication:reference:medicationReference; code:token:medicationCodeableConcept; request:reference:request",
    "Medication": f"{_COMMON}; code:token:code; status:token:status; form:token:form; manufacturer:reference:manufacturer; ingredient-code:token:ingredient.itemCodeableConcept",
    "Procedure": f"{_COMMON}; {_SUBJECT}; status:token:status; date:date:performed[x]; code:token:code; category:token:category; "
    "encounter:reference:encounter; performer:reference:performer.actor; based-on:reference:basedOn; location:reference:location",
    "CarePlan": f"{_COMMON}; {_SUBJECT}; category:token:category; status:token:status; date:date:period; encounter:reference:encounter; "
    "intent:token:intent; goal:reference:goal; care-team:reference:careTeam; condition:reference:addresses",
    "CareTeam": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; participant:reference:participant.member; date:date:period",
    "Goal": f"{_COMMON}; {_SUBJECT}; lifecycle-status:token:lifecycleStatus; start-date:date:startDate; target-date:date:target.dueDate; "
    "category:token:category; achievement-status:token:achievementStatus; description:token:description",
    "ServiceRequest": f"{_COMMON}; {_SUBJECT}; status:token:status; intent:token:intent; category:token:category; code:token:code; "
    "authored:date:authoredOn; requester:reference:requester; performer:reference:performer; encounter:reference:encounter; occurrence:date:occurrence[x]",
    "DocumentReference": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; type:token:type; date:date:date; "
    "period:date:context.period; author:reference:author; encounter:reference:context.encounter; contenttype:token:content.attachment.contentType; "
    "custodian:reference:custodian; security-label:token:securityLabel; description:string:description",
    "Composition": f"{_COMMON}; {_SUBJECT}; status:token:status; type:token:type; date:date:date; author:reference:author; title:string:title",
    "Communication": f"{_COMMON}; {_SUBJECT}; status:token:status; category:token:category; sent:date:sent; received:date:received; "
    "sender:reference:sender; recipient:reference:recipient; part-of:reference:partOf; based-on:reference:basedOn; encounter:reference:encounter",
    "Task": f"{_COMMON}; patient:reference:for(Patient); subject:reference:for; status:token:status; code:token:code; focus:reference:focus; "
    "owner:reference:owner; requester:reference:requester; authored-on:date:authoredOn; modified:date:lastModified; "
    "intent:token:intent; priority:token:priority; part-of:reference:partOf; based-on:reference:basedOn; business-status:token:businessStatus",
    "Consent": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; category:token:category; scope:token:scope; "
    "date:date:dateTime; actor:reference:provision.actor.reference; period:date:provision.period",
    "Questionnaire": f"{_COMMON}; name:string:name; title:string:title; status:token:status; url:uri:url; code:token:item.code",
    "QuestionnaireResponse": f"{_COMMON}; {_SUBJECT}; status:token:status; authored:date:authored; author:reference:author; "
    "source:reference:source; questionnaire:uri:questionnaire; encounter:reference:encounter",
    "Invoice": f"{_COMMON}; {_SUBJECT}; status:token:status; date:date:date; account:reference:account; issuer:reference:issuer; "
    "recipient:reference:recipient; type:token:type; participant:reference:participant.actor",
    "Account": f"{_COMMON}; {_SUBJECT}; status:token:status; period:date:servicePeriod; name:string:name; type:token:type; owner:reference:owner",
    "ChargeItem": f"{_COMMON}; {_SUBJECT}; account:reference:account; code:token:code; occurrence:date:occurrence[x]; "
    "entered-date:date:enteredDate; context:reference:context; service:reference:service; quantity:quantity:quantity",
    "Coverage": f"{_COMMON}; patient:reference:beneficiary(Patient); beneficiary:reference:beneficiary; subscriber:reference:subscriber; "
    "policy-holder:reference:policyHolder; payor:reference:payor; status:token:status; type:token:type",
    "Claim": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; use:token:use; created:date:created; "
    "provider:reference:provider; insurer:reference:insurer; encounter:reference:item.encounter",
    "ClaimResponse": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; use:token:use; created:date:created; request:reference:request",
    "ExplanationOfBenefit": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; created:date:created; "
    "coverage:reference:insurance.coverage; provider:reference:provider; claim:reference:claim; type:token:type; "
    "encounter:reference:item.encounter; care-team:reference:careTeam.provider; service-date:date:billablePeriod",
    "PaymentNotice": f"{_COMMON}; status:token:status; created:date:created; request:reference:request; provider:reference:provider",
    "Provenance": "target:reference:target; patient:reference:target(Patient); recorded:date:recorded; agent:reference:agent.who; "
    "entity:reference:entity.what; agent-type:token:agent.type",
    "AuditEvent": "agent:reference:agent.who; entity:reference:entity.what; patient:reference:agent.who(Patient)|entity.what(Patient); "
    "date:date:recorded; type:token:type; subtype:token:subtype; action:token:action; outcome:token:outcome; source:reference:source.observer",
    "Device": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; type:token:type; model:string:modelNumber; manufacturer:string:manufacturer",
    "Specimen": f"{_COMMON}; {_SUBJECT}; status:token:status; type:token:type; collected:date:collection.collected[x]",
    "ImagingStudy": f"{_COMMON}; {_SUBJECT}; status:token:status; started:date:started; modality:token:modality; encounter:reference:encounter",
    "Media": f"{_COMMON}; {_SUBJECT}; status:token:status; created:date:created[x]; type:token:type; encounter:reference:encounter",
    "FamilyMemberHistory": f"{_COMMON}; patient:reference:patient(Patient); status:token:status; date:date:date; code:token:condition.code; relationship:token:relationship",
    "List": f"{_COMMON}; {_SUBJECT}; status:token:status; code:token:code; date:date:date; item:reference:entry.item; title:string:title; source:reference:source",
    "Group": f"{_COMMON}; member:reference:member.entity; type:token:type; actual:token:actual; code:token:code",
    "Flag": f"{_COMMON}; {_SUBJECT}; date:date:period; author:reference:author; encounter:reference:encounter",
    "Binary": "contenttype:token:contentType",
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

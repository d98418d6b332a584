"""What a sign-in shares with this site, in words: from the scopes the hospital granted.

It decides which kinds of data have a name of their own. It must not know what a page asks for.
"""

from collections.abc import Iterable

from fhirportal.words import Words
from fhirportal.words import mark as N_
from smart_launch.scopes import Permission, describe, parse_scopes

EVERYTHING = N_("Everything in the record that your hospital shares")
OTHER = N_("Other parts of the record")
TYPES = {
    "Patient": N_("Name, birth date and contact details"),
    "RelatedPerson": N_("Relatives and contact persons"),
    "Appointment": N_("Visits"),
    "Encounter": N_("Visits"),
    "Slot": N_("Free times for visits"),
    "Schedule": N_("Free times for visits"),
    "Observation": N_("Test results and measurements"),
    "DiagnosticReport": N_("Reports of tests and scans"),
    "ServiceRequest": N_("Tests and treatments that were ordered"),
    "Specimen": N_("Samples taken for tests"),
    "MedicationRequest": N_("Medicines"),
    "MedicationDispense": N_("Medicines"),
    "MedicationStatement": N_("Medicines"),
    "Medication": N_("Medicines"),
    "MedicationAdministration": N_("Medicines"),
    "AllergyIntolerance": N_("Allergies"),
    "Condition": N_("Health conditions"),
    "Procedure": N_("Operations and treatments"),
    "Immunization": N_("Vaccinations"),
    "DocumentReference": N_("Documents and letters"),
    "Composition": N_("Documents and letters"),
    "Binary": N_("Documents and letters"),
    "CarePlan": N_("Care plans and goals"),
    "Goal": N_("Care plans and goals"),
    "CareTeam": N_("Who cares for you"),
    "Practitioner": N_("Names of clinicians and places"),
    "PractitionerRole": N_("Names of clinicians and places"),
    "Organization": N_("Names of clinicians and places"),
    "Location": N_("Names of clinicians and places"),
    "HealthcareService": N_("Names of clinicians and places"),
    "Communication": N_("Messages"),
    "QuestionnaireResponse": N_("Forms you filled in"),
    "Device": N_("Medical devices"),
    "FamilyMemberHistory": N_("Health of the family"),
    "Consent": N_("What you agreed to"),
    "Invoice": N_("Bills"),
    "Account": N_("Bills"),
    "ChargeItem": N_("Bills"),
    "ExplanationOfBenefit": N_("Insurance"),
    "Coverage": N_("Insurance"),
    "Claim": N_("Insurance"),
    "ClaimResponse": N_("Insurance"),
}


def list_shared(scopes: Iterable[str], words: Words) -> list[str]:
    """What can be seen, each kind once in a fixed order; "in part" where a filter narrows it. Empty where nothing is shared."""
    permissions = [p for p in describe(parse_scopes(scopes)) if p.view or p.search]
    if any(p.type == "*" and not p.filter for p in permissions):
        return [words.gettext(EVERYTHING)]
    whole = {_name(p) for p in permissions if not p.filter}
    partly = {_name(p) for p in permissions} - whole
    order = list(dict.fromkeys((EVERYTHING, *TYPES.values(), OTHER)))
    return [_said(name, name in partly, words) for name in order if name in whole | partly]


def keeps_access(scopes: Iterable[str]) -> bool:
    """Whether the sign-in lets this site ask the hospital anew without the person signing in again."""
    return "offline_access" in parse_scopes(scopes)


def _name(permission: Permission) -> str:
    return EVERYTHING if permission.type == "*" else TYPES.get(permission.type, OTHER)


def _said(name: str, partly: bool, words: Words) -> str:
    return words.gettext("%(what)s, in part", what=words.gettext(name)) if partly else words.gettext(name)

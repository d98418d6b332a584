"""Phrases for the rest of the record: conditions, allergies, vaccinations, procedures, documents, care teams (FHIR R4)."""

from fhirportal.words import mark as N_

ASK = N_("Ask your hospital")
WITHDRAWN = N_("Withdrawn by the hospital")

TABLES = {
    "condition_clinical": (
        {
            "active": N_("Now"),
            "recurrence": N_("Has come back"),
            "relapse": N_("Has come back"),
            "inactive": N_("Not at present"),
            "remission": N_("Quiet at present"),
            "resolved": N_("In the past"),
        },
        ASK,
    ),
    "verification": (
        {
            "unconfirmed": N_("Not confirmed"),
            "provisional": N_("Not confirmed"),
            "differential": N_("One of several possible causes"),
            "confirmed": N_("Confirmed"),
            "refuted": N_("Ruled out"),
            "entered-in-error": WITHDRAWN,
        },
        ASK,
    ),
    "allergy_clinical": (
        {
            "active": N_("Now"),
            "inactive": N_("Not at present"),
            "resolved": N_("In the past"),
        },
        ASK,
    ),
    "allergy_type": (
        {"allergy": N_("Allergy"), "intolerance": N_("Does not agree with you")},
        N_("Allergy or something that does not agree with you"),
    ),
    "allergy_category": (
        {
            "food": N_("Food"),
            "medication": N_("Medicine"),
            "environment": N_("Surroundings"),
            "biologic": N_("Biological medicine"),
        },
        N_("Other"),
    ),
    "immunization_status": (
        {"completed": N_("Given"), "entered-in-error": WITHDRAWN, "not-done": N_("Not given")},
        ASK,
    ),
    "procedure_status": (
        {
            "preparation": N_("Being prepared"),
            "in-progress": N_("Going on now"),
            "not-done": N_("Not done"),
            "on-hold": N_("Paused"),
            "stopped": N_("Stopped before the end"),
            "completed": N_("Done"),
            "entered-in-error": WITHDRAWN,
            "unknown": ASK,
        },
        ASK,
    ),
    "document_status": (
        {"current": N_("Current"), "superseded": N_("Replaced by a newer one"), "entered-in-error": WITHDRAWN},
        ASK,
    ),
    "care_team_status": (
        {
            "proposed": N_("Suggested"),
            "active": N_("Looking after you now"),
            "suspended": N_("Paused"),
            "inactive": N_("No longer looking after you"),
            "entered-in-error": WITHDRAWN,
        },
        ASK,
    ),
}

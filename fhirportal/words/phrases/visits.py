"""Phrases for visits: appointment, slot and encounter codes of FHIR R4 and v3-ActCode."""

from fhirportal.words import mark as N_

ASK = N_("Ask your hospital about this visit")

TABLES = {
    "appointment_status": (
        {
            "proposed": N_("Suggested, not booked yet"),
            "pending": N_("Waiting for the hospital to confirm"),
            "booked": N_("Booked"),
            "arrived": N_("You have arrived"),
            "fulfilled": N_("Done"),
            "cancelled": N_("Cancelled"),
            "noshow": N_("Missed"),
            "entered-in-error": N_("Withdrawn by the hospital"),
            "checked-in": N_("Checked in"),
            "waitlist": N_("On the waiting list"),
        },
        ASK,
    ),
    "participation_status": (
        {
            "accepted": N_("Will be there"),
            "declined": N_("Will not be there"),
            "tentative": N_("May be there"),
            "needs-action": N_("Not confirmed yet"),
        },
        N_("Not confirmed yet"),
    ),
    "slot_status": (
        {
            "free": N_("Free"),
            "busy": N_("Not free"),
            "busy-unavailable": N_("Not available"),
            "busy-tentative": N_("Held for someone"),
            "entered-in-error": N_("Withdrawn by the hospital"),
        },
        N_("Not available"),
    ),
    "encounter_status": (
        {
            "planned": N_("Planned"),
            "arrived": N_("You have arrived"),
            "triaged": N_("First check done"),
            "in-progress": N_("Going on now"),
            "onleave": N_("On leave from the hospital"),
            "finished": N_("Done"),
            "cancelled": N_("Cancelled"),
            "entered-in-error": N_("Withdrawn by the hospital"),
            "unknown": N_("Not known"),
        },
        ASK,
    ),
    "encounter_class": (
        {
            "AMB": N_("Visit to a clinic"),
            "EMER": N_("Visit to the emergency department"),
            "FLD": N_("Care where you were, outside the hospital"),
            "HH": N_("Visit at your home"),
            "IMP": N_("Stay in hospital"),
            "ACUTE": N_("Stay in hospital"),
            "NONAC": N_("Stay in hospital"),
            "OBSENC": N_("Stay to be watched over"),
            "PRENC": N_("Checks before a stay in hospital"),
            "SS": N_("Short stay"),
            "VR": N_("Visit by video or phone"),
        },
        N_("Visit"),
    ),
    "visit_mode": (
        {
            "in-person": N_("In person"),
            "video": N_("By video"),
            "phone": N_("By phone"),
            "virtual": N_("By video or phone"),
            "home": N_("At your home"),
        },
        N_("Ask your hospital where"),
    ),
    "visit_kind": (
        {
            "CHECKUP": N_("Check-up"),
            "EMERGENCY": N_("Emergency visit"),
            "FOLLOWUP": N_("Follow-up visit"),
            "ROUTINE": N_("Routine visit"),
            "WALKIN": N_("Walk-in visit"),
        },
        N_("Visit"),
    ),
    "cancelled_by": (
        {
            "patient": N_("It was cancelled from your side."),
            "hospital": N_("The hospital cancelled it."),
        },
        N_("Your hospital did not say who cancelled it."),
    ),
    "cancellation_reason": (
        {
            "pat-crs": N_("It was cancelled in answer to a reminder."),
            "pat-cpp": N_("It was cancelled on the patient portal."),
            "pat-fb": N_("You were feeling better."),
            "pat-lt": N_("You had no way to get there."),
            "pat-mv": N_("You moved."),
            "pat-swl": N_("You were given another time from the waiting list."),
            "prov-edu": N_("The clinician could not be there."),
            "prov-hosp": N_("The clinician could not be there."),
            "prov-pers": N_("The clinician could not be there."),
            "maint": N_("A machine had to be repaired."),
            "meds-inc": N_("Not everything was ready that this visit needs."),
            "oth-err": N_("It was booked by mistake."),
            "oth-int": N_("There was no interpreter."),
            "oth-mu": N_("Not everything was ready that this visit needs."),
            "oth-room": N_("The room could not be used."),
            "oth-weath": N_("The weather did not allow it."),
        },
        N_("Your hospital gave no reason."),
    ),
}

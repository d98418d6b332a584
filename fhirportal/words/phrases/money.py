"""Phrases for bills: invoice, account, charge, coverage and benefit codes of FHIR R4."""

from fhirportal.words import mark as N_

ASK = N_("Ask your hospital about this bill")
WITHDRAWN = N_("Withdrawn by the hospital")

TABLES = {
    "invoice_status": (
        {
            "draft": N_("Being prepared"),
            "issued": N_("To pay"),
            "balanced": N_("Paid"),
            "cancelled": N_("Cancelled"),
            "entered-in-error": WITHDRAWN,
        },
        ASK,
    ),
    "account_status": (
        {
            "active": N_("Open"),
            "inactive": N_("Closed"),
            "entered-in-error": WITHDRAWN,
            "on-hold": N_("Paused"),
            "unknown": ASK,
        },
        ASK,
    ),
    "charge_item_status": (
        {
            "planned": N_("Planned"),
            "billable": N_("Not on a bill yet"),
            "not-billable": N_("Not charged"),
            "aborted": N_("Not charged"),
            "billed": N_("On a bill"),
            "entered-in-error": WITHDRAWN,
            "unknown": ASK,
        },
        ASK,
    ),
    "price_component": (
        {
            "base": N_("Price"),
            "surcharge": N_("Added charge"),
            "deduction": N_("Taken off"),
            "discount": N_("Discount"),
            "tax": N_("Tax"),
            "informational": N_("For information"),
        },
        N_("Part of the price"),
    ),
    "benefit_status": (
        {
            "active": N_("In use"),
            "cancelled": N_("Cancelled"),
            "draft": N_("Not final yet"),
            "entered-in-error": N_("Withdrawn by your insurer"),
        },
        N_("Ask your insurer"),
    ),
    "benefit_outcome": (
        {
            "queued": N_("Your insurer has not looked at it yet"),
            "complete": N_("Your insurer has decided"),
            "error": N_("Your insurer could not decide"),
            "partial": N_("Your insurer has decided on a part"),
        },
        N_("Ask your insurer"),
    ),
    "adjudication": (
        {
            "submitted": N_("What the hospital charged"),
            "copay": N_("Your fixed share"),
            "eligible": N_("What your plan counts"),
            "deductible": N_("What you pay before your plan starts"),
            "unallocdeduct": N_("What you pay before your plan starts"),
            "eligpercent": N_("The part your plan pays"),
            "tax": N_("Tax"),
            "benefit": N_("What your insurer pays"),
            "noncovered": N_("What your plan does not cover"),
            "coinsurance": N_("Your share"),
            "paidbypatient": N_("What you paid"),
            "paidtoprovider": N_("What your insurer paid the hospital"),
            "paidtopatient": N_("What your insurer paid you"),
            "paidbypatientcash": N_("What you paid"),
            "paidbypatientother": N_("What you paid in another way"),
            "discount": N_("Discount"),
            "drugcost": N_("Price of the medicine"),
            "memberliability": N_("What you owe"),
            "priorpayerpaid": N_("What another insurer paid"),
        },
        N_("Other amount"),
    ),
    "claim_type": (
        {
            "institutional": N_("Hospital care"),
            "oral": N_("Dental care"),
            "pharmacy": N_("Medicines"),
            "professional": N_("Care by a doctor or nurse"),
            "vision": N_("Eye care"),
        },
        N_("Care"),
    ),
    "claim_use": (
        {
            "claim": N_("What your insurer decided"),
            "preauthorization": N_("Asked before the care: what your insurer agreed to"),
            "predetermination": N_("An estimate before the care"),
        },
        N_("What your insurer decided"),
    ),
    "balance_whose": (
        {
            "patient": N_("Your part"),
            "insurance": N_("Your insurer’s part"),
            "total": N_("In all"),
        },
        N_("Balance"),
    ),
    "balance_term": (
        {
            "current": N_("New"),
            "30": N_("Open for 30 days"),
            "60": N_("Open for 60 days"),
            "90": N_("Open for 90 days"),
            "120": N_("Open for 120 days"),
        },
        N_("Open for some time"),
    ),
    "coverage_status": (
        {
            "active": N_("In use"),
            "cancelled": N_("Ended"),
            "draft": N_("Not final yet"),
            "entered-in-error": WITHDRAWN,
        },
        N_("Ask your insurer"),
    ),
    "coverage_relationship": (
        {
            "self": N_("In your own name"),
            "spouse": N_("Through your husband or wife"),
            "child": N_("Through your parent"),
            "parent": N_("Through your child"),
            "common": N_("Through your partner"),
            "injured": N_("Through the person who caused the injury"),
            "other": N_("Through someone else"),
        },
        N_("Through someone else"),
    ),
}

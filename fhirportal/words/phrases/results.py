"""Phrases for results: statuses, the report's own marks, reasons why a value is missing.

High, low and critical are said only where the report says so; "range" always is this report's range. Nothing here says how
serious or how urgent anything is.
"""

from enum import StrEnum

from fhirportal.words import mark as N_

WITHDRAWN = N_("Withdrawn by the hospital")
ASK = N_("Ask your hospital about this result")


class Side(StrEnum):
    """Where a report's own mark puts a value against its range."""

    BELOW = "below"
    IN = "in"
    ABOVE = "above"
    OUTSIDE = "outside"
    OTHER = "other"


_SIDES = {
    **dict.fromkeys(("H", "HH", "HU", "H>", "HX", ">"), Side.ABOVE),
    **dict.fromkeys(("L", "LL", "LU", "L<", "LX", "<"), Side.BELOW),
    **dict.fromkeys(("A", "AA"), Side.OUTSIDE),
    "N": Side.IN,
}


def side_of(interpretation: str) -> Side:
    """The side a v3-ObservationInterpretation code stands for; OTHER for those that are not about a range."""
    return _SIDES.get(interpretation, Side.OTHER)


TABLES = {
    "observation_status": (
        {
            "registered": N_("On its way"),
            "preliminary": N_("Not final yet"),
            "final": N_("Final"),
            "amended": N_("Changed after it was final"),
            "corrected": N_("Corrected"),
            "cancelled": N_("Cancelled: there is no result"),
            "entered-in-error": WITHDRAWN,
            "unknown": ASK,
        },
        ASK,
    ),
    "report_status": (
        {
            "registered": N_("On its way"),
            "partial": N_("Not complete yet"),
            "preliminary": N_("Not final yet"),
            "final": N_("Final"),
            "amended": N_("Changed after it was final"),
            "corrected": N_("Corrected"),
            "appended": N_("Final, with something added"),
            "cancelled": N_("Cancelled: there is no result"),
            "entered-in-error": WITHDRAWN,
            "unknown": ASK,
        },
        ASK,
    ),
    "range_side": (
        {
            "below": N_("Below range"),
            "in": N_("In range"),
            "above": N_("Above range"),
            "outside": N_("Outside range"),
        },
        N_("No range given"),
    ),
    "interpretation": (
        {
            "N": N_("In range"),
            "H": N_("Above range"),
            "HU": N_("Far above range"),
            "HH": N_("Far above range"),
            "H>": N_("Far above range"),
            "HX": N_("Above range"),
            "L": N_("Below range"),
            "LU": N_("Far below range"),
            "LL": N_("Far below range"),
            "L<": N_("Far below range"),
            "LX": N_("Below range"),
            "A": N_("Outside range"),
            "AA": N_("Far outside range"),
            ">": N_("More than the test can measure"),
            "<": N_("Less than the test can measure"),
            "B": N_("Better than before"),
            "W": N_("Worse than before"),
            "U": N_("Up a lot since last time"),
            "D": N_("Down a lot since last time"),
            "POS": N_("Found (positive)"),
            "NEG": N_("Not found (negative)"),
            "DET": N_("Found"),
            "ND": N_("Not found"),
            "IND": N_("Not clear either way"),
            "E": N_("Not clear either way"),
            "RR": N_("Reacted"),
            "WR": N_("Reacted weakly"),
            "NR": N_("Did not react"),
            "S": N_("This medicine works on it"),
            "SDD": N_("This medicine works on it at a higher dose"),
            "I": N_("This medicine may work on it"),
            "R": N_("This medicine does not work on it"),
            "NS": N_("This medicine may not work on it"),
            "SYN-S": N_("These medicines work on it together"),
            "SYN-R": N_("These medicines do not work on it together"),
            "CAR": N_("Carrier"),
            "EXP": N_("As expected"),
            "UNE": N_("Not as expected"),
            "IE": N_("There is too little to say"),
            "QCF": N_("The lab’s check of this test failed"),
            "TOX": N_("Marked by the lab: above the level it sets for this medicine"),
            "OBX": N_("See the parts of this result"),
        },
        N_("Marked by the lab. Ask what the mark means"),
    ),
    "data_absent_reason": (
        {
            "unknown": N_("No value: the reason is not known"),
            "asked-unknown": N_("No value: you were asked and did not know"),
            "temp-unknown": N_("No value yet"),
            "not-asked": N_("No value: you were not asked"),
            "asked-declined": N_("No value: you chose not to say"),
            "masked": N_("No value: it is kept private"),
            "not-applicable": N_("No value: it does not apply"),
            "unsupported": N_("No value: the hospital’s system could not give it"),
            "as-text": N_("The value is in the text"),
            "error": N_("No value: the test did not work"),
            "not-a-number": N_("No value: the test gave no number"),
            "negative-infinity": N_("Too low to measure"),
            "positive-infinity": N_("Too high to measure"),
            "not-performed": N_("No value: the test was not done"),
            "not-permitted": N_("No value: it may not be shown"),
        },
        N_("No value: the reason is not known"),
    ),
    "observation_category": (
        {
            "laboratory": N_("Lab tests"),
            "vital-signs": N_("Body measures"),
            "imaging": N_("Scans and X-rays"),
            "social-history": N_("About your life"),
            "procedure": N_("Tests and treatments"),
            "survey": N_("Questions you answered"),
            "exam": N_("Findings at a check-up"),
            "therapy": N_("Treatments"),
            "activity": N_("Activity"),
        },
        N_("Other results"),
    ),
    "report_category": (
        {
            "LAB": N_("Lab tests"),
            "CH": N_("Blood chemistry"),
            "HM": N_("Blood count"),
            "MB": N_("Germs"),
            "SR": N_("Blood antibodies"),
            "PAT": N_("Tissue"),
            "SP": N_("Tissue"),
            "CP": N_("Cells"),
            "GE": N_("Genes"),
            "RAD": N_("Scans and X-rays"),
            "RUS": N_("Ultrasound"),
            "CT": N_("CT scan"),
            "NMR": N_("MRI scan"),
            "CUS": N_("Ultrasound of the heart"),
            "EC": N_("Heart trace"),
            "NMS": N_("Nuclear scan"),
        },
        N_("Other results"),
    ),
}

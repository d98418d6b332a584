"""Blood tests, measurements and imaging of the demo family: five years of them for Orla, fewer for the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fhirportal.sandbox.demo_data.build import LOINC, THO, UCUM, Calendar, Resource, concept, iso, quantity, ref, without_empty
from fhirportal.sandbox.demo_data.family import BY_KEY, Member
from fhirportal.sandbox.demo_data.hospital import CLINICIANS, ORGANIZATION, Clinician

CATEGORY = THO + "observation-category"


@dataclass(frozen=True)
class Test:
    """One laboratory test: LOINC code and name, what the report calls it, unit and (low, high) of the report's range."""

    loinc: str
    display: str
    text: str
    unit: str
    low: float | None
    high: float | None


TESTS = {
    "hba1c": Test("59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "HbA1c", "mmol/mol", 20, 41),
    "glucose": Test("1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma", "Fasting glucose", "mmol/L", 3.9, 5.5),
    "chol": Test("14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "Total cholesterol", "mmol/L", None, 5),
    "ldl": Test("39469-2", "Cholesterol in LDL [Moles/volume] in Serum or Plasma by calculation", "LDL cholesterol", "mmol/L", None, 2.6),
    "hdl": Test("14646-4", "Cholesterol in HDL [Moles/volume] in Serum or Plasma", "HDL cholesterol", "mmol/L", 1.2, None),
    "trig": Test("14927-8", "Triglyceride [Moles/volume] in Serum or Plasma", "Triglycerides", "mmol/L", None, 1.7),
    "hb": Test("718-7", "Hemoglobin [Mass/volume] in Blood", "Haemoglobin", "g/L", 120, 155),
    "wbc": Test("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "White cells", "10*9/L", 4, 11),
    "plt": Test("777-3", "Platelets [#/volume] in Blood by Automated count", "Platelets", "10*9/L", 150, 400),
    "k": Test("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Potassium", "mmol/L", 3.5, 5.1),
    "na": Test("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "Sodium", "mmol/L", 136, 145),
    "crea": Test("14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "Creatinine", "umol/L", 45, 84),
    "egfr": Test("33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "Kidney filter rate (eGFR)", "mL/min/{1.73_m2}", 90, None),
    "tsh": Test("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "Thyroid (TSH)", "m[IU]/L", 0.4, 4),
    "ferritin": Test("2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "Iron stores (ferritin)", "ug/L", 15, 150),
    "b12": Test("2132-9", "Cobalamin (Vitamin B12) [Mass/volume] in Serum or Plasma", "Vitamin B12", "ng/L", 180, 900),
    "crp": Test("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "C-reactive protein", "mg/L", None, 5),
    "ige": Test("19113-0", "IgE [Units/volume] in Serum or Plasma", "IgE (allergy antibody)", "k[IU]/L", None, 90),
}  # fmt: skip
UNIT_WORDS = {"10*9/L": "10⁹/L", "umol/L": "µmol/L", "mL/min/{1.73_m2}": "mL/min/1.73 m²", "m[IU]/L": "mIU/L", "ug/L": "µg/L",
              "k[IU]/L": "kIU/L"}  # fmt: skip
# values oldest first, one for each visit in VISITS; the last is a week ago
VISITS = (-1820, -1610, -1420, -1240, -1050, -880, -700, -520, -370, -190, -7)
ORLA = {
    "hba1c": (66, 61, 57, 53, 50, 49, 47, 48, 47, 46, 44),
    "glucose": (9.4, 8.8, 8.1, 7.6, 7.3, 7.1, 6.8, 6.9, 6.6, 6.4, 6.1),
    "chol": (6.1, 5.9, 5.6, 5.4, 5.2, 5.1, 4.9, 4.8, 4.6, 4.5, 4.4),
    "ldl": (3.9, 3.8, 3.6, 3.5, 3.4, 3.2, 2.9, 2.8, 2.6, 2.5, 2.4),
    "hdl": (1.1, 1.1, 1.2, 1.2, 1.3, 1.3, 1.3, 1.4, 1.4, 1.4, 1.4),
    "trig": (2.4, 2.2, 1.9, 1.8, 1.6, 1.5, 1.4, 1.4, 1.3, 1.2, 1.2),
    "hb": (131, 130, 128, 127, 125, 124, 121, 120, 118, 117, 116),
    "wbc": (7.4, 6.8, 7.1, 6.6, 6.4, 7.0, 6.9, 7.3, 7.2, 6.5, 6.8),
    "plt": (238, 244, 240, 255, 251, 262, 270, 266, 258, 249, 265),
    "k": (4.2, 4.0, 4.1, 4.3, 4.4, 4.3, 4.2, 4.4, 4.5, 4.4, 4.3),
    "na": (139, 140, 138, 141, 140, 139, 140, 141, 139, 140, 140),
    "crea": (68, 70, 69, 72, 71, 73, 72, 74, 75, 74, 76),
    "egfr": (98, 96, 97, 93, 94, 92, 93, 91, 89, 90, 88),
}
PANELS = {
    "Diabetes blood test": ("hba1c", "glucose"),
    "Cholesterol": ("chol", "ldl", "hdl", "trig"),
    "Full blood count": ("hb", "wbc", "plt"),
    "Kidney and salts": ("k", "na", "crea", "egfr"),
}
PANEL_CODES = {
    "Diabetes blood test": ("4548-4", "Hemoglobin A1c panel"),
    "Cholesterol": ("57698-3", "Lipid panel with direct LDL - Serum or Plasma"),
    "Full blood count": ("58410-2", "CBC panel - Blood by Automated count"),
    "Kidney and salts": ("24362-6", "Renal function 2000 panel - Serum or Plasma"),
}


@dataclass(frozen=True)
class Reading:
    """One value of one test as a report has it."""

    test: str
    value: float
    status: str = "final"
    flag: str = ""
    comparator: str = ""
    note: str = ""
    range: tuple[float | None, float | None] | None = None  # where this report's differs from the test's usual one


def resources(calendar: Calendar) -> Iterator[Resource]:
    yield from _orla(calendar)
    yield from _others(calendar)
    yield from _measurements(calendar)


def _orla(calendar: Calendar) -> Iterator[Resource]:
    orla, okafor = BY_KEY["orla"], CLINICIANS["okafor"]
    for n, offset in enumerate(VISITS):
        taken = calendar.at(offset, "08:40")
        for panel, tests in PANELS.items():
            readings = [Reading(t, ORLA[t][n], note=_comment(t, n), range=_old_range(t, n)) for t in tests]
            yield from report(orla, okafor, panel, readings, taken)
    yield from _special_cases(orla, okafor, calendar)


def _old_range(test: str, visit: int) -> tuple[float | None, float | None] | None:
    """The laboratory changed its HbA1c range between the sixth and the seventh visit."""
    return (23, 43) if test == "hba1c" and visit < 6 else None


def _comment(test: str, visit: int) -> str:
    if test == "hba1c" and visit == len(VISITS) - 1:
        return (
            "Good news, Orla: this is your second fall in a row, so the metformin and the walking are working. "
            "Please keep both going. We will look at your evening numbers together at your next visit."
        )
    return ""


def _special_cases(orla: Member, okafor: Clinician, calendar: Calendar) -> Iterator[Resource]:
    """One of each thing a results page must not get wrong: not final, corrected, withdrawn, cancelled, "less than"."""
    taken = calendar.at(-7, "08:40")
    yield observation(orla, okafor, Reading("b12", 211, "preliminary"), taken)
    corrected = Reading("tsh", 2.1, "corrected", note="The first report said 21 by mistake. This is the right value.")
    yield observation(orla, okafor, corrected, calendar.at(-190, "08:40"))
    yield observation(orla, okafor, Reading("ferritin", 9, "entered-in-error"), calendar.at(-190, "08:45"))
    yield observation(orla, okafor, Reading("crp", 5, comparator="<"), taken)
    cancelled = observation(orla, okafor, Reading("glucose", 0, "cancelled"), calendar.at(-30, "09:00"), key="cancelled")
    reason = concept("The sample could not be used", (THO + "data-absent-reason", "error", "Error"))
    yield {**{k: v for k, v in cancelled.items() if k != "valueQuantity"}, "dataAbsentReason": reason}
    yield _urine(orla, okafor, calendar.at(-190, "09:00"))
    yield xray(orla, CLINICIANS["pereira"], calendar.at(-26, "14:20"))


def _others(calendar: Calendar) -> Iterator[Resource]:
    aoife, brendan, finn = BY_KEY["aoife"], BY_KEY["brendan"], BY_KEY["finn"]
    for offset, hb, ferritin in ((-120, 124, 22), (-60, 114, 14), (-10, 109, 11)):
        readings = [Reading("hb", hb), Reading("wbc", 9.2), Reading("plt", 214), Reading("ferritin", ferritin)]
        yield from report(aoife, CLINICIANS["nolan"], "Full blood count", readings, calendar.at(offset, "10:10"))
    for offset, k, crea in ((-400, 4.6, 96), (-200, 4.9, 104), (-14, 6.4, 131)):
        flag = "HH" if k > 6 else ""
        readings = [Reading("k", k, flag=flag), Reading("na", 137), Reading("crea", crea, flag="H" if flag else "")]
        yield from report(brendan, CLINICIANS["haddad"], "Kidney and salts", readings, calendar.at(offset, "11:30"))
    yield observation(finn, CLINICIANS["farrell"], Reading("ige", 412), calendar.at(-90, "15:00"))
    for key in ("kenji", "salma"):
        for offset, chol, ldl in ((-500, 5.4, 3.3), (-40, 4.9, 2.7)):
            readings = [Reading("chol", chol), Reading("ldl", ldl), Reading("hdl", 1.5), Reading("trig", 1.1)]
            yield from report(BY_KEY[key], CLINICIANS["pereira"], "Cholesterol", readings, calendar.at(offset, "09:20"))
    saoirse = BY_KEY["saoirse"]
    readings = [Reading("hb", 133), Reading("wbc", 5.9), Reading("plt", 288)]
    yield from report(saoirse, CLINICIANS["farrell"], "Full blood count", readings, calendar.at(-150, "16:00"))


def report(who: Member, by: Clinician, panel: str, readings: Sequence[Reading], taken: datetime) -> Iterator[Resource]:
    """A panel: its observations and the DiagnosticReport that names them, with its PDF."""
    observations = [observation(who, by, reading, taken) for reading in readings]
    yield from observations
    code, display = PANEL_CODES[panel]
    key = f"{who.key}-{panel.split(maxsplit=1)[0].lower()}-{taken:%Y%m%d}"
    yield {
        "resourceType": "DiagnosticReport",
        "id": f"report-{key}",
        "status": "final",
        "category": [concept("Laboratory", (THO + "v2-0074", "LAB", "Laboratory"))],
        "code": concept(panel, (LOINC, code, display)),
        "subject": ref(who.reference, who.name),
        "effectiveDateTime": iso(taken),
        "issued": iso(taken + timedelta(hours=26)),
        "performer": [ref(ORGANIZATION, "Alder Quay Hospital laboratory")],
        "resultsInterpreter": [ref(by.reference, by.display)],
        "result": [ref(f"Observation/{o['id']}", o["code"]["text"]) for o in observations],
        "presentedForm": [{"contentType": "application/pdf", "url": f"Binary/pdf-{key}", "title": f"{panel} report"}],
    }


def observation(who: Member, by: Clinician, reading: Reading, taken: datetime, key: str = "") -> Resource:
    """One laboratory result with its report's own range; a flag only where the report marks the value itself."""
    test = TESTS[reading.test]
    value = quantity(reading.value, UNIT_WORDS.get(test.unit, test.unit), test.unit)
    low, high = reading.range or (test.low, test.high)
    return without_empty(
        {
            "resourceType": "Observation",
            "id": f"lab-{who.key}-{key or reading.test}-{taken:%Y%m%d}",
            "status": reading.status,
            "category": [concept("Laboratory", (CATEGORY, "laboratory", "Laboratory"))],
            "code": concept(test.text, (LOINC, test.loinc, test.display)),
            "subject": ref(who.reference, who.name),
            "effectiveDateTime": iso(taken),
            "issued": iso(taken + timedelta(hours=25)),
            "performer": [ref(ORGANIZATION, "Alder Quay Hospital laboratory")],
            "valueQuantity": {**value, **({"comparator": reading.comparator} if reading.comparator else {})},
            "interpretation": _flag(reading.flag),
            "referenceRange": [_range(low, high, test.unit)],
            "note": _note(reading.note, by, taken),
        }
    )


def _flag(code: str) -> list[Resource]:
    words = {"H": "High", "L": "Low", "HH": "Critical high", "LL": "Critical low"}
    return [concept("", (THO + "v3-ObservationInterpretation", code, words[code]))] if code else []


def _range(low: float | None, high: float | None, unit: str) -> Resource:
    word = UNIT_WORDS.get(unit, unit)
    made: Resource = {"type": concept("", (THO + "referencerange-meaning", "normal", "Normal Range"))}
    if low is not None:
        made["low"] = {"value": low, "unit": word, "system": UCUM, "code": unit}
    if high is not None:
        made["high"] = {"value": high, "unit": word, "system": UCUM, "code": unit}
    return made


def _note(text: str, by: Clinician, taken: datetime) -> list[Resource]:
    if not text:
        return []
    return [{"authorReference": ref(by.reference, by.display), "time": iso(taken + timedelta(hours=50)), "text": text}]


def _urine(who: Member, by: Clinician, taken: datetime) -> Resource:
    base = observation(who, by, Reading("crp", 0), taken, key="urine")
    changes = {
        "code": concept("Urine protein", (LOINC, "5804-0", "Protein [Mass/volume] in Urine by Test strip")),
        "valueCodeableConcept": concept("Negative", ("http://snomed.info/sct", "260385009", "Negative")),
        "referenceRange": [{"text": "Negative"}],
    }
    return {**{k: v for k, v in base.items() if k != "valueQuantity"}, **changes}


def xray(who: Member, by: Clinician, taken: datetime) -> Resource:
    """An imaging report in words."""
    return {
        "resourceType": "DiagnosticReport",
        "id": f"report-{who.key}-xray-{taken:%Y%m%d}",
        "status": "final",
        "category": [concept("Radiology", (THO + "v2-0074", "RAD", "Radiology"))],
        "code": concept("Chest X-ray", (LOINC, "36643-5", "XR Chest 2 Views")),
        "subject": ref(who.reference, who.name),
        "effectiveDateTime": iso(taken),
        "issued": iso(taken + timedelta(hours=20)),
        "performer": [ref(ORGANIZATION, "Alder Quay Hospital X-ray department")],
        "resultsInterpreter": [ref(by.reference, by.display)],
        "conclusion": "The lungs are clear. The heart is a normal size. Nothing new since the last picture.",
        "presentedForm": [
            {
                "contentType": "application/pdf",
                "url": f"Binary/pdf-{who.key}-chest-{taken:%Y%m%d}",
                "title": "Chest X-ray report",
            }
        ],
    }


def _measurements(calendar: Calendar) -> Iterator[Resource]:
    for n, offset in enumerate(VISITS):
        at = calendar.at(offset, "08:55")
        yield blood_pressure(BY_KEY["orla"], at, 152 - 2 * n, 94 - n)
        yield vital(BY_KEY["orla"], at, ("29463-7", "Body weight"), 84.5 - 0.6 * n, "kg")
    for n, offset in enumerate((-120, -60, -10)):
        yield blood_pressure(BY_KEY["aoife"], calendar.at(offset, "10:00"), 112 + n, 70 + n)
        yield vital(BY_KEY["aoife"], calendar.at(offset, "10:00"), ("29463-7", "Body weight"), 63.0 + 3 * n, "kg")
    for n, offset in enumerate((-1500, -1100, -730, -365, -90)):
        at = calendar.at(offset, "15:30")
        yield vital(BY_KEY["finn"], at, ("8302-2", "Body height"), 88.0 + 8.5 * n, "cm")
        yield vital(BY_KEY["finn"], at, ("29463-7", "Body weight"), 12.5 + 2.6 * n, "kg")
    yield blood_pressure(BY_KEY["brendan"], calendar.at(-14, "11:40"), 141, 78)


def vital(who: Member, at: datetime, code: tuple[str, str], value: float, unit: str) -> Resource:
    """One measurement made at a visit; there is no range to be above or below of."""
    return {
        "resourceType": "Observation",
        "id": f"vital-{who.key}-{code[0]}-{at:%Y%m%d}",
        "status": "final",
        "category": [concept("Measurements", (CATEGORY, "vital-signs", "Vital Signs"))],
        "code": concept(code[1], (LOINC, *code)),
        "subject": ref(who.reference, who.name),
        "effectiveDateTime": iso(at),
        "valueQuantity": quantity(round(value, 1), unit),
    }


def blood_pressure(who: Member, at: datetime, upper: int, lower: int) -> Resource:
    """Blood pressure is one panel of two parts."""
    base = vital(who, at, ("85354-9", "Blood pressure panel with all children optional"), 0, "mm[Hg]")
    parts = (("8480-6", "Systolic blood pressure", upper), ("8462-4", "Diastolic blood pressure", lower))
    components = [
        {"code": concept(text, (LOINC, code, text)), "valueQuantity": quantity(value, "mmHg", "mm[Hg]")}
        for code, text, value in parts
    ]
    kept = {k: v for k, v in base.items() if k != "valueQuantity"}
    return {**kept, "code": concept("Blood pressure", (LOINC, "85354-9", "Blood pressure panel")), "component": components}

"""Results as staff see them, and what releasing or correcting one makes of the resource.

Pure: takes and gives FHIR JSON; `now` is handed in. Storing it is the ward's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fhirportal.sandbox.smart.compartment import list_references, split_reference

Resource = Mapping[str, Any]

WAITING = frozenset({"registered", "partial", "preliminary"})
SETTLED = frozenset({"final", "amended", "corrected"})
_FLAGS = {"H": "High", "L": "Low", "N": "Normal"}
_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


class CannotCorrect(ValueError):
    """Why this result or this new value cannot be taken; the text is for the person at the desk."""


@dataclass(frozen=True)
class Row:
    """One line of the results table. `when` is as the resource says it; `value` empty = none on one line."""

    type: str
    id: str
    version: str
    title: str
    value: str
    when: str
    status: str
    can_release: bool
    can_correct: bool


def to_row(resource: Resource) -> Row:
    """Lenient: a missing part is an empty text."""
    status = str(resource.get("status", ""))
    observation = resource.get("resourceType") == "Observation"
    correctable = isinstance(resource.get("valueString"), str) or _quantity(resource) is not None
    return Row(
        type=str(resource.get("resourceType", "")),
        id=str(resource.get("id", "")),
        version=str((resource.get("meta") or {}).get("versionId", "")),
        title=title_of(resource),
        value=value_of(resource),
        when=when_of(resource),
        status=status,
        can_release=status in WAITING,
        can_correct=observation and status in SETTLED and correctable,
    )


def title_of(resource: Resource) -> str:
    code = resource.get("code") or {}
    texts = [code.get("text"), *(coding.get("display") for coding in code.get("coding") or ())]
    return next((str(text) for text in texts if text), "Untitled")


def when_of(resource: Resource) -> str:
    period = resource.get("effectivePeriod") or {}
    return str(resource.get("effectiveDateTime") or period.get("start") or resource.get("issued") or "")


def value_of(resource: Resource) -> str:
    if "component" in resource:
        return "; ".join(f"{title_of(part)} {value_of(part)}" for part in resource["component"])
    quantity = _quantity(resource)
    if quantity is not None:
        unit = quantity.get("unit") or quantity.get("code") or ""
        return f"{quantity.get('comparator', '')}{quantity.get('value')} {unit}".strip()
    concept = resource.get("valueCodeableConcept")
    if isinstance(concept, Mapping):
        return title_of({"code": concept})
    return str(resource.get("valueString") or resource.get("conclusion") or "")


def decide_release(resource: Resource, now: datetime) -> dict[str, Any]:
    """The same result, final. Raises CannotCorrect where it is not waiting."""
    if resource.get("status") not in WAITING:
        raise CannotCorrect("This result is not waiting to be released.")
    return {**copy.deepcopy(dict(resource)), "status": "final", "issued": _instant(now)}


def decide_correction(resource: Resource, value: str, note: str, now: datetime) -> dict[str, Any]:
    """The same Observation, corrected: new value, a note that says why, flags worked out again. Raises CannotCorrect."""
    if not to_row(resource).can_correct:
        raise CannotCorrect("This result cannot be corrected here.")
    if not note.strip():
        raise CannotCorrect("Say why the result is corrected. The patient will read it.")
    changed = copy.deepcopy(dict(resource))
    if _quantity(resource) is not None:
        number = parse_number(value)
        changed["valueQuantity"]["value"] = number
        changed["valueQuantity"].pop("comparator", None)
        _flag_again(changed, number)
    elif value.strip():
        changed["valueString"] = value.strip()
    else:
        raise CannotCorrect("Enter the new value.")
    changed["status"] = "corrected"
    changed["issued"] = _instant(now)
    changed["note"] = [*changed.get("note", ()), {"time": _instant(now), "text": note.strip()}]
    return changed


def decide_reissue(report: Resource, now: datetime) -> dict[str, Any]:
    """A DiagnosticReport one of whose results was corrected says so itself."""
    return {**copy.deepcopy(dict(report)), "status": "corrected", "issued": _instant(now)}


def list_result_ids(report: Resource, base: str) -> list[str]:
    """Ids of the Observations a report is made of."""
    found = (split_reference(reference, base) for reference in list_references(report, "result"))
    return [target[1] for target in found if target and target[0] == "Observation"]


def parse_number(text: str) -> Decimal:
    """A plain decimal, precision kept. Raises CannotCorrect."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text.strip()) > 18:
        raise CannotCorrect("Enter the new value as a number, such as 5.4.")
    return number


def _flag_again(observation: dict[str, Any], value: Decimal) -> None:
    """The flag of the old value must not stand beside the new one; without one plain range there is no flag."""
    observation.pop("interpretation", None)
    ranges = observation.get("referenceRange") or []
    if len(ranges) != 1 or not (ranges[0].get("low") or ranges[0].get("high")):
        return
    low, high = (_bound(ranges[0].get(side)) for side in ("low", "high"))
    flag = "L" if low is not None and value < low else "H" if high is not None and value > high else "N"
    coding = {"system": _INTERPRETATION, "code": flag, "display": _FLAGS[flag]}
    observation["interpretation"] = [{"coding": [coding], "text": _FLAGS[flag]}]


def _bound(quantity: Resource | None) -> Decimal | None:
    return Decimal(str(quantity["value"])) if quantity and "value" in quantity else None


def _quantity(resource: Resource) -> Resource | None:
    quantity = resource.get("valueQuantity")
    return quantity if isinstance(quantity, Mapping) and "value" in quantity else None


def _instant(now: datetime) -> str:
    return now.isoformat(timespec="seconds")

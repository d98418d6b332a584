"""Medicines: one row for each, with what it is for, how it is taken, who prescribed it and what was supplied; and allergies.

It decides which questions are asked and what belongs together. It must not know words, pages or addresses. It asks for no
intent and no status: hospitals differ in what they call a prescription, so that is told apart by meaning afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fhirportal.errors import NotFound
from fhirportal.records.found import Found, Query, Source
from fhirportal.records.medicine_groups import fold
from fhirportal.records.medicines_page import Medicine, MedicinesPage, Part, Prescription, Supply, Told
from fhirportal.records.names import find_names, name_of
from fhirportal.records.reader import Reader
from fhirportal.records.result_queries import escaped
from mappings import allergy_intolerance, condition, medication_dispense, medication_request, medication_statement
from mappings.reading import Concept, Reference, as_dict, reference

__all__ = ["Medicine", "MedicinesPage", "get_medicine", "list_medicines", "read_summary", "summary_queries"]

REQUESTS = Query(
    "MedicationRequest",
    (("_sort", "-authoredon"), ("_include", "MedicationRequest:medication"), ("_include", "MedicationRequest:requester")),
    300,
)
SUPPLIES = Query("MedicationDispense", (("_include", "MedicationDispense:medication"),), 300)
STATEMENTS = Query("MedicationStatement", (("_include", "MedicationStatement:medication"),), 200)
ALLERGIES = Query("AllergyIntolerance", (), 100)
PARTS: tuple[Part, ...] = ("prescriptions", "supplies", "said", "allergies")
MOST_ASKED = 60
Known = Mapping[str, Mapping[str, Any]]


def list_medicines(reader: Reader) -> MedicinesPage:
    """Every medicine. Never raises for the hospital's troubles: they are named in the page."""
    answers = reader.gather(REQUESTS, SUPPLIES, STATEMENTS, ALLERGIES)
    return _page(answers, _look_up(reader, answers))


def get_medicine(reader: Reader, type_: str, id_: str) -> tuple[Medicine, MedicinesPage]:
    """The medicine that a MedicationRequest, -Statement or -Dispense of this id is about, and the page it stands on.

    Raises NotFound, NotAllowed, UpstreamError.
    """
    answers = reader.gather(REQUESTS, SUPPLIES, STATEMENTS, ALLERGIES)
    if not any(r.get("id") == id_ for found in answers if found.type == type_ for r in found.resources):
        resource = reader.read(type_, id_)
        answers = [replace(f, resources=(*f.resources, resource)) if f.type == type_ else f for f in answers]
    page = _page(answers, _look_up(reader, answers))
    row = next((row for row in page.rows if (type_, id_) in row.keys), None)
    if row is None:
        raise NotFound("a medicine that cannot be shown")
    return row, page


def summary_queries() -> tuple[Query, ...]:
    """What `read_summary` needs."""
    return (REQUESTS, SUPPLIES, STATEMENTS)


def read_summary(answers: Sequence[Found]) -> tuple[tuple[Medicine, ...], Source]:
    """The medicines taken now, prescribed or told, from the answers to `summary_queries`; a missing supply is no trouble."""
    page = _page(answers, _included(answers))
    return (*page.at("current"), *page.at("said")), page.source


def _page(answers: Sequence[Found], known: Known) -> MedicinesPage:
    by_type = {found.type: found.resources for found in answers}
    requests = [medication_request.to_view(r, known) for r in by_type.get("MedicationRequest", ())]
    supplies = [medication_dispense.to_view(r, known) for r in by_type.get("MedicationDispense", ())]
    told = [medication_statement.to_view(r, known) for r in by_type.get("MedicationStatement", ())]
    allergies = [allergy_intolerance.to_view(r) for r in by_type.get("AllergyIntolerance", ())]
    says = [v for v in told if v and (v.medicine.says_none or v.medicine.says_nothing)]
    rows = fold(
        [_prescription(v, known) for v in requests if v],
        [Supply(v, _first_name(v.by, known)) for v in supplies if v],
        [Told(v, _reasons(v.reasons, v.reason_references, known)) for v in told if v and v not in says],
    )
    return MedicinesPage(
        rows=rows,
        allergies=tuple(a for a in allergies if a and a.counts),
        none_taken=any(v.medicine.says_none and v.state == "current" for v in says),
        troubles=tuple((part, found.source) for part, found in zip(PARTS, answers, strict=False) if not found.complete),
        unshown=sum(views.count(None) for views in (requests, supplies, told, allergies)),
        as_of=min(found.as_of for found in answers),
    )


def _prescription(view: medication_request.MedicationRequestView, known: Known) -> Prescription:
    by = view.requester or (view.reported_by if view.reported else None)
    return Prescription(view, name_of(by, known), _reasons(view.reasons, view.reason_references, known))


def _reasons(coded: Iterable[Concept], pointed: Iterable[Reference], known: Known) -> tuple[str, ...]:
    """The hospital's words for why, each once; a Condition that was withdrawn is no reason."""
    return tuple(dict.fromkeys(name for name in (*(c.text for c in coded), *(_reason(r, known) for r in pointed)) if name))


def _reason(pointed: Reference, known: Known) -> str:
    view = condition.to_view(known.get(f"{pointed.type}/{pointed.id}"))
    if view is None:
        return pointed.display
    return (pointed.display or view.name) if view.believed else ""


def _first_name(pointed: Iterable[Reference], known: Known) -> str:
    return next((name for r in pointed if (name := name_of(r, known))), "")


def _included(answers: Sequence[Found]) -> dict[str, Mapping[str, Any]]:
    return {key: resource for found in answers for key, resource in found.included.items()}


def _look_up(reader: Reader, answers: Sequence[Found]) -> Known:
    """What came along, and what the medicines, reasons and people are that came as mere references."""
    known = _included(answers)
    resources = [r for found in answers for r in found.resources]
    medicines = [reference(r.get("medicationReference")) for r in resources]
    reasons = [reference(p) for r in resources for p in r.get("reasonReference") or () if isinstance(p, dict)]
    wanted = [*_by_id("Medication", medicines, known), *_by_id("Condition", reasons, known)]
    for found in reader.gather(*wanted) if wanted else ():
        known |= {f"{found.type}/{r.get('id')}": r for r in found.resources}
    people = [reference(r.get("requester")) for r in resources]
    actors = [reference(as_dict(p).get("actor")) for r in resources for p in r.get("performer") or () if isinstance(p, dict)]
    return find_names(reader, (*people, *actors), known)


def _by_id(type_: str, pointed: Iterable[Reference | None], known: Known) -> tuple[Query, ...]:
    ids = [r.id for r in pointed if r and r.id and not r.contained and r.type == type_ and f"{type_}/{r.id}" not in known]
    asked = list(dict.fromkeys(ids))[:MOST_ASKED]
    return (Query(type_, (("_id", ",".join(map(escaped, asked))),), len(asked)),) if asked else ()

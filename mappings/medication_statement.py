"""What a MedicationStatement means (R4 11.4): what somebody says is taken. It must not know words for pages; lenient."""

from dataclasses import dataclass

from mappings.dosage import Dosage, list_dosages
from mappings.medication import Known, medicine_of
from mappings.reading import Concept, Reference, Span, When, as_dict, as_list, concept, period, reference, text, when


@dataclass(frozen=True, kw_only=True)
class MedicationStatementView:
    """One statement; `source` is who said so."""

    id: str
    status: str = ""
    medicine: Concept | None = None
    dosages: tuple[Dosage, ...] = ()
    taken: Span | None = None
    asserted: When | None = None
    source: Reference | None = None
    reasons: tuple[Concept, ...] = ()

    @property
    def current(self) -> bool:
        return self.status in ("active", "intended", "unknown", "")


def to_view(resource: object, known: Known | None = None) -> MedicationStatementView | None:
    """Any JSON dict -> a view; None for what is no MedicationStatement, was withdrawn, or says nothing at all."""
    data = as_dict(resource)
    if data.get("resourceType") != "MedicationStatement" or text(data.get("status")).casefold() == "entered-in-error":
        return None
    medicine = medicine_of(data, known or {})
    if medicine is None and not text(data.get("id")):
        return None
    since = when(data.get("effectiveDateTime"))
    return MedicationStatementView(
        id=text(data.get("id")),
        status=text(data.get("status")).casefold(),
        medicine=medicine,
        dosages=list_dosages(data.get("dosage")),
        taken=period(data.get("effectivePeriod")) or (Span(since, None) if since else None),
        asserted=when(data.get("dateAsserted")),
        source=reference(data.get("informationSource")),
        reasons=tuple(c for r in as_list(data.get("reasonCode")) if (c := concept(r))),
    )

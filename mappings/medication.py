"""What a Medication means (R4 11.5): the medicine's name and codes, its form and what is in it.

It decides which codes tell two medicines apart (a code for "nothing" or for a whole class does not) and what may stand for a
name. It must not know words for pages, doses or other resources. `to_view` is lenient: any dict gives a view or None.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.reading import Concept, Reference, as_dict, concept, dicts, reference, text

ATC = "http://www.whocc.no/atc"
_NO_IDENTITY = ("NullFlavor", "data-absent-reason", "absent-unknown")
_ABSENT = "absent-unknown"
_NOTHING_TAKEN = frozenset({"no-known-medications"})
_NOTHING_TOLD = frozenset({"no-medication-info"})


@dataclass(frozen=True, kw_only=True)
class MedicationView:
    """One Medication. `ingredients` are names; `name` is "" where neither a name nor an ingredient was sent."""

    id: str
    code: Concept | None = None
    form: Concept | None = None
    ingredients: tuple[str, ...] = ()
    status: str = ""

    @property
    def name(self) -> str:
        if self.code and self.code.text:
            return self.code.text
        form = self.form.text if self.form else ""
        return " + ".join(self.ingredients) + (f" ({form})" if form and self.ingredients else "")


@dataclass(frozen=True)
class Medicine:
    """Which medicine a request, a supply or a statement is about: `name` "" where nobody told; `pointed` where it stands."""

    name: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    form: str = ""
    ingredients: tuple[str, ...] = ()
    pointed: Reference | None = None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What makes it the same medicine as another: any code that identifies one, or the very same words."""
        return (*(c for c in self.codes if _identifies(*c)), *((("", plain),) if (plain := plain_name(self.name)) else ()))

    @property
    def says_none(self) -> bool:
        """The record's way of saying that no medicine is taken."""
        return any(_ABSENT in system and code in _NOTHING_TAKEN for system, code in self.codes)

    @property
    def says_nothing(self) -> bool:
        """The record's way of saying that it knows nothing about medicines."""
        return any(_ABSENT in system and code in _NOTHING_TOLD for system, code in self.codes)


def to_view(resource: object) -> MedicationView | None:
    """Any JSON dict -> a view; None for what is no Medication."""
    data = as_dict(resource)
    if data.get("resourceType") != "Medication":
        return None
    parts = (_ingredient(i) for i in dicts(data.get("ingredient")))
    return MedicationView(
        id=text(data.get("id")),
        code=concept(data.get("code")),
        form=concept(data.get("form")),
        ingredients=tuple(dict.fromkeys(p for p in parts if p)),
        status=text(data.get("status")).casefold(),
    )


def medicine_of(data: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Medicine:
    """The medicine of a request, supply or statement: medicationCodeableConcept, or the Medication it points to, contained or
    in `known` (by "Medication/id"); a Medication marked as a mistake gives no name."""
    coded = concept(data.get("medicationCodeableConcept"))
    if coded:
        return Medicine(coded.text, _codes(coded))
    pointed = reference(data.get("medicationReference"))
    if pointed is None:
        return Medicine()
    if pointed.contained:
        found = next((c for c in dicts(data.get("contained")) if text(c.get("id")) == pointed.id), None)
    else:
        found = known.get(f"Medication/{pointed.id}")
    view = to_view(found)
    if view is None or view.status == "entered-in-error":
        return Medicine(pointed.display, pointed=pointed)
    form = view.form.text if view.form else ""
    return Medicine(view.name or pointed.display, _codes(view.code), form, view.ingredients, pointed)


def plain_name(name: str) -> str:
    """A name as it is compared: case, blanks and spelling of signs do not tell two medicines apart; digits and units do."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def _codes(coded: Concept | None) -> tuple[tuple[str, str], ...]:
    codings: Iterable[tuple[str, str]] = ((c.system, c.code) for c in (coded.codings if coded else ()))
    return tuple(dict.fromkeys(c for c in codings if all(c)))


def _identifies(system: str, code: str) -> bool:
    if any(part in system for part in _NO_IDENTITY):
        return False
    return system != ATC or len(code) >= 7  # shorter ones name a class of medicines


def _ingredient(data: Mapping[str, Any]) -> str:
    item, pointed = concept(data.get("itemCodeableConcept")), reference(data.get("itemReference"))
    return (item.text if item else "") or (pointed.display if pointed else "")

"""The banner about allergies that stands over every list of medicines.

It decides its words: an empty list is never said to mean that there are no allergies. It must not ask the hospital anything.
"""

from dataclasses import dataclass

from fhirportal.records.found import Source
from fhirportal.records.medicines_page import MedicinesPage
from fhirportal.words import Words, formats
from fhirportal.words.terms import plain_term
from mappings.allergy_intolerance import AllergyView


@dataclass(frozen=True)
class ShownAllergy:
    """To what, how it shows, and whether it can be serious."""

    name: str
    reactions: str
    grave: bool


@dataclass(frozen=True)
class ShownAllergies:
    """`rows` what is known; `said` one sentence where there is none; `none_of` kinds of which none is known."""

    rows: tuple[ShownAllergy, ...]
    said: str
    none_of: tuple[str, ...]


def show_allergies(page: MedicinesPage, words: Words) -> ShownAllergies:
    known = [a for a in page.allergies if a.meaning == "allergy"]
    none_of = tuple(dict.fromkeys(plain_term(a.name) for a in page.allergies if a.meaning == "none-known" and a.name))
    rows = tuple(dict.fromkeys(_row(a, words) for a in sorted(known, key=lambda a: (not a.grave, a.name.casefold()))))
    return ShownAllergies(rows, "" if rows else _said(page, words), none_of if rows else ())


def _row(allergy: AllergyView, words: Words) -> ShownAllergy:
    name = plain_term(allergy.name) or words.gettext("Something your hospital sent no name for")
    return ShownAllergy(name, formats.listed([plain_term(r) for r in allergy.reactions], words), allergy.grave)


def _said(page: MedicinesPage, words: Words) -> str:
    source = page.source_of("allergies")
    if source is Source.DOWN:
        return words.gettext("We could not load your allergies just now. They may well be on your record.")
    if source is Source.NOT_SHARED:
        return words.gettext("Your allergies were not shared with this site when you signed in.")
    if source is Source.NOT_OFFERED:
        return words.gettext("Your hospital’s system does not send allergies to this site.")
    told = next((a for a in page.allergies if a.meaning == "none-known"), None)
    if told and told.none_of == "all":
        return words.gettext("Your record says that you have no known allergies.")
    if told and told.name:
        return words.gettext("Your record says: %(words)s.", words=plain_term(told.name))
    return words.gettext("Your hospital has sent us no allergies. That does not have to mean that you have none.")

"""A phrase for each code a page may meet: `phrase("appointment_status", "noshow", words)` says "You did not come".

It decides the words for codes of FHIR R4 and its HL7 value sets. A code without a phrase gets the table's honest fallback,
never the raw code. It must not know resources, pages or colours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhirportal.words import Words
from fhirportal.words.phrases import care, medicines, money, people, results, visits
from fhirportal.words.phrases.results import Side, side_of

__all__ = ["TABLES", "Side", "Table", "acting_for", "known", "phrase", "side_of"]


@dataclass(frozen=True)
class Table:
    """The phrases of one value set, and what to say about a code that is not in it, or missing."""

    phrases: Mapping[str, str]
    unknown: str


TABLES: Mapping[str, Table] = {
    name: Table(phrases, unknown)
    for room in (visits, results, medicines, money, people, care)
    for name, (phrases, unknown) in room.TABLES.items()
}


def phrase(table: str, code: str, words: Words) -> str:
    """The words for a code of this table (KeyError for a table that does not exist)."""
    entry = TABLES[table]
    return words.gettext(entry.phrases.get(code, entry.unknown))


def known(table: str, code: str) -> bool:
    """Whether this code has words of its own."""
    return code in TABLES[table].phrases


def acting_for(relationship: str, words: Words) -> str:
    """Who the patient is to the person acting, from that person's role: MTH gives "your child". "" where it is unclear."""
    message = people.ACTING_FOR.get(relationship)
    return words.gettext(message) if message else ""

"""What a Patient means (R4 8.1): who someone is and how they are reached, as the hospital has it.

It decides which identifiers may be shown: the hospital's own number (v2-0203 MR) and no other, never a social security number,
passport or licence. It must not know words for pages. `to_view` is lenient: any dict gives a view or None.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.observation import references, version_of
from mappings.people import Address, Name, Telecom, list_addresses, list_names, list_telecoms
from mappings.reading import Concept, Reference, When, as_dict, coding, concept, dicts, reference, text, when

_HOSPITAL_NUMBERS = frozenset({"mr", "mrt", "mrn"})
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_SPELT_OUT = frozenset({"mrn", "medical record number", "hospital number", "patient number"})


@dataclass(frozen=True)
class Language:
    """A language the person can be spoken to in; `tag` is its BCP 47 code or ""."""

    words: str
    tag: str
    preferred: bool


@dataclass(frozen=True)
class Contact:
    """Someone to reach for the patient: who they are to them (first code known, words as sent), and how to reach them."""

    name: str
    codes: tuple[str, ...]
    words: str
    telecoms: tuple[Telecom, ...]
    organization: str = ""


@dataclass(frozen=True, kw_only=True)
class PatientView:
    """One Patient. `numbers` are hospital numbers only. `deceased` is True, False or, where a moment was sent, `died`."""

    id: str
    version: str = ""
    active: bool | None = None
    names: tuple[Name, ...] = ()
    gender: str = ""
    born: When | None = None
    deceased: bool = False
    died: When | None = None
    numbers: tuple[str, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[Address, ...] = ()
    languages: tuple[Language, ...] = ()
    marital: Concept | None = None
    contacts: tuple[Contact, ...] = ()
    practitioners: tuple[Reference, ...] = ()
    organization: Reference | None = None
    replaced: bool = False

    @property
    def name(self) -> str:
        return self.names[0].text if self.names else ""


def to_view(data: Mapping[str, Any]) -> PatientView | None:
    """The view of one Patient; None for what is no Patient."""
    if text(as_dict(data).get("resourceType")) != "Patient":
        return None
    died = when(data.get("deceasedDateTime"))
    active = data.get("active")
    return PatientView(
        id=text(data.get("id")),
        version=version_of(data),
        active=active if isinstance(active, bool) else None,
        names=list_names(data.get("name")),
        gender=text(data.get("gender")).casefold(),
        born=when(data.get("birthDate")),
        deceased=died is not None or data.get("deceasedBoolean") is True,
        died=died,
        numbers=tuple(dict.fromkeys(_numbers(data))),
        **_around(data),
    )


def _around(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "telecoms": list_telecoms(data.get("telecom")),
        "addresses": list_addresses(data.get("address")),
        "languages": tuple(_languages(data)),
        "marital": concept(data.get("maritalStatus")),
        "contacts": tuple(c for item in dicts(data.get("contact")) if (c := _contact(item))),
        "practitioners": references(data.get("generalPractitioner")),
        "organization": reference(data.get("managingOrganization")),
        "replaced": any(text(link.get("type")).casefold() == "replaced-by" for link in dicts(data.get("link"))),
    }


def _numbers(data: Mapping[str, Any]) -> Iterator[str]:
    for item in dicts(data.get("identifier")):
        kind = as_dict(item.get("type"))
        codings = [coding(c) for c in dicts(kind.get("coding"))]
        coded = any(c.code.casefold() in _HOSPITAL_NUMBERS and _says_kind(c.system) for c in codings)
        spelt = not any(_says_kind(c.system) for c in codings) and text(kind.get("text")).casefold() in _SPELT_OUT
        if (
            (coded or spelt)
            and text(item.get("value"))
            and item.get("use") != "old"
            and "end" not in as_dict(item.get("period"))
        ):
            yield text(item.get("value"))


def _says_kind(system: str) -> bool:
    """HL7 v2 table 0203 in either of its addresses, or no system at all."""
    return not system or "0203" in system


def _languages(data: Mapping[str, Any]) -> Iterator[Language]:
    for item in dicts(data.get("communication")):
        said = concept(item.get("language"))
        if said:
            tag = next((c.code for c in said.codings if _TAG.fullmatch(c.code)), "")
            yield Language(said.text, tag, item.get("preferred") is True)


def _contact(item: Mapping[str, Any]) -> Contact | None:
    kinds = [k for k in (concept(r) for r in dicts(item.get("relationship"))) if k]
    name = next((n.text for n in list_names(item.get("name"))), "")
    organization = reference(item.get("organization"))
    made = Contact(
        name=name,
        codes=tuple(dict.fromkeys(c.code for k in kinds for c in k.codings if c.code)),
        words=next((text(k.get("text")) for k in dicts(item.get("relationship")) if text(k.get("text"))), ""),
        telecoms=list_telecoms(item.get("telecom")),
        organization=organization.display if organization else "",
    )
    return made if made.name or made.telecoms or made.organization else None

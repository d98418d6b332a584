"""What stands round every page: whose record, which hospital, notices, choices. Filled by web, read by base.html.

It decides the shape of a page's frame, nothing that is in it. It must not know sessions, cookies or FHIR.
"""

from dataclasses import dataclass, field
from typing import Literal

from fhirportal.layout.navigation import Item
from fhirportal.settings import Hospital

Theme = Literal["", "light", "dark", "contrast"]
THEMES: tuple[Theme, ...] = ("", "light", "dark", "contrast")
"""What a person may choose; "" leaves it to the device."""


SHIPPED_THEMES = ("alder", "fenwick", "marisol")


@dataclass(frozen=True)
class Person:
    """Whose record is open. `born` is written out already, for the head of a printed page."""

    name: str
    born: str = ""

    @property
    def initials(self) -> str:
        """First letters of the first and the last name; "" where there is no name."""
        parts = [part for part in self.name.replace(".", " ").split() if part[:1].isalpha()]
        parts = [part for part in parts if part.lower() not in _TITLES] or parts
        letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [part[0] for part in parts]
        return "".join(letters).upper()


_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "mx", "sr", "sra"}


@dataclass(frozen=True)
class Acting:
    """For whom someone else is acting; `relation` is words of the page's language ("your son") or ""."""

    name: str
    relation: str = ""
    own_record: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One page's frame. Everything has a value, so that an error page can be drawn with nothing known."""

    hospital: Hospital | None = None
    person: Person | None = None
    acting: Acting | None = None
    notice: Literal["", "preview", "unknown"] = ""
    items: tuple[Item, ...] = ()
    home: str = ""
    switch_person: str = ""
    sign_in: str = ""
    sign_out: str = ""
    theme: Theme = ""
    languages: tuple[str, ...] = ()
    csrf: str = ""
    printed: str = ""
    """When the page was drawn, written out: "24 November 2026, 9:05am"; for the head of a printed page."""
    demo: bool = False
    flashes: tuple[tuple[str, str], ...] = field(default=())
    """(kind, words): kind is good, notice or brand; read out by screen readers when the page opens."""

    @property
    def own_theme(self) -> bool:
        """Whether the hospital brings colours of its own, as theme.css in its pages folder."""
        return self.hospital is not None and self.hospital.branding.theme not in SHIPPED_THEMES

    @property
    def info(self) -> str:
        """Where this hospital's information pages stand, "" where no hospital is known."""
        return f"/about/{self.hospital.slug}" if self.hospital else ""

"""The entries of the main navigation, their addresses below a chart, and which of them a hospital shows.

It decides order, names, icons and what is left out. It must not know requests, sessions or Flask.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fhirportal.words import Words
from fhirportal.words import mark as N_


@dataclass(frozen=True)
class Entry:
    """A page there is: `key` is its name in settings (features_off), `path` its address below /c/<handle>/."""

    key: str
    path: str
    label: str
    icon: str
    area: str = ""
    on_phone: bool = False
    place: str = "main"


@dataclass(frozen=True)
class Item:
    """An entry on one page: translated, with its whole address; `current` where it is the page shown."""

    key: str
    href: str
    label: str
    icon: str
    area: str
    on_phone: bool
    place: str
    current: bool
    count: int = 0


ENTRIES = (
    Entry("home", "", N_("Home"), "home", on_phone=True),
    Entry("appointments", "appointments", N_("Visits"), "calendar", "visits", on_phone=True),
    Entry("results", "results", N_("Test results"), "drop", "results", on_phone=True),
    Entry("medicines", "medicines", N_("Medicines"), "pill", "medicines"),
    Entry("bills", "bills", N_("Bills"), "bill", "bills"),
    Entry("profile", "profile", N_("Profile and privacy"), "user", on_phone=True, place="end"),
)


def chart_path(handle: str, path: str = "") -> str:
    """The address of a page of one chart: /c/<handle>/results. `handle` is random, never a patient's id."""
    return f"/c/{handle}/{path}"


def list_items(
    handle: str,
    words: Words,
    *,
    current: str = "",
    hidden: Collection[str] = (),
    counts: dict[str, int] | None = None,
) -> tuple[Item, ...]:
    """The navigation of one chart, in order. `hidden` holds keys that are off by setting or not offered by the server."""
    return tuple(
        Item(
            key=entry.key,
            href=chart_path(handle, entry.path),
            label=words.gettext(entry.label),
            icon=entry.icon,
            area=entry.area,
            on_phone=entry.on_phone,
            place=entry.place,
            current=entry.key == current,
            count=(counts or {}).get(entry.key, 0),
        )
        for entry in ENTRIES
        if entry.key not in hidden
    )

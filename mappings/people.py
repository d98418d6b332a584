"""What HumanName, ContactPoint and Address mean (R4 2.24.0): the ones in use, best first.

It decides which are old and how a name is put together: as sent, in the order of its own script. No words for pages, no clock:
`ends` is kept, so that whoever knows the time can leave out what is over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.reading import When, as_dict, as_list, dicts, human_name, number, text, when

_NAME_ORDER = ("official", "usual", "", "nickname", "anonymous", "maiden", "temp")


@dataclass(frozen=True)
class Name:
    """A name as one line; `use` is R4's name-use or ""."""

    text: str
    use: str


@dataclass(frozen=True)
class Telecom:
    """A way to reach someone: `system` (phone, email, ...) and `use` (home, mobile, ...) are R4's codes or ""."""

    system: str
    value: str
    use: str
    ends: When | None = None


@dataclass(frozen=True)
class Address:
    """An address as the lines of a letter; `use` is R4's address-use or ""."""

    lines: tuple[str, ...]
    use: str
    ends: When | None = None


def list_names(value: object) -> tuple[Name, ...]:
    """Names in use, the official one first; the same words once. Old names are left out."""
    sent = [n for n in dicts(value) if n.get("use") != "old"]
    made = [Name(line, text(n.get("use"))) for n in sent if (line := human_name([n]))]
    made.sort(key=lambda n: _NAME_ORDER.index(n.use) if n.use in _NAME_ORDER else len(_NAME_ORDER))
    first: dict[str, Name] = {}
    for name in made:
        first.setdefault(name.text, name)
    return tuple(first.values())


def list_telecoms(value: object) -> tuple[Telecom, ...]:
    """Ways in use, by their rank where one was sent."""
    sent = [(rank if (rank := number(t.get("rank"))) is not None else 1000, t) for t in dicts(value) if t.get("use") != "old"]
    made = [
        Telecom(text(t.get("system")).casefold(), text(t.get("value")), text(t.get("use")).casefold(), _ends(t))
        for _, t in sorted(sent, key=lambda pair: pair[0])
        if text(t.get("value"))
    ]
    return tuple(dict.fromkeys(made))


def list_addresses(value: object) -> tuple[Address, ...]:
    """Addresses in use."""
    sent = (a for a in dicts(value) if a.get("use") != "old")
    made = (Address(tuple(_lines(a)), text(a.get("use")).casefold(), _ends(a)) for a in sent)
    return tuple(dict.fromkeys(a for a in made if a.lines))


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    lines = [line for item in as_list(data.get("line")) if (line := text(item))]
    place = " ".join(p for p in (text(data.get(name)) for name in ("city", "district", "state", "postalCode")) if p)
    parts = [*lines, *((place,) if place else ())]
    if not parts:
        parts = [line.strip() for line in text(data.get("text")).splitlines() if line.strip()]
    elif country := text(data.get("country")):
        parts.append(country)
    yield from parts


def _ends(data: Mapping[str, Any]) -> When | None:
    return when(as_dict(data.get("period")).get("end"))

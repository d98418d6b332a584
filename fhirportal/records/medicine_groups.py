"""Which prescriptions, supplies and statements are about one and the same medicine.

It decides by shared codes, by the very same name, and by what points to what; never by likeness. A thing that must not be taken
and a thing withdrawn stand by themselves. It must not know words, pages or how the hospital is asked.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fhirportal.records.medicines_page import Medicine, Prescription, Supply, Told
from mappings import medication
from mappings.reading import Reference, When

Item = Prescription | Supply | Told
ALONE = frozenset({"avoid", "withdrawn"})


def fold(prescriptions: Sequence[Prescription], supplies: Sequence[Supply], told: Sequence[Told]) -> tuple[Medicine, ...]:
    """One row for each medicine, names in order. A withdrawn supply shows only beside the medicine it belongs to."""
    alone = [p for p in prescriptions if p.view.state in ALONE]
    withdrawn = [t for t in told if t.view.withdrawn]
    others = [p for p in prescriptions if p.view.state not in ALONE], [t for t in told if not t.view.withdrawn]
    rows = [_row(items) for items in _together([*others[0], *supplies, *others[1]])]
    rows = [row for row in rows if not _only_withdrawn(row)]
    rows = [replace(row, avoid_too=_forbidden(row, alone)) for row in _without_ward_doses(rows)]
    single = [Medicine(prescriptions=tuple(group)) for group in _alike(alone)] + [Medicine(told=(t,)) for t in withdrawn]
    return tuple(sorted([*rows, *single], key=lambda row: (not row.name, row.name.casefold())))


def _alike(alone: Sequence[Prescription]) -> list[list[Prescription]]:
    """Those that must not be taken, each medicine once; every withdrawn one by itself."""
    forbidden = [p for p in alone if p.view.state == "avoid"]
    together = [[i for i in items if isinstance(i, Prescription)] for items in _together(forbidden)]
    return [sorted(g, key=_moment, reverse=True) for g in together] + [[p] for p in alone if p.view.withdrawn]


def _together(items: Iterable[Item]) -> list[list[Item]]:
    """The items in bunches: whoever shares a key, also by way of a third."""
    leader: dict[Hashable, Hashable] = {}

    def lead(key: Hashable) -> Hashable:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    listed = [(item, [*_keys(item), ("item", n)]) for n, item in enumerate(items)]
    for _, keys in listed:
        for key in keys[1:]:
            leader[lead(key)] = lead(keys[0])
    bunches: dict[Hashable, list[Item]] = defaultdict(list)
    for item, keys in listed:
        bunches[lead(keys[0])].append(item)
    return list(bunches.values())


def _keys(item: Item) -> list[Hashable]:
    """What it is called, and what it stands for or points to."""
    view = item.view
    keys: list[Hashable] = [*view.medicine.keys, *_pointed(view.medicine)]
    if isinstance(item, Prescription):
        return [*keys, *([("MedicationRequest", "/", view.id)] if view.id else [])]
    named: Sequence[Reference] = item.view.prescriptions if isinstance(item, Supply) else item.view.based_on
    ids = [r.id for r in named if r.id and not r.contained and r.type in ("", "MedicationRequest")]
    return [*keys, *(("MedicationRequest", "/", id_) for id_ in ids)]


def _pointed(medicine: medication.Medicine) -> list[Hashable]:
    pointed = medicine.pointed
    return [("Medication", "/", pointed.id)] if pointed and pointed.id and not pointed.contained else []


def _row(items: Sequence[Item]) -> Medicine:
    return Medicine(
        prescriptions=tuple(sorted((i for i in items if isinstance(i, Prescription)), key=_moment, reverse=True)),
        supplies=tuple(sorted((i for i in items if isinstance(i, Supply)), key=_moment, reverse=True)),
        told=tuple(sorted((i for i in items if isinstance(i, Told)), key=_moment, reverse=True)),
    )


def _moment(item: Item) -> datetime:
    at: When | None
    if isinstance(item, Prescription):
        at = item.view.authored
    elif isinstance(item, Supply):
        at = item.view.moment
    else:
        at = item.view.asserted or (item.view.effective.start if item.view.effective else None)
    return at.start if at else datetime.min.replace(tzinfo=UTC)


def _only_withdrawn(row: Medicine) -> bool:
    return not (row.prescriptions or row.told) and all(s.view.withdrawn for s in row.supplies)


def _without_ward_doses(rows: Iterable[Medicine]) -> list[Medicine]:
    """Single doses a ward ordered say nothing beside a prescription of the same medicine: there they are left out."""
    kept = []
    for row in rows:
        real = tuple(p for p in row.prescriptions if not p.view.single_dose)
        kept.append(replace(row, prescriptions=real) if real else row)
    return kept


def _forbidden(row: Medicine, alone: Iterable[Prescription]) -> bool:
    items: tuple[Prescription | Told, ...] = (*row.prescriptions, *row.told)
    own = {key for item in items for key in item.view.medicine.keys}
    return any(own & set(p.view.medicine.keys) for p in alone if p.view.state == "avoid")

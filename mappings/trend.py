"""One test over time: which results are the same test in the same unit, oldest first, each with its own report's range.

It decides sameness (LOINC code, else any code of one system, else the same words), which statuses may stand beside each
other and what is folded as a repetition. It must not draw, convert units or judge.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mappings.observation import LOINC, Finding, ObservationView
from mappings.quantity import Quantity, same_unit
from mappings.reading import Concept, When
from mappings.reference_range import ReferenceRange


@dataclass(frozen=True)
class Point:
    """One result in a trend: `finding` is what was found in Observation `id`, `at` when it was taken."""

    id: str
    at: When
    value: Quantity
    finding: Finding

    @property
    def range(self) -> ReferenceRange | None:
        return self.finding.range


@dataclass(frozen=True)
class Trend:
    """The points of one test in one unit, oldest first; how many same-test results had to stay out, and why."""

    code: Concept | None
    unit: str
    points: tuple[Point, ...]
    other_units: int = 0
    undated: int = 0

    @property
    def drawable(self) -> bool:
        """Whether there is anything to compare: two results of different days or times."""
        return len(self.points) > 1

    @property
    def moved_ranges(self) -> tuple[Point, ...]:
        """The points at which the lab printed another range than at the point before."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return tuple(new for old, new in pairs if old.range and new.range and _ends(old.range) != _ends(new.range))


def test_keys(code: Concept | None) -> frozenset[str]:
    """What tells that two results are the same test; none for a concept that says nothing.

    LOINC codes alone where there are any; else every system|code; else the words.
    """
    if code is None:
        return frozenset()
    if loinc := {f"{LOINC}|{c.code}" for c in code.codings if c.system == LOINC and c.code}:
        return frozenset(loinc)
    if coded := {f"{c.system}|{c.code}" for c in code.codings if c.system and c.code}:
        return frozenset(coded)
    return frozenset({f"text|{' '.join(code.text.casefold().split())}"} if code.text else ())


def trend_of(shown: Finding, views: Iterable[ObservationView]) -> Trend | None:
    """The trend of the test that `shown` is, over `views`; None where `shown` is no number with a meaning to follow.

    Only results that stand (final, amended, corrected), carry a whole date and are in the unit of `shown`.
    """
    if not isinstance(shown.value, Quantity) or not (keys := test_keys(shown.code)):
        return None
    same = [(view, finding) for view, finding in _same_test(keys, views) if isinstance(finding.value, Quantity)]
    fitting = [(v, f) for v, f in same if same_unit(f.value, shown.value)]  # type: ignore[arg-type]
    dated = [Point(v.id, v.effective, f.value, f) for v, f in fitting if _whole(v.effective)]  # type: ignore[arg-type]
    return Trend(
        code=shown.code,
        unit=shown.value.shown_unit,
        points=tuple(sorted(_folded(dated), key=lambda p: p.at.start)),
        other_units=len(same) - len(fitting),
        undated=len(fitting) - len(dated),
    )


def _same_test(keys: frozenset[str], views: Iterable[ObservationView]) -> Iterator[tuple[ObservationView, Finding]]:
    for view in views:
        if view.believed:
            yield from ((view, finding) for finding in view.findings if keys & test_keys(finding.code))


def _whole(at: When | None) -> bool:
    """A year or a month alone has no place on a line of days."""
    return at is not None and at.precision in ("day", "time")


def _folded(points: Iterable[Point]) -> Iterator[Point]:
    """Each result once: servers repeat a resource over pages, and labs send one value under two ids."""
    seen: set[object] = set()
    for point in points:
        same = {("id", point.id), ("value", point.at.start, point.value.value, point.value.comparator)}
        if not (point.id and ("id", point.id) in seen) and ("value", *_value_key(point)) not in seen:
            yield point
        seen |= same


def _value_key(point: Point) -> tuple[object, ...]:
    return (point.at.start, point.value.value, point.value.comparator)


def _ends(range_: ReferenceRange) -> tuple[object, object]:
    return (range_.low and range_.low.value, range_.high and range_.high.value)

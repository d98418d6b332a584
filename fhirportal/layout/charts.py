"""Charts as drawings made on the server: number line, banded trend, sparkline. Drawn once, for every width and direction.

It decides geometry only. Across, everything is in per cent of the width; down, in pixels; letters and dots keep their size.
It must not know FHIR, judge values or choose words: labels, titles and descriptions come with the numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from hashlib import sha256
from itertools import groupby, pairwise

from fhirportal.layout.scales import Across, Down, nice_ticks
from fhirportal.layout.scales import year_ticks as years_between
from fhirportal.words import Words, translator
from fhirportal.words.formats import date_short, day_of, time_of_day
from fhirportal.words.numbers import number

_NARROW = 250.0
_LETTER = 8.2
_MOST_LABELS = 12


@dataclass(frozen=True, kw_only=True)
class NumberLine:
    """One value against one report's range. An end that is None is open. Labels are written out already."""

    value: Decimal
    label: str
    title: str
    description: str
    low: Decimal | None = None
    high: Decimal | None = None
    low_label: str = ""
    high_label: str = ""
    range_label: str = ""
    out: bool = False
    words: Words = translator()


@dataclass(frozen=True, kw_only=True)
class Point:
    """One result in time with the range of its own report; the written forms are for labels and the table twin."""

    at: date | datetime
    value: Decimal
    label: str
    day: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    range_label: str = ""
    verdict: str = ""
    side: str = ""
    href: str = ""

    @property
    def out(self) -> bool:
        return self.side in ("above", "below", "outside")


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Results of one test in one unit, oldest first (they are sorted here anyway)."""

    points: tuple[Point, ...]
    title: str
    description: str
    unit: str = ""
    words: Words = translator()


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """The last few values, oldest first, with the range of the last report."""

    values: tuple[Decimal, ...]
    title: str
    low: Decimal | None = None
    high: Decimal | None = None
    out: bool = False
    words: Words = translator()


@dataclass(frozen=True)
class Mark:
    """One SVG element: its name, class, attributes and text."""

    tag: str
    css: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """What the macro turns into one inline SVG; `ident` makes the ids of title and description."""

    css: str
    height: int
    title: str
    description: str
    direction: str
    marks: tuple[Mark, ...]

    @property
    def ident(self) -> str:
        return "c" + sha256(f"{self.css}{self.title}{self.description}".encode()).hexdigest()[:10]


def _mark(tag: str, css: str, text: str = "", **attributes: str | float) -> Mark:
    pairs = ((name.replace("_", "-"), f"{v:.1f}" if isinstance(v, float) else str(v)) for name, v in attributes.items())
    return Mark(tag, css, tuple(pairs), text)


@singledispatch
def drawing(chart: object) -> Drawing:
    """The drawing of a NumberLine, a Trend or a Sparkline."""
    raise TypeError(type(chart))


@drawing.register
def draw_number_line(chart: NumberLine) -> Drawing:
    """A line, the range as a band on it, the value as a dot with its words above: 116 px high."""
    across = _line_scale(chart)
    at, band = across(chart.value), _band(chart, across)
    marks = []
    if band:
        low, high = band
        near = min((low, high), key=lambda edge: abs(edge - at))
        if chart.out:
            marks.append(_box("c-out", near, at, 62, 24))
        marks.append(_box("c-band", low, high, 62, 24))
        marks += [_upright("c-edge", across(edge), 62, 86) for edge in (chart.low, chart.high) if edge is not None]
    marks.append(_mark("line", "c-axis", x1="0%", x2="100%", y1="86.5", y2="86.5"))
    marks.append(_upright("c-leader", at, 34, 62))
    marks.append(_mark("circle", "c-hit" if chart.out else "c-end", cx=f"{at:.2f}%", cy="74", r="9"))
    marks.append(_text("t-b", at, 26, chart.label, chart.words, letter=9.4))
    marks += _ends(chart, across)
    if band and chart.range_label:
        low, high = band
        fit = _fit(chart.range_label, abs(high - low))
        free = abs((low + high) / 2 - at) / 100 * _NARROW > len(chart.range_label) * _LETTER / 2 + 12 or chart.out
        if fit and free:
            marks.append(
                _mark("text", f"t-g {fit}", chart.range_label, x=f"{(low + high) / 2:.2f}%", y="79", text_anchor="middle")
            )
    return Drawing("chart chart--line", 116, chart.title, chart.description, chart.words.direction, tuple(marks))


def _line_scale(chart: NumberLine) -> Across:
    """Room on both sides of everything shown; never below zero where nothing is."""
    shown = [float(v) for v in (chart.value, chart.low, chart.high) if v is not None]
    low, high = min(shown), max(shown)
    room = 0.3 * ((high - low) or abs(high) or 1.0)
    start = max(0.0, low - room) if low >= 0 else low - room
    return Across(start, high + room, 7, 93, mirrored=chart.words.direction == "rtl")


def _band(chart: NumberLine, across: Across) -> tuple[float, float] | None:
    if chart.low is None and chart.high is None:
        return None
    low = across(chart.low) if chart.low is not None else across.outer_start
    return low, across(chart.high) if chart.high is not None else across.outer_end


def _ends(chart: NumberLine, across: Across) -> Iterator[Mark]:
    """The labels below the ends of the range; pushed apart where the range is narrow."""
    ends = [(v, label) for v, label in ((chart.low, chart.low_label), (chart.high, chart.high_label)) if v is not None]
    places = [across(value) for value, _ in ends]
    width = sum(len(label) for _, label in ends) * _LETTER / 2 + 8
    tight = len(ends) == 2 and abs(places[1] - places[0]) / 100 * _NARROW < width
    for index, ((_, label), place) in enumerate(zip(ends, places, strict=True)):
        if tight:
            anchor = ("end", "start")[index]
            yield _mark("text", "t-s", label, x=f"{place:.2f}%", y="108", text_anchor=anchor)
        else:
            yield _text("t-s", place, 108, label, chart.words)


@drawing.register
def draw_trend(chart: Trend) -> Drawing:
    """Values over time on a band that steps where a report's range changed: 250 px high."""
    points = sorted(chart.points, key=lambda point: _moment(point.at))
    ticks = nice_ticks(_extent(points))
    down = Down(ticks[0], ticks[-1], 212, 28)
    labels = [number(Decimal(repr(tick)).normalize() if tick else Decimal(0), chart.words) for tick in ticks]
    start = min(26.0, 5 + max(map(len, labels)) * _LETTER / _NARROW * 100)
    times = [_moment(point.at) for point in points]
    across = Across(times[0], times[-1], start, 94, mirrored=chart.words.direction == "rtl")
    marks = [
        *_bands(points, across, down),
        *_grid(ticks, labels, down, across),
        *_line(points, across, down),
        *_value_labels(points, across, down),
        *_time_axis(points, across, chart.words),
    ]
    return Drawing("chart chart--trend", 250, chart.title, chart.description, chart.words.direction, tuple(marks))


def _extent(points: Sequence[Point]) -> tuple[float, float]:
    shown = [float(v) for point in points for v in (point.value, point.low, point.high) if v is not None]
    return min(shown), max(shown)


def _bands(points: Sequence[Point], across: Across, down: Down) -> Iterator[Mark]:
    """One box per run of equal ranges; between two runs the step stands midway in time."""
    runs = [list(run) for _, run in groupby(points, key=lambda point: (point.low, point.high))]
    steps = [(_place(a[-1], across) + _place(b[0], across)) / 2 for a, b in pairwise(runs)]
    edges = [across.outer_start, *steps, across.outer_end]
    for run, left, right in zip(runs, edges[:-1], edges[1:], strict=True):
        low, high = run[0].low, run[0].high
        if low is None and high is None:
            continue
        top = down(high) if high is not None else down.top
        bottom = down(low) if low is not None else down.bottom
        top, bottom = min(top, bottom), max(top, bottom)
        yield _box("c-band", left, right, top, bottom - top)
        for edge, y in ((low, bottom), (high, top)):
            if edge is not None:
                yield _mark("line", "c-edge", x1=f"{left:.2f}%", x2=f"{right:.2f}%", y1=y, y2=y)
        fit = _fit(run[0].range_label, abs(right - left))
        if fit and bottom - top > 40:
            inward = -8 if across.mirrored else 8
            yield _mark(
                "text", f"t-g {fit}", run[0].range_label, x=f"{left:.2f}%", dx=str(inward), y=bottom - 8, text_anchor="start"
            )


def _grid(ticks: Sequence[float], labels: Sequence[str], down: Down, across: Across) -> Iterator[Mark]:
    for tick, label in zip(ticks, labels, strict=True):
        y = down(tick)
        yield _mark("line", "c-grid", x1="0%", x2="100%", y1=y, y2=y)
        yield _mark("text", "t-y", label, x="100%" if across.mirrored else "0%", y=y - 4, text_anchor="start")


def _line(points: Sequence[Point], across: Across, down: Down) -> Iterator[Mark]:
    places = [(_place(point, across), down(point.value)) for point in points]
    for (x1, y1), (x2, y2) in pairwise(places):
        yield _mark("line", "c-line", x1=f"{x1:.2f}%", x2=f"{x2:.2f}%", y1=y1, y2=y2)
    radius = 4.5 if len(points) <= 16 else 2.5
    for x, y in places[:-1]:
        yield _mark("circle", "c-dot", cx=f"{x:.2f}%", cy=y, r=radius)
    x, y = places[-1]
    yield _mark("circle", "c-hit" if points[-1].out else "c-end", cx=f"{x:.2f}%", cy=y, r="7")


def _value_labels(points: Sequence[Point], across: Across, down: Down) -> Iterator[Mark]:
    """The last value always; of the others those that fit beside it on the narrowest screen, extremes first."""
    values = [point.value for point in points]
    last = len(points) - 1
    others = range(last) if len(points) <= _MOST_LABELS else ()
    wanted = dict.fromkeys([last, values.index(max(values)), values.index(min(values)), 0, *others])
    taken: list[tuple[float, float, float]] = []
    for index in wanted:
        point, x, y = points[index], _place(points[index], across), down(values[index])
        y += 24 if _below(values, index) and y < down.bottom - 22 else -13
        half = len(point.label) * (9.4 if index == last else _LETTER) / 2 / _NARROW * 100
        centre = min(max(x, half), 100 - half)
        if any(abs(centre - c) < half + h + 1 and abs(y - at) < 16 for c, at, h in taken):
            continue
        taken.append((centre, y, half))
        anchor, place = ("middle", x) if centre == x else ("end" if (centre < x) is not across.mirrored else "start", x)
        nudge = {"dx": str(8 if (centre < x) else -8)} if anchor != "middle" else {}
        yield _mark("text", "t-b" if index == last else "t-s", point.label, x=f"{place:.2f}%", y=y, text_anchor=anchor, **nudge)


def _below(values: Sequence[Decimal], index: int) -> bool:
    """Whether a label is clear of the line under its point rather than over it."""
    before = values[index - 1] if index else values[index]
    after = values[index + 1] if index + 1 < len(values) else values[index]
    return before + after > 2 * values[index] or (index == 0 and after > values[0])


def _time_axis(points: Sequence[Point], across: Across, words: Words) -> Iterator[Mark]:
    yield _mark("line", "c-axis", x1="0%", x2="100%", y1="222", y2="222")
    years = years_between(points[0].at, points[-1].at)
    for year in years:
        x = across(_moment(date(year, 1, 1)))
        yield _upright("c-axis", x, 222, 227)
        yield _text("", x, 244, str(year), words)
    if not years:
        within_a_day = day_of(points[0].at, words) == day_of(points[-1].at, words)
        ends = [(points[0], "start")] + [(points[-1], "end")] * (points[0].at != points[-1].at)
        for point, anchor in ends:
            place = across.outer_start if anchor == "start" else across.outer_end
            yield _mark("text", "", _said(point.at, words, within_a_day), x=f"{place:.2f}%", y="244", text_anchor=anchor)


@drawing.register
def draw_sparkline(chart: Sparkline) -> Drawing:
    """The shape of the last few values, 36 px high; the last one is a dot."""
    shown = [float(v) for v in chart.values]
    low, high = min(shown), max(shown)
    down = Down(low, high, 30, 6) if high > low else Down(low - 1, low + 1, 30, 6)
    across = Across(0, max(1, len(shown) - 1), 5, 94, mirrored=chart.words.direction == "rtl")
    places = [(across(index if len(shown) > 1 else 1), down(value)) for index, value in enumerate(shown)]
    marks = []
    if chart.low is not None or chart.high is not None:
        top = min(max(down(chart.high), 2), 34) if chart.high is not None else 2
        bottom = max(min(down(chart.low), 34), 2) if chart.low is not None else 34
        marks.append(_mark("rect", "c-band", x="0", width="100%", y=min(top, 31.0), height=max(3.0, bottom - top), rx="3"))
    marks += [
        _mark("line", "c-line", x1=f"{x1:.2f}%", x2=f"{x2:.2f}%", y1=y1, y2=y2) for (x1, y1), (x2, y2) in pairwise(places)
    ]
    x, y = places[-1]
    marks.append(_mark("circle", "c-hit" if chart.out else "c-end", cx=f"{x:.2f}%", cy=y, r="5"))
    return Drawing("spark", 36, chart.title, "", chart.words.direction, tuple(marks))


def _box(css: str, left: float, right: float, top: float, height: float) -> Mark:
    return _mark(
        "rect", css, x=f"{min(left, right):.2f}%", width=f"{abs(right - left):.2f}%", y=float(top), height=float(height)
    )


def _upright(css: str, x: float, top: float, bottom: float) -> Mark:
    return _mark("line", css, x1=f"{x:.2f}%", x2=f"{x:.2f}%", y1=str(top), y2=str(bottom))


def _text(css: str, x: float, y: float, text: str, words: Words, letter: float = _LETTER) -> Mark:
    """Centred on its place, or leaning inwards where it would leave the narrowest drawing."""
    half = len(text) * letter / 2 / _NARROW * 100
    leaning = "start" if x < half else "end" if x > 100 - half else "middle"
    if words.direction == "rtl":
        leaning = {"start": "end", "end": "start"}.get(leaning, leaning)
    return _mark("text", css, text, x=f"{x:.2f}%", y=str(y), text_anchor=leaning)


def _fit(text: str, percent: float) -> str:
    """The class that shows a text only on drawings wide enough for it; "" where none is."""
    if not text or percent <= 0:
        return ""
    need = (len(text) * _LETTER + 16) / (percent / 100)
    return next((f"fit-{size}" for size in (250, 320, 420, 520, 640) if need <= size), "")


def _place(point: Point, across: Across) -> float:
    return across(_moment(point.at))


def _moment(at: date | datetime) -> float:
    """Days, for measuring only."""
    if isinstance(at, datetime):
        return at.toordinal() + (at.hour * 60 + at.minute) / 1440
    return float(at.toordinal())


def _said(at: date | datetime, words: Words, within_a_day: bool) -> str:
    return time_of_day(at, words) if within_a_day and isinstance(at, datetime) else date_short(at, words)

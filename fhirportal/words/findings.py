"""A finding in words: its value and unit, which side of the range it is on, the ranges the report gives, dates and names.

It decides wording only: never a severity, never a digit more or less than was sent. High, low and far outside come from the
report's own marks; else the side of this report's range. It must not know pages, charts or the record.
"""

from dataclasses import dataclass

from fhirportal.words import Words
from fhirportal.words import mark as N_
from fhirportal.words.formats import date_short, listed, moment, span
from fhirportal.words.numbers import between, compared, number
from fhirportal.words.phrases import known, phrase, side_of
from fhirportal.words.tests_explained import Explained, find_explained
from mappings.interpretation import Interpretation, Mark
from mappings.observation import LOINC, Finding, ObservationView
from mappings.observed_value import FreeText, Sampled, TimeOfDay, Value, Whole, YesNo
from mappings.quantity import Quantity, Range, Ratio
from mappings.reading import Concept, Span, When
from mappings.reference_range import Position, ReferenceRange

NBSP = "\u00a0"
LONG_NAME = 40
UNNAMED = N_("Test without a name")
_SIDES: dict[Position, str] = {"above": "above", "below": "below", "inside": "in", "unknown": ""}
_PRESSURES = ("8480-6", "8462-4")


@dataclass(frozen=True)
class Said:
    """A value as a page says it. `own` tells that these are the hospital's words, in a language we do not know."""

    value: str
    unit: str = ""
    own: bool = False

    @property
    def line(self) -> str:
        return f"{self.value}{NBSP}{self.unit}" if self.unit else self.value


@dataclass(frozen=True)
class Verdict:
    """The side of the range (below in above outside other, "" unknown) and the words for it, "" for the side's own."""

    side: str = ""
    label: str = ""
    own: bool = False


def name_of(code: Concept | None, words: Words) -> str:
    """What the hospital calls the test; our plain name where it only sends the catalogue's long one."""
    if code is None or not (code.text or code.codings):
        return words.gettext(UNNAMED)
    catalogued = not code.text or len(code.text) > LONG_NAME or code.text in {c.display for c in code.codings}
    explained = explained_of(code, words) if catalogued else None
    return explained.name if explained else code.text or words.gettext(UNNAMED)


def explained_of(code: Concept | None, words: Words) -> Explained | None:
    """Our words for what the test measures, by its LOINC codes."""
    return find_explained([c.code for c in code.codings if c.system == LOINC], words) if code else None


def said(finding: Finding, words: Words) -> Said:
    """The value, or why there is none; "" for a panel that only has parts."""
    value = finding.value
    if value is None:
        return _absent(finding, words)
    if isinstance(value, Quantity):
        return Said(compared(number(value.value, words), value.comparator, words), value.shown_unit)
    if isinstance(value, Concept | FreeText):
        return Said(value.text, own=True) if value.text else Said(words.gettext("Sent as a code without words"))
    return Said(_plain(value, words))


def row_said(view: ObservationView, words: Words) -> Said:
    """The value for one row: blood pressure as 132/84, other panels by how many parts they have."""
    if view.value is not None or not view.components:
        return said(view, words)
    parts = {c.loinc: c.value for c in view.components if isinstance(c.value, Quantity) and c.value.exact}
    pressures = [parts.get(loinc) for loinc in _PRESSURES]
    upper, lower = pressures
    if upper and lower and upper.shown_unit == lower.shown_unit:
        return Said(f"{number(upper.value, words)}/{number(lower.value, words)}", upper.shown_unit)
    return Said(words.ngettext("%(num)s part", "%(num)s parts", len(view.components)))


def verdict(finding: Finding, words: Words) -> Verdict:
    """What the report says of it; where it says nothing, the side of this report's range."""
    marked = _telling(finding.interpretations)
    if marked is None:
        return Verdict(_SIDES[finding.position])
    if not known("interpretation", marked.code):
        return Verdict("other", marked.text, own=True) if marked.text else Verdict(_SIDES[finding.position])
    return Verdict(str(side_of(marked.code)), phrase("interpretation", marked.code, words))


def row_verdict(view: ObservationView, words: Words) -> Verdict:
    """The verdict for one row: of several parts, that of those outside; "outside" where they differ."""
    if view.value is not None or not view.components:
        return verdict(view, words)
    parts = [verdict(part, words) for part in view.components]
    outside = [v for v, part in zip(parts, view.components, strict=True) if part.outside]
    if outside:
        alike = all(v == outside[0] for v in outside)
        return outside[0] if alike else Verdict("outside")
    return Verdict("in") if parts and all(v.side == "in" for v in parts) else Verdict()


def disagrees(finding: Finding) -> bool:
    """Whether the report's own mark and its printed range say different things: then the page says that, too."""
    inside, outside = finding.position == "inside", finding.position in ("above", "below")
    if finding.mark is Mark.NORMAL:
        return outside
    high, low = (Mark.HIGH, Mark.FAR_HIGH), (Mark.LOW, Mark.FAR_LOW)
    wrong_side = (finding.position == "below" and finding.mark in high) or (finding.position == "above" and finding.mark in low)
    return wrong_side or (inside and finding.mark in (*high, *low))


def range_words(range_: ReferenceRange | None, words: Words) -> str:
    """20 to 41; "41 or less"; the lab's own text where there are no ends; "" for none. Without unit."""
    if range_ is None:
        return ""
    low, high = range_.low, range_.high
    if not low and not high:
        return range_.text
    if (low and low.comparator == ">") or (high and high.comparator == "<"):
        return _open_range(low, high, words)
    return between(low.value if low else None, high.value if high else None, words)


def range_lines(finding: Finding, words: Words) -> tuple[tuple[str, str], ...]:
    """Every range the report gives, as (for what and whom, the range with its unit)."""
    return tuple((_range_for(r, words), _with_unit(range_words(r, words), r, finding)) for r in finding.ranges)


def status_words(view: ObservationView, words: Words) -> str:
    return phrase("observation_status", view.status, words)


def _absent(finding: Finding, words: Words) -> Said:
    if finding.absent:
        return Said(phrase("data_absent_reason", finding.absent, words))
    parts = isinstance(finding, ObservationView) and (finding.components or finding.members)
    return Said("" if parts else words.gettext("No value was sent"))


def _plain(value: Value, words: Words) -> str:
    match value:
        case YesNo():
            return words.gettext("Yes") if value.value else words.gettext("No")
        case Whole():
            return number(value.value, words)
        case Range():
            return _range_value(value, words)
        case Ratio():
            return _ratio(value, words)
        case When():
            return moment(value, words)
        case Span():
            return span(value, words)
        case TimeOfDay():
            return value.text
        case Sampled():
            return words.gettext("A curve, which is not drawn here. Ask your hospital for it")
        case _:
            return ""


def _range_value(value: Range, words: Words) -> str:
    low, high = value.low, value.high
    unit = next((end.shown_unit for end in (low, high) if end and end.shown_unit), "")
    text = between(low.value if low else None, high.value if high else None, words)
    return f"{text}{NBSP}{unit}" if unit else text


def _ratio(value: Ratio, words: Words) -> str:
    """1:160 for a titre, "5 mg / 2 mL" where units were sent."""
    top, bottom = (
        compared(f"{number(q.value, words)}{NBSP + q.shown_unit if q.shown_unit else ''}", q.comparator, words)
        for q in (value.numerator, value.denominator)
    )
    units = value.numerator.shown_unit or value.denominator.shown_unit
    return f"{top} / {bottom}" if units else f"{top}:{bottom}"


def _open_range(low: Quantity | None, high: Quantity | None, words: Words) -> str:
    """A range whose ends do not belong to it: more than 20 and less than 41."""
    ends = [compared(number(e.value, words), e.comparator or default, words) for e, default in ((low, ">="), (high, "<=")) if e]
    return listed(ends, words)


def _with_unit(text: str, range_: ReferenceRange, finding: Finding) -> str:
    """The unit behind the range, where the range is numbers: its own, else the value's."""
    if not (range_.low or range_.high):
        return text
    unit = range_.unit or (finding.value.shown_unit if isinstance(finding.value, Quantity) else "")
    return f"{text}{NBSP}{unit}" if unit else text


def _range_for(range_: ReferenceRange, words: Words) -> str:
    parts = [] if range_.normal or range_.type is None else [range_.type.text]
    parts += [concept.text for concept in range_.applies_to if concept.text]
    if range_.age:
        parts.append(words.gettext("age %(range)s", range=_range_value(range_.age, words)))
    return ", ".join(p for p in parts if p) or words.gettext("This report’s range")


def _telling(interpretations: tuple[Interpretation, ...]) -> Interpretation | None:
    """The strongest of the report's marks."""
    order = list(Mark)
    return min(interpretations, key=lambda i: order.index(i.mark), default=None)


def taken_short(view: ObservationView, words: Words) -> str:
    """When it was taken, for tables; said to be unknown where it is."""
    return date_short(view.effective, words) if view.effective else words.gettext("Date not known")

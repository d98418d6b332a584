"""What a report itself says about a result: its interpretation codes, in every spelling labs use for them.

It decides only what the report's own mark means (R4 v3-ObservationInterpretation, HL7 v2 table 0078, lab habits such as
H*). It must not judge values: no severity of ours. No words for pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mappings.reading import Coding, concept, dicts


class Mark(StrEnum):
    """What the report marked, strongest first."""

    FAR_HIGH = "far-high"
    FAR_LOW = "far-low"
    FAR = "far"
    HIGH = "high"
    LOW = "low"
    ABNORMAL = "abnormal"
    NORMAL = "normal"
    OTHER = "other"  # a statement of another kind: positive, resistant, better; shown in the report's words
    NONE = "none"


FAR_OUTSIDE = frozenset({Mark.FAR_HIGH, Mark.FAR_LOW, Mark.FAR})
OUTSIDE = FAR_OUTSIDE | {Mark.HIGH, Mark.LOW, Mark.ABNORMAL}

_MARKS = {
    "HH": Mark.FAR_HIGH, "LL": Mark.FAR_LOW, "AA": Mark.FAR,
    "H": Mark.HIGH, "HU": Mark.HIGH, "HX": Mark.HIGH,
    "L": Mark.LOW, "LU": Mark.LOW, "LX": Mark.LOW,
    "A": Mark.ABNORMAL, "EX": Mark.ABNORMAL, "N": Mark.NORMAL,
}  # fmt: skip
_SPELLINGS = {
    "H*": "HH", "L*": "LL", "A*": "AA", "H>": "HU", "L<": "LU", "HIGH": "H", "LOW": "L", "NORMAL": "N", "ABNORMAL": "A",
    "CRITICAL": "AA", "CRITICAL HIGH": "HH", "CRITICAL LOW": "LL", "CRITICALLY HIGH": "HH", "CRITICALLY LOW": "LL",
    "CRITICAL ABNORMAL": "AA", "CRITICALLY ABNORMAL": "AA", "POSITIVE": "POS", "NEGATIVE": "NEG",
}  # fmt: skip
_OTHER_CODES = "< > POS NEG DET ND IND E RR NR WR S R I SDD NS NCL MS VS SYN-R SYN-S U D B W IE CAR EXP UNE HM OBX QCF TOX"
_OTHERS = frozenset(_OTHER_CODES.split())
_SYSTEMS = ("observationinterpretation", "0078", "observation-interpretation", "2.16.840.1.113883.5.83")


@dataclass(frozen=True)
class Interpretation:
    """One interpretation: `code` in its R4 v3 spelling or "" where it is none we know, `text` as the report words it."""

    code: str
    text: str

    @property
    def mark(self) -> Mark:
        return _MARKS.get(self.code, Mark.OTHER)


def list_interpretations(value: object) -> tuple[Interpretation, ...]:
    """The interpretations sent (0..*; one dict where a list should stand is read too), repetitions once."""
    return tuple(dict.fromkeys(found for item in dicts(value) if (found := _interpretation(item))))


def strongest(interpretations: Iterable[Interpretation]) -> Mark:
    """The strongest of several marks; NONE where the report made none."""
    order = list(Mark)
    return min((i.mark for i in interpretations), key=order.index, default=Mark.NONE)


def _interpretation(item: object) -> Interpretation | None:
    sent = concept(item)
    if sent is None:
        return None
    code = next((known for c in sent.codings if (known := _known(c))), "") or _spelt(sent.text)
    return Interpretation(code, sent.text or next((c.code for c in sent.codings), ""))


def _known(coding: Coding) -> str:
    system = coding.system.casefold()
    return _spelt(coding.code) if not system or any(name in system for name in _SYSTEMS) else ""


def _spelt(code: str) -> str:
    plain = " ".join(code.upper().split())
    plain = _SPELLINGS.get(plain, plain)
    return plain if plain in _MARKS or plain in _OTHERS else ""

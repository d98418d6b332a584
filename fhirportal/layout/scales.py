"""From values to places in a drawing: across in per cent, down in pixels, and ticks people can read.

It decides arithmetic only. It must not know what is drawn.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10


@dataclass(frozen=True)
class Across:
    """Values to per cent of the width, between `left` and `right`; `mirrored` runs from the right."""

    first: float
    last: float
    left: float
    right: float
    mirrored: bool = False

    def __call__(self, value: float | Decimal) -> float:
        width = self.last - self.first
        share = (float(value) - self.first) / width if width else 0.5
        place = self.left + share * (self.right - self.left)
        return 100 - place if self.mirrored else place

    @property
    def outer_start(self) -> float:
        """Where the drawing begins: 0, or 100 when mirrored."""
        return 100.0 if self.mirrored else 0.0

    @property
    def outer_end(self) -> float:
        return 0.0 if self.mirrored else 100.0


@dataclass(frozen=True)
class Down:
    """Values to pixels from the top, `bottom` for the lowest."""

    lowest: float
    highest: float
    bottom: float
    top: float

    def __call__(self, value: float | Decimal) -> float:
        height = self.highest - self.lowest
        share = (float(value) - self.lowest) / height if height else 0.5
        return self.bottom - share * (self.bottom - self.top)


def nice_ticks(extent: tuple[float, float]) -> list[float]:
    """Three to six round numbers that hold the whole extent between them."""
    low, high = extent
    if low == high:
        low, high = low - (abs(low) or 1) * 0.1, high + (abs(high) or 1) * 0.1
    rough = (high - low) / 4
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * index, 10) for index in range(first, last + 1)]


def year_ticks(first: date, last: date, most: int = 5) -> list[int]:
    """The new years between two days, at most `most`; none where fewer than two fit."""
    years = list(range(first.year + 1, last.year + 1))
    if len(years) < 2:
        return []
    step = ceil(len(years) / most)
    return years[len(years) - 1 :: -step][::-1]

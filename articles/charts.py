"""Small charts, drawn as SVG by the server: geometry only, colours are the stylesheet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, WIDTH, HEIGHT = 10, 8, 60
"""Units of a chart's own drawing: from one bar to the next, of a bar, and of the highest one."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A row of bars; `width` and `height` are those of the `viewBox`."""

    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT


def chart(values: Sequence[int], places: int) -> Chart:
    """Bars for `values`, none negative, at the end of a row that has room for `places`.

    The highest fills the height. What is not nothing is seen: such a bar is one unit at least.
    """
    empty = places - len(values)
    most = max(values, default=0)
    heights = [max(1, round(HEIGHT * value / most)) if value else 0 for value in values]
    bars = (
        Bar((empty + place) * STEP, HEIGHT - height, height) for place, height in enumerate(heights)
    )
    return Chart(tuple(bars), places * STEP)

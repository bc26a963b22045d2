"""Drawing in dots: two across and four down in every cell, as braille or as ASCII."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["ACROSS", "DOWN", "FULL_LOOK", "Dots", "Drawing", "Look", "strips", "text_of"]

ACROSS, DOWN = 2, 4
BITS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]], np.uint8)  # of the dots in a cell, as Unicode numbers them
SHADES = " .:-=+*#%"  # by the number of dots

Dots: TypeAlias = NDArray[np.bool_]

# By the bits of a cell. An empty one is a space: some fonts draw U+2800 as eight hollow dots.
BRAILLE = np.array([ord(" "), *range(0x2801, 0x2900)], "<u4")
ASCII = np.array([ord(SHADES[bits.bit_count()]) for bits in range(256)], "<u4")


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal can show: braille or only ASCII, colours or none."""

    braille: bool = True
    colour: bool = True


FULL_LOOK = Look()


def text_of(dots: Dots, *, braille: bool) -> list[str]:
    """Write dots, shape (`DOWN` * height, `ACROSS` * width), as one string of `width` characters a row."""
    height, width = dots.shape[0] // DOWN, dots.shape[1] // ACROSS
    by_cell = dots.reshape(height, DOWN, width, ACROSS)
    bits = np.einsum("hdwa,da->hw", by_cell, BITS, dtype=np.uint8, casting="unsafe")
    glyphs = (BRAILLE if braille else ASCII)[bits]
    return [row.tobytes().decode("utf-32-le") for row in glyphs]


def strips(lines: Sequence[str], styles: NDArray[np.integer], palette: Sequence[Style]) -> list[Strip]:
    """Colour lines of text.

    Parameters
    ----------
    lines : sequence of str
        `height` lines of `width` characters, each one cell wide.
    styles : ndarray of int, shape (height, width)
        Which style of `palette` each cell has.
    """
    drawn = []
    for text, row in zip(lines, styles, strict=True):
        bounds = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
        of_run = row[bounds[:-1]].tolist()
        runs = zip(pairwise(bounds), of_run, strict=True)
        drawn.append(Strip([Segment(text[start:stop], palette[style]) for (start, stop), style in runs], len(row)))
    return drawn


class Drawing(Widget):
    """A widget that is drawn as a whole: the first line of a refresh draws them all."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._strips: list[Strip] = []

    def draw(self) -> list[Strip]:
        """Draw as many strips as the widget is high, each as wide as it is."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Give one line."""
        if y == 0 or y >= len(self._strips):
            self._strips = self.draw()
        return self._strips[y].apply_style(self.rich_style)

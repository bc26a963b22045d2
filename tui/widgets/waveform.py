"""A sound's waveform, coloured by its spectrum, from the picture stored when it was indexed: drawing never decodes."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip

from cratedig.analysis.waveform import COLUMNS, Picture, unpack
from cratedig.types import FloatArray
from tui.widgets.dots import ACROSS, DOWN, FULL_LOOK, Dots, Drawing, Look, strips, text_of

__all__ = ["Waveform", "draw"]

BANDS = np.array([[255, 84, 60], [110, 225, 90], [80, 160, 255]])  # RGB of lows, middles and highs
CONTRAST = 4  # levels are in dB: a band 12 dB below another still shows
MIXES = 8  # shares of a band that are told apart, in each of the three
DARK = 0.4  # brightness beside the hit
BESIDE, HEAD = MIXES**3, 2 * MIXES**3  # where these styles begin in the palette
HEAD_GLYPHS = {True: "│", False: "|"}


def draw(
    picture: bytes,
    width: int,
    height: int,
    *,
    playhead: float | None = None,
    hit: tuple[float, float] | None = None,
    look: Look = FULL_LOOK,
) -> list[Strip]:
    """Draw a waveform.

    Parameters
    ----------
    picture : bytes
        As `cratedig.analysis.waveform.pack` makes it.
    width, height : int
        In cells. One row stands on its lower edge; more are mirrored about their middle.
    playhead : float, optional
        0 (start) to 1 (end).
    hit : (float, float), optional
        Start and end of the part that was found, 0 to 1: what lies beside it is darker.

    Returns
    -------
    list of Strip
        `height` strips of `width` cells, without a background.

    Raises
    ------
    ValueError
        `picture` does not have the length of a picture.
    """
    if width < 1 or height < 1:
        return []
    unpacked = unpack(picture)
    lines = text_of(_bars(unpacked.peaks, width, height), braille=look.braille)
    styles = _mixes(unpacked, width) if look.colour else np.zeros(width, np.int64)
    if hit is not None:
        middles = (np.arange(width) + 0.5) / width
        styles[(middles < hit[0] - 0.5 / width) | (middles > hit[1] + 0.5 / width)] += BESIDE
    if playhead is not None:
        x = min(int(max(playhead, 0.0) * width), width - 1)
        styles[x] = HEAD
        lines = [line[:x] + HEAD_GLYPHS[look.braille] + line[x + 1 :] for line in lines]
    return strips(lines, np.broadcast_to(styles, (height, width)), _palette(look.colour))


def _bars(peaks: FloatArray, width: int, height: int) -> Dots:
    """Dots of the bars; the quietest column still shows a line."""
    levels = np.maximum.reduceat(peaks, _starts(ACROSS * width))
    rows = DOWN * height
    if height == 1:
        from_edge = np.arange(rows, 0, -1)[:, None] - 0.5
        lit: Dots = from_edge <= np.maximum(levels * rows, 1)
    else:
        from_middle = np.abs(np.arange(rows) + 0.5 - rows / 2)[:, None]
        lit = from_middle <= np.maximum(levels * rows / 2, 0.5)
    return lit


def _mixes(picture: Picture, width: int) -> NDArray[np.int64]:
    """Which mix of the three bands each column has, shape (width,)."""
    weights = np.maximum.reduceat(picture.colours, _starts(width), axis=0) ** CONTRAST
    shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    mixes: NDArray[np.int64] = np.rint(shares * (MIXES - 1)).astype(np.int64) @ [MIXES**2, MIXES, 1]
    return mixes


def _starts(columns: int) -> NDArray[np.int64]:
    """First column of the picture in each of `columns`; where they are more, `reduceat` repeats it."""
    return np.arange(columns) * COLUMNS // columns


@cache
def _palette(colour: bool) -> list[Style]:
    """Styles of the mixes, the same beside the hit, and the playhead's."""
    if not colour:
        return [Style()] * BESIDE + [Style(dim=True)] * BESIDE + [Style(bold=True)]
    shares = np.stack(np.unravel_index(np.arange(BESIDE), (MIXES, MIXES, MIXES)), axis=1)
    rgb = shares @ BANDS / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    bright, dark = ([Style(color=Color.from_rgb(*mix)) for mix in (rgb * level).tolist()] for level in (1, DARK))
    return [*bright, *dark, Style(bold=True)]


class Waveform(Drawing):
    """The waveform of one sound, with the playhead and the part that was found; empty without a picture."""

    picture: reactive[bytes | None] = reactive(None)
    playhead: reactive[float | None] = reactive(None)
    hit: reactive[tuple[float, float] | None] = reactive(None)

    def __init__(self, *, look: Look = FULL_LOOK, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._look = look

    def draw(self) -> list[Strip]:
        """See `draw`."""
        width, height = self.size
        if self.picture is None:
            return [Strip.blank(width)] * height
        return draw(self.picture, width, height, playhead=self.playhead, hit=self.hit, look=self._look)

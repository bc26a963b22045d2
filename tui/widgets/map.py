"""The map of sounds in dots: colour by class, zoom, pan, and a cursor that finds the nearest sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from cratedig.types import FloatArray
from tui.actions import ACTIONS
from tui.mapping import NO_POINTS, Points
from tui.widgets.dots import ACROSS, DOWN, FULL_LOOK, Drawing, Look, strips, text_of

__all__ = ["MapView", "View", "draw", "legend", "marks"]

# RGB of classes, told apart on dark and on light; those of a library with more classes repeat.
COLOURS = (
    (230, 85, 75),
    (240, 150, 60),
    (85, 125, 240),
    (170, 110, 235),
    (75, 185, 95),
    (195, 160, 60),
    (60, 180, 190),
    (235, 120, 180),
    (140, 190, 70),
    (225, 95, 210),
    (130, 150, 165),
    (170, 125, 95),
    (110, 110, 110),
)
ASIDE_RGB = (95, 95, 95)
CURSOR, HERE = {True: "┼", False: "+"}, {True: "◉", False: "@"}
ZOOM = 1.5
MARGIN = 1.05  # of the whole map
CLOSEST = 2000  # times, the whole map against the closest look

Whole: TypeAlias = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class View:
    """What part of the map is seen: its middle, and how much of the map a dot is wide and high."""

    x: float
    y: float
    unit: float

    @classmethod
    def whole(cls, xy: FloatArray, width: int, height: int) -> View:
        """See all places in `width` by `height` cells."""
        if not len(xy):
            return cls(0.0, 0.0, 1.0)
        low, high = xy.min(axis=0), xy.max(axis=0)
        x, y = ((low + high) / 2).tolist()
        across, down = (high - low).tolist()
        unit = max(across / (ACROSS * width), down / (DOWN * height)) * MARGIN
        return cls(x, y, unit or 1.0)

    def zoomed(self, times: float, x: float, y: float) -> View:
        """See a closer or wider part, in which a place stays where it is."""
        return View(x + (self.x - x) / times, y + (self.y - y) / times, self.unit / times)

    def dots(self, xy: FloatArray, width: int, height: int) -> tuple[Whole, Whole]:
        """Columns and rows of the dots of places, shape (n,) each, from the upper left; they may lie outside."""
        left, top = self.x - self.unit * ACROSS * width / 2, self.y - self.unit * DOWN * height / 2
        columns, rows = (
            np.floor((xy[:, i] - start) / self.unit).astype(np.int32) for i, start in ((0, left), (1, top))
        )
        return columns, rows

    def place(self, column: int, row: int, width: int, height: int) -> tuple[float, float]:
        """Return the place at the middle of a cell."""
        x = self.x + self.unit * ACROSS * (column + 0.5 - width / 2)
        return x, self.y + self.unit * DOWN * (row + 0.5 - height / 2)


def draw(
    points: Points,
    view: View,
    width: int,
    height: int,
    *,
    cursor: tuple[float, float] | None = None,
    here: int | None = None,
    look: Look = FULL_LOOK,
) -> list[Strip]:
    """Draw a part of the map.

    A cell has the colour of most of its sounds; those in the list count, the others are grey behind them. Without
    colours it shows a letter, see `marks`, and only the list.

    Parameters
    ----------
    width, height : int
        In cells.
    cursor : (float, float), optional
        A place.
    here : int, optional
        The point that is heard.

    Returns
    -------
    list of Strip
        `height` strips of `width` cells, without a background.
    """
    if width < 1 or height < 1:
        return []
    n = len(points.names)
    columns, rows = view.dots(points.xy, width, height)
    seen = (columns >= 0) & (columns < ACROSS * width) & (rows >= 0) & (rows < DOWN * height)
    if not look.colour:
        seen &= points.listed
    columns, rows = columns[seen], rows[seen]
    cells = rows // DOWN * width + columns // ACROSS
    styles = _styles(cells, points.shades[seen], n, width * height).reshape(height, width)
    if look.colour:
        dots = np.zeros((DOWN * height, ACROSS * width), np.bool_)
        dots[rows, columns] = True
        lines = text_of(dots, braille=look.braille)
    else:
        letters = np.array([*marks(points.names), "", " "], "<U1")[styles]
        lines = ["".join(row) for row in letters.tolist()]
    for glyphs, place in ((CURSOR, cursor), (HERE, None if here is None else points.xy[here].tolist())):
        cell = None if place is None else _cell(view, place, width, height)
        if cell is not None:
            x, y = cell
            lines[y] = lines[y][:x] + glyphs[look.braille] + lines[y][x + 1 :]
            styles[y, x] = n + 2
    return strips(lines, styles, _palette(n, look.colour))


def _styles(cells: Whole, shades: Whole, n: int, size: int) -> Whole:
    """Style of each cell: the class of most sounds of the list, `n` where only others are, `n` + 1 where nothing is."""
    counts = np.bincount(shades * size + cells, minlength=(n + 1) * size).reshape(n + 1, size)
    of_list = counts[:n]
    only_others = np.where(counts[n] > 0, n, n + 1)
    styles: Whole = np.where(of_list.any(axis=0), of_list.argmax(axis=0), only_others)
    return styles


def _cell(view: View, place: Sequence[float], width: int, height: int) -> tuple[int, int] | None:
    columns, rows = view.dots(np.array([place], np.float32), width, height)
    x, y = int(columns[0]) // ACROSS, int(rows[0]) // DOWN
    return (x, y) if 0 <= x < width and 0 <= y < height else None


@cache
def _palette(n: int, colour: bool) -> list[Style]:
    """Styles of `n` classes, of what is aside, of nothing, and of the cursor."""
    if not colour:
        return [Style()] * (n + 2) + [Style(bold=True, reverse=True)]
    of_classes = [Style(color=Color.from_rgb(*COLOURS[i % len(COLOURS)])) for i in range(n)]
    return [*of_classes, Style(color=Color.from_rgb(*ASIDE_RGB)), Style(), Style(bold=True)]


def marks(names: Sequence[str]) -> list[str]:
    """Give each class a letter of its own: the first of its name that is still free."""
    taken: list[str] = []
    for name in names:
        letters = iter(name + "abcdefghijklmnopqrstuvwxyz0123456789")
        taken.append(next((letter for letter in letters if letter.isalnum() and letter not in taken), "*"))
    return taken


def legend(points: Points, look: Look = FULL_LOOK) -> Content:
    """Name the classes on the map in their colours, those with most sounds of the list first."""
    counts = np.bincount(points.classes[points.listed], minlength=len(points.names))
    signs = marks(points.names) if not look.colour else ["●" if look.braille else "#"] * len(points.names)
    entries = []
    for i in np.argsort(-counts, kind="stable").tolist():
        if counts[i]:
            red, green, blue = COLOURS[i % len(COLOURS)]
            sign = Content.styled(signs[i], f"rgb({red},{green},{blue})" if look.colour else "bold")
            entries.append(Content.assemble(sign, f" {points.names[i]}"))
    return Content("  ").join(entries)


KEYS = {key for action in ACTIONS if action.place == "map" for key in action.keys.split(",")}


class MapView(Drawing):
    """The map, with a cursor. Moving it tells which sound of the list is nearest."""

    can_focus = True
    BINDINGS = [  # noqa: RUF012
        Binding(action.keys, f"screen.{action.name}", action.label, priority=True)
        for action in ACTIONS
        if action.place == "map" or (action.place in {"list", "anywhere"} and not KEYS & {*action.keys.split(",")})
    ]

    cursor: reactive[tuple[float, float] | None] = reactive(None)
    view: reactive[View | None] = reactive(None)

    class Reached(Message):
        """The cursor is nearest to another sound: the one at `position` in the list."""

        def __init__(self, position: int) -> None:
            super().__init__()
            self.position = position

    def __init__(self) -> None:
        super().__init__(id="map")
        self.points, self.look = NO_POINTS, FULL_LOOK
        self._here: int | None = None

    def show(self, points: Points, position: int, look: Look) -> None:
        """Show another list; the cursor stands on the sound at `position` in it, where that is on the map."""
        self.points, self.look, self._here = points, look, None
        self.stand_on(position)
        self.refresh()

    def stand_on(self, position: int) -> None:
        """Go to the sound at `position` in the list."""
        found = np.flatnonzero(self.points.positions == position).tolist()
        if found and found[0] != self._here:
            self._here = found[0]
            self._stand(*self.points.xy[found[0]].tolist())

    def draw(self) -> list[Strip]:
        """See `draw`."""
        width, height = self.size
        return draw(self.points, self._view, width, height, cursor=self.cursor, here=self._here, look=self.look)

    # Moving

    def move(self, columns: int, rows: int) -> None:
        """Move the cursor by cells; at the edge the map moves."""
        x, y = self._cursor
        self._go(x + columns * ACROSS * self._view.unit, y + rows * DOWN * self._view.unit)

    def zoom(self, steps: int) -> None:
        """Look closer, or from farther away, at where the cursor is."""
        whole = View.whole(self.points.xy, *self.size)
        zoomed = self._view.zoomed(ZOOM**steps, *self._cursor)
        if zoomed.unit >= whole.unit:
            self.view = None
        elif zoomed.unit > whole.unit / CLOSEST:
            self.view = zoomed

    def see_whole(self) -> None:
        """See the whole map."""
        self.view = None

    def on_click(self, event: events.Click) -> None:
        """Go where was clicked."""
        self._go(*self._view.place(event.x, event.y, *self.size))

    @property
    def _view(self) -> View:
        return self.view or View.whole(self.points.xy, *self.size)

    @property
    def _cursor(self) -> tuple[float, float]:
        return self.cursor or (self._view.x, self._view.y)

    def _go(self, x: float, y: float) -> None:
        """Move the cursor, unless there is nothing, and tell what is nearest now."""
        if self.view is None and self._outside(x, y):
            return
        self._stand(x, y)
        nearest = self.points.nearest(x, y)
        if nearest is not None and nearest != self._here:
            self._here = nearest
            self.post_message(self.Reached(int(self.points.positions[nearest])))

    def _stand(self, x: float, y: float) -> None:
        """Put the cursor at a place, and see to it that it is seen."""
        self.cursor = (x, y)
        if self.view is not None and self._outside(x, y):
            self.view = replace(self.view, x=x, y=y)

    def _outside(self, x: float, y: float) -> bool:
        return _cell(self._view, (x, y), *self.size) is None

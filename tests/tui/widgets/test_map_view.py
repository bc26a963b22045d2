"""The map in dots: where, in which colour, and what the cursor finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip

from tui.mapping import NO_POINTS, Points
from tui.widgets.dots import Look
from tui.widgets.map import COLOURS, MapView, View, draw, legend, marks

NAMES = ("drums", "bass", "other")
LETTERS = Look(colour=False)
ASCII = Look(braille=False, colour=False)


def points(*sounds: tuple[float, float, int, int]) -> Points:
    """Sounds of x, y, class and position in the list."""
    x, y, classes, positions = np.array(sounds, np.float64).reshape(-1, 4).T
    xy = np.stack([x, y], axis=1).astype(np.float32)
    return Points(xy, classes.astype(np.int64), positions.astype(np.int64), NAMES)


CORNERS = points((-1, -1, 0, 0), (1, -1, 1, 1), (-1, 1, 2, 2), (1, 1, 0, -1))


def style_at(strips: list[Strip], x: int, y: int) -> Style:
    (segment,) = strips[y].crop(x, x + 1)
    assert segment.style is not None
    return segment.style


def colour_at(strips: list[Strip], x: int, y: int) -> tuple[int, ...]:
    colour = style_at(strips, x, y).color
    assert colour is not None
    assert colour.triplet is not None
    return tuple(colour.triplet)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (80, 24), (10, 40), (200, 3)])
@pytest.mark.parametrize("look", [Look(), LETTERS, ASCII, Look(braille=False)])
def test_any_size_is_filled(width: int, height: int, look: Look) -> None:
    for shown in (CORNERS, NO_POINTS, points((3, 3, 1, 0))):
        strips = draw(shown, View.whole(shown.xy, width, height), width, height, cursor=(0, 0), look=look)
        assert [strip.cell_length for strip in strips] == [width] * height
        assert [len(strip.text) for strip in strips] == [width] * height


def test_no_room_draws_nothing() -> None:
    assert draw(CORNERS, View(0, 0, 1), 0, 10) == draw(CORNERS, View(0, 0, 1), 10, -1) == []


def test_every_sound_lies_where_it_is_and_has_its_colour() -> None:
    strips = draw(CORNERS, View(0, 0, 0.1), 20, 10)
    assert [x for x, glyph in enumerate(strips[2].text) if glyph != " "] == [5, 15]
    assert [x for x, glyph in enumerate(strips[7].text) if glyph != " "] == [5, 15]
    assert [colour_at(strips, 5, 2), colour_at(strips, 15, 2), colour_at(strips, 5, 7)] == [*COLOURS[:3]]
    assert colour_at(strips, 15, 7) == (95, 95, 95)  # not in the list
    assert sum(glyph != " " for strip in strips for glyph in strip.text) == 4


def test_a_cell_has_the_colour_of_most_of_its_sounds_in_the_list() -> None:
    crowded = points((0, 0, 0, -1), (0, 0, 0, -1), (0, 0, 1, 5), (0, 0, 2, 6), (0, 0, 1, 7))
    assert colour_at(draw(crowded, View(0.1, 0.1, 1), 1, 1), 0, 0) == COLOURS[1]


def test_without_colour_classes_are_letters_and_only_the_list_is_shown() -> None:
    for look in (LETTERS, ASCII):
        strips = draw(CORNERS, View(0, 0, 0.1), 20, 10, look=look)
        assert strips[2].text.split() == ["d", "b"]
        assert strips[7].text.split() == ["o"]
        assert all(style is not None and style.color is None for strip in strips for _, style, _ in strip)


def test_ascii_has_nothing_else() -> None:
    for colour in (True, False):
        strips = draw(CORNERS, View(0, 0, 0.1), 20, 10, cursor=(0, 0), here=0, look=Look(braille=False, colour=colour))
        assert all(strip.text.isascii() for strip in strips)
        assert strips[2].text[5] == "@"
        assert "+" in "".join(strip.text for strip in strips)


def test_what_lies_outside_is_not_drawn() -> None:
    assert {strip.text for strip in draw(CORNERS, View(50, 50, 0.1), 20, 10, cursor=(0, 0), here=0)} == {" " * 20}


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20),
    st.integers(1, 300),
    st.integers(1, 100),
)
def test_the_whole_map_shows_every_sound(xy: list[tuple[float, float]], width: int, height: int) -> None:
    shown = points(*((x, y, 0, i) for i, (x, y) in enumerate(xy)))
    view = View.whole(shown.xy, width, height)
    columns, rows = view.dots(shown.xy, width, height)
    assert ((columns >= 0) & (columns < 2 * width)).all()
    assert ((rows >= 0) & (rows < 4 * height)).all()


@given(st.integers(0, 99), st.integers(0, 29), st.floats(0.01, 100))
def test_a_cell_and_its_place_agree(column: int, row: int, unit: float) -> None:
    view = View(3, -7, unit)
    columns, rows = view.dots(np.array([view.place(column, row, 100, 30)]), 100, 30)
    assert (columns[0] // 2, rows[0] // 4) == (column, row)


def test_zooming_keeps_the_cursor_where_it_is() -> None:
    view = View(0, 0, 1)
    zoomed = view.zoomed(2, 10, 4)
    assert zoomed.unit == 0.5
    assert view.zoomed(2, 10, 4).zoomed(0.5, 10, 4) == view
    place = np.array([[10.0, 4.0]], np.float32)
    assert view.dots(place, 80, 24) == zoomed.dots(place, 80, 24)


def test_the_nearest_is_of_the_list() -> None:
    assert CORNERS.nearest(0.9, 0.8) in (1, 2)
    assert CORNERS.nearest(-9, -9) == 0
    assert points((0, 0, 0, -1)).nearest(0, 0) is None
    assert NO_POINTS.nearest(0, 0) is None


def test_every_class_has_a_letter_of_its_own() -> None:
    families = ["drums", "percussion", "bass", "synth", "keys", "guitar", "strings", "brass", "drone", "d"]
    assert marks(families) == ["d", "p", "b", "s", "k", "g", "t", "r", "o", "a"]
    assert len(set(marks([f"class {i}" for i in range(36)]))) == 36


def test_the_legend_names_what_is_in_the_list() -> None:
    assert legend(CORNERS).plain == "● drums  ● bass  ● other"
    assert legend(CORNERS, LETTERS).plain == "d drums  b bass  o other"
    assert legend(points((0, 0, 1, 0), (0, 0, 0, -1)), Look(braille=False)).plain == "# bass"
    assert legend(NO_POINTS).plain == ""


class Shown(App[None]):
    CSS = "MapView { width: 20; height: 10; }"

    def __init__(self) -> None:
        super().__init__()
        self.reached: list[int] = []

    def compose(self) -> ComposeResult:
        yield MapView()

    def on_map_view_reached(self, message: MapView.Reached) -> None:
        self.reached.append(message.position)


def cursor_of(view: MapView) -> tuple[float, float]:
    assert view.cursor is not None
    return view.cursor


def part_of(view: MapView) -> View:
    assert view.view is not None
    return view.view


def lines(view: MapView) -> list[str]:
    return [view.render_line(y).text for y in range(view.size.height)]


async def test_moving_tells_the_nearest_sound_once() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        view = app.query_one(MapView)
        view.show(CORNERS, 0, Look())
        for _ in range(12):
            view.move(1, 0)
        await pilot.pause()
        assert app.reached == [1]
        view.move(0, 99)  # nothing lies there
        view.move(-8, 6)
        await pilot.pause()
        assert app.reached == [1, 2]
        assert "◉" in lines(view)[9]


async def test_it_stands_where_the_list_stands() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        view = app.query_one(MapView)
        view.show(CORNERS, 2, Look())
        assert cursor_of(view) == (-1, 1)
        view.stand_on(1)
        assert cursor_of(view) == (1, -1)
        view.stand_on(99)
        await pilot.pause()
        assert cursor_of(view) == (1, -1)
        assert app.reached == []


async def test_looking_closer_and_back() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        view = app.query_one(MapView)
        view.show(CORNERS, 0, Look())
        await pilot.pause()
        whole = lines(view)
        for _ in range(6):
            view.zoom(1)
        await pilot.pause()
        assert sum(glyph != " " for glyph in "".join(lines(view))) == 1
        view.move(99, 0)  # beyond the edge: the map moves along
        await pilot.pause()
        assert (part_of(view).x, part_of(view).y) == cursor_of(view)
        view.move(-99, 0)
        for _ in range(9):
            view.zoom(-1)
        await pilot.pause()
        assert view.view is None  # all of it
        assert lines(view) == whole
        for _ in range(99):
            view.zoom(1)
        assert part_of(view).unit > 0
        view.see_whole()
        await pilot.pause()
        assert lines(view) == whole


async def test_a_close_look_follows_the_list() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        view = app.query_one(MapView)
        view.show(CORNERS, 0, Look())
        await pilot.pause()
        for _ in range(6):
            view.zoom(1)
        view.stand_on(1)
        assert (part_of(view).x, part_of(view).y) == (1, -1)
        await pilot.pause()
        assert "◉" in "".join(lines(view))


async def test_a_click_goes_there() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        app.query_one(MapView).show(CORNERS, 0, Look())
        await pilot.click(MapView, offset=(17, 1))
        assert app.reached == [1]


async def test_an_empty_map_can_be_walked_on() -> None:
    app = Shown()
    async with app.run_test() as pilot:
        view = app.query_one(MapView)
        view.move(3, 3)
        view.zoom(1)
        view.zoom(-1)
        await pilot.click(MapView, offset=(3, 3))
        assert app.reached == []

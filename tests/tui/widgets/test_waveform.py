"""Waveforms as text and colours, from pictures of real sounds."""

from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color
from textual.app import App, ComposeResult
from textual.strip import Strip

from cratedig.analysis import waveform as analysis
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.types import FloatArray
from tests.analysis.synth import noise, tone
from tui.widgets.dots import Look
from tui.widgets.waveform import Waveform, draw

ASCII = Look(braille=False, colour=False)


def picture(y: FloatArray) -> bytes:
    return analysis.pack(analysis.draw(Spectrum(y)))


def half_silent() -> bytes:
    return picture(np.concatenate((noise(1), np.zeros(SR, np.float32))))


def rgb(strip: Strip, x: int) -> tuple[int, int, int]:
    (segment,) = strip.crop(x, x + 1)
    assert segment.style is not None
    assert isinstance(segment.style.color, Color)
    triplet = segment.style.color.triplet
    assert triplet is not None
    return triplet.red, triplet.green, triplet.blue


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 1), (24, 1), (79, 3), (200, 8), (350, 4), (700, 2)])
@pytest.mark.parametrize("look", [Look(), ASCII])
def test_any_size_is_filled(width: int, height: int, look: Look) -> None:
    strips = draw(picture(tone(440, 1)), width, height, playhead=1.0, hit=(0.0, 0.5), look=look)
    assert [strip.cell_length for strip in strips] == [width] * height
    assert all(len(strip.text) == width for strip in strips)


@pytest.mark.parametrize(("width", "height"), [(0, 4), (10, 0), (-1, 1)])
def test_no_room_draws_nothing(width: int, height: int) -> None:
    assert draw(half_silent(), width, height) == []


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="1400"):
        draw(b"no picture", 10, 1)


def test_a_sound_that_stops_becomes_a_line() -> None:
    (row,) = draw(half_silent(), 40, 1)
    assert set(row.text[22:]) == {"⣀"}
    assert "⣀" not in row.text[:20]


def test_a_tall_waveform_is_mirrored_about_its_middle() -> None:
    ascii_rows = [strip.text for strip in draw(half_silent(), 60, 6, look=ASCII)]
    assert ascii_rows == ascii_rows[::-1]
    assert ascii_rows[0][40:].strip() == ""
    assert set(ascii_rows[2][40:]) == {":"}


def test_ascii_has_nothing_else() -> None:
    rows = draw(half_silent(), 60, 6, playhead=0.5, look=ASCII)
    assert all(strip.text.isascii() for strip in rows)


@pytest.mark.parametrize(("hz", "strongest"), [(60, 0), (700, 1), (8000, 2)])
def test_lows_are_red_middles_green_highs_blue(hz: float, strongest: int) -> None:
    (row,) = draw(picture(tone(hz, 1)), 20, 1)
    assert int(np.argmax(rgb(row, 10))) == strongest


def test_beside_the_hit_it_is_darker() -> None:
    (plain,) = draw(picture(noise(1)), 100, 1)
    (marked,) = draw(picture(noise(1)), 100, 1, hit=(0.2, 0.4))
    assert rgb(marked, 30) == rgb(plain, 30)
    assert max(rgb(marked, 10)) < max(rgb(plain, 10)) / 2
    assert max(rgb(marked, 50)) < max(rgb(plain, 50)) / 2


@pytest.mark.parametrize("hit", [(0.5, 0.501), (0.0, 0.0), (1.0, 1.0)])
def test_the_shortest_hit_can_be_seen(hit: tuple[float, float]) -> None:
    (row,) = draw(picture(noise(1)), 10, 1, hit=hit, look=Look(colour=False))
    bright = sum(len(text) for text, style, _ in row if style is not None and not style.dim)
    assert 1 <= bright <= 2


def test_without_colour_there_is_none() -> None:
    for strip in draw(picture(noise(1)), 50, 4, playhead=0.3, hit=(0.2, 0.4), look=Look(colour=False)):
        assert all(style is not None and style.color is None for _, style, _ in strip)


@pytest.mark.parametrize(("playhead", "column"), [(-0.1, 0), (0.0, 0), (0.25, 10), (0.999, 39), (1.0, 39), (7.0, 39)])
def test_the_playhead_stands_where_the_sound_is(playhead: float, column: int) -> None:
    for strip in draw(half_silent(), 40, 3, playhead=playhead):
        assert [x for x, glyph in enumerate(strip.text) if glyph == "│"] == [column]


class Shown(App[None]):
    CSS = "Waveform { width: 40; height: 4; }"

    def compose(self) -> ComposeResult:
        yield Waveform()


def on_screen(widget: Waveform) -> list[str]:
    return [widget.render_line(y).text for y in range(widget.size.height)]


async def test_the_widget_follows_what_it_is_given() -> None:
    async with Shown().run_test() as pilot:
        widget = pilot.app.query_one(Waveform)
        assert set("".join(on_screen(widget))) == {" "}
        widget.picture = half_silent()
        widget.playhead = 0.5
        await pilot.pause()
        assert on_screen(widget) == [strip.text for strip in draw(half_silent(), 40, 4, playhead=0.5)]
        widget.picture = widget.playhead = None
        await pilot.pause()
        assert set("".join(on_screen(widget))) == {" "}


async def test_the_widget_follows_its_size() -> None:
    async with Shown().run_test() as pilot:
        widget = pilot.app.query_one(Waveform)
        widget.picture = half_silent()
        widget.styles.width, widget.styles.height = 20, 7
        await pilot.pause()
        assert [len(row) for row in on_screen(widget)] == [20] * 7

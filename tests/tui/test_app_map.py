"""The map in the app: in place of the list, with the same sounds, keys and question."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from cratedig.config import Settings
from cratedig.store.places import PlaceRows
from cratedig.store.store import Store
from cratedig.store.tags import Proposal
from tests.tui.driving import Driven, driven
from tui.mapping import read_points
from tui.widgets.map import MapView

# From left to right by pitch, in the order of `tests.tui.driving.TONES`.
ROW = {"bass one.wav": -3, "kick deep.wav": -2, "kick low.wav": -1, "keys middle.wav": 0, "hat bright.wav": 1}


def lay_out(settings: Settings, columns: Mapping[str, float] = ROW) -> None:
    """Give the named sounds their places in a row; the others have none."""
    with Store.open(settings.library) as store:
        model = store.model
        assert model is not None
        contents = {
            Path(row.stamp.text).name: int(
                store._connection.execute("SELECT id FROM content WHERE hash = ?", (content.hash,)).fetchone()[0]
            )
            for row, content in store.files.present()
        }
        ids = np.array([contents[name] for name in columns], np.int64)
        xy = np.array([(x, 0) for x in columns.values()], np.float32).reshape(-1, 2)
        store.places.replace(PlaceRows(ids, xy), model)


def map_of(app: Driven) -> MapView:
    return app.app.screen.query_one(MapView)


def drawn(app: Driven) -> str:
    view = map_of(app)
    return "\n".join(view.render_line(y).text for y in range(view.size.height))


async def test_m_shows_the_map_in_place_of_the_list(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m")
        assert app.browser.on_map
        assert app.app.focused is map_of(app)
        assert not app.browser.results.display
        assert sum(glyph not in " \n" for glyph in drawn(app)) == 5
        assert "enter takes you" in app.text("#said").lower()
        assert app.text("#legend")


async def test_moving_plays_the_nearest_sound(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m")
        assert app.at_cursor == "bass one.wav"
        before = list(app.player.played)
        await app.press(*["shift+right"] * 6)
        assert app.player.played[len(before) :] == ["kick deep.wav", "kick low.wav"]
        assert app.at_cursor == "kick low.wav"
        await app.press("left")  # it is still the nearest
        assert app.player.played[len(before) :] == ["kick deep.wav", "kick low.wav"]


async def test_enter_goes_to_that_sound_in_the_list(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m", *["shift+right"] * 6, "enter")
        assert not app.browser.on_map
        assert app.app.focused is app.browser.results
        assert app.at_cursor == "kick low.wav"
        await app.press("m")
        assert app.at_cursor == "kick low.wav"
        assert app.browser.on_map


async def test_autoplay_off_is_silent_on_the_map_too(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "a", "m")
        before = len(app.player.played)
        await app.press(*["shift+right"] * 6)
        assert app.at_cursor == "kick low.wav"
        assert len(app.player.played) == before
        await app.press("space")
        assert app.player.played[before:] == ["kick low.wav"]


async def test_the_keys_of_the_list_work_on_the_map(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m", "f")
        assert "Favourite" in app.text("#said")
        await app.press("u", "l")
        assert ("loop", True) in app.player.calls


async def test_the_map_shows_what_the_query_finds(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m", "slash")
        await app.type("path:Kicks")
        assert app.browser.on_map
        assert app.app.focused is not map_of(app)
        assert map_of(app).points.listed.sum() == 2
        assert len(map_of(app).points.xy) == 5
        await app.press("enter")
        assert app.app.focused is map_of(app)
        before = len(app.player.played)
        await app.press(*["shift+right"] * 9)
        assert {*app.player.played[before:]} <= {"kick deep.wav", "kick low.wav"}
        assert app.at_cursor == "kick low.wav"


async def test_the_arrows_of_the_query_line_move_the_map_along(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m", "slash", "down")
        assert app.at_cursor == app.names[1]
        assert map_of(app).cursor == (ROW[app.names[1]], 0)


async def test_who_has_left_the_map_is_not_brought_back(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m")
        points = map_of(app).points
        await app.press("enter")
        await app.browser.show_map(points)  # an answer that was under way
        assert not app.browser.on_map


async def test_the_cursor_of_the_map_stays_where_it_was_put(settings: Settings) -> None:
    """The sound that is nearest is heard, and the list goes there; the cursor does not jump to it."""
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m", *["shift+right"] * 6)
        assert app.at_cursor == "kick low.wav"
        cursor = map_of(app).cursor
        assert cursor is not None
        assert cursor[0] not in ROW.values()


async def test_zooming_is_shown_among_the_keys_and_works(settings: Settings) -> None:
    lay_out(settings)
    async with driven(settings) as app:
        await app.press("enter", "m")
        keys = str(app.app.screen.query_one("KeyLine").render())
        assert "+ closer" in keys
        assert "- farther" in keys
        await app.press("plus", "plus", "plus", "plus", "plus")
        assert sum(glyph not in " \n" for glyph in drawn(app)) == 1
        await app.press("minus", "equals_sign", "0")
        assert sum(glyph not in " \n" for glyph in drawn(app)) == 5


async def test_without_a_map_it_says_when_there_is_one(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "m")
        assert not app.browser.on_map
        assert "no map yet" in app.text("#said")
        assert app.app.focused is app.browser.results


async def test_sounds_that_have_no_place_are_said(settings: Settings) -> None:
    lay_out(settings, {"bass one.wav": 0})
    async with driven(settings) as app:
        await app.type("path:Hats")
        await app.press("enter", "m")
        assert "None of these sounds" in app.text("#said")
        await app.press("right", "enter")
        assert app.at_cursor == "hat bright.wav"


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (240, 60)])
async def test_it_fits_any_terminal(settings: Settings, size: tuple[int, int]) -> None:
    lay_out(settings)
    async with driven(settings, size) as app:
        await app.press("enter", "m")
        assert map_of(app).size.width == size[0]
        assert map_of(app).size.height > 0
        assert drawn(app).strip()


def test_classes_are_kinds_until_families_are_tagged(settings: Settings) -> None:
    lay_out(settings)
    with Store.open(settings.library) as store:
        model = store.model
        assert model is not None
        segment_ids = store.segments.ids(model)
        ids = store.places.read().ids.tolist()
        with store.transaction():
            store.tags.replace(ids, [], "nothing")
        points = read_points(store, model, segment_ids)
        assert {points.names[i] for i in points.classes} <= {"one-shot", "loop", "texture"}
        with store.transaction():
            store.tags.replace(ids, [Proposal(ids[0], "drums", "heard", 0.9, sure=True)], "one")
        points = read_points(store, model, segment_ids)
        assert [points.names[i] for i in points.classes] == ["drums", "other", "other", "other", "other"]


def test_positions_are_those_of_the_list(settings: Settings) -> None:
    lay_out(settings)
    with Store.open(settings.library) as store:
        model = store.model
        assert model is not None
        backwards = store.segments.ids(model)[::-1]
        content_of = dict(store._connection.execute("SELECT id, content_id FROM segment"))
        points = read_points(store, model, backwards)
        listed = [content_of[int(backwards[position])] for position in points.positions]
        assert listed == store.places.read().ids.tolist()
        assert read_points(store, model, backwards[:0]).listed.sum() == 0

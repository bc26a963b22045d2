"""Arrow keys, space, loop, seek, volume, A/B, tempo and key; and what is said when nothing can be heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from cratedig.config import Settings
from tests.tui.driving import driven
from tui.audition.clips import Take
from tui.audition.events import AudioOff, Failed, Finished, Started


async def test_the_arrow_keys_play_from_the_query_line(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("down", "down", "up")
        assert app.player.played == ["hat bright.wav", "hat high.wav", "hat bright.wav"]
        assert app.at_cursor == "hat bright.wav"


async def test_neighbours_are_made_ready_the_next_one_first(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("down")
        assert app.player.ahead == ["hat high.wav", "bass one.wav", "keys middle.wav", "kick deep.wav"]


async def test_the_end_of_the_list_is_the_end(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "end", "down")
        assert app.at_cursor == "kick low.wav"
        assert app.player.played == ["kick low.wav"]
        await app.press("home")
        assert app.at_cursor == "bass one.wav"


async def test_space_plays_and_stops(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "space")
        assert app.player.played == ["bass one.wav"]
        await app.press("space")
        assert app.player.calls[-1] == ("stop", None)
        await app.press("space")
        assert app.player.played == ["bass one.wav", "bass one.wav"]


async def test_autoplay_off_is_off(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "a", "down", "down", "pagedown", "home")
        assert app.player.played == []
        assert "autoplay off" in app.text("#switches")
        await app.press("s")
        assert app.player.played == []
        await app.press("space")
        assert len(app.player.played) == 1
        await app.press("down")
        assert app.player.playing is None  # the sound that was left is not the one at the cursor
        await app.press("a", "down")
        assert len(app.player.played) == 2


async def test_a_loop_goes_on_with_the_next_sound(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "l")
        assert app.player.looping
        assert "loop on" in app.text("#switches")
        await app.press("down")
        assert app.player.played[-1] == "hat bright.wav"
        assert app.player.looping
        await app.press("l")
        assert app.player.calls[-1] == ("loop", False)


async def test_seeking_a_short_sound_moves_by_an_eighth(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "space", "right", "left")
        assert app.player.calls[-2:] == [("seek", pytest.approx(0.025)), ("seek", pytest.approx(-0.025))]


async def test_the_volume_has_bounds(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "comma")
        assert app.player.calls[-1] == ("volume", -3.0)
        await app.press(*["full_stop"] * 5)
        assert app.player.calls[-1] == ("volume", 6.0)
        assert "+6 dB" in app.text("#switches")


async def test_sounds_are_matched_in_loudness_until_told_otherwise(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "space")
        assert app.player.match_db != 0
        await app.press("v")
        assert app.player.calls[-1] == ("matched", False)
        assert "as recorded" in app.text("#switches")


async def test_ab_compares_with_the_reference(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "b")
        assert "no reference yet" in app.text("#said")
        await app.press("s", "down", "b")
        assert app.player.calls[-1] == ("compare", "bass one.wav")
        assert app.player.match_db != 0
        assert "hearing the reference" in app.text("#switches")
        await app.press("b")
        assert "hearing the reference" not in app.text("#switches")


async def test_tempo_and_key_of_the_session(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "t")
        await app.type("122 Am")
        await app.press("enter")
        assert "122 bpm Am" in app.text("#switches")
        await app.press("t", *["backspace"] * 10, "enter")
        assert "bpm" not in app.text("#switches")


async def test_a_tempo_that_is_none_is_refused_in_words(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "t")
        await app.type("quick")
        await app.press("enter")
        assert "122 Am" in app.text("#keys")
        await app.press("escape")
        assert app.text("#switches") == ""


async def test_the_sign_of_playing_comes_and_goes(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "space")
        take = app.player.playing
        assert take is not None
        app.player.on_event(Started(take))
        await app.settle()
        assert app.browser.results.playing is not None
        app.player.playing = None
        app.player.on_event(Finished(take))
        await app.settle()
        assert app.browser.results.playing is None


async def test_a_file_that_cannot_be_played_is_named(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("down")
        app.player.on_event(Failed(Take(Path("gone.wav")), "gone.wav is not there any more.", ""))
        await app.settle()
        assert any("gone.wav is not there any more." in toast for toast in app.toasts)


async def test_sound_off_is_said_and_everything_else_works(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("down")
        app.player.on_event(AudioOff("Audio is off over ssh.", "Forward your sound server."))
        await app.settle()
        assert app.text("#switches") == "sound off"
        assert any("Audio is off over ssh." in toast for toast in app.toasts)
        await app.press("down")
        assert app.at_cursor == "hat high.wav"
        take = app.player.playing
        assert take is not None
        app.player.on_event(Started(take))  # the device is back
        await app.settle()
        assert app.text("#switches") == ""


async def test_leaving_closes_the_player(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("down")
    assert app.player.closed

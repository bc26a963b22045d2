"""The app with the real player and a device that is turned by hand, and with the model that ships."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cratedig.config import Settings, load_settings
from cratedig.store.store import Store
from indexer.pipeline import IndexRequest, index
from tests.tui.audition.test_player import HandTurned
from tests.tui.driving import driven, tones
from tui.audition.device import Device, Render
from tui.audition.events import Event
from tui.audition.player import Player


class Booth:
    """Makes the real player, and turns its device."""

    device: HandTurned

    def make_player(self, on_event: Callable[[Event], None]) -> Player:
        return Player(on_event, 60, self._device)

    def _device(self, render: Render, buffer_ms: float) -> Device:
        self.device = HandTurned(render, buffer_ms)
        return self.device

    def loudness(self, frames: int = 4800) -> float:
        """RMS of what is heard next."""
        return float(np.sqrt(np.mean(self.device.turn(frames) ** 2)))


async def test_an_arrow_key_is_heard_and_space_is_silence(settings: Settings) -> None:
    booth = Booth()
    async with driven(settings, make_player=booth.make_player) as app:
        await app.press("enter", "l", "down")
        await app.until(lambda: app.browser.results.playing is not None)
        assert booth.loudness() > 0.01
        await app.press("space")
        booth.loudness()  # it fades
        assert booth.loudness() == 0


async def test_the_playhead_moves_and_ends(settings: Settings) -> None:
    booth = Booth()
    async with driven(settings, make_player=booth.make_player) as app:
        await app.press("down")
        await app.until(lambda: app.browser.results.playing is not None)
        booth.loudness(2400)
        await app.until(lambda: (app.playhead or 0) > 0.2)
        booth.loudness(48_000)
        await app.until(lambda: app.browser.results.playing is None)
        await app.until(lambda: app.playhead is None)


async def test_a_file_that_vanished_is_named_and_the_next_plays(settings: Settings, indexed_once: Path) -> None:
    file = indexed_once / "samples" / "Test Pack" / "Hats" / "hat bright.wav"
    aside = file.with_suffix(".aside")
    file.rename(aside)
    try:
        booth = Booth()
        async with driven(settings, make_player=booth.make_player) as app:
            await app.press("down")
            await app.until(lambda: any("hat bright.wav" in toast for toast in app.toasts))
            await app.press("down")
            await app.until(lambda: app.browser.results.playing is not None)
    finally:
        aside.rename(file)


async def test_a_device_that_is_lost_and_comes_back(settings: Settings) -> None:
    booth = Booth()
    async with driven(settings, make_player=booth.make_player) as app:
        booth.device.plugged_in = False
        await app.press("down")
        await app.until(lambda: app.text("#switches") == "sound off")
        booth.device.plugged_in = True
        await app.press("down")
        await app.until(lambda: app.text("#switches") == "")
        assert booth.loudness() > 0


async def test_with_the_model_that_ships(tmp_path: Path) -> None:
    flags = {"library": tmp_path / "library", "jobs": 1}
    settings = load_settings(flags, {"CRATEDIG_CONFIG": str(tmp_path / "config.toml")})
    with Store.create_or_open(settings.library) as store:
        request = IndexRequest([str(tones(tmp_path / "samples"))], "compact")
        assert list(index(store, request, lambda: False))
    async with driven(settings) as app:
        await app.type("sub bass")
        assert "sounds" in app.text("#count")
        first = app.browser.results.row
        assert first is not None
        assert first.hit.score is not None
        await app.press("enter", "s")
        assert app.names[0] == Path(first.hit.path).name


async def test_a_player_that_cannot_be_made_is_said_and_search_works(settings: Settings) -> None:
    def broken(_: object) -> Player:
        raise OSError("no such library: libsndfile.so")

    async with driven(settings, make_player=broken) as app:
        assert any("libsndfile" in toast for toast in app.toasts)
        await app.type("path:Hats")
        await app.press("enter", "down", "space", "l", "b", "t", "v", "a", "right", "comma")
        assert app.at_cursor == "hat high.wav"
        assert len(app.browser.faults) == 1

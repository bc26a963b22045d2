"""The app without a terminal: a small real library, a player that writes down what it is asked, keys by name."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from cratedig.config import Settings, load_settings
from cratedig.paths import LibraryPaths
from tests.library import make_library, write_tone
from tui.app import CratedigApp
from tui.audition.clips import Take
from tui.audition.events import Event
from tui.audition.player import Player
from tui.screens.browse import BrowseScreen
from tui.widgets.waveform import Waveform

__all__ = ["Driven", "FakePlayer", "driven", "locked", "settings_in", "small_library", "tones"]

PATIENCE_S = 30.0
TONES = {
    "Kicks/kick deep.wav": 110,
    "Kicks/kick low.wav": 250,
    "Basses/bass one.wav": 50,
    "Keys/keys middle.wav": 600,
    "Hats/hat bright.wav": 2500,
    "Hats/hat high.wav": 3400,
}


@dataclass
class FakePlayer:
    """Does what `tui.audition.player.Player` says it does, without a sound; `calls` are in order."""

    on_event: Callable[[Event], None] = lambda _: None
    calls: list[tuple[str, object]] = field(default_factory=list)
    playing: Take | None = None
    position_s: float | None = None
    comparing: bool = False
    closed: bool = False

    def play(self, take: Take, *, loop: bool = False, match_db: float = 0.0) -> None:
        self.playing = take
        self.calls.append(("play", take.path.name))
        self.looping, self.match_db = loop, match_db

    def prefetch(self, takes: Iterable[Take]) -> None:
        self.ahead = [take.path.name for take in takes]

    def stop(self) -> None:
        self.playing = None
        self.calls.append(("stop", None))

    def compare(self, reference: Take, *, match_db: float = 0.0) -> bool:
        self.match_db = match_db
        self.comparing = not self.comparing
        self.calls.append(("compare", reference.path.name))
        return self.comparing

    def seek(self, delta_s: float) -> None:
        self.calls.append(("seek", delta_s))

    def set_loop(self, loop: bool) -> None:
        self.calls.append(("loop", loop))

    def set_matched(self, matched: bool) -> None:
        self.calls.append(("matched", matched))

    def set_volume(self, db: float) -> None:
        self.calls.append(("volume", db))

    def close(self) -> None:
        self.closed = True

    @property
    def played(self) -> list[object]:
        """Names of the files in the order in which they were played."""
        return [name for call, name in self.calls if call == "play"]


@dataclass
class Driven:
    """A running app, and what a test looks at."""

    app: CratedigApp
    pilot: Pilot[None]
    player: FakePlayer

    @property
    def browser(self) -> BrowseScreen:
        return self.app.browser

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything they started is done."""
        await self.pilot.press(*keys)
        await self.settle()

    async def strike(self, *keys: str) -> None:
        """Press keys in one instant, with no time for one to be dealt with before the next."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await self.settle()

    async def type(self, text: str) -> None:
        """Put text in where the cursor is, at once: a key at a time takes a tenth of a second each."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until threads and messages are at rest; what one starts, the next round waits for."""
        for _ in range(4):
            await self.app.workers.wait_for_complete()
            for pool in (self.app.changes._pool, self.app.session._pool):
                await asyncio.wrap_future(pool.submit(lambda: None))
            await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the player's threads have brought something about."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await self.pilot.pause(0.01)

    @property
    def playhead(self) -> float | None:
        """Where the waveform shows that playing is, 0 to 1."""
        return self.browser.query_one(Waveform).playhead

    def text(self, selector: str) -> str:
        """What a line of the screen says."""
        return str(self.app.screen.query_one(selector, Static).render())

    @property
    def lines(self) -> list[str]:
        """The screen as text, a line each, without trailing blanks."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def screen(self) -> str:
        """Kind of the screen on top."""
        return type(self.app.screen).__name__

    @property
    def names(self) -> list[str]:
        """Names in the list, as far as they are fetched."""
        rows = self.browser.results._rows
        return [Path(row.hit.path).name for _, row in sorted(rows.items()) if row is not None]

    @property
    def at_cursor(self) -> str:
        row = self.browser.results.row
        return "" if row is None else Path(row.hit.path).name

    @property
    def toasts(self) -> list[str]:
        """What popped up so far."""
        return [f"{toast.title} {toast.message}".strip() for toast in self.app._notifications]


@contextlib.asynccontextmanager
async def driven(
    settings: Settings,
    size: tuple[int, int] = (100, 30),
    *,
    unicode: bool = True,
    make_player: Callable[[Callable[[Event], None]], Player] | None = None,
) -> AsyncIterator[Driven]:
    """Run the app, with the library open and the first list shown."""
    player = FakePlayer()

    def make_fake(on_event: Callable[[Event], None]) -> Player:
        player.on_event = on_event
        return player  # type: ignore[return-value]

    app = CratedigApp(settings, make_player or make_fake, unicode=unicode)
    async with app.run_test(size=size) as pilot:
        driven = Driven(app, pilot, player)
        await driven.settle()
        yield driven


@contextlib.contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the library's lock, as another program may."""
    with contextlib.closing(sqlite3.connect(LibraryPaths(settings.library).database)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def tones(folder: Path) -> Path:
    """Write a pack of six tones; see `TONES`."""
    for name, hz in TONES.items():
        write_tone(folder / "Test Pack" / name, hz)
    return folder


def settings_in(folder: Path) -> Settings:
    """Settings that keep everything in a folder, and the fake model."""
    flags = {"library": folder / "library", "model": "fake", "jobs": 1}
    return load_settings(flags, {"CRATEDIG_CONFIG": str(folder / "config.toml")})


def small_library(folder: Path) -> Settings:
    """Index the pack of `tones` into a library in a folder."""
    settings = settings_in(folder)
    make_library(settings.library, tones(folder / "samples")).close()
    return settings

"""The app: one library, one player, and the screens that share them."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.screen import Screen

from cratedig.config import Settings
from tui.actions import ACTIONS
from tui.changing import Changes
from tui.indexing import Indexing
from tui.messages import LibrarySaid
from tui.screens.browse import BrowseScreen
from tui.session import Event as LibraryEvent
from tui.session import Session

if TYPE_CHECKING:
    from tui.audition.events import Event as PlayerEvent
    from tui.audition.player import Player

__all__ = ["CratedigApp", "run"]

SWITCH_S = 0.0005  # between threads: the sound device must not wait for the screen


class CratedigApp(App[None]):
    """Search, hear and take sounds.

    Parameters
    ----------
    settings : Settings
    make_player : callable
        Makes the player, from what takes its events; runs after the first paint.
    unicode : bool
        Whether the terminal can show more than ASCII.
    """

    TITLE = "cratedig"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        settings: Settings,
        make_player: Callable[[Callable[[PlayerEvent], None]], Player],
        *,
        unicode: bool = True,
    ) -> None:
        super().__init__()
        self.set_class(not unicode, "-ascii")
        self.settings = settings
        self.session = Session(settings, self._tell)
        self.changes = Changes(settings, self._tell)
        self.indexing = Indexing(settings, self._tell)
        self.browser = BrowseScreen(settings, self.session, self.changes, self.indexing, make_player, unicode=unicode)

    def on_mount(self) -> None:
        """Show the browser."""
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.push_screen(self.browser)

    def on_unmount(self) -> None:
        """End what runs behind the screen."""
        self.indexing.stop()
        self.changes.close()
        self.session.close()

    def _keep_theme(self, _: object) -> None:
        self.browser.keep("theme", self.theme)

    def _tell(self, event: LibraryEvent) -> None:
        """Hand an event of a thread to the browser."""
        self.browser.post_message(LibrarySaid(event))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give everything the keys do to the command palette."""
        yield from super().get_system_commands(screen)
        for action in ACTIONS:
            if action.place not in {"map", "review"}:
                yield SystemCommand(
                    action.label, action.help, lambda name=action.name: self.call_later(self._act, name)
                )

    async def _act(self, name: str) -> None:
        await self.browser.run_action(name)


def run(settings: Settings) -> None:
    """Run the app until the user leaves it."""
    sys.setswitchinterval(SWITCH_S)
    screen = sys.__stderr__  # where Textual draws
    if isinstance(screen, io.TextIOWrapper):
        screen.reconfigure(errors="replace")
    unicode = screen is not None and "utf" in screen.encoding.lower() and os.environ.get("TERM") != "linux"
    app = CratedigApp(settings, partial(_player, settings.buffer), unicode=unicode)
    app.run()
    for fault in app.browser.faults:
        traceback.print_exception(fault)


def _player(buffer_ms: int, on_event: Callable[[PlayerEvent], None]) -> Player:
    from tui.audition.player import Player  # noqa: PLC0415  (not before the first paint)

    return Player(on_event, buffer_ms)

"""How the library grows: the first run, adding folders, and what indexing says meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.indexing import Indexing
from tui.screens.ask import Ask
from tui.screens.first_run import FirstRun
from tui.screens.mapping import Mapping
from tui.widgets.folders import FolderLine, problem_with, read_folders

if TYPE_CHECKING:
    from indexer.events import Event

__all__ = ["Growing"]

LOOK_S = 2.0  # between looks at what indexing has brought


class Growing(Mapping):
    """A screen whose library can grow."""

    indexing: Indexing
    _looked_at = 0.0

    def look_again(self) -> None:
        """Ask the same again, for what is new."""
        raise NotImplementedError

    def ask_for_folders(self) -> None:
        """There is no library: show the first run, unless indexing is making one."""
        if not self.indexing.running and not isinstance(self.app.screen, FirstRun):
            self.app.push_screen(FirstRun(self.settings.library, self._index))

    def leave_first_run(self) -> None:
        """There are sounds: show them."""
        if isinstance(self.app.screen, FirstRun):
            self.app.pop_screen()

    def action_index(self) -> None:
        """See `tui.actions`."""
        if self.indexing.running:
            self.say("Indexing is under way: what is done so far is in the list.")
            return
        question = Ask(
            "Add folders to the library",
            "Nothing: look for changes in the folders that are in it.",
            line=FolderLine(),
            check=problem_with,
        )
        self.app.push_screen(question, self._index_answer)

    def _index_answer(self, answer: str | None) -> None:
        if answer is not None:
            self._index(read_folders(answer))

    def _index(self, folders: Sequence[Path]) -> None:
        self.indexing.start(folders)

    def show_progress(self, event: Event) -> None:
        """Show news of indexing, and from time to time the sounds it has brought."""
        from indexer.events import IndexFinished, IndexProgress  # noqa: PLC0415  (not before the first paint)
        from tui.progress import in_words  # noqa: PLC0415

        if news := in_words(event):
            self.query_one("#news", Static).update(news)
            if isinstance(self.app.screen, FirstRun):
                self.app.screen.news(news)
        if isinstance(event, IndexFinished):
            self.look_again()
        elif isinstance(event, IndexProgress) and event.done and monotonic() - self._looked_at > LOOK_S:
            self._looked_at = monotonic()
            if not self.results.total or not self.results.has_focus:  # rows must not move under the user's hands
                self.look_again()

"""The first run: where are the samples? Indexing starts at once, and the browser opens with the first sounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.widgets.folders import FolderLine, problem_with, read_folders

__all__ = ["FirstRun"]

WELCOME = """\
cratedig finds sounds in your own sample library by what they sound like.

In which folder are your samples? Type its path, or drop it on this window, and press enter.
Several folders: with a comma between them. Your files are only read, never changed or moved."""


class FirstRun(ModalScreen[None]):
    """Ask for folders, hand them to `index`, and show how it goes until there is something to browse."""

    def __init__(self, library: Path, index: Callable[[Sequence[Path]], None]) -> None:
        super().__init__()
        self._library, self._index = library, index

    def compose(self) -> ComposeResult:
        """Give welcome, line and news."""
        with Vertical(classes="box"):
            yield Static("Welcome", classes="question", markup=False)
            yield Static(WELCOME, markup=False)
            yield FolderLine()
            yield Static(f"The library goes to {self._library}", id="news", markup=False)
            yield Static("enter: index   tab: complete   ctrl+q: quit", id="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Start, unless there is something wrong with the folders."""
        problem = problem_with(event.value)
        if problem or not event.value.strip():
            self.news(problem or "Name a folder.")
        else:
            self.news("Looking for sounds...")
            self._index(read_folders(event.value))

    def news(self, text: str) -> None:
        """Show how it goes."""
        self.query_one("#news", Static).update(text)

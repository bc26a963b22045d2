"""The query line: typing, completing, pasting and dropping files."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from tui.actions import ACTIONS

__all__ = ["QueryLine"]


class QueryLine(Input):
    """One line of the query language. Files that are pasted or dropped become references instead of text."""

    BINDINGS = [  # noqa: RUF012  (Textual's own)
        Binding(action.commands, f"screen.{action.name}", action.label, priority=True)
        for action in ACTIONS
        if action.place in {"query", "anywhere"}
    ]

    class Dropped(Message):
        """Files were pasted or dropped."""

        def __init__(self, files: list[Path]) -> None:
            super().__init__()
            self.files = files

    class Emptied(Message):
        """Backspace was pressed where there is nothing left to delete."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False, id="query")
        self._offered: tuple[str, ...] = ()

    def offer(self, line: str, completions: tuple[str, ...]) -> bool:
        """Take completions of `line` for `tab`; False when the line has moved on."""
        if line != self.value:
            return False
        self._offered = completions
        return True

    def take_completion(self) -> bool:
        """Put the next completion in; False when there is none."""
        if not self._offered:
            return False
        chosen, *others = self._offered
        with self.prevent(Input.Changed):
            self.value = chosen
        self.cursor_position = len(chosen)
        self._offered = (*others, chosen)
        return True

    def set_line(self, text: str) -> None:
        """Show a line, with the cursor at its end, without a word to anybody."""
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)
        self._offered = ()

    def action_delete_left(self) -> None:
        """Delete a character; tell when there is none."""
        if not self.value:
            self.post_message(self.Emptied())
        super().action_delete_left()

    def _on_paste(self, event: events.Paste) -> None:
        """Take files as references, and all lines of a text: `Input` keeps the first only."""
        from tui.drop import files_in  # noqa: PLC0415  (not before the first paint)

        event.stop()
        event.prevent_default()
        files = files_in(event.text)
        if files:
            self.post_message(self.Dropped(files))
        else:
            self.replace(" ".join(event.text.split()), *self.selection)

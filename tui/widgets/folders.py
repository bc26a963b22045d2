"""A line for folders: typed, completed with tab, or dropped."""

from __future__ import annotations

import os
from pathlib import Path

from textual import events
from textual.suggester import Suggester
from textual.widgets import Input

from tui.cli.output import printable

__all__ = ["FolderLine", "problem_with", "read_folders", "typed_path"]

SEPARATOR = ", "


class FolderLine(Input):
    """Folders, with commas between them; typing takes the place of a `replaceable` value."""

    BINDINGS = [("tab", "cursor_right", "complete")]  # noqa: RUF012

    def __init__(self, value: str = "", *, replaceable: bool = False) -> None:
        super().__init__(value, suggester=_Folders(), compact=True, select_on_focus=replaceable)

    def _on_paste(self, event: events.Paste) -> None:
        """Take dropped folders with their names as they are."""
        from tui.drop import files_in  # noqa: PLC0415  (not before the first paint)

        event.stop()
        event.prevent_default()
        names = [str(file) for file in files_in(event.text)] or [event.text.strip()]
        self.insert_text_at_cursor((SEPARATOR if self.value.strip() else "") + SEPARATOR.join(names))


class _Folders(Suggester):
    """Completes the last folder of the line from what is on disk."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Give the line with the first folder that begins so."""
        before, comma, last = value.rpartition(SEPARATOR)
        typed = typed_path(last)
        parent, start = (typed, "") if last.endswith(os.sep) else (typed.parent, typed.name)
        try:
            names = sorted(
                entry.name for entry in os.scandir(parent) if entry.is_dir() and entry.name.startswith(start)
            )
        except (OSError, ValueError):
            return None
        shown = [name for name in names if start or not name.startswith(".")]
        return f"{before}{comma}{last[: len(last) - len(start)]}{shown[0]}" if shown and last else None


def read_folders(text: str) -> list[Path]:
    """Read folders as they are typed: the whole text when it is one, else what is between the commas."""
    names = [text] if os.path.exists(typed_path(text)) else text.split(",")  # noqa: PTH110
    return [typed_path(name) for name in names if name.strip()]


def problem_with(text: str) -> str:
    """Say which folder is not there; nothing when all are."""
    absent = [folder for folder in read_folders(text) if not os.path.exists(folder)]  # noqa: PTH110
    return f"There is no folder {printable(str(absent[0]))}. Check the spelling." if absent else ""


def typed_path(text: str) -> Path:
    """Read a path as it is typed, from home or from where the program was started."""
    return Path(os.path.expanduser(text.strip())).absolute()  # noqa: PTH111  (pathlib's raises for an unknown user)

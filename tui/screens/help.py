"""Every key, from the registry of actions, and the filters of the query language."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.actions import by_group, keys_shown

__all__ = ["HelpScreen"]

START = """\
Type what a sound is like. The sounds that come closest are listed; up and down let you hear them.
Enter goes to the list, where each letter does something. / goes back to the query line."""


class HelpScreen(ModalScreen[None]):
    """All there is to know."""

    BINDINGS = [("escape,question_mark,f1,q", "dismiss", "close")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """Give keys by group, then the filters."""
        with VerticalScroll(classes="box"):
            yield Static(START, markup=False)
            for group, actions in by_group():
                rows = [(keys_shown(action), action.help) for action in actions]
                yield Static(_table(group, rows))
            yield Static(_table("Filters", _filters()))
            yield Static("esc: close", classes="help", markup=False)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()


def _filters() -> list[tuple[str, str]]:
    from search.filters import FILTERS  # noqa: PLC0415  (not before the first paint)

    return [(f"{known.name}:{known.example}", known.help) for known in FILTERS.values()]


def _table(title: str, rows: list[tuple[str, str]]) -> Content:
    widest = max(len(left) for left, _ in rows)
    lines = [Content.assemble((f"{left:>{widest}}", "bold $accent"), "  ", right) for left, right in rows]
    return Content("\n").join([Content.styled(f"\n{title}", "bold"), *lines])

"""The line of keys at the bottom."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widget import Widget

from tui.actions import ACTIONS, Action, Place, keys_shown

__all__ = ["KeyLine"]

GAP = "  "


class KeyLine(Widget):
    """The keys that matter most where the focus is, as many as there is room for; a click does the same."""

    place: Place = "query"

    def show(self, place: Place) -> None:
        """Show the keys of the query line, the list or the map."""
        self.place = place
        self.refresh()

    def render(self) -> Content:
        """Give what fits."""
        return Content(GAP).join(self._entry(action) for action in self._shown())

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        end = 0
        for action in self._shown():
            end += self._entry(action).cell_length + len(GAP)
            if event.get_content_offset_capture(self).x < end:
                await self.run_action(f"screen.{action.name}")
                return

    def _shown(self) -> list[Action]:
        """Return the actions whose keys fit; the one that shows all keys always does."""
        shown = [action for action in ACTIONS if action.footer and action.place in (self.place, "anywhere")]
        while len(shown) > 1 and Content(GAP).join(map(self._entry, shown)).cell_length > self.content_size.width:
            shown.pop(-2)
        return shown

    def _entry(self, action: Action) -> Content:
        key = keys_shown(action).split()[-1 if self.place == "query" else 0]
        return Content.assemble((key, "bold $accent"), " ", action.label)

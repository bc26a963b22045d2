"""The map, which stands in place of the list and moves its cursor: what the list does with a sound, the map does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.geometry import Region
from textual.widgets import Static

from tui.screens.keeping import Keeping
from tui.widgets.results import Headings, Results

if TYPE_CHECKING:
    from tui.actions import Place
    from tui.mapping import Points
    from tui.widgets.map import MapView

__all__ = ["Mapping"]

HOW = "Arrow keys move, with shift far. + looks closer. Enter takes you to the sound in the list."
NO_MAP = "There is no map yet: it is drawn some minutes after indexing, of 30 sounds or more."
NONE_LISTED = "None of these sounds is on the map yet."


class Mapping(Keeping):
    """A screen whose sounds can be seen as a map."""

    _map: MapView | None = None  # comes when first asked for
    _map_wanted = False
    _told: int | None = None  # where in the list the map has sent the cursor

    @property
    def on_map(self) -> bool:
        """Whether the map is shown, not the list."""
        return not self.results.display

    @property
    def sounds_place(self) -> Place:
        """Which keys count where the sounds are."""
        return "map" if self.on_map else "list"

    def focus_sounds(self) -> None:
        """Go to the list, or to the map in its place; at once, unlike `Widget.focus`: the next key belongs there."""
        self.set_focus(self.query_one("#map" if self.on_map else "#results"))

    def action_map(self) -> None:
        """See `tui.actions`."""
        self._map_wanted = True
        self.session.map()

    async def show_map(self, points: Points) -> None:
        """Show the map of the list; where it is shown already, with another list."""
        from tui.widgets.map import MapView, legend  # noqa: PLC0415  (not before the first paint)

        if not self._map_wanted:  # the user has gone back to the list meanwhile
            return
        if not len(points.xy):
            self.say(NO_MAP)
            return
        if self._map is None:
            self._map = MapView()
            await self.mount_all([self._map, Static(id="legend")], after=self.results)
        arriving = not self.on_map
        self._map.show(points, self.results.cursor, self.results.look)
        self.query_one("#legend", Static).update(legend(points, self.results.look))
        self._show(map_=True)
        if arriving:
            self._map.focus()
            self.say(HOW if points.listed.any() else NONE_LISTED)

    def action_leave_map(self) -> None:
        """See `tui.actions`."""
        self._map_wanted = False
        self._show(map_=False)
        self.focus_sounds()
        here = Region(0, self.results.cursor, 1, 1)
        self.call_after_refresh(self.results.scroll_to_region, here, animate=False, center=True)

    def _show(self, *, map_: bool) -> None:
        for of_list in (self.query_one(Headings), self.results):
            of_list.display = not map_
        for of_map in self.query("MapView, #legend"):
            of_map.display = map_

    def action_go(self, columns: int, rows: int) -> None:
        """See `tui.actions`."""
        if self._map is not None:
            self._map.move(columns, rows)

    def action_closer(self) -> None:
        """See `tui.actions`."""
        if self._map is not None:
            self._map.zoom(1)

    def action_farther(self) -> None:
        """See `tui.actions`."""
        if self._map is not None:
            self._map.zoom(-1)

    def action_whole_map(self) -> None:
        """See `tui.actions`."""
        if self._map is not None:
            self._map.see_whole()

    def on_map_view_reached(self, message: MapView.Reached) -> None:
        """Go to that sound in the list, which plays it."""
        self._told = self.results.cursor = message.position
        if self.results.row is None:
            self.session.rows(message.position, message.position + 1)

    @on(Results.Reached)
    def _follow_list(self) -> None:
        """Go on the map where the list has gone by itself."""
        if self._map is not None and self.results.cursor != self._told:
            self._told = None
            self._map.stand_on(self.results.cursor)

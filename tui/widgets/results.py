"""The list of sounds: only the rows on screen are fetched and drawn, so that 100,000 scroll like ten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.actions import ACTIONS
from tui.cli.output import printable
from tui.widgets.columns import Column, fit

if TYPE_CHECKING:
    from search.results import SearchHit
    from tui.session import Row
    from tui.widgets.dots import Look

__all__ = ["Headings", "Results"]

AHEAD = 48  # rows fetched beyond the screen
MOST_HELD = 2000  # rows: two kilobytes each
SIGNS = {
    True: ("▸", "♪", "●", "★"),
    False: (">", "~", "x", "*"),
}  # cursor, playing, mark, favourite; in Unicode and in ASCII
MARGIN = 5  # cells of the signs
WHOLE = 0.95  # a hit as long as this share of its file is the file


class Results(ScrollView, inherit_bindings=False):
    """The sounds that were found, best first."""

    COMPONENT_CLASSES = {"results--cursor", "results--marked", "results--aside", "results--match", "results--sign"}  # noqa: RUF012
    BINDINGS = [  # noqa: RUF012
        Binding(action.keys, f"screen.{action.name}", action.label, priority=True)
        for action in ACTIONS
        if action.place in {"list", "anywhere"}
    ]
    can_focus = True

    cursor: reactive[int] = reactive(0)
    look: Look  # comes with the first rows

    class Wanted(Message):
        """Rows are on screen, or nearly, that are not here."""

        def __init__(self, first: int, end: int) -> None:
            super().__init__()
            self.first, self.end = first, end

    class Reached(Message):
        """The cursor stands on a sound, which is here. `moved`: the user went there."""

        def __init__(self, row: Row, *, moved: bool) -> None:
            super().__init__()
            self.row, self.moved = row, moved

    def __init__(self) -> None:
        super().__init__(id="results")
        self.total = 0
        self.playing: str | None = None  # content
        self.marks: dict[str, SearchHit] = {}
        self._rows: dict[int, Row | None] = {}  # None: gone
        self._asked: tuple[int, int] | None = None
        self._awaited = False
        self._waves: LRUCache[tuple[str, int], Strip] = LRUCache(512)

    # What is in the list

    def show(self, total: int, rows: Iterable[Row], *, keep_cursor: bool) -> None:
        """Show the answer of another search; `rows` are its first."""
        self.total = total
        self._rows = {row.hit.rank - 1: row for row in rows}
        self._asked = None
        self.virtual_size = Size(0, total)
        if not keep_cursor or self.cursor >= total:
            self.scroll_to(0, 0, animate=False)
            self.set_reactive(Results.cursor, 0)
        self._reach(moved=False)
        self.refresh()

    def put(self, first: int, end: int, rows: Iterable[Row]) -> None:
        """Take the rows of places that were wanted; those that are not among them have gone."""
        self._rows.update(dict.fromkeys(range(first, end)))
        self._rows.update((row.hit.rank - 1, row) for row in rows)
        self._asked = None
        if len(self._rows) > MOST_HELD:
            top = round(self.scroll_y)
            held = range(top - MOST_HELD // 4, top + MOST_HELD // 4)
            self._rows = {place: row for place, row in self._rows.items() if place in held or place == self.cursor}
        if self._awaited and self.row is not None:
            self._reach(moved=True)
        self.refresh()

    def fetch_again(self) -> None:
        """Ask for the rows on screen once more: something about them has changed."""
        top = round(self.scroll_y)
        self.post_message(self.Wanted(max(0, top - AHEAD), min(self.total, top + self.size.height + AHEAD)))

    @property
    def row(self) -> Row | None:
        """The row at the cursor, if it is here."""
        return self._rows.get(self.cursor)

    def chosen(self) -> list[SearchHit]:
        """The marked sounds, else the one at the cursor."""
        return [*self.marks.values()] or ([] if self.row is None else [self.row.hit])

    def neighbours(self) -> list[Row]:
        """Rows that the next key may reach, the likeliest first."""
        near = (self.cursor + step for step in (1, -1, 2, 3))
        return [row for place in near if (row := self._rows.get(place)) is not None]

    # The cursor

    def move(self, step: int) -> None:
        """Move the cursor, as far as the list goes."""
        self.cursor = max(0, min(self.total - 1, self.cursor + step))

    def move_page(self, pages: int) -> None:
        """Move by what fits on the screen."""
        self.move(pages * max(1, self.size.height - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        """Scroll along, and tell."""
        self.scroll_to_region(Region(0, now, 1, 1), animate=False, force=True)
        self.refresh_row(before)
        self.refresh_row(now)
        self._reach(moved=True)

    def toggle_mark(self) -> None:
        """Mark the sound at the cursor, or no more, and go on to the next."""
        if self.row is not None:
            hit = self.row.hit
            if self.marks.pop(hit.content, None) is None:
                self.marks[hit.content] = hit
            self.refresh_row(self.cursor)
            self.move(1)

    def refresh_row(self, place: int) -> None:
        """Draw one row again."""
        self.refresh(Region(0, place - round(self.scroll_y), self.size.width, 1))

    def on_click(self, event: events.Click) -> None:
        """Go to the row that was clicked."""
        place = event.y + round(self.scroll_y)
        if place < self.total:
            self.cursor = place

    def _reach(self, *, moved: bool) -> None:
        self._awaited = self.row is None and self.total > 0
        if self.row is not None:
            self.post_message(self.Reached(self.row, moved=moved))

    # Drawing

    def on_resize(self) -> None:
        """Other widths have other columns."""
        self._waves.clear()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        place, width = y + round(self.scroll_y), self.scrollable_content_region.width
        base = self.rich_style
        if place >= self.total:
            return Strip.blank(width, base)
        row = self._rows.get(place)
        if row is None:
            if place not in self._rows:
                self._want()
            text = "(not there any more)" if place in self._rows else "..."
            return Strip([Segment(set_cell_size(" " * MARGIN + text, width), base)], width)
        if place == self.cursor:
            base += self.get_component_rich_style("results--cursor", partial=True)
        if row.hit.content in self.marks:
            base += self.get_component_rich_style("results--marked", partial=True)
        segments = [Segment(self._signs(row, at_cursor=place == self.cursor), base + self._style("sign"))]
        for column, cells in fit(width - MARGIN):
            segments += self._cell(row, column, cells, base)
        return Strip(segments).adjust_cell_length(width, base)

    def _cell(self, row: Row, column: Column, cells: int, base: Style) -> list[Segment]:
        gap = Segment(" ", base)
        if column.title == "waveform":
            wave = self._wave(row, cells)
            return [*(Segment(text, base + (style or Style())) for text, style, _ in wave), gap]
        style = {"match": "match", "name": None}.get(column.title, "aside")
        text = printable(column.cell(row.hit))
        text = cut_end(text, cells) if column.title == "tags" else cut(text, cells)
        padded = " " * (cells - cell_len(text)) + text if column.right else set_cell_size(text, cells)
        return [Segment(padded, base + self._style(style) if style else base), gap]

    def _wave(self, row: Row, cells: int) -> Strip:
        if row.picture is None:
            return Strip.blank(cells)
        key = (row.hit.content + str(row.hit.start_s), cells)
        strip = self._waves.get(key)
        if strip is None:
            from tui.widgets.waveform import draw  # noqa: PLC0415  (not before the first paint)

            strip = self._waves[key] = draw(row.picture, cells, 1, hit=part(row.hit), look=self.look)[0]
        return strip

    def _signs(self, row: Row, *, at_cursor: bool) -> str:
        cursor, playing, mark, star = SIGNS[self.look.braille]
        hit = row.hit
        shown = (at_cursor, hit.content == self.playing, hit.content in self.marks, hit.favourite)
        return "".join(sign if on else " " for sign, on in zip((cursor, playing, mark, star), shown, strict=True)) + " "

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"results--{name}", partial=True)

    def _want(self) -> None:
        """Ask for what the screen lacks, once."""
        top = round(self.scroll_y)
        wanted = (max(0, top - AHEAD), min(self.total, top + self.size.height + AHEAD))
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.Wanted(*wanted))


class Headings(Widget):
    """The names of the columns, above the list."""

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Draw the names as wide as the columns are."""
        width = self.size.width
        cells = (
            f"{column.title:>{cells}}" if column.right else set_cell_size(column.title, cells)
            for column, cells in fit(width - 1 - MARGIN)
        )
        text = set_cell_size(" " * MARGIN + " ".join(cells), width)
        return Strip([Segment(text, self.rich_style)], width)


def cut(text: str, cells: int) -> str:
    """Shorten a text in its middle: its beginning and its number tell sounds apart."""
    if cell_len(text) <= cells:
        return text
    head = set_cell_size(text, (cells - 2) * 2 // 3).rstrip()
    tail = text[::-1]
    tail = set_cell_size(tail, cells - 2 - cell_len(head))[::-1].lstrip()
    return f"{head}..{tail}"


def cut_end(text: str, cells: int) -> str:
    """Shorten a text at its end: of a list the first tells most."""
    return text if cell_len(text) <= cells else f"{set_cell_size(text, cells - 2).rstrip(', ')}.."


def part(hit: SearchHit) -> tuple[float, float] | None:
    """Where in its file a hit lies, 0 to 1; None when it is about all of it, or only listed."""
    length = max(hit.duration_s, 1e-9)
    start, end = hit.start_s / length, hit.end_s / length
    return None if hit.score is None or end - start > WHOLE else (start, end)

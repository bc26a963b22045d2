"""The review: proposed tags by confidence, each heard, and accepted, rejected or replaced with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.markup import escape
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from cratedig.errors import CratedigError
from tui.actions import ACTIONS
from tui.cli.output import printable
from tui.screens.ask import Ask
from tui.widgets.detail import Detail
from tui.widgets.dots import Look
from tui.widgets.lines import KeyLine

if TYPE_CHECKING:
    from cratedig.config import Settings
    from indexer.verdicts import Wish
    from tui.library import Library
    from tui.listening import Listening
    from tui.reviewing import Proposed, Reviewed, Reviewing
    from tui.session import Session

__all__ = ["ReviewScreen"]

COLUMNS = ("sure", "tag", "by", "name", "pack")
NEIGHBOURS = 2  # sounds made ready ahead and behind
PLAYHEAD_S = 1 / 20
NOTHING = "Nothing waits for a verdict."


class ReviewScreen(Screen[None]):
    """What waits for a verdict, in a table; the library's thread answers."""

    BINDINGS = [  # noqa: RUF012
        Binding(action.keys, action.name, action.label, priority=True)
        for action in ACTIONS
        if action.place == "review" or action.name == "help"
    ]

    class Answered(Message):
        """The library's thread has listed what waits; `number` is that of what was asked."""

        def __init__(self, number: int, reviewed: Reviewed) -> None:
            super().__init__()
            self.number, self.reviewed = number, reviewed

    def __init__(self, settings: Settings, session: Session, listening: Listening | None, *, unicode: bool) -> None:
        super().__init__()
        from tui.reviewing import Reviewing  # noqa: PLC0415  (not before the first paint)

        self._reviewing = Reviewing(settings)
        self._session, self._listening = session, listening
        self._look = Look(unicode, colour=True)
        self._proposals: Sequence[Proposed] = ()
        self._waiting: Sequence[str] = ()
        self._number = 0  # of what was asked last
        self._reached_last: tuple[str, str] | None = None

    def compose(self) -> ComposeResult:
        """What is gone through, the table, the sound, and the keys."""
        yield Static("Review of proposed tags", id="reviewed", markup=False)
        yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Detail()
        with Horizontal(id="bottom"):
            yield Static(id="said", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Ask what waits."""
        self.query_one(KeyLine).show("review")
        self._table.add_columns(*COLUMNS)
        self._table.focus()
        self.set_interval(PLAYHEAD_S, self._follow_playing)
        self._ask(self._reviewing.read)

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    @property
    def _current(self) -> Proposed | None:
        at = self._table.cursor_row
        return self._proposals[at] if 0 <= at < len(self._proposals) else None

    def _ask(self, work: Callable[[Library], Reviewed]) -> None:
        """Let the library's thread do something, and show what waits then, unless more is asked meanwhile."""
        self._number += 1
        number = self._number

        def answer(library: Library) -> None:
            self.post_message(self.Answered(number, work(library)))

        self._session.run(answer)

    @on(Answered)
    async def _answered(self, message: Answered) -> None:
        if message.number != self._number:
            return
        reviewed = message.reviewed
        self._waiting = [*reviewed.waiting]
        await self._show(reviewed.proposals)
        what, order = self._reviewing.term or "all terms", "surest" if self._reviewing.surest_first else "least sure"
        count = reviewed.waiting.get(what, len(self._proposals))
        self.query_one("#reviewed", Static).update(f"Review: {what}, {count:,} waiting, {order} first")
        self.query_one("#said", Static).update(reviewed.said if self._proposals else f"{reviewed.said} {NOTHING}")

    async def _show(self, proposals: Sequence[Proposed]) -> None:
        """Fill the table; the cursor keeps its place."""
        at = self._table.cursor_row
        self._proposals = proposals
        self._table.clear()
        for proposed in proposals:
            self._table.add_row(*_cells(proposed))
        self._table.move_cursor(row=min(at, max(len(proposals) - 1, 0)))
        if not proposals:
            await self.query_one(Detail).show(None, self._look)

    @on(DataTable.RowHighlighted)
    async def _reached(self) -> None:
        proposed = self._current
        if proposed is None or (proposed.row.hit.content, proposed.term) == self._reached_last:
            return
        self._reached_last = (proposed.row.hit.content, proposed.term)
        await self.query_one(Detail).show(proposed.row, self._look)
        if self._listening is not None:
            at = self._table.cursor_row
            around = self._proposals[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
            self._listening.reach(proposed.row, [other.row for other in around if other is not proposed])

    def _follow_playing(self) -> None:
        if self._listening is not None:
            self.query_one(Detail).set_playhead(self._listening.player.position_s)

    # Keys

    def action_help(self) -> None:
        """See `tui.actions`."""
        from tui.screens.help import HelpScreen  # noqa: PLC0415

        self.app.push_screen(HelpScreen())

    def action_move(self, step: int) -> None:
        """See `tui.actions`; the table has keys of its own."""
        self._table.move_cursor(row=self._table.cursor_row + step)

    def action_play(self) -> None:
        """See `tui.actions`."""
        if self._listening is not None and self._current is not None:
            self._listening.play_or_stop(self._current.row)

    async def action_accept(self) -> None:
        """See `tui.actions`."""
        await self._decide("accept")

    async def action_reject(self) -> None:
        """See `tui.actions`."""
        await self._decide("reject")

    async def action_accept_class(self) -> None:
        """See `tui.actions`."""
        await self._decide("accept", whole_class=True)

    async def action_reject_class(self) -> None:
        """See `tui.actions`."""
        await self._decide("reject", whole_class=True)

    async def _decide(self, wish: Wish, *, whole_class: bool = False) -> None:
        if (current := self._current) is not None:
            chosen = [p for p in self._proposals if (p.term == current.term if whole_class else p is current)]
            gone = {id(proposed) for proposed in chosen}
            await self._show([p for p in self._proposals if id(p) not in gone])  # the library answers later
            contents = [proposed.row.hit.content for proposed in chosen]
            self._ask(partial(self._reviewing.decide, contents=contents, wishes={wish: [current.term]}))

    def action_replace(self) -> None:
        """See `tui.actions`."""
        from tui.reviewing import problem_with  # noqa: PLC0415

        current = self._current
        if current is None:
            return

        def put(term: str | None) -> None:
            if term:
                content = current.row.hit.content
                self._ask(partial(self._reviewing.replace, content=content, term=current.term, by=term))

        question = f"Not {current.term}, but..."
        help_ = "Any word is a tag; one of your own is proposed elsewhere once five sounds have it."
        self.app.push_screen(Ask(question, help_, check=problem_with), put)

    def action_choose_class(self) -> None:
        """See `tui.actions`."""

        def choose(term: str | None) -> None:
            if term is not None:
                self._go_through(replace(self._reviewing, term=term.lower() or None))

        self.app.push_screen(Ask("Which tag?", "Empty: all that are heard or named.", known=self._waiting), choose)

    def action_order(self) -> None:
        """See `tui.actions`."""
        self._go_through(replace(self._reviewing, surest_first=not self._reviewing.surest_first))

    def _go_through(self, reviewing: Reviewing) -> None:
        self._reviewing = reviewing
        self._table.move_cursor(row=0)
        self._ask(reviewing.read)

    def action_undo(self) -> None:
        """See `tui.actions`."""
        self._ask(self._reviewing.undo)

    def action_leave(self) -> None:
        """See `tui.actions`."""
        if self._listening is not None:
            self._listening.stop()
        self._finish()
        self.dismiss()

    @work(thread=True)
    def _finish(self) -> None:
        """Let all proposals follow what was taught; while the library is being indexed, that ends with it."""
        try:
            self._reviewing.finish()
        except CratedigError:
            return


def _cells(proposed: Proposed) -> tuple[str, ...]:
    hit = proposed.row.hit
    score = f"{100 * proposed.score:3.0f}" + ("" if proposed.sure else "?")
    by = " ".join(proposed.sources)
    return score, *(escape(printable(cell)) for cell in (proposed.term, by, PurePath(hit.path).name, hit.pack))

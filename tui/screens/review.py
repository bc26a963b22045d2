"""The review: proposed tags by confidence, each heard, and accepted, rejected or replaced with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.markup import escape
from textual.message import Message
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import DataTable, Input, Static

from tui.actions import ACTIONS
from tui.cli.output import printable
from tui.screens.ask import Ask, Choose
from tui.widgets.detail import Detail
from tui.widgets.dots import Look
from tui.widgets.lines import KeyLine

if TYPE_CHECKING:
    from cratedig.store.store import Store
    from cratedig.tags.vocabulary import Vocabulary
    from indexer.verdicts import Wish
    from tui.changing import Changes
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
    """What waits for a verdict, in a table; the library's thread reads it, that of `Changes` writes verdicts."""

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

    class Settled(Message):
        """A verdict is written, or could not be."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said = said

    def __init__(
        self, reviewing: Reviewing, session: Session, changes: Changes, listening: Listening | None, *, unicode: bool
    ) -> None:
        super().__init__()
        self._reviewing = reviewing
        self._session, self._changes, self._listening = session, changes, listening
        self._look = Look(unicode, colour=True)
        self._proposals: Sequence[Proposed] = ()
        self._reviewed: Reviewed | None = None  # the last answer
        self._number = 0  # of what was asked last
        self._unwritten = 0  # verdicts
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
        """Let the library's thread read what waits, and show it, unless more is asked meanwhile."""
        self._number += 1
        number = self._number

        def answer(library: Library) -> None:
            self.post_message(self.Answered(number, work(library)))

        self._session.run(answer)

    @on(Answered)
    async def _answered(self, message: Answered) -> None:
        if message.number != self._number or self._unwritten:
            return
        self._reviewed = reviewed = message.reviewed
        await self._show(reviewed.proposals)
        of = self._reviewing
        what, order = of.term or "all heard or named", "surest" if of.surest_first else "least sure"
        heading = f"Review of {of.asked.title}: {what}, {reviewed.total:,} waiting, {order} first"
        self.query_one("#reviewed", Static).update(heading)
        self.query_one("#said", Static).update(reviewed.said if self._proposals else f"{reviewed.said} {NOTHING}")

    def _write(self, change: Callable[[Store, Reviewed], str]) -> None:
        """Let a change be written, and then show what waits."""
        if (seen := self._reviewed) is not None:
            self._unwritten += 1
            self._changes.write(
                "Verdict", lambda store: change(store, seen), lambda said: self.post_message(self.Settled(said))
            )

    @on(Settled)
    def _settled(self, message: Settled) -> None:
        self._unwritten -= 1
        if not self._unwritten:
            self._ask(partial(self._reviewing.read, said=message.said))

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
        await self._decide_class("accept")

    async def action_reject_class(self) -> None:
        """See `tui.actions`."""
        await self._decide_class("reject")

    async def _decide(self, wish: Wish) -> None:
        if (current := self._current) is not None:
            of, content = self._reviewing, current.row.hit.content
            self._write(partial(of.decide, contents=[content], wishes={wish: [current.term]}))
            await self._show([p for p in self._proposals if p is not current])  # the library answers later

    async def _decide_class(self, wish: Wish) -> None:
        """Settle the term at the cursor for all that wait; for more than are listed, only after a question."""
        if self._current is None or self._reviewed is None:
            return
        term = self._current.term
        listed = sum(proposed.term == term for proposed in self._proposals)
        waiting = self._reviewed.waiting.get(term, 0)

        async def settle(answer: str | None = "yes") -> None:
            if answer:
                self._write(partial(self._reviewing.decide_all, term=term, wish=wish))
                await self._show([p for p in self._proposals if p.term != term])

        if waiting <= listed:
            await settle()
        else:
            are = "is" if listed == 1 else "are"
            question = (
                f"{wish.capitalize()} {term} for all {waiting:,} sounds that wait? {listed} of them {are} listed."
            )
            self.app.push_screen(Choose(question, {"yes": f"Yes, {wish} all {waiting:,}"}), settle)

    def action_replace(self) -> None:
        """See `tui.actions`."""
        from tui.reviewing import problem_with  # noqa: PLC0415

        if self._current is None or self._reviewed is None:
            return
        current, vocabulary = self._current, self._reviewed.vocabulary

        def put(term: str | None) -> None:
            if term:
                right = term == current.term
                wishes: dict[Wish, list[str]] = {"add": [term]} if right else {"reject": [current.term], "add": [term]}
                contents = [current.row.hit.content]
                self._write(partial(self._reviewing.decide, contents=contents, wishes=wishes))

        def typed(text: str | None) -> None:
            if text and (known := vocabulary.find(text)):
                put(known.name)
            elif text:
                self.app.push_screen(Choose(f"There is no tag {text!r} yet.", _ways_on(text, vocabulary)), put)

        words = [*vocabulary.terms, *(name for term in vocabulary.terms.values() for name in term.names)]
        line = Input(suggester=SuggestFromList(words, case_sensitive=False), compact=True)
        help_ = "A tag, another name of it, or its abbreviation; the right arrow completes it."
        self.app.push_screen(Ask(f"Not {current.term}, but...", help_, check=problem_with, line=line), typed)

    def action_choose_class(self) -> None:
        """See `tui.actions`."""
        from tui.reviewing import problem_with  # noqa: PLC0415

        if self._reviewed is None:
            return
        vocabulary, waiting = self._reviewed.vocabulary, [*self._reviewed.waiting]

        def choose(text: str | None) -> None:
            if text is not None:
                known = vocabulary.find(text) if text else None
                self._go_through(replace(self._reviewing, term=known.name if known else text.lower() or None))

        def problem(text: str) -> str:
            return problem_with(text) if text else ""

        question = Ask("Which tag?", "Empty: all that are heard or named.", known=waiting, check=problem)
        self.app.push_screen(question, choose)

    def action_order(self) -> None:
        """See `tui.actions`."""
        self._go_through(replace(self._reviewing, surest_first=not self._reviewing.surest_first))

    def _go_through(self, reviewing: Reviewing) -> None:
        self._reviewing = reviewing
        self._table.move_cursor(row=0)
        self._ask(reviewing.read)

    def action_undo(self) -> None:
        """See `tui.actions`."""
        self._write(self._reviewing.undo)

    def action_leave(self) -> None:
        """See `tui.actions`."""
        if self._listening is not None:
            self._listening.stop()
        self._changes.write("Review", self._reviewing.finish, lambda _: None)
        self.dismiss()


def _ways_on(text: str, vocabulary: Vocabulary) -> dict[str, str]:
    """What a word that is no tag may become, by tag: the one that was meant, or one of the user's own."""
    from cratedig.tags.vocabulary import as_term  # noqa: PLC0415  (not before the first paint)
    from search.parse import nearest  # noqa: PLC0415

    near = nearest(text, [*vocabulary.terms])
    own = as_term(text)
    meant = {near: f"I meant {near}"} if near else {}
    return {**meant, own: f"Make {own!r} a tag of your own; it is proposed elsewhere once five sounds have it"}


def _cells(proposed: Proposed) -> tuple[str, ...]:
    hit = proposed.row.hit
    score = f"{100 * proposed.score:3.0f}" + ("" if proposed.sure else "?")
    by = " ".join(proposed.sources)
    return score, *(escape(printable(cell)) for cell in (proposed.term, by, PurePath(hit.path).name, hit.pack))

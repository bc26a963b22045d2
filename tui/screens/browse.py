"""The browser: type, drop, hear, take. The rooms of the house are in the modules beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import DescendantFocus
from textual.widgets import Static

from tui.actions import ACTIONS
from tui.asking import Asked, Trail
from tui.indexing import Indexing
from tui.messages import LibrarySaid, PlayerSaid
from tui.screens.asking import WORDS, Asking
from tui.session import (
    Broken,
    Changed,
    Completed,
    Found,
    KeptQueries,
    Mapped,
    NoLibrary,
    Opened,
    Progress,
    Referred,
    Refused,
    Reopened,
    Rows,
    Selected,
    Session,
)
from tui.widgets.detail import Detail
from tui.widgets.lines import KeyLine
from tui.widgets.query_line import QueryLine
from tui.widgets.results import Headings, Results

if TYPE_CHECKING:
    from cratedig.config import Settings
    from tui.audition.events import Event as PlayerEvent
    from tui.audition.player import Player
    from tui.changing import Changes
    from tui.listening import Listening
    from tui.session import Row

__all__ = ["BrowseScreen"]

PLAYHEAD_S = 1 / 20


class BrowseScreen(Asking):
    """Query line, list and detail. Handlers own the state; threads only send messages."""

    BINDINGS = [  # noqa: RUF012
        Binding(action.keys, action.name, action.label) for action in ACTIONS if action.place == "anywhere"
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-normal"), (36, "-tall")]  # noqa: RUF012

    def __init__(
        self,
        settings: Settings,
        session: Session,
        changes: Changes,
        indexing: Indexing,
        make_player: Callable[[Callable[[PlayerEvent], None]], Player],
        *,
        unicode: bool,
    ) -> None:
        super().__init__()
        self.unicode = unicode
        self.settings, self.session, self.changes, self.indexing = settings, session, changes, indexing
        self.project = settings.project
        self.asked, self.trail = Asked(), Trail()
        self.faults = []
        self._make_player = make_player
        self._unheard: Row | None = None  # the cursor came to it before the player was there

    def compose(self) -> ComposeResult:
        """From the question at the top to the keys at the bottom."""
        with Horizontal(id="question"):
            yield Static(">", id="prompt", markup=False)
            yield Static(id="reference", markup=False)
            yield QueryLine(WORDS)
            yield Static("opening the library", id="count", markup=False)
        yield Static(id="hint", markup=False)
        yield Static(id="trail", markup=False)
        yield Headings()
        yield Results()
        yield Detail()
        with Horizontal(id="bottom"):
            yield Static(id="said", markup=False)
            yield Static(id="news", markup=False)
            yield Static(id="switches", markup=False)
        yield KeyLine()

    def on_unmount(self) -> None:
        """Fall silent: an open device hangs the interpreter's exit."""
        if self.listening is not None:
            self.listening.player.close()

    def on_mount(self) -> None:
        """Paint first; then open library and player."""
        self.action_query()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.session.open()
        self.search()
        self._open_player()

    @work(thread=True, exit_on_error=False)
    def _open_player(self) -> None:
        from tui.listening import Listening  # noqa: PLC0415  (not before the first paint)

        listening = Listening(self._make_player(self._hear_of))
        self.app.call_from_thread(self._listen, listening)

    def _hear_of(self, event: PlayerEvent) -> None:
        self.post_message(PlayerSaid(event))

    def _listen(self, listening: Listening) -> None:
        self.listening = listening
        self.set_interval(PLAYHEAD_S, self.follow_playing)
        if self._unheard:
            listening.reach(self._unheard, self.results.neighbours())

    # The list

    def action_move(self, step: int) -> None:
        """See `tui.actions`."""
        self.remember()
        self.results.move(step)

    def action_page(self, pages: int) -> None:
        """See `tui.actions`."""
        self.remember()
        self.results.move_page(pages)

    @on(Results.Wanted)
    def _wanted(self, event: Results.Wanted) -> None:
        self.session.rows(event.first, event.end)

    @on(Results.Reached)
    async def _reached(self, event: Results.Reached) -> None:
        await self.query_one(Detail).show(event.row, self.results.look)
        if not event.moved:
            return
        if self.listening is None:
            self._unheard = event.row
        else:
            self.listening.reach(event.row, self.results.neighbours())
            self.show_switches()

    @on(DescendantFocus)
    def _focused(self) -> None:
        self.query_one(KeyLine).show("query" if self.query_one(QueryLine).has_focus else self.sounds_place)

    # What threads say

    @on(PlayerSaid)
    def _player_said(self, message: PlayerSaid) -> None:
        self.player_said(message.event)

    @on(LibrarySaid)
    async def _library_said(self, message: LibrarySaid) -> None:
        match message.event:
            case Opened() as opened:
                self._opened(opened)
            case Found() | Rows() | Selected() | Mapped() as answer:
                if answer.number == self.number:  # else: to a query that is not asked any more
                    await self._answer(answer)
            case Completed(line=line, completions=completions):
                self.show_completions(line, completions)
            case KeptQueries(lines=lines):
                self.show_kept(lines)
            case Changed() as changed:
                self.say(changed.message)
                self.collections = changed.collections
                self.results.fetch_again()
            case Refused() as refused if refused.number in (None, self.number):
                self.show_refused(refused)
            case Reopened():
                self.say("Another program has changed the library: it is open again.")
            case Broken(error=error):
                self.broke(error)
            case Referred() as reference:
                self.reference = reference
            case NoLibrary():
                self.ask_for_folders()
            case Progress(event=news):
                self.show_progress(news)

    async def _answer(self, answer: Found | Rows | Selected | Mapped) -> None:
        match answer:
            case Found():
                await self.show_found(answer)
            case Rows(first=first, end=end, rows=rows):
                self.results.put(first, end, rows)
            case Selected(hits=hits):
                self.selected(hits)
            case Mapped(points=points):
                await self.show_map(points)

    def _opened(self, opened: Opened) -> None:
        self.trail.resume(opened.history)
        self.collections = opened.collections
        self.show_trail()

    # Other screens

    def action_help(self) -> None:
        """See `tui.actions`."""
        from tui.screens.help import HelpScreen  # noqa: PLC0415

        self.app.push_screen(HelpScreen())

    def action_review(self) -> None:
        """See `tui.actions`."""
        from tui.reviewing import Reviewing  # noqa: PLC0415  (not before the first paint)
        from tui.screens.review import ReviewScreen  # noqa: PLC0415

        if self.answered:
            reviewing = Reviewing(self.settings, self.asked)
            review = ReviewScreen(reviewing, self.session, self.changes, self.listening, unicode=self.unicode)
            self.app.push_screen(review, lambda _: self.look_again())

    def action_command_palette(self) -> None:
        """See `tui.actions`."""
        self.app.action_command_palette()

    async def action_quit(self) -> None:
        """See `tui.actions`."""
        await self.app.action_quit()

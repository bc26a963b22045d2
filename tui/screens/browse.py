"""The browser: type, drop, hear, take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.events import DescendantFocus, Paste
from textual.widgets import Input, Static

from tui.actions import ACTIONS
from tui.asking import Asked, Trail
from tui.indexing import Indexing
from tui.messages import LibrarySaid, PlayerSaid
from tui.screens.growing import Growing
from tui.session import (
    Broken,
    Changed,
    Completed,
    Found,
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
    from tui.listening import Listening
    from tui.session import Row

__all__ = ["BrowseScreen"]

WORDS = "type what it sounds like: dusty kick, warm pad key:Am, kind:loop bpm:~120"
MORE_WORDS = "type what it should be: darker, punchier, less reverb, len:..1"
TIP = "Drop a file on this window to find sounds like it."
PLAYHEAD_S = 1 / 20
TITLES_BEFORE, TITLES_AFTER = 3, 1  # of the trail


class BrowseScreen(Growing):
    """Query line, list and detail. Handlers own the state; threads only send messages."""

    BINDINGS = [  # noqa: RUF012
        Binding(action.keys, action.name, action.label) for action in ACTIONS if action.place == "anywhere"
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-normal"), (36, "-tall")]  # noqa: RUF012

    def __init__(
        self,
        settings: Settings,
        session: Session,
        indexing: Indexing,
        make_player: Callable[[Callable[[PlayerEvent], None]], Player],
        *,
        unicode: bool,
    ) -> None:
        super().__init__()
        self._unicode = unicode
        self.settings, self.session, self.indexing = settings, session, indexing
        self.project = settings.project
        self.asked, self.trail = Asked(), Trail()
        self.faults = []
        self._make_player = make_player
        self._number = self._answered = 0  # of the last search, and of the last that found something
        self._keep_cursor = False
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
        self.query_one(QueryLine).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.session.open()
        self._search()
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

    # Asking

    def ask(self, asked: Asked) -> None:
        """Ask something else, in place of what is typed."""
        if asked.path != self.asked.path:
            self.reference = None
            if asked.path is not None:
                self.session.refer_to(asked.path)
        self.asked = asked
        self.query_one(QueryLine).set_line(asked.text)
        self._search()

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        self.asked = replace(self.asked, text=event.value)
        self._search()
        line = self.query_one(QueryLine)
        self.session.complete(line.value, line.cursor_position)

    def look_again(self) -> None:
        """See `Growing.look_again`."""
        self._search(keep_cursor=True)

    def _search(self, *, keep_cursor: bool = False) -> None:
        self._keep_cursor = keep_cursor
        self._number = self.session.search(self.asked.line)
        reference = self.query_one("#reference", Static)
        reference.update(f"like {', '.join(self.asked.names)} +" if self.asked.references else "")
        reference.display = bool(self.asked.references)
        self.query_one(QueryLine).placeholder = MORE_WORDS if self.asked.references else WORDS

    def _show_trail(self) -> None:
        titles = self.trail.around(TITLES_BEFORE, TITLES_AFTER)
        self.query_one("#trail", Static).update(
            Content(" > ").join(Content.styled(title, "bold" if now else "dim") for title, now in titles)
        )

    def _remember(self) -> None:
        """Put the query on the trail, once the user has gone on from its answer."""
        line = self.asked.line
        if line and self._answered == self._number and self.trail.push(line):
            self.session.remember(line)
            self._show_trail()

    def _hint(self, text: str | Content) -> None:
        self.query_one("#hint", Static).update(text)

    @on(Input.Submitted, "#query")
    def _entered(self) -> None:
        self.action_enter_list()

    def action_enter_list(self) -> None:
        """See `tui.actions`. A path that was typed, or dropped as keys, is a reference."""
        from tui.drop import files_in  # noqa: PLC0415

        files = files_in(self.asked.text)
        if files:
            self.refer_to(files)
        else:
            self._remember()
            self.focus_sounds()

    @on(QueryLine.Dropped)
    def _dropped(self, event: QueryLine.Dropped) -> None:
        self.refer_to(event.files)

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted or dropped onto the list as the query line does."""
        line = self.query_one(QueryLine)
        line.focus()
        line.post_message(event)

    def refer_to(self, files: Sequence[Path]) -> None:
        """Find sounds like these files."""
        self.ask(Asked(tuple(str(file) for file in files)))

    @on(QueryLine.Emptied)
    def _emptied(self) -> None:
        if self.asked.references:
            self.ask(replace(self.asked, references=self.asked.references[:-1]))

    def action_query(self) -> None:
        """See `tui.actions`."""
        self.query_one(QueryLine).focus()

    def action_clear(self) -> None:
        """See `tui.actions`."""
        if self.asked.text:
            self.ask(replace(self.asked, text=""))
        elif self.asked.references:
            self.ask(Asked())

    def action_complete(self) -> None:
        """See `tui.actions`."""
        line = self.query_one(QueryLine)
        if line.take_completion():
            self.asked = replace(self.asked, text=line.value)
            self._number = self.session.search(self.asked.line)

    def action_similar(self) -> None:
        """See `tui.actions`."""
        if self.results.row is not None:
            self.refer_to([Path(self.results.row.hit.path)])
            self.say("Type words to change the direction: darker, punchier, no reverb. [ goes back.")

    def action_back(self) -> None:
        """See `tui.actions`."""
        self._walk(-1)

    def action_forward(self) -> None:
        """See `tui.actions`."""
        self._walk(1)

    def _walk(self, direction: int) -> None:
        line = self.trail.step(direction)
        if line is None:
            self.say("That was the first query." if direction < 0 else "That was the last query.")
            return
        self.ask(Asked.of(line))
        self._show_trail()

    # The list

    def action_move(self, step: int) -> None:
        """See `tui.actions`."""
        self._remember()
        self.results.move(step)

    def action_page(self, pages: int) -> None:
        """See `tui.actions`."""
        self._remember()
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
                if answer.number == self._number:  # else: to a query that is not asked any more
                    await self._answer(answer)
            case Completed(line=line, completions=completions):
                self._completed(line, completions)
            case Changed() as changed:
                self.say(changed.message)
                self.collections = changed.collections
                self.results.fetch_again()
            case Refused() as refused if refused.number in (None, self._number):
                self._refused(refused)
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
                await self._found(answer)
            case Rows(first=first, end=end, rows=rows):
                self.results.put(first, end, rows)
            case Selected(hits=hits):
                self.selected(hits)
            case Mapped(points=points):
                await self.show_map(points)

    def _opened(self, opened: Opened) -> None:
        self.trail.resume(opened.history)
        self.collections = opened.collections
        self._show_trail()

    async def _found(self, found: Found) -> None:
        from tui.widgets.dots import Look  # noqa: PLC0415  (not before the first paint)

        self._answered = found.number
        self.results.look = Look(self._unicode, colour=not self.app.no_color)
        if self.asked.references:
            self._remember()
        if found.total:
            self.leave_first_run()
        self.query_one("#count", Static).update(f"{found.total:,} sounds" if found.total != 1 else "1 sound")
        self.results.show(found.total, found.rows, keep_cursor=self._keep_cursor)
        chips = Content(" ").join(Content.styled(f" {chip} ", "$text on $primary 50%") for chip in found.filters)
        self._hint(chips if self.asked.line else TIP)
        if self.on_map:
            self.session.map()
        if not found.total:
            await self.query_one(Detail).show(None, self.results.look)
            remedy = "Take a filter away" if found.filters else "Try other words"
            self._hint(f"No sound answers to that. {remedy}, or press esc to start over.")

    def _completed(self, line: str, completions: tuple[str, ...]) -> None:
        if self.query_one(QueryLine).offer(line, completions) and completions:
            start = line.rfind(" ") + 1
            words = "  ".join(completion[start:] for completion in completions)
            self._hint(Content.assemble(("tab ", "bold $accent"), words))

    def _refused(self, refused: Refused) -> None:
        if not self._answered:
            self.query_one("#count", Static).update("")
        if refused.number is None:
            self.refused(refused.message, refused.hint)
        else:
            self._hint(Content.styled(self._pointed(refused), "$error"))

    def _pointed(self, refused: Refused) -> str:
        """Message and hint, below carets that stand under what is wrong in the query line."""
        said = f"{refused.message} {refused.hint}"
        if not refused.pointer:
            return said
        line, carets = refused.pointer
        before = self.query_one(QueryLine).region.x - self.query_one("#hint").content_region.x
        place = len(carets) - len(carets.lstrip()) - (len(line) - len(self.asked.text))
        return f"{' ' * max(0, before + place)}{carets.strip()}\n{said}"

    # Other screens

    def action_help(self) -> None:
        """See `tui.actions`."""
        from tui.screens.help import HelpScreen  # noqa: PLC0415

        self.app.push_screen(HelpScreen())

    def action_review(self) -> None:
        """See `tui.actions`."""
        from tui.screens.review import ReviewScreen  # noqa: PLC0415

        if self._answered:
            review = ReviewScreen(self.settings, self.session, self.listening, unicode=self._unicode)
            self.app.push_screen(review, lambda _: self.look_again())

    def action_command_palette(self) -> None:
        """See `tui.actions`."""
        self.app.action_command_palette()

    async def action_quit(self) -> None:
        """See `tui.actions`."""
        await self.app.action_quit()

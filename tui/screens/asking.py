"""The query line: asking, what an answer says of it, and the way back to what was asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.events import Paste
from textual.widgets import Input, Static

from tui.asking import Asked, Trail
from tui.screens.ask import Ask, Choose
from tui.screens.growing import Growing
from tui.widgets.detail import Detail
from tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from tui.session import Found, Refused

__all__ = ["WORDS", "Asking"]

WORDS = "type what it sounds like: dusty kick, warm pad key:Am, kind:loop bpm:~120"
MORE_WORDS = "type what it should be: darker, punchier, less reverb, len:..1"
TIP = "Drop a file on this window to find sounds like it."
TITLES_BEFORE, TITLES_AFTER = 3, 1  # of the trail


class Asking(Growing):
    """A screen whose sounds answer a query.

    Attributes
    ----------
    number, answered : int
        Of the last search, and of the last that found something.
    """

    trail: Trail
    unicode: bool
    number = answered = 0
    _keep_cursor = False

    def ask(self, asked: Asked) -> None:
        """Ask something else, in place of what is typed."""
        before, self.asked = self.asked, asked
        self.query_one(QueryLine).set_line(asked.text)
        self.search()
        if asked.path != before.path:
            self.reference = None
            if asked.path is not None:
                self.session.refer_to(asked.path)

    @on(Input.Changed, "#query")
    def _typed(self) -> None:
        line = self.query_one(QueryLine)
        self.asked = replace(self.asked, text=line.value)
        self.search()
        self.session.complete(line.value, line.cursor_position)

    def look_again(self) -> None:
        """See `Growing.look_again`."""
        self.search(keep_cursor=True)

    def search(self, *, keep_cursor: bool = False) -> None:
        """Search for what is asked."""
        self._keep_cursor = keep_cursor
        self.number = self.session.search(self.asked.line)
        reference = self.query_one("#reference", Static)
        reference.update(f"like {', '.join(self.asked.names)} +" if self.asked.references else "")
        reference.display = bool(self.asked.references)
        self.query_one(QueryLine).placeholder = MORE_WORDS if self.asked.references else WORDS

    def refer_to(self, files: Sequence[Path]) -> None:
        """Find sounds like these files."""
        self.ask(Asked(tuple(str(file) for file in files)))

    def remember(self) -> None:
        """Put the query on the trail, once the user has gone on from its answer."""
        line = self.asked.line
        if line and self.answered == self.number and self.trail.push(line):
            self.changes.remember(line)
            self.show_trail()

    # What is shown of it

    def show_trail(self) -> None:
        """Show what was asked before."""
        titles = self.trail.around(TITLES_BEFORE, TITLES_AFTER)
        self.query_one("#trail", Static).update(
            Content(" > ").join(Content.styled(title, "bold" if now else "dim") for title, now in titles)
        )

    async def show_found(self, found: Found) -> None:
        """Show the answer to the query."""
        from tui.widgets.dots import Look  # noqa: PLC0415  (not before the first paint)

        self.answered = found.number
        self.results.look = Look(self.unicode, colour=not self.app.no_color)
        if self.asked.references:
            self.remember()
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

    def show_completions(self, line: str, completions: tuple[str, ...]) -> None:
        """Offer ways in which the line can go on."""
        if self.query_one(QueryLine).offer(line, completions) and completions:
            start = line.rfind(" ") + 1
            words = "  ".join(completion[start:] for completion in completions)
            self._hint(Content.assemble(("tab ", "bold $accent"), words))

    def show_refused(self, refused: Refused) -> None:
        """Say what is wrong: below the query line when it is about the query."""
        if not self.answered:
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

    def _hint(self, text: str | Content) -> None:
        self.query_one("#hint", Static).update(text)

    # Keys, which are done as they arrive. What was typed before may still be on its way to the query line.

    def action_enter_list(self) -> None:
        """See `tui.actions`."""
        from tui.drop import files_in  # noqa: PLC0415

        line = self.query_one(QueryLine)
        if not files_in(line.value):
            self.focus_sounds()
        line.call_later(line.action_submit)

    @on(Input.Submitted, "#query")
    def _entered(self, event: Input.Submitted) -> None:
        """Take a path that was typed, or dropped as keys, as a reference."""
        from tui.drop import files_in  # noqa: PLC0415

        files = files_in(event.value)
        if files:
            self.refer_to(files)
        else:
            self.remember()

    @on(QueryLine.Dropped)
    def _dropped(self, event: QueryLine.Dropped) -> None:
        self.refer_to(event.files)

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted or dropped onto the list as the query line does."""
        self.action_query()
        self.query_one(QueryLine).post_message(event)

    @on(QueryLine.Emptied)
    def _emptied(self) -> None:
        if self.asked.references:
            self.ask(replace(self.asked, references=self.asked.references[:-1]))

    def action_query(self) -> None:
        """See `tui.actions`."""
        self.set_focus(self.query_one(QueryLine))

    def action_clear(self) -> None:
        """See `tui.actions`."""
        self.query_one(QueryLine).call_later(self._clear)

    def _clear(self) -> None:
        if self.query_one(QueryLine).value:
            self.ask(replace(self.asked, text=""))
        elif self.asked.references:
            self.ask(Asked())

    def action_complete(self) -> None:
        """See `tui.actions`."""
        self.query_one(QueryLine).call_later(self._complete)

    def _complete(self) -> None:
        line = self.query_one(QueryLine)
        if line.take_completion():
            self.asked = replace(self.asked, text=line.value)
            self.number = self.session.search(self.asked.line)

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
        self.show_trail()

    # Queries that are kept

    def action_keep_query(self) -> None:
        """See `tui.actions`."""
        asked = self.asked

        def keep(name: str | None) -> None:
            if name:
                self.changes.keep_query(name, asked.line)

        if asked.line:
            help_ = f"{asked.title}\nA name that another query has is given to this one."
            self.app.push_screen(Ask("A name for this query", help_), keep)
        else:
            self.say("There is no query to keep: type one first.")

    def action_kept_queries(self) -> None:
        """See `tui.actions`."""
        self.session.kept_queries()

    def show_kept(self, lines: Mapping[str, str]) -> None:
        """Let the user choose among the queries that are kept."""

        def chosen(name: str | None) -> None:
            if name is not None:
                self.ask(Asked.of(lines[name]))

        if lines:
            choices = {name: f"{name}: {Asked.of(line).title}" for name, line in lines.items()}
            self.app.push_screen(Choose("Ask again...", choices), chosen)
        else:
            self.say("No query is kept yet: k keeps the one that is asked.")

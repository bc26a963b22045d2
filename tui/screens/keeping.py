"""The keys that keep a sound: favourites, collections, copies, exports, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from cratedig.config import keep_setting
from cratedig.errors import CratedigError
from tui.screens.ask import Ask, Choose
from tui.screens.hearing import Hearing
from tui.widgets.folders import FolderLine, typed_path

if TYPE_CHECKING:
    from cratedig.config import Settings
    from search.results import SearchHit
    from tui.changing import Changes

__all__ = ["Keeping"]

FORMATS = {
    "copies": "copies in a folder",
    "links": "hard links in a folder: no room is taken, but an edit of one edits the original",
    "m3u": "a playlist (.m3u8)",
    "csv": "a table (.csv)",
    "json": "a list for programs (.json)",
}


class Keeping(Hearing):
    """A screen whose sounds can be kept."""

    settings: Settings
    changes: Changes
    project: Path | None = None
    collections: tuple[str, ...] = ()
    _exporting = False  # what all hits were asked for: to write them, not to mark them

    def action_mark(self) -> None:
        """See `tui.actions`."""
        self.results.toggle_mark()
        self._say_marks()

    def action_mark_all(self) -> None:
        """See `tui.actions`."""
        if self.results.marks:
            self.mark([])
        else:
            self.session.select()

    def mark(self, hits: Sequence[SearchHit]) -> None:
        """Mark these sounds and no others."""
        self.results.marks = {hit.content: hit for hit in hits}
        self.results.refresh()
        self._say_marks()

    def _say_marks(self) -> None:
        count = len(self.results.marks)
        self.say(
            f"{count} marked: the next f, c, +, e takes them all. X marks none." if count else "Nothing is marked."
        )

    def action_favourite(self) -> None:
        """See `tui.actions`."""
        if hits := self.results.chosen():
            self.changes.favour(hits)

    def action_collect(self) -> None:
        """See `tui.actions`."""
        self._collect("Into which collection?", out=False)

    def action_uncollect(self) -> None:
        """See `tui.actions`."""
        self._collect("Out of which collection?", out=True)

    def _collect(self, question: str, *, out: bool) -> None:
        hits = self.results.chosen()

        def collect(name: str | None) -> None:
            if name:
                self.changes.collect(name, hits, out=out)

        if hits:
            help_ = "Any name makes a collection. Find its sounds with in:NAME."
            self.app.push_screen(Ask(question, "" if out else help_, known=self.collections), collect)

    def action_undo(self) -> None:
        """See `tui.actions`."""
        self.changes.undo()

    def action_copy_path(self) -> None:
        """See `tui.actions`."""
        hits = self.results.chosen()
        self.copy_text("\n".join(hit.path for hit in hits))
        if hits:
            self.say(f"Copied to the clipboard: {hits[0].path}" if len(hits) == 1 else f"Copied {len(hits)} paths.")

    def copy_text(self, text: str) -> None:
        """Put text on the clipboard of the user's own terminal, through tmux and ssh too."""
        from tui.take import osc52  # noqa: PLC0415

        driver = self.app._driver
        if text and driver is not None:
            driver.write(osc52(text))

    def action_reveal(self) -> None:
        """See `tui.actions`."""
        if self.results.row is not None:
            self._reveal(Path(self.results.row.hit.path))

    @work(thread=True, exit_on_error=False)
    def _reveal(self, path: Path) -> None:
        from tui.take import reveal  # noqa: PLC0415

        try:
            reveal(path)
        except CratedigError as error:
            self.app.call_from_thread(self.refused, error.message, error.hint)

    # Copies

    def action_copy(self) -> None:
        """See `tui.actions`."""
        if self.project is None:
            self.action_copy_elsewhere()
        else:
            self._copy(self.results.chosen(), self.project)

    def action_copy_elsewhere(self) -> None:
        """See `tui.actions`."""
        hits = self.results.chosen()

        def copy(answer: str | None) -> None:
            if answer:
                self.project = typed_path(answer)
                self.keep("project", str(self.project))
                self._copy(hits, self.project)

        if hits:
            self.app.push_screen(
                Ask(
                    "Your project folder",
                    "Sounds are copied into it, with c from now on. It is made when it is not there.",
                    line=FolderLine(str(self.project or Path.cwd()), replaceable=True),
                ),
                copy,
            )

    def keep(self, setting: str, value: str) -> None:
        """Keep a setting for another day; the app goes on where it cannot."""
        try:
            keep_setting(self.settings.config_file, setting, value)
        except CratedigError as error:
            self.refused(error.message, error.hint)

    def _copy(self, hits: Sequence[SearchHit], folder: Path) -> None:
        def copied(files: list[Path]) -> None:
            self.changes.use(hits, folder.name)
            what = files[0].name if len(files) == 1 else f"{len(files)} sounds"
            self.say(f"Copied {what} into {folder}")

        if hits:
            self._write(lambda: _copy_to(hits, folder), copied)

    def action_export(self) -> None:
        """See `tui.actions`."""
        if self.results.marks:
            self.export(self.results.chosen())
        else:
            self._exporting = True
            self.session.select()

    def selected(self, hits: Sequence[SearchHit]) -> None:
        """All hits of the list are here, for what asked for them."""
        if self._exporting:
            self._exporting = False
            self.export(hits)
        else:
            self.mark(hits)

    def export(self, hits: Sequence[SearchHit]) -> None:
        """Ask for a format, then for a place, and write."""

        def chosen(form: str | None) -> None:
            if form is not None:
                place = folder / f"cratedig.{SUFFIXES[form]}" if form in SUFFIXES else folder
                question = Ask("Where to?", FORMATS[form], answer=str(place))
                self.app.push_screen(question, lambda answer: self._export(hits, form, answer))

        folder = self.project or Path.cwd()
        if hits:
            self.app.push_screen(Choose(f"Write {len(hits):,} sounds as...", FORMATS), chosen)

    def _export(self, hits: Sequence[SearchHit], form: str, answer: str | None) -> None:
        if answer:
            target = typed_path(answer)
            self._write(lambda: _export(hits, form, target), lambda _: self.say(f"Written: {target}"))

    @work(thread=True, exit_on_error=False)
    def _write(self, write: Callable[[], list[Path]], done: Callable[[list[Path]], None]) -> None:
        try:
            files = write()
        except CratedigError as error:
            self.app.call_from_thread(self.refused, error.message, error.hint)
        else:
            self.app.call_from_thread(done, files)


SUFFIXES = {"m3u": "m3u8", "csv": "csv", "json": "json"}


def _copy_to(hits: Sequence[SearchHit], folder: Path, *, link: bool = False) -> list[Path]:
    from search.export import copy_to  # noqa: PLC0415

    return copy_to([hit.path for hit in hits], folder, link=link)


def _export(hits: Sequence[SearchHit], form: str, target: Path) -> list[Path]:
    from search import export  # noqa: PLC0415

    if form not in SUFFIXES:
        return _copy_to(hits, target, link=form == "links")
    {"m3u": export.write_m3u, "csv": export.write_csv, "json": export.write_json}[form](hits, target)
    return [target]

"""What is known about the sound at the cursor: name, waveform with playhead, why it was found, tags, path."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.cli.output import printable, seconds
from tui.widgets.results import part

if TYPE_CHECKING:
    from search.results import SearchHit
    from tui.session import Row
    from tui.widgets.dots import Look
    from tui.widgets.waveform import Waveform

__all__ = ["Detail"]


class Detail(Vertical):
    """The sound at the cursor."""

    row: Row | None = None

    def compose(self) -> ComposeResult:
        """Two lines, between which the waveform comes with the first sound."""
        yield Static(id="sound", markup=False)
        yield Static(id="facts", markup=False)

    async def show(self, row: Row | None, look: Look) -> None:
        """Show a sound, or nothing."""
        self.row = row
        waveform = await self._waveform(look)
        waveform.playhead = None
        waveform.picture = None if row is None else row.picture
        waveform.hit = None if row is None else part(row.hit)
        self.query_one("#sound", Static).update("" if row is None else _title(row.hit))
        self.query_one("#facts", Static).update("" if row is None else _facts(row.hit))

    def set_playhead(self, at_s: float | None) -> None:
        """Show where in the file playing is; None when the sound is silent."""
        for waveform in self.query("Waveform"):
            length = max(self.row.hit.duration_s, 1e-9) if self.row else 1.0
            waveform.playhead = None if at_s is None else min(1.0, at_s / length)  # type: ignore[attr-defined]

    async def _waveform(self, look: Look) -> Waveform:
        from tui.widgets.waveform import Waveform  # noqa: PLC0415  (not before the first paint)

        for found in self.query(Waveform):
            return found
        waveform = Waveform(look=look)
        await self.mount(waveform, after=0)
        return waveform


def _title(hit: SearchHit) -> Content:
    where = f"{seconds(hit.start_s)} to {seconds(hit.end_s)} of " if part(hit) else ""
    facts = [hit.pack, where + seconds(hit.duration_s), hit.kind, hit.bpm and f"{hit.bpm:.4g} bpm", hit.key]
    name = printable(PurePath(hit.path).name)
    return Content.assemble((name, "bold"), "  ", printable("  ".join(fact for fact in facts if fact)))


def _facts(hit: SearchHit) -> Content:
    said = [_fact("why", ", ".join(hit.why)), _fact("tags", ", ".join(hit.tags))]
    return Content("\n").join([Content("   ").join(filter(None, said)), _fact("in", str(PurePath(hit.path).parent))])


def _fact(name: str, text: str) -> Content:
    return Content.assemble((f"{name} ", "dim"), printable(text)) if text else Content("")

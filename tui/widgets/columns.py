"""The columns of the list, and which of them a width has room for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.results import SearchHit

__all__ = ["COLUMNS", "Column", "fit", "length"]

GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    title : str
    cell : callable
        What it shows of a hit.
    least, most : int
        Cells it needs, and cells beyond which it gains nothing.
    need : int
        When room is short, the column with the highest number goes first.
    right : bool
        Aligned to the right.
    """

    title: str
    cell: Callable[[SearchHit], str]
    least: int
    most: int
    need: int
    right: bool = False


def length(seconds: float) -> str:
    """Show a length in six cells at most: ``0.62``, ``12.5``, ``1:12``, ``1:02h``."""
    if seconds < 10:
        return f"{seconds:.2f}"
    if seconds < 60:
        return f"{seconds:.1f}"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}h"


COLUMNS = (
    Column("match", lambda hit: "" if hit.score is None else f"{100 * hit.score:.0f}", 5, 5, 0, right=True),
    Column("name", lambda hit: PurePath(hit.path).name, 16, 56, 0),
    Column("waveform", lambda _: "", 10, 40, 1),
    Column("length", lambda hit: length(hit.duration_s), 6, 6, 0, right=True),
    Column("at", lambda hit: length(hit.start_s) if hit.start_s > 0 else "", 5, 5, 5, right=True),
    Column("kind", lambda hit: hit.kind or "", 8, 8, 2),
    Column("bpm", lambda hit: "" if hit.bpm is None else f"{hit.bpm:.4g}", 5, 5, 2, right=True),
    Column("key", lambda hit: hit.key or "", 3, 3, 2),
    Column("pack", lambda hit: hit.pack, 10, 40, 3),
    Column("tags", lambda hit: ", ".join(tag for tag in hit.tags if tag != hit.kind), 14, 60, 4),
)


def fit(width: int, columns: tuple[Column, ...] = COLUMNS) -> list[tuple[Column, int]]:
    """Choose columns for a width, and share the room that is left among those that gain from it."""
    chosen = list(columns)
    while len(chosen) > 1 and _least(chosen) > width:
        chosen.remove(max(chosen, key=lambda column: column.need))
    room = max(0, width - _least(chosen))
    gains = [column.most - column.least for column in chosen]
    shares = [room * gain // max(1, sum(gains)) for gain in gains]
    return [(c, min(c.most, c.least + share)) for c, share in zip(chosen, shares, strict=True)]


def _least(columns: list[Column]) -> int:
    return sum(column.least + GAP for column in columns) - GAP

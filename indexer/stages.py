"""One file, from path to vectors: decode, window, embed. Runs in the worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np

from cratedig.audio.content import Sound, open_sound
from cratedig.audio.window import Window
from cratedig.errors import AudioError
from cratedig.models.base import EmbeddingModel
from cratedig.store.rows import FailedFile, FileStamp, IndexedFile, Measured, SegmentVector
from indexer.measure import measure
from indexer.scan import Found

__all__ = ["Cancelled", "Outcome", "Reader", "Unreachable", "merge_alike"]

WINDOWS_PER_CALL = 32  # bounds the memory of a long file
ALIKE_COSINE = 0.98  # neighbouring windows closer than this are one segment

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818  (not an error: the user asked)
    """The run was cancelled inside a file."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A file the system would not hand over: gone, forbidden, or on a drive that went away. Not a fact to store."""

    stamp: FileStamp
    reason: str


Outcome: TypeAlias = IndexedFile | FailedFile | Unreachable


class Reader:
    """Reads files with one model.

    Parameters
    ----------
    model : EmbeddingModel
        Makes the vectors.
    is_embedded, is_measured : callable
        Tell by content hash whether the library has the vectors, and the analysis, already.
    cancelled : callable
        Asked between windows; when true, `read` raises `Cancelled`.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        is_embedded: Callable[[str], bool],
        is_measured: Callable[[str], bool],
        cancelled: Callable[[], bool],
    ) -> None:
        self._model = model
        self._is_embedded = is_embedded
        self._is_measured = is_measured
        self._cancelled = cancelled

    def read(self, found: Found) -> Outcome:
        """Read one file. Bad audio is an outcome, not an exception."""
        try:
            path = Path(found.stamp.text)
            sound = open_sound(path)
            return IndexedFile(
                found.stamp, found.pack, sound.content, self._segments(sound), self._measured(sound, path)
            )
        except AudioError as error:
            return FailedFile(found.stamp, found.pack, ": ".join(filter(None, (error.message, error.hint))))
        except OSError as error:
            return Unreachable(found.stamp, error.strerror or type(error).__name__)

    def _segments(self, sound: Sound) -> tuple[SegmentVector, ...]:
        if sound.content.silent or self._is_embedded(sound.content.hash):
            return ()
        info = self._model.info
        windows = sound.windows(info.sr, info.window_s)
        return tuple(merge_alike(self._embed(windows)))

    def _measured(self, sound: Sound, path: Path) -> Measured | None:
        if sound.content.silent or self._is_measured(sound.content.hash):
            return None
        return measure(sound, path)

    def _embed(self, windows: Iterable[Window]) -> Iterator[SegmentVector]:
        for batch in batches(windows, WINDOWS_PER_CALL):
            if self._cancelled():
                raise Cancelled
            vectors = self._model.embed_audio([window.y for window in batch])
            for window, vector in zip(batch, vectors, strict=True):
                yield SegmentVector(window.start_s, window.end_s, vector)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut an iterable into lists of at most `size`."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def merge_alike(segments: Iterable[SegmentVector]) -> Iterator[SegmentVector]:
    """Join neighbours that sound the same, so that a long drone is one segment. The joined vector is their mean."""
    remaining = iter(segments)
    joined = next(remaining, None)
    if joined is None:
        return
    total = joined.vector
    for segment in remaining:
        if float(joined.vector @ segment.vector) < ALIKE_COSINE:
            yield joined
            joined, total = segment, segment.vector
        else:
            total = total + segment.vector
            joined = SegmentVector(joined.start_s, segment.end_s, total / np.linalg.norm(total))
    yield joined

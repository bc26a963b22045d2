"""The sounds nearest to vectors, among those that may come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cratedig.store.columns import Columns, Numbers
from cratedig.store.rows import ModelRow
from cratedig.types import FloatArray, IdArray
from cratedig.vectors.base import VectorIndex
from search.select import Selection

__all__ = ["Near", "Neighbours", "best_places"]


def best_places(values: Numbers, k: int) -> IdArray:
    """Places of the `k` highest values, highest first; equal ones in order of place."""
    if k >= len(values):
        return np.argsort(-values, kind="stable")
    highest = np.sort(np.argpartition(-values, k)[:k])
    return highest[np.argsort(-values[highest], kind="stable")]


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Sounds, nearest first.

    Attributes
    ----------
    segments : ndarray of int64, shape (n,)
        The nearest segment of each.
    sounds : ndarray of int64, shape (n,)
        Their rows in `Columns`.
    cosines : ndarray of float32, shape (n,)
    """

    segments: IdArray
    sounds: IdArray
    cosines: FloatArray

    def take(self, places: IdArray) -> Near:
        """Return the sounds of these places."""
        return Near(self.segments[places], self.sounds[places], self.cosines[places])

    def places(self, sounds: IdArray) -> IdArray:
        """Places of sounds, in order; those that are not here are left out."""
        place = np.full(max(self.sounds.max(initial=-1), sounds.max(initial=-1)) + 1, -1, dtype=np.int64)
        place[self.sounds] = np.arange(len(self.sounds))
        found: IdArray = place[sounds]
        return found[found >= 0]

    def joined(self, other: Near) -> Near:
        """Return these sounds and then those of `other`."""
        return Near(
            np.concatenate([self.segments, other.segments]),
            np.concatenate([self.sounds, other.sounds]),
            np.concatenate([self.cosines, other.cosines]),
        )


class Neighbours:
    """The vectors of one model, and the sounds that they belong to."""

    def __init__(self, index: VectorIndex, columns: Columns, model: ModelRow) -> None:
        self._index = index
        self._columns = columns
        self._model = model

    def all(self, selection: Selection | None) -> Near:
        """Return every sound that may come back by its first segment, in order of row; all cosines are 0."""
        segments, sounds = self._columns.segments(self._model)
        first = np.flatnonzero(np.diff(sounds, prepend=-1))
        if selection is not None:
            first = first[selection.sounds[sounds[first]]]
        return Near(segments[first], sounds[first], np.zeros(len(first), dtype=np.float32))

    def nearest(self, vectors: FloatArray, k: int, selection: Selection | None) -> Near:
        """Return the `k` sounds nearest to any of the vectors, shape (n, dim): as many as there are, if fewer."""
        allowed = self._allowed(selection)
        found = [self._best(q, k, allowed) for q in vectors]
        ids, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(-cosines, kind="stable")
        ids = ids[order]
        return self._of_each_sound(Near(ids, self.sounds_of(ids), cosines[order]), k)

    def compared(self, vectors: FloatArray, sounds: IdArray) -> Near:
        """Return certain sounds, nearest first; those without a vector are left out."""
        segments, of_segment = self._columns.segments(self._model)
        wanted = np.zeros(len(self._columns.ids), dtype=bool)
        wanted[sounds] = True
        places = np.flatnonzero(wanted[of_segment])
        cosines = (self._index.vectors(segments[places]) @ vectors.T).max(axis=1)
        order = np.argsort(-cosines, kind="stable")
        near = Near(segments[places[order]], of_segment[places[order]], cosines[order])
        return self._of_each_sound(near, len(sounds))

    def spread(self, near: Near, selection: Selection | None) -> Near:
        """Return every sound that may come back, in order of row: those not among the near ones as far as the last."""
        everything = self.all(selection)
        at = np.searchsorted(everything.sounds, near.sounds)
        everything.cosines[:] = near.cosines.min(initial=1.0)
        everything.segments[at], everything.cosines[at] = near.segments, near.cosines
        return everything

    def sounds_of(self, segments: IdArray) -> IdArray:
        """Row of the sound of each segment; -1 where it cannot be heard now."""
        return self._columns.sounds_of(segments, self._model)

    def _allowed(self, selection: Selection | None) -> IdArray | None:
        """Ids of the segments that may come back; None means all of the index."""
        segments, sounds = self._columns.segments(self._model)
        if selection is not None:
            return segments[selection.sounds[sounds]]
        return None if len(segments) == len(self._index.ids) else segments

    def _best(self, q: FloatArray, k: int, allowed: IdArray | None) -> tuple[IdArray, FloatArray]:
        """Return segments with their cosines, best first, until `k` sounds are among them.

        A long file has many segments: more are asked for until enough sounds differ.
        """
        asked = 2 * k
        while True:
            ids, cosines = self._index.search(q, asked, allowed)
            if len(ids) < asked or len(self._first(self.sounds_of(ids))) >= k:
                return ids, cosines
            asked *= 4

    def _of_each_sound(self, near: Near, k: int) -> Near:
        """Keep the first segment of each sound, at most `k`."""
        return near.take(self._first(near.sounds)[:k])

    def _first(self, sounds: IdArray) -> IdArray:
        """Places where a sound is named first, in order; -1 is none."""
        first = np.full(len(self._columns.ids) + 1, -1, dtype=np.int64)  # the last place is that of -1
        first[sounds[::-1]] = np.arange(len(sounds))[::-1]  # of several, the last one written stays
        return np.flatnonzero((first[sounds] == np.arange(len(sounds))) & (sounds >= 0))

"""What the map shows: where the sounds of the library lie, which are in the list, and what family each is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.tags.vocabulary import read_vocabulary
from cratedig.types import FloatArray, IdArray

__all__ = ["NO_POINTS", "Points", "read_points"]

KINDS = ("one-shot", "loop", "texture")
OTHER = "other"


@dataclass(frozen=True, eq=False)
class Points:
    """Sounds on the map.

    Attributes
    ----------
    xy : ndarray, shape (n, 2), float32
        Their places.
    classes : ndarray, shape (n,), int64
        Which of `names` each is.
    positions : ndarray, shape (n,), int64
        Where in the list each is; -1: it is not in the list, and only shows where others lie.
    names : sequence of str
        Names of the classes.
    """

    xy: FloatArray
    classes: IdArray
    positions: IdArray
    names: Sequence[str]

    @cached_property
    def listed(self) -> NDArray[np.bool_]:
        """Which of them are in the list, shape (n,)."""
        return self.positions >= 0

    @cached_property
    def shades(self) -> IdArray:
        """Class of each; `len(names)` of those that are not in the list."""
        return np.where(self.listed, self.classes, len(self.names))

    def nearest(self, x: float, y: float) -> int | None:
        """Return the nearest sound of the list; None when there is none."""
        if not self.listed.any():
            return None
        distance = np.square(self.xy - np.array([x, y], np.float32)).sum(axis=1)
        return int(np.where(self.listed, distance, np.inf).argmin())


NO_POINTS = Points(np.empty((0, 2), np.float32), np.empty(0, np.int64), np.empty(0, np.int64), (OTHER,))


def read_points(store: Store, model: ModelRow, segment_ids: IdArray) -> Points:
    """Read the map.

    Parameters
    ----------
    segment_ids : ndarray of int64
        The list: a segment of each sound, in order.
    """
    columns = store.columns
    with columns.reading():
        places = store.places.read()
        listed = columns.sounds_of(segment_ids, model)
        position_of = np.full(len(columns.ids), -1)
        position_of[listed[listed >= 0]] = np.flatnonzero(listed >= 0)
        rows = columns.rows(places.ids)
        families = [term.name for term in read_vocabulary(None, DESCRIPTORS).terms.values() if term.axis == "family"]
        names, members = families, [columns.tagged(name)[rows] for name in families]
        if not np.any(members):  # nothing is tagged yet
            names, members = list(KINDS), [columns.words("kind")[rows] == kind for kind in KINDS]
    classes = np.select(members, range(len(names)), default=len(names))
    return Points(places.xy, classes, position_of[rows], [*names, OTHER])

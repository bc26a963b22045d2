"""Places on the map: where each content lies in two dimensions, and the vectors they are computed from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from cratedig.store.rows import ModelRow, unpack_vectors
from cratedig.types import FloatArray, IdArray

__all__ = ["Directions", "MapCounts", "PlaceRows", "Places", "mean_directions"]


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """Content ids, shape (n,), sorted, and their places, shape (n, 2)."""

    ids: IdArray
    xy: FloatArray


@dataclass(frozen=True, slots=True)
class Directions:
    """Content ids, shape (n,), sorted, and the unit vectors of the mean of their segments, shape (n, dim)."""

    ids: IdArray
    vectors: FloatArray


@dataclass(frozen=True, slots=True)
class MapCounts:
    """How far the map is.

    Attributes
    ----------
    sounds : int
        Sounds that can be heard now and have vectors.
    placed : int
        Those of them that are on the map.
    drawn : int
        Those of them that the map was computed from; the others were put among their neighbours later.
    """

    sounds: int
    placed: int
    drawn: int


class Places:
    """Queries on the table place. Places of another model than the library's do not exist."""

    def __init__(self, connection: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._connection = connection
        self._transaction = transaction

    def read(self) -> PlaceRows:
        """Places of all contents that can be heard now."""
        rows = self._connection.execute(
            "SELECT p.content_id, p.x, p.y FROM place p JOIN content c ON c.id = p.content_id"
            " WHERE c.files_present > 0 ORDER BY p.content_id"
        ).fetchall()
        ids = np.array([row[0] for row in rows], np.int64)
        return PlaceRows(ids, np.array([row[1:] for row in rows], np.float32).reshape(-1, 2))

    def counts(self, model: ModelRow) -> MapCounts:
        """Count sounds, and those on the map."""
        row = self._connection.execute(
            "SELECT count(*), count(p.content_id), coalesce(sum(p.drawn), 0) FROM content c"
            " LEFT JOIN place p ON p.content_id = c.id WHERE c.files_present > 0"
            " AND EXISTS (SELECT 1 FROM segment WHERE content_id = c.id AND model_id = ?)",
            (model.id,),
        ).fetchone()
        return MapCounts(*row)

    def directions(self, model: ModelRow) -> Directions:
        """Mean directions of all contents that can be heard now."""
        rows = self._connection.execute(
            "SELECT s.content_id, s.vector FROM segment s JOIN content c ON c.id = s.content_id"
            " WHERE s.model_id = ? AND c.files_present > 0 ORDER BY s.content_id",
            (model.id,),
        ).fetchall()
        return mean_directions(rows, model.dim)

    def replace(self, places: PlaceRows, model: ModelRow) -> None:
        """Store a map that was drawn, in place of the one before."""
        with self._transaction():
            self._connection.execute("DELETE FROM place")
            self._save(places, model, drawn=True)

    def add(self, places: PlaceRows, model: ModelRow) -> None:
        """Store the places of sounds that were put on the map."""
        with self._transaction():
            self._save(places, model, drawn=False)

    def _save(self, places: PlaceRows, model: ModelRow, *, drawn: bool) -> None:
        """Store places; what was forgotten meanwhile, content or model, is left out."""
        rows = zip(places.ids.tolist(), *places.xy.T.tolist(), strict=True)
        self._connection.executemany(
            "INSERT OR REPLACE INTO place (content_id, model_id, x, y, drawn)"
            " SELECT c.id, m.id, ?2, ?3, ?5 FROM content c, model m WHERE c.id = ?1 AND m.id = ?4",
            [(content_id, x, y, model.id, drawn) for content_id, x, y in rows],
        )


def mean_directions(rows: Sequence[tuple[int, bytes]], dim: int) -> Directions:
    """Mean direction of each content, from content id and vector of its segments in order of id."""
    vectors = unpack_vectors([row[1] for row in rows], dim)
    ids = np.array([row[0] for row in rows], np.int64)
    first = np.diff(ids, prepend=-1) > 0
    sums = vectors[first]
    np.add.at(sums, np.cumsum(first)[~first] - 1, vectors[~first])
    return Directions(ids[first], sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))

"""Segments and their vectors: what FAISS is filled from, and what a hit shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from cratedig.store.rows import HitRow, ModelRow, SegmentVector, VectorRows, unpack_vectors
from cratedig.types import IdArray

__all__ = ["ANY_FILE", "Condition", "Segments"]

IDS_PER_QUERY = 10_000

Condition = tuple[str, tuple[object, ...]]  # SQL over content c, analysis a, file f and pack p, with its parameters
ANY_FILE: Condition = ("1", ())

PRESENT_FILE = """
    SELECT f.id FROM file f JOIN pack p ON p.id = f.pack_id LEFT JOIN analysis a ON a.content_id = c.id
    WHERE f.content_id = c.id AND f.missing_since IS NULL AND {condition} ORDER BY f.id LIMIT 1
"""


class Segments:
    """Queries on the table segment. Every id array is int64 and sorted unless it says otherwise."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ids(self, model: ModelRow) -> IdArray:
        """Ids of all vectors of a model."""
        return self._ids("SELECT json_group_array(id) FROM segment WHERE model_id = ?", (model.id,))

    def absent(self, model: ModelRow) -> IdArray:
        """Ids of the vectors whose every file is missing."""
        # CROSS JOIN keeps the order: the few absent contents first, by their partial index.
        return self._ids(
            "SELECT json_group_array(s.id) FROM content c CROSS JOIN segment s ON s.content_id = c.id"
            " WHERE c.files_present = 0 AND s.model_id = ?",
            (model.id,),
        )

    def matching(self, model: ModelRow, condition: Condition) -> IdArray:
        """Ids of the vectors that have a present file meeting a condition."""
        sql, parameters = condition
        return self._ids(
            "SELECT json_group_array(id) FROM segment WHERE model_id = ? AND content_id IN ("
            " SELECT f.content_id FROM file f JOIN content c ON c.id = f.content_id JOIN pack p ON p.id = f.pack_id"
            " LEFT JOIN analysis a ON a.content_id = c.id"
            f" WHERE f.missing_since IS NULL AND {sql})",
            (model.id, *parameters),
        )

    def first(self, model: ModelRow, condition: Condition, k: int) -> list[int]:
        """Ids of the first segment of each content that meets a condition, at most `k`, in order of path."""
        sql, parameters = condition
        rows = self._connection.execute(
            "SELECT (SELECT min(id) FROM segment WHERE content_id = c.id AND model_id = ?) AS first_id"
            " FROM file f JOIN content c ON c.id = f.content_id JOIN pack p ON p.id = f.pack_id"
            " LEFT JOIN analysis a ON a.content_id = c.id"
            f" WHERE f.missing_since IS NULL AND first_id IS NOT NULL AND {sql}"
            " GROUP BY c.id ORDER BY min(f.path) LIMIT ?",
            (model.id, *parameters, k),
        )
        return [row[0] for row in rows]

    def vectors(self, ids: IdArray, model: ModelRow) -> Iterator[VectorRows]:
        """Iterate over the vectors of `ids` in batches; ids that are not there are left out."""
        for start in range(0, len(ids), IDS_PER_QUERY):
            rows = self._connection.execute(
                "SELECT id, vector FROM segment WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(ids[start : start + IDS_PER_QUERY].tolist()),),
            ).fetchall()
            found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            yield VectorRows(found, unpack_vectors([row[1] for row in rows], model.dim))

    def of_content(self, content_hash: str, model: ModelRow) -> list[SegmentVector]:
        """Segments of one content, in order of time."""
        rows = self._connection.execute(
            "SELECT s.start_s, s.end_s, s.vector FROM content c JOIN segment s ON s.content_id = c.id"
            " WHERE c.hash = ? AND s.model_id = ? ORDER BY s.start_s",
            (content_hash, model.id),
        )
        return [SegmentVector(start, end, unpack_vectors([blob], model.dim)[0]) for start, end, blob in rows]

    def exist(self, content_hash: str, model_key: str) -> bool:
        """Whether a content has vectors of a model."""
        sql = (
            "SELECT 1 FROM content c JOIN segment s ON s.content_id = c.id"
            " WHERE c.hash = ? AND s.model_id = (SELECT id FROM model WHERE key = ?) LIMIT 1"
        )
        return self._connection.execute(sql, (content_hash, model_key)).fetchone() is not None

    def contents(self, ids: Sequence[int]) -> dict[int, int]:
        """Map segment id to content id."""
        return dict(
            self._connection.execute(
                "SELECT id, content_id FROM segment WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(ids),),
            )
        )

    def hits(self, ids: Sequence[int], condition: Condition) -> dict[int, HitRow]:
        """Return what a result shows, by segment id; the file is the first present one that meets the condition."""
        sql, parameters = condition
        rows = self._connection.execute(
            "SELECT s.id, c.id, c.hash, f.path, p.name, s.start_s, s.end_s, 1.0 * c.frames / c.sr, a.kind, a.bpm, a.key"
            " FROM segment s JOIN content c ON c.id = s.content_id"
            f" JOIN file f ON f.id = ({PRESENT_FILE.format(condition=sql)})"
            " JOIN pack p ON p.id = f.pack_id LEFT JOIN analysis a ON a.content_id = c.id"
            " WHERE s.id IN (SELECT value FROM json_each(?))",
            (*parameters, json.dumps(ids)),
        )
        return {row[0]: HitRow(*row) for row in rows}

    def _ids(self, sql: str, parameters: tuple[object, ...]) -> IdArray:
        """Run a query that gathers ids as one JSON array: three times faster than a row each."""
        (ids,) = self._connection.execute(sql, parameters).fetchone()
        return np.sort(np.array(json.loads(ids), dtype=np.int64))

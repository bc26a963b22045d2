"""Segments and their vectors: what FAISS is filled from, and what a hit shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

import numpy as np

from cratedig.store.rows import HitRow, ModelRow, SegmentVector, VectorRows, unpack_vectors
from cratedig.types import IdArray

__all__ = ["Segments"]

IDS_PER_QUERY = 10_000

HIT = """
    SELECT s.id, c.id, c.hash, f.path, p.name, s.start_s, s.end_s, 1.0 * c.frames / c.sr, a.kind,
        coalesce(t.bpm, a.bpm), a.key, u.content IS NOT NULL
    FROM json_each(?) shown JOIN segment s ON s.id = json_extract(shown.value, '$[0]')
    JOIN content c ON c.id = s.content_id
    JOIN file f ON f.id = coalesce(nullif(json_extract(shown.value, '$[1]'), -1),
        (SELECT min(id) FROM file WHERE content_id = c.id AND missing_since IS NULL))
    JOIN pack p ON p.id = f.pack_id
    LEFT JOIN analysis a ON a.content_id = c.id
    LEFT JOIN tempo t ON t.content = c.hash
    LEFT JOIN favourite u ON u.content = c.hash
    WHERE f.missing_since IS NULL
"""


class Segments:
    """Queries on the table segment. Every id array is int64 and sorted unless it says otherwise."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ids(self, model: ModelRow) -> IdArray:
        """Ids of all vectors of a model."""
        sql = "SELECT group_concat(id) FROM (SELECT id FROM segment WHERE model_id = ? ORDER BY id)"
        (ids,) = self._connection.execute(sql, (model.id,)).fetchone()
        return np.fromstring(ids, dtype=np.int64, sep=",") if ids else np.empty(0, dtype=np.int64)

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

    def hits(self, shown: Iterable[tuple[int, int]]) -> dict[int, HitRow]:
        """Return what a result shows, by segment id.

        Parameters
        ----------
        shown : iterable of (int, int)
            Segments, and the file to show for each: -1 is the first present one. Where none is present, nothing is
            shown.
        """
        rows = self._connection.execute(HIT, (json.dumps([*shown]),))
        return {row[0]: HitRow(*row) for row in rows}

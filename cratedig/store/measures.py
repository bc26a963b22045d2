"""What is measured about each content, and how a library's sounds compare."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from cratedig.store.rows import AnalysisRow, Measured, Sounding

__all__ = ["DESCRIPTORS", "Measures"]

COLUMNS = tuple(column.name for column in dataclasses.fields(AnalysisRow))
DESCRIPTORS = COLUMNS[COLUMNS.index("brightness") :]
SAVE = f"INSERT OR REPLACE INTO analysis (content_id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"


class Measures:
    """Queries on the tables analysis, picture and scale. Writes belong inside `Store.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def exist(self, content_hash: str, version: int) -> bool:
        """Whether a content has an analysis of this version."""
        sql = "SELECT 1 FROM content c JOIN analysis a ON a.content_id = c.id WHERE c.hash = ? AND a.version = ?"
        return self._connection.execute(sql, (content_hash, version)).fetchone() is not None

    def save(self, content_id: int, measured: Measured) -> None:
        """Store an analysis and its picture, in place of older ones."""
        self._connection.execute(SAVE, (content_id, *dataclasses.astuple(measured.analysis)))
        self._connection.execute(
            "INSERT OR REPLACE INTO picture (content_id, waveform) VALUES (?, ?)", (content_id, measured.waveform)
        )

    def picture(self, content_hashes: Sequence[str]) -> dict[str, bytes]:
        """Packed waveform pictures by content; silent contents have none."""
        sql = (
            "SELECT c.hash, p.waveform FROM content c JOIN picture p ON p.content_id = c.id"
            " WHERE c.hash IN (SELECT value FROM json_each(?))"
        )
        return dict(self._connection.execute(sql, (json.dumps([*content_hashes]),)))

    def sounding(self, content_hashes: Sequence[str]) -> dict[str, Sounding]:
        """What playing needs to know, by content; silent contents have none."""
        sql = (
            "SELECT c.hash, a.lufs, a.true_peak_db, a.root_midi FROM content c JOIN analysis a ON a.content_id = c.id"
            " WHERE c.hash IN (SELECT value FROM json_each(?))"
        )
        rows = self._connection.execute(sql, (json.dumps([*content_hashes]),))
        return {content_hash: Sounding(*values) for content_hash, *values in rows}

    def of(self, content_hash: str) -> Measured | None:
        """What was measured about a content."""
        sql = (
            f"SELECT {', '.join(f'a.{column}' for column in COLUMNS)}, p.waveform FROM content c"
            " JOIN analysis a ON a.content_id = c.id JOIN picture p ON p.content_id = c.id WHERE c.hash = ?"
        )
        row = self._connection.execute(sql, (content_hash,)).fetchone()
        return None if row is None else Measured(AnalysisRow(*row[:-1]), row[-1])

    def tempi(self, content_hashes: Iterable[str]) -> dict[str, float]:
        """Measured tempo by content; those without one are absent."""
        sql = (
            "SELECT c.hash, a.bpm FROM content c JOIN analysis a ON a.content_id = c.id"
            " WHERE a.bpm IS NOT NULL AND c.hash IN (SELECT value FROM json_each(?))"
        )
        return dict(self._connection.execute(sql, (json.dumps([*content_hashes]),)))

    def rescale(self) -> None:
        """Take the percentiles of every descriptor over the sounds that can be heard now."""
        rows = self._connection.execute(
            f"SELECT {', '.join(DESCRIPTORS)} FROM analysis a JOIN content c ON c.id = a.content_id"
            " WHERE c.files_present > 0"
        )
        values = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, len(DESCRIPTORS))
        self._connection.execute("DELETE FROM scale")
        if len(values):
            percentiles = np.percentile(values, np.arange(101), axis=0).T.tolist()
            self._connection.executemany(
                "INSERT INTO scale (descriptor, percent, value) VALUES (?, ?, ?)",
                [
                    (descriptor, percent, value)
                    for descriptor, of_descriptor in zip(DESCRIPTORS, percentiles, strict=True)
                    for percent, value in enumerate(of_descriptor)
                ],
            )

"""Roots, packs, sample files and contents: what the library knows of the user's folders."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import PurePath

from cratedig.paths import as_text
from cratedig.store.measures import Measures
from cratedig.store.names import Names
from cratedig.store.rows import (
    FailedFile,
    FileRow,
    FileStamp,
    IndexedFile,
    LibraryCounts,
    ModelRow,
    Pack,
    SoundRow,
    pack_vector,
)
from cratedig.types import SILENCE_PEAK, Content

__all__ = ["Files", "under"]

PATHS_PER_QUERY = 500
FILE_COLUMNS = "f.id, f.path, f.size, f.mtime_ns, f.missing_since IS NOT NULL, f.error"
CONTENT_COLUMNS = "c.hash, c.sr, c.channels, c.frames, c.peak"


class Files:
    """Queries on the tables root, pack, file and content. Writes belong inside `Store.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._measures = Measures(connection)
        self._names = Names(connection)

    # Roots

    def roots(self) -> list[bytes]:
        """Every folder or file the user asked to index."""
        return [row[0] for row in self._connection.execute("SELECT path FROM root ORDER BY path")]

    def add_root(self, path: bytes) -> None:
        """Remember a folder or file to index again."""
        self._connection.execute(
            "INSERT INTO root (path, added_at) VALUES (?, datetime('now')) ON CONFLICT (path) DO NOTHING",
            (path,),
        )

    # Reading

    def known(self, paths: Iterable[bytes]) -> dict[bytes, FileRow]:
        """Look up many paths; unknown ones are absent from the result."""
        found = {}
        remaining = iter(paths)
        while batch := list(islice(remaining, PATHS_PER_QUERY)):
            marks = ",".join("?" * len(batch))
            for row in self._connection.execute(f"SELECT {FILE_COLUMNS} FROM file f WHERE path IN ({marks})", batch):
                found[row[1]] = _file_row(row)
        return found

    def under(self, path: bytes) -> Iterator[FileRow]:
        """Iterate over the files at or below a path, in order of path."""
        clause, bounds = under(path)
        sql = f"SELECT {FILE_COLUMNS} FROM file f WHERE {clause} ORDER BY path"
        return (_file_row(row) for row in self._connection.execute(sql, bounds))

    def failed(self) -> list[FileRow]:
        """Files that could not be read, in order of path."""
        sql = f"SELECT {FILE_COLUMNS} FROM file f WHERE error IS NOT NULL AND missing_since IS NULL ORDER BY path"
        return [_file_row(row) for row in self._connection.execute(sql)]

    def present(self) -> Iterator[tuple[FileRow, Content]]:
        """Iterate over the readable files that were there at the last look, with their contents, in order of path."""
        sql = (
            f"SELECT {FILE_COLUMNS}, {CONTENT_COLUMNS} FROM file f JOIN content c ON c.id = f.content_id"
            " WHERE f.missing_since IS NULL ORDER BY f.path"
        )
        return ((_file_row(row[:6]), Content(*row[6:])) for row in self._connection.execute(sql))

    def sounds_under(self, path: bytes) -> Iterator[SoundRow]:
        """Iterate over the readable present files at or below a path, in order of path."""
        clause, bounds = under(path)
        sql = (
            "SELECT f.path, p.path, c.id, c.hash, 1.0 * c.frames / c.sr, a.kind, coalesce(t.bpm, a.bpm), a.key"
            f" FROM (SELECT * FROM file WHERE {clause}) f JOIN pack p ON p.id = f.pack_id"
            " JOIN content c ON c.id = f.content_id LEFT JOIN analysis a ON a.content_id = c.id"
            " LEFT JOIN tempo t ON t.content = c.hash WHERE f.missing_since IS NULL ORDER BY f.path"
        )
        return (SoundRow(*row) for row in self._connection.execute(sql, bounds))

    def duplicates(self) -> Iterator[tuple[str, list[FileRow]]]:
        """Iterate over the contents with several present files: hash, and files from the first indexed on."""
        sql = (
            f"SELECT c.hash, {FILE_COLUMNS} FROM content c JOIN file f ON f.content_id = c.id"
            " WHERE c.files_present > 1 AND f.missing_since IS NULL ORDER BY c.id, f.id"
        )
        for content_hash, rows in groupby(self._connection.execute(sql), key=lambda row: row[0]):
            yield str(content_hash), [_file_row(row[1:]) for row in rows]

    def not_embedded(self, model: ModelRow) -> Iterator[tuple[FileStamp, Pack]]:
        """Iterate over one present file of each audible content that has no segment of `model`."""
        return self._without("SELECT 1 FROM segment WHERE content_id = c.id AND model_id = ?", model.id)

    def not_measured(self, version: int) -> Iterator[tuple[FileStamp, Pack]]:
        """Iterate over one present file of each audible content without an analysis of this version."""
        return self._without("SELECT 1 FROM analysis WHERE content_id = c.id AND version = ?", version)

    def pack_names(self) -> list[str]:
        """Names of all packs, sorted."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT name FROM pack ORDER BY name")]

    def contents_like(self, hash_prefix: str) -> list[Content]:
        """Return up to two contents whose hash begins so: one is a match, two are ambiguous."""
        sql = f"SELECT {CONTENT_COLUMNS} FROM content c WHERE hash >= ? AND hash < ? LIMIT 2"
        return [Content(*row) for row in self._connection.execute(sql, (hash_prefix, hash_prefix + "g"))]

    def counts(self) -> LibraryCounts:
        """Count what `cratedig status` shows. Contents, segments and hours are those that can be heard now."""

        def number(sql: str, *parameters: object) -> float:
            return float(self._connection.execute(sql, parameters).fetchone()[0] or 0)

        return LibraryCounts(
            files=int(number("SELECT count(*) FROM file WHERE missing_since IS NULL AND error IS NULL")),
            contents=int(number("SELECT count(*) FROM content WHERE files_present > 0")),
            silent=int(number("SELECT count(*) FROM content WHERE files_present > 0 AND peak < ?", SILENCE_PEAK)),
            segments=int(
                number(
                    "SELECT count(*) FROM segment s JOIN library l ON l.model_id = s.model_id"
                    " JOIN content c ON c.id = s.content_id WHERE c.files_present > 0"
                )
            ),
            hours=number("SELECT sum(1.0 * frames / sr) FROM content WHERE files_present > 0") / 3600,
            failed=int(number("SELECT count(*) FROM file WHERE error IS NOT NULL AND missing_since IS NULL")),
            missing=int(number("SELECT count(*) FROM file WHERE missing_since IS NOT NULL")),
            packs=int(
                number(
                    "SELECT count(DISTINCT pack_id) FROM file WHERE missing_since IS NULL AND content_id IS NOT NULL"
                )
            ),
        )

    def problems(self) -> list[str]:
        """Check the numbers that triggers keep; an empty list is sound."""
        sql = """
            SELECT hash FROM content c WHERE files_present <>
                (SELECT count(*) FROM file WHERE content_id = c.id AND missing_since IS NULL)
        """
        return [f"content {row[0]} miscounts its files" for row in self._connection.execute(sql)]

    # Writing

    def save(self, file: IndexedFile, model: ModelRow) -> bool:
        """Store a file that was read, with its content and segments.

        A new path whose content has a missing file is that file, moved: its row is kept.

        Returns
        -------
        bool
            Whether the file was recognised as moved.
        """
        content_id = self._content_id(file.content)
        if file.segments and not self._has_segments(content_id, model):
            self._connection.executemany(
                "INSERT INTO segment (content_id, model_id, start_s, end_s, vector) VALUES (?, ?, ?, ?, ?)",
                [(content_id, model.id, s.start_s, s.end_s, pack_vector(s.vector)) for s in file.segments],
            )
        if file.measured is not None:
            self._measures.save(content_id, file.measured)
        moved = self._take_over_missing(file.stamp, content_id)
        self._save_file(file.stamp, file.pack, content_id, None)
        return moved

    def save_failure(self, file: FailedFile) -> None:
        """Store a file that cannot be read, and why."""
        self._save_file(file.stamp, file.pack, None, file.reason)

    def mark_missing(self, file_ids: Sequence[int]) -> None:
        """Mark files that are no longer where they were."""
        self._connection.executemany(
            "UPDATE file SET missing_since = datetime('now') WHERE id = ?", [(i,) for i in file_ids]
        )

    def mark_present(self, file_ids: Sequence[int]) -> None:
        """Mark missing files that came back unchanged."""
        self._connection.executemany("UPDATE file SET missing_since = NULL WHERE id = ?", [(i,) for i in file_ids])

    def forget(self, path: bytes) -> int:
        """Drop the files at or below a path, and contents that are nowhere else.

        Returns
        -------
        int
            Number of files dropped.
        """
        clause, bounds = under(path)
        contents = [
            row[0] for row in self._connection.execute(f"SELECT DISTINCT content_id FROM file WHERE {clause}", bounds)
        ]
        dropped = self._connection.execute(f"DELETE FROM file WHERE {clause}", bounds).rowcount
        self._connection.execute(f"DELETE FROM root WHERE {clause}", bounds)
        self._connection.execute(
            "DELETE FROM content WHERE id IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM file WHERE content_id = content.id)",
            (json.dumps(contents),),
        )
        self._connection.execute("DELETE FROM pack WHERE NOT EXISTS (SELECT 1 FROM file WHERE pack_id = pack.id)")
        return dropped

    def _without(self, existing: str, parameter: int) -> Iterator[tuple[FileStamp, Pack]]:
        sql = f"""
            SELECT f.path, f.size, f.mtime_ns, p.path, p.name FROM content c
            JOIN file f ON f.id = (SELECT min(id) FROM file WHERE content_id = c.id AND missing_since IS NULL)
            JOIN pack p ON p.id = f.pack_id
            WHERE c.peak >= ? AND NOT EXISTS ({existing}) ORDER BY f.path
        """
        for path, size, mtime_ns, *pack in self._connection.execute(sql, (SILENCE_PEAK, parameter)):
            yield FileStamp(path, size, mtime_ns), Pack(*pack)

    def _content_id(self, content: Content) -> int:
        self._connection.execute(
            "INSERT INTO content (hash, sr, channels, frames, peak, added_at) VALUES (?, ?, ?, ?, ?, datetime('now'))"
            " ON CONFLICT (hash) DO NOTHING",
            (content.hash, content.sr, content.channels, content.frames, content.peak),
        )
        row = self._connection.execute("SELECT id FROM content WHERE hash = ?", (content.hash,)).fetchone()
        return int(row[0])

    def _has_segments(self, content_id: int, model: ModelRow) -> bool:
        sql = "SELECT 1 FROM segment WHERE content_id = ? AND model_id = ? LIMIT 1"
        return self._connection.execute(sql, (content_id, model.id)).fetchone() is not None

    def _take_over_missing(self, stamp: FileStamp, content_id: int) -> bool:
        if self.known([stamp.path]):
            return False
        row = self._connection.execute(
            "SELECT id FROM file WHERE content_id = ? AND missing_since IS NOT NULL ORDER BY name = ? DESC, id LIMIT 1",
            (content_id, _name(stamp)),
        ).fetchone()
        if row is not None:
            self._connection.execute("UPDATE file SET path = ? WHERE id = ?", (stamp.path, row[0]))
        return row is not None

    def _save_file(self, stamp: FileStamp, pack: Pack, content_id: int | None, error: str | None) -> None:
        values: Mapping[str, object] = {
            "path": stamp.path,
            "name": _name(stamp),
            "size": stamp.size,
            "mtime_ns": stamp.mtime_ns,
            "pack_id": self._pack_id(pack),
            "content_id": content_id,
            "error": error,
        }
        row = self._connection.execute(
            "INSERT INTO file (path, name, size, mtime_ns, pack_id, content_id, error, added_at)"
            " VALUES (:path, :name, :size, :mtime_ns, :pack_id, :content_id, :error, datetime('now'))"
            " ON CONFLICT (path) DO UPDATE SET name = :name, size = :size, mtime_ns = :mtime_ns, pack_id = :pack_id,"
            " content_id = :content_id, error = :error, missing_since = NULL RETURNING id",
            values,
        ).fetchone()
        self._names.save(row[0], stamp.path, pack.path)

    def _pack_id(self, pack: Pack) -> int:
        self._connection.execute(
            "INSERT INTO pack (path, name) VALUES (?, ?) ON CONFLICT (path) DO NOTHING",
            (pack.path, pack.name),
        )
        return int(self._connection.execute("SELECT id FROM pack WHERE path = ?", (pack.path,)).fetchone()[0])


def under(path: bytes) -> tuple[str, tuple[bytes, bytes, bytes]]:
    """Return an SQL condition, with its parameters, for a path column at or below `path`.

    A range, not LIKE: it uses the index, and no byte of a path is a wildcard.
    """
    path = path.rstrip(os.fsencode(os.sep))
    folder = path + os.fsencode(os.sep)
    after = path + bytes([folder[-1] + 1])
    return "(path = ? OR (path >= ? AND path < ?))", (path, folder, after)


def _name(stamp: FileStamp) -> str:
    """File name as text; undecodable bytes become replacement characters."""
    return as_text(PurePath(stamp.text).name)


def _file_row(row: Sequence[object]) -> FileRow:
    file_id, path, size, mtime_ns, missing, error = row
    return FileRow(file_id, FileStamp(path, size, mtime_ns), bool(missing), error)  # type: ignore[arg-type]

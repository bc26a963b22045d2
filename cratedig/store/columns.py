"""What is known of every sound that can be heard, as arrays: what filters and rankings read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cratedig.store.licences import LICENCES
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import Names
from cratedig.store.rows import ModelRow
from cratedig.types import FloatArray, IdArray

__all__ = ["AXES", "ENVELOPE_STEPS", "Columns", "Mask", "Numbers", "envelope_of"]

Numbers: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
T = TypeVar("T")

SOUNDS = "FROM content c LEFT JOIN analysis a ON a.content_id = c.id WHERE c.files_present > 0 ORDER BY c.id"
FILES = (
    "FROM file f JOIN pack p ON p.id = f.pack_id WHERE f.content_id IS NOT NULL AND f.missing_since IS NULL"
    " ORDER BY f.content_id, f.id"
)
NUMBERS = {name: f"a.{name}" for name in (*DESCRIPTORS, "root_midi", "bpm")}
NUMBERS |= {"seconds": "1.0 * c.frames / c.sr", "files": "c.files_present"}
TEXTS = {"kind": (SOUNDS, "a.kind"), "key": (SOUNDS, "a.key"), "onsets": (SOUNDS, "a.onsets")}
TEXTS |= {"hash": (SOUNDS, "c.hash"), "added": (FILES, "f.added_at")}
TEXTS |= {"name": (FILES, "f.name"), "path": (FILES, "f.path"), "pack": (FILES, "p.name")}
AXES = (*DESCRIPTORS, "seconds")  # what a sound can be moved along
MISSING = "-9e999"  # SQLite has no NaN: the lowest of numbers stands for none
ENVELOPE_STEPS = 16
PICTURES_PER_READ = 4096

TAGGED = "SELECT content_id FROM proposal WHERE term = ? AND sure"
JUDGED = "SELECT c.id FROM verdict v JOIN content c ON c.hash = v.content WHERE v.term = ? AND v.state = ?"
MEMBERS = {
    "favourite": "SELECT c.id FROM favourite u JOIN content c ON c.hash = u.content",
    "collection": "SELECT c.id FROM collected u JOIN content c ON c.hash = u.content WHERE lower(u.collection) = ?",
    "used": "SELECT c.id FROM used u JOIN content c ON c.hash = u.content",
    "project": "SELECT c.id FROM used u JOIN content c ON c.hash = u.content WHERE lower(u.project) = ?",
}


STATED = (
    "SELECT f.content_id FROM licence l JOIN file f ON f.pack_id = l.pack_id"
    " WHERE l.licence = ? AND f.content_id IS NOT NULL AND f.missing_since IS NULL"
)
NOTED = (
    "SELECT c.id, n.licence FROM licence_note n JOIN content c ON c.hash = n.content"
    " WHERE c.files_present > 0 ORDER BY c.id"
)


class Columns:
    """Arrays over the contents with a present file, and over the present files, each read when first asked for.

    A row is a sound or a file. Sounds are in order of content id; files in order of content id, then file id.
    They are read inside `reading`, and kept until the library changes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names = Names(connection)
        self._known: dict[str, object] = {}
        self._decided: dict[str, object] = {}
        self._version: tuple[object, ...] = ()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Show one state of the library, the newest, while the block lasts: columns read in it are equally long."""
        if self._connection.in_transaction:
            self._refresh()
            yield
            return
        self._connection.execute("BEGIN")
        try:
            self._refresh()
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _refresh(self) -> None:
        """Forget what was read before the library or the user's decisions changed."""
        version = self._connection.execute(
            "SELECT revision, (SELECT seq FROM sqlite_sequence WHERE name = 'step'), (SELECT max(id) FROM step)"
            " FROM library"
        ).fetchone()
        if version[:1] != self._version[:1]:
            self._known.clear()
        if version != self._version:
            self._decided.clear()
        self._version = version

    @property
    def revision(self) -> object:
        """Equal as long as nothing was indexed, as of the last `reading`."""
        return self._version[:1]

    # Sounds

    @property
    def ids(self) -> IdArray:
        """Content ids, sorted."""
        return self._once("ids", lambda: self._ids("SELECT id FROM content WHERE files_present > 0 ORDER BY id"))

    def rows(self, content_ids: IdArray) -> IdArray:
        """Rows of contents, in order; those without a present file are left out."""
        places = self._places(content_ids)
        return places[places >= 0]

    def _places(self, content_ids: IdArray) -> IdArray:
        """Row of each content; -1 for those without a present file."""
        at = np.searchsorted(self.ids, content_ids)
        at[at == len(self.ids)] = 0
        return np.where(self.ids[at] == content_ids, at, -1) if len(self.ids) else np.full(len(at), -1)

    def among(self, content_ids: IdArray) -> Mask:
        """Which sounds are these contents."""
        mask = np.zeros(len(self.ids), dtype=bool)
        mask[self.rows(content_ids)] = True
        return mask

    def number(self, name: str) -> Numbers:
        """One of `NUMBERS` of each sound; NaN where nothing can be said."""
        return self._once(name, lambda: self._numbers([NUMBERS[name]])[:, 0])

    def descriptors(self) -> Numbers:
        """All descriptors of each sound, shape (sounds, len(DESCRIPTORS)); NaN where not measured."""
        return self._once("descriptors", lambda: self._numbers([NUMBERS[name] for name in DESCRIPTORS]))

    def percents(self) -> FloatArray:
        """Where in the library each sound lies on each of `AXES`, shape (len(AXES), sounds), 0 to 100."""

        def read() -> FloatArray:
            raw = np.column_stack((self.descriptors(), self.number("seconds")))
            return np.ascontiguousarray(self.percents_of(raw).T, dtype=np.float32)

        return self._once("percents", read)

    def percents_of(self, values: Numbers) -> Numbers:
        """Percentiles of raw values on `AXES`, shape (n, len(AXES)); NaN while nothing is measured."""
        found = np.full(values.shape, np.nan)
        for axis, name in enumerate(AXES):
            scale = self._lengths() if name == "seconds" else self.scale(name)
            if len(scale):
                found[:, axis] = np.interp(values[:, axis], scale, np.arange(101))
        return found

    def _lengths(self) -> Numbers:
        seconds = self.number("seconds")
        empty: Numbers = np.empty(0)
        return self._once("scale seconds", lambda: np.percentile(seconds, np.arange(101)) if len(seconds) else empty)

    def tempo(self) -> Numbers:
        """Tempo in force of each sound: the user's, else the measured one; NaN where there is none."""

        def read() -> Numbers:
            tempo = self.number("bpm").copy()
            set_by_user = self._connection.execute(
                "SELECT c.id, t.bpm FROM tempo t JOIN content c ON c.hash = t.content WHERE c.files_present > 0"
                " ORDER BY c.id"
            ).fetchall()
            tempo[self.rows(np.array([row[0] for row in set_by_user], np.int64))] = [row[1] for row in set_by_user]
            return tempo

        return self._once("tempo", read, decided=True)

    def scale(self, descriptor: str) -> Numbers:
        """Values of a descriptor at 0 to 100 percent of the library, shape (101,); empty while nothing is measured."""
        sql = "SELECT value FROM scale WHERE descriptor = ? ORDER BY percent"
        return self._once(
            f"scale {descriptor}",
            lambda: np.array(self._connection.execute(sql, (descriptor,)).fetchall(), np.float64).reshape(-1),
        )

    def tagged(self, term: str) -> Mask:
        """Which sounds have a tag in force."""

        def read() -> Mask:
            proposed, accepted, rejected = (
                self.among(self._sorted_ids(sql, parameters))
                for sql, parameters in ((TAGGED, (term,)), (JUDGED, (term, "accepted")), (JUDGED, (term, "rejected")))
            )
            return proposed & ~rejected | accepted

        return self._once(f"tag {term}", read, decided=True)

    def terms(self) -> list[str]:
        """Terms that are proposed or judged anywhere, sorted: one look into the index for each."""
        sql = (
            "WITH RECURSIVE term(name) AS (SELECT min(term) FROM proposal UNION ALL"
            " SELECT (SELECT min(term) FROM proposal WHERE term > name) FROM term WHERE name IS NOT NULL)"
            " SELECT name FROM term WHERE name IS NOT NULL UNION SELECT term FROM verdict"
        )
        return self._once("terms", lambda: [row[0] for row in self._connection.execute(sql)], decided=True)

    def members(self, group: str, name: str = "") -> Mask:
        """Which sounds are in one of `MEMBERS`; names are in lower case."""
        parameters = (name,) if "?" in MEMBERS[group] else ()
        return self._once(
            f"{group} {name}", lambda: self.among(self._sorted_ids(MEMBERS[group], parameters)), decided=True
        )

    def licences(self) -> NDArray[np.str_]:
        """Licence in force of each sound: the user's note, else the strictest of its packs."""

        def read() -> NDArray[np.str_]:
            licences: NDArray[np.str_]
            strictest = np.full(len(self.ids), len(LICENCES) - 1)
            for place, licence in enumerate(LICENCES[:-1]):
                rows = self.rows(self._sorted_ids(STATED, (licence,)))
                strictest[rows] = np.minimum(strictest[rows], place)
            licences = np.array(LICENCES)[strictest]
            noted = self._connection.execute(NOTED).fetchall()
            licences[self.rows(np.array([row[0] for row in noted], np.int64))] = [row[1] for row in noted]
            return licences

        return self._once("licences", read, decided=True)

    def envelopes(self) -> FloatArray:
        """Loudness over time of each sound from its waveform picture, shape (sounds, ENVELOPE_STEPS), 0 to 1."""

        def read() -> FloatArray:
            found = np.full((len(self.ids), ENVELOPE_STEPS), np.nan, dtype=np.float32)
            cursor = self._connection.execute("SELECT content_id, waveform FROM picture ORDER BY content_id")
            while rows := cursor.fetchmany(PICTURES_PER_READ):
                ids = np.array([row[0] for row in rows], np.int64)
                heard = self._places(ids) >= 0
                found[self.rows(ids)] = envelope_of([row[1] for row in rows])[heard]
            return found

        return self._once("envelopes", read)

    # Segments

    def segments(self, model: ModelRow) -> tuple[IdArray, IdArray]:
        """Ids of the segments of all sounds, in order of sound, then time; and the row of the sound of each."""

        def read() -> tuple[IdArray, IdArray]:
            # This index holds all that is asked for, ids in order too: a longer ORDER BY would sort them again.
            of_model = (
                f"FROM segment INDEXED BY segment_by_content WHERE model_id = {model.id} ORDER BY content_id, model_id"
            )
            ids = self._ids(f"SELECT id {of_model}")
            rows = self._places(self._ids(f"SELECT content_id AS id {of_model}"))
            return ids[rows >= 0], rows[rows >= 0]

        return self._once(f"segments {model.id}", read)

    def sounds_of(self, segment_ids: IdArray, model: ModelRow) -> IdArray:
        """Row of the sound of each segment; -1 where it cannot be heard now."""

        def read() -> IdArray:
            ids, rows = self.segments(model)
            row_of = np.full(int(ids.max(initial=0)) + 2, -1, dtype=np.int64)
            row_of[ids] = rows
            return row_of

        row_of = self._once(f"sounds of segments {model.id}", read)
        return row_of[np.minimum(segment_ids, len(row_of) - 1)]

    # Files

    @property
    def file_ids(self) -> IdArray:
        """Ids of the present files."""
        return self._once("file ids", lambda: self._ids(f"SELECT f.id {FILES}"))

    @property
    def file_sounds(self) -> IdArray:
        """Row of the sound of each present file."""
        return self._once("file sounds", lambda: self.rows(self._ids(f"SELECT f.content_id AS id {FILES}")))

    def packs(self) -> IdArray:
        """Id of the pack of the first present file of each sound."""

        def read() -> IdArray:
            of_file = self._ids(f"SELECT f.pack_id AS id {FILES}")
            return of_file[np.searchsorted(self.file_sounds, np.arange(len(self.ids)))]

        return self._once("packs", read)

    def path_order(self) -> IdArray:
        """Place of each present file when they are in order of path."""

        def read() -> IdArray:
            ordered = self._ids("SELECT id FROM file ORDER BY path")
            place = np.empty(int(ordered.max(initial=0)) + 1, np.int64)
            place[ordered] = np.arange(len(ordered))
            return place[self.file_ids]

        return self._once("path order", read)

    def text(self, name: str) -> Sequence[str]:
        """One of `TEXTS` of each sound or file, in lower case; empty where nothing can be said."""
        rows, column = TEXTS[name]
        # One text with NUL between is read three times faster than a row each.
        sql = f"SELECT CAST(group_concat(x, x'00') AS BLOB) FROM (SELECT coalesce({column}, '') AS x {rows})"

        def read() -> Sequence[str]:
            (joined,) = self._connection.execute(sql).fetchone()
            return [] if joined is None else joined.decode("utf-8", "replace").lower().split("\0")

        return self._once(name, read)

    def words(self, name: str) -> NDArray[np.str_]:
        """`text` as an array, to be compared as a whole."""
        return self._once(f"{name} as array", lambda: np.array(self.text(name), dtype=np.str_))

    def named(self, phrase: str) -> IdArray:
        """Ids of the files with these words in a row in their names."""
        return self._names.containing(phrase)

    def derived(self, name: str, make: Callable[[], T]) -> T:
        """Keep what is made of columns as long as they are kept."""
        return self._once(name, make, decided=True)

    # Reading

    def _once(self, key: str, read: Callable[[], T], *, decided: bool = False) -> T:
        held = self._decided if decided else self._known
        if key not in held:
            held[key] = read()
        return held[key]  # type: ignore[return-value]

    def _ids(self, sql: str) -> IdArray:
        """Read the column `id` in the order of the query: as one text, five times faster than a row each."""
        (joined,) = self._connection.execute(f"SELECT group_concat(id) FROM ({sql})").fetchone()
        return np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.empty(0, dtype=np.int64)

    def _sorted_ids(self, sql: str, parameters: tuple[object, ...]) -> IdArray:
        rows = self._connection.execute(sql, parameters)
        return np.unique(np.fromiter(chain.from_iterable(rows), np.int64))

    def _numbers(self, columns: Sequence[str]) -> Numbers:
        chosen = ", ".join(f"coalesce({column}, {MISSING})" for column in columns)
        rows = self._connection.execute(f"SELECT {chosen} {SOUNDS}")
        values = np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, len(columns))
        values[np.isneginf(values)] = np.nan
        return values


def envelope_of(pictures: Sequence[bytes]) -> FloatArray:
    """Peaks of packed waveform pictures in `ENVELOPE_STEPS` steps, 0 to 1."""
    peaks = np.frombuffer(b"".join(pictures), np.uint8).reshape(len(pictures), -1, 4)[:, :, 0]
    starts = np.arange(ENVELOPE_STEPS) * peaks.shape[1] // ENVELOPE_STEPS
    return (np.maximum.reduceat(peaks, starts, axis=1) / 255).astype(np.float32)

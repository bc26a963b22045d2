"""What a user decides about sounds. It hangs on content hashes, so that moves, re-indexing and `forget` keep it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["KEYS", "Difference", "Step", "UserData", "Verdict"]

Verdict: TypeAlias = Literal["accepted", "rejected"]
Row: TypeAlias = Mapping[str, object]
HISTORY_LENGTH = 1000
KEYS = {
    "favourite": ("content",),
    "collected": ("collection", "content"),
    "verdict": ("content", "term"),
    "tempo": ("content",),
    "used": ("content", "project"),
    "licence_note": ("content",),
    "saved_search": ("name",),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a user did, such as ``favourite 3 sounds``, how many rows it changed, and of which tables."""

    id: int
    label: str
    edits: int
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows from elsewhere that are new here, are here already, or say something other than what is here."""

    new: int = 0
    same: int = 0
    other: int = 0


class UserData:
    """Queries on the tables that users fill, and undo without limit.

    A method that changes something is one step and one transaction of its own. Calls inside `step` join into one.
    `contents` are content hashes.
    """

    def __init__(self, connection: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._connection = connection
        self._transaction = transaction
        self._step_id: int | None = None

    # Undo

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Make everything inside one transaction, which one `undo` takes back; without a change it leaves no trace."""
        if self._step_id is not None:
            yield
            return
        with self._transaction():
            self._step_id = self._connection.execute(
                "INSERT INTO step (label, made_at) VALUES (?, datetime('now'))", (label,)
            ).lastrowid
            try:
                yield
                self._connection.execute(
                    "DELETE FROM step WHERE id = ? AND NOT EXISTS (SELECT 1 FROM edit WHERE step_id = step.id)",
                    (self._step_id,),
                )
            finally:
                self._step_id = None

    def steps(self, most: int) -> list[Step]:
        """Return what `undo` would take back, the last step first."""
        rows = self._connection.execute(
            "SELECT s.id, s.label, count(*), group_concat(DISTINCT e.of_table)"
            " FROM step s JOIN edit e ON e.step_id = s.id GROUP BY s.id ORDER BY s.id DESC LIMIT ?",
            (most,),
        )
        return [Step(id_, label, edits, frozenset(tables.split(","))) for id_, label, edits, tables in rows]

    def last_step(self) -> Step | None:
        """Return what `undo` would take back next; None when there is nothing."""
        return next(iter(self.steps(1)), None)

    def undo(self) -> Step | None:
        """Take back the last step, and return it; None when there is nothing to undo."""
        with self._transaction():
            last = self.last_step()
            if last is None:
                return None
            edits = self._connection.execute(
                "SELECT of_table, row_key, before FROM edit WHERE step_id = ? ORDER BY id DESC", (last.id,)
            ).fetchall()
            for table, row_key, before in edits:
                self._delete(table, json.loads(row_key))
                if before is not None:
                    self._insert(table, json.loads(before))
            self._connection.execute("DELETE FROM step WHERE id = ?", (last.id,))
            return last

    # Favourites and collections

    def favour(self, contents: Iterable[str]) -> None:
        """Make sounds favourites."""
        self._put_all("favourite", ({"content": content} for content in contents), "favourite")

    def unfavour(self, contents: Iterable[str]) -> None:
        """Make sounds favourites no more."""
        self._drop_all("favourite", ((content,) for content in contents), "no favourite")

    def favourites(self) -> set[str]:
        """Return the favourites."""
        return {row[0] for row in self._connection.execute("SELECT content FROM favourite")}

    def collect(self, collection: str, contents: Iterable[str]) -> None:
        """Put sounds into a collection, which is made when there is none of this name."""
        rows = ({"collection": collection, "content": content} for content in contents)
        self._put_all("collected", rows, f"into {collection}")

    def uncollect(self, collection: str, contents: Iterable[str]) -> None:
        """Take sounds out of a collection; the last one takes the collection with it."""
        self._drop_all("collected", ((collection, content) for content in contents), f"out of {collection}")

    def collections(self) -> dict[str, int]:
        """Return the number of sounds by name of collection, in order of name."""
        return dict(
            self._connection.execute(
                "SELECT collection, count(*) FROM collected GROUP BY collection ORDER BY collection"
            )
        )

    def in_collection(self, collection: str) -> set[str]:
        """Return the sounds of a collection."""
        sql = "SELECT content FROM collected WHERE collection = ?"
        return {row[0] for row in self._connection.execute(sql, (collection,))}

    # Verdicts on tags

    def decide(self, tags: Iterable[tuple[str, str]], state: Verdict) -> None:
        """Accept or reject tags, given as content and term."""
        rows: Iterable[Row] = ({"content": content, "term": term, "state": state} for content, term in tags)
        self._put_all("verdict", rows, f"{state} tags")

    def undecide(self, tags: Iterable[tuple[str, str]]) -> None:
        """Leave tags to what is proposed."""
        self._drop_all("verdict", tags, "tags left open")

    def verdicts(self) -> Iterator[tuple[str, str, Verdict]]:
        """Iterate over content, term and state of every verdict."""
        yield from self._connection.execute("SELECT content, term, state FROM verdict ORDER BY content, term")

    def verdicts_on(self, content: str) -> dict[str, Verdict]:
        """Return the state by term of one sound."""
        return dict(
            self._connection.execute("SELECT term, state FROM verdict WHERE content = ? ORDER BY term", (content,))
        )

    # Tempo, use, licence

    def set_tempo(self, bpm_of: Mapping[str, float]) -> None:
        """Put tempi in place of the measured ones."""
        self._put_all("tempo", ({"content": content, "bpm": bpm} for content, bpm in bpm_of.items()), "tempo")

    def tempo(self, content: str) -> float | None:
        """Return the tempo that counts in place of the measured one."""
        row = self._connection.execute("SELECT bpm FROM tempo WHERE content = ?", (content,)).fetchone()
        return None if row is None else float(row[0])

    def unset_tempo(self, contents: Iterable[str]) -> None:
        """Go back to the measured tempo."""
        self._drop_all("tempo", ((content,) for content in contents), "measured tempo")

    def use(self, contents: Iterable[str], project: str) -> None:
        """Note that sounds are used in a project."""
        self._put_all("used", ({"content": content, "project": project} for content in contents), f"used in {project}")

    def projects(self) -> list[str]:
        """Return the projects that sounds are used in, in order of name."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT project FROM used ORDER BY project")]

    def unuse(self, contents: Iterable[str], project: str) -> None:
        """Note that sounds are not used in a project after all."""
        self._drop_all("used", ((content, project) for content in contents), f"not used in {project}")

    def note_licence(self, contents: Iterable[str], licence: str) -> None:
        """State the licence of sounds, whatever their pack says."""
        self._put_all("licence_note", ({"content": content, "licence": licence} for content in contents), "licence")

    def unnote_licence(self, contents: Iterable[str]) -> None:
        """Go back to what the pack says."""
        self._drop_all("licence_note", ((content,) for content in contents), "licence of the pack")

    def carry_over(self, keeper: str, others: Iterable[str], *, dry_run: bool) -> int:
        """Give a sound the tags, favourites, collections and projects of others, where it says nothing itself.

        Returns
        -------
        int
            How many things it got, or would get.
        """
        carried = set()
        with self.step("carry over"):
            for table in ("favourite", "collected", "verdict", "used"):
                for row in self._rows_of(table, others):
                    wanted = {**row, "content": keeper}
                    key = tuple(str(wanted[column]) for column in KEYS[table])
                    if (table, key) in carried or self._row(table, key) is not None:
                        continue
                    carried.add((table, key))
                    if not dry_run:
                        self._put_all(table, [wanted], "carry over")
        return len(carried)

    # Searches

    def save_search(self, name: str, line: str) -> None:
        """Keep a query line under a name."""
        self._put_all("saved_search", [{"name": name, "line": line}], f"search {name}")

    def drop_search(self, name: str) -> None:
        """Keep a search no more."""
        self._drop_all("saved_search", [(name,)], f"no search {name}")

    def saved_searches(self) -> dict[str, str]:
        """Return the query line by name, in order of name."""
        return dict(self._connection.execute("SELECT name, line FROM saved_search ORDER BY name"))

    def remember(self, line: str) -> None:
        """Add a line to the query history; the oldest lines make room. Not a step."""
        with self._transaction():
            self._connection.execute("INSERT INTO asked (line, asked_at) VALUES (?, datetime('now'))", (line,))
            self._connection.execute("DELETE FROM asked WHERE id <= (SELECT max(id) FROM asked) - ?", (HISTORY_LENGTH,))

    def history(self) -> list[str]:
        """Return the query history, oldest first."""
        return [row[0] for row in self._connection.execute("SELECT line FROM asked ORDER BY id")]

    # All of it, for a backup

    def everything(self) -> dict[str, list[Row]]:
        """Return all rows by table, but for the query history and the steps; in order of their keys."""
        return {
            table: self._rows(f"SELECT * FROM {table} ORDER BY {', '.join(key)}", ()) for table, key in KEYS.items()
        }

    def compare(self, rows_of: Mapping[str, Iterable[Row]]) -> dict[str, Difference]:
        """Tell by table how rows from elsewhere differ from what is here."""
        differences = {}
        for table, rows in rows_of.items():
            counts = Counter(_difference(row, self._row(table, _key(table, row))) for row in rows)
            differences[table] = Difference(counts["new"], counts["same"], counts["other"])
        return differences

    def merge(self, rows_of: Mapping[str, Iterable[Row]], *, replace: bool) -> None:
        """Add rows from elsewhere, as one step. Where both say something different, what is here stays.

        With `replace`, what comes from elsewhere takes its place.
        """
        wanted = {"new", "other"} if replace else {"new"}
        with self.step("restore a backup"):
            for table, rows in rows_of.items():
                for row in rows:
                    key = _key(table, row)
                    before = self._row(table, key)
                    if _difference(row, before) in wanted:
                        self._log(table, key, before)
                        self._delete(table, key)
                        self._insert(table, row)

    # Rows

    def _put_all(self, table: str, rows: Iterable[Row], label: str) -> None:
        with self.step(label):
            for row in rows:
                key = _key(table, row)
                before = self._row(table, key)
                if before is not None and row.items() <= before.items():
                    continue
                self._log(table, key, before)
                self._delete(table, key)
                now = self._connection.execute("SELECT datetime('now')").fetchone()[0]
                self._insert(table, {**row, "made_at": now})

    def _drop_all(self, table: str, keys: Iterable[tuple[str, ...]], label: str) -> None:
        with self.step(label):
            for key in keys:
                before = self._row(table, key)
                if before is not None:
                    self._log(table, key, before)
                    self._delete(table, key)

    def _rows_of(self, table: str, contents: Iterable[str]) -> list[Row]:
        """Rows of some sounds without the time they were made at, each once but for the sound."""
        marks = json.dumps([*contents])
        columns = [column for column in self._columns(table) if column not in {"content", "made_at"}]
        chosen = ", ".join(columns) or "1"
        sql = f"SELECT DISTINCT {chosen} FROM {table} WHERE content IN (SELECT value FROM json_each(?))"
        return [dict(zip(columns, row, strict=False)) for row in self._connection.execute(sql, (marks,))]

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def _row(self, table: str, key: Iterable[object]) -> Row | None:
        return next(iter(self._rows(f"SELECT * FROM {table} WHERE {_where(table)}", tuple(key))), None)

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[Row]:
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _insert(self, table: str, row: Row) -> None:
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))

    def _delete(self, table: str, key: Iterable[object]) -> None:
        self._connection.execute(f"DELETE FROM {table} WHERE {_where(table)}", tuple(key))

    def _log(self, table: str, key: Iterable[object], before: Row | None) -> None:
        self._connection.execute(
            "INSERT INTO edit (step_id, of_table, row_key, before) VALUES (?, ?, ?, ?)",
            (self._step_id, table, json.dumps(list(key)), None if before is None else json.dumps(before)),
        )


def _key(table: str, row: Row) -> list[object]:
    return [row[column] for column in KEYS[table]]


def _difference(row: Row, here: Row | None) -> Literal["new", "same", "other"]:
    """Compare what two rows of one key say, whenever they were made."""
    if here is None:
        return "new"
    return "same" if {**row, "made_at": ""} == {**here, "made_at": ""} else "other"


def _where(table: str) -> str:
    return " AND ".join(f"{column} = ?" for column in KEYS[table])

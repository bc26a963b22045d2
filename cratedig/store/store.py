"""The library on disk: opening it, the one writer, transactions, and the model its vectors come from."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cratedig.errors import LibraryBusyError, LibraryError, LibraryMissingError, ModelMismatchError
from cratedig.paths import LibraryPaths
from cratedig.store.columns import Columns
from cratedig.store.connection import SCHEMA_VERSION, connect, migrate, plain_errors, schema_version
from cratedig.store.files import Files
from cratedig.store.licences import Licences
from cratedig.store.measures import Measures
from cratedig.store.names import Names
from cratedig.store.places import Places
from cratedig.store.rows import ModelRow
from cratedig.store.segments import Segments
from cratedig.store.tags import Tags
from cratedig.store.user import UserData
from cratedig.types import ModelInfo

__all__ = ["Store"]

MODELS = "SELECT m.id, m.key, m.name, m.dim, m.sr, m.window_s FROM model m"


class Store:
    """A library's database. One process may write at a time (`writing`), any number may read.

    Attributes
    ----------
    files : Files
        Roots, packs, sample files and contents.
    segments : Segments
        Segments and their vectors.
    measures : Measures
        What is measured about contents.
    names : Names
        Words in the names of files and packs.
    columns : Columns
        What is known of every sound that can be heard, in memory.
    licences : Licences
        What packs say about their licence.
    tags : Tags
        What is proposed about contents, and what verdicts make of it.
    places : Places
        Where contents lie on the map.
    user : UserData
        Favourites, collections, verdicts on tags, and undo.
    """

    def __init__(self, paths: LibraryPaths, connection: sqlite3.Connection) -> None:
        self.paths = paths
        self._connection = connection
        self.files = Files(connection)
        self.segments = Segments(connection)
        self.measures = Measures(connection)
        self.licences = Licences(connection)
        self.names = Names(connection)
        self.columns = Columns(connection)
        self.tags = Tags(connection)
        self.places = Places(connection, self._transaction)
        self.user = UserData(connection, self._transaction)

    @classmethod
    def create_or_open(cls, folder: Path) -> Store:
        """Open the library in `folder`; make an empty one when there is none."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The library folder {folder} cannot be made ({error.strerror}).",
                "Choose another with --library.",
            ) from None
        return cls._open(LibraryPaths(folder))

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the library in `folder`.

        Raises
        ------
        LibraryMissingError
            Nothing has been indexed there yet.
        LibraryTooNewError, LibraryDamagedError, LibraryBusyError
            See `cratedig.errors`.
        """
        paths = LibraryPaths(folder)
        if not paths.database.is_file():
            raise LibraryMissingError(
                f"There is no library in {folder} yet.",
                "Make one with: cratedig index FOLDER_OF_SAMPLES",
            )
        return cls._open(paths)

    @classmethod
    def _open(cls, paths: LibraryPaths) -> Store:
        store = cls(paths, connect(paths.database))
        try:
            if store.schema_version != SCHEMA_VERSION:
                with store.writing():
                    migrate(store._connection, paths)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the connection; the object is of no further use."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer.

        Raises
        ------
        LibraryBusyError
            Another process is writing.
        LibraryError
            The library's folder may not be written to.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415  (45 ms that a search need not pay)

        lock = FileLock(self.paths.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusyError(
                f"Another cratedig is writing to the library {self.paths.root}.",
                "Wait until it has finished, or stop it. Searching works meanwhile.",
            ) from None
        except OSError as error:
            raise LibraryError(
                f"The library {self.paths.root} cannot be written to ({error.strerror}).",
                "Check that its drive is connected and not full, and that you may write there.",
            ) from None
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commit at the end of the block, roll back on any error. Raises the library's revision."""
        with self._transaction():
            self._connection.execute("UPDATE library SET revision = revision + 1")
            yield

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with plain_errors(self.paths.database):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                    self._connection.execute("ROLLBACK")
                raise

    def truncate_log(self) -> None:
        """Fold the write-ahead log into the database file, unless a reader is in the way."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def problems(self) -> list[str]:
        """Check the database against itself; an empty list is a sound one."""
        found = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check")]
        found = [] if found == ["ok"] else found
        found += [
            f"{row[0]} {row[1]}: no such {row[2]}" for row in self._connection.execute("PRAGMA foreign_key_check")
        ]
        return found + self.files.problems()

    @property
    def schema_version(self) -> int:
        """Number of migrations the database has had."""
        return schema_version(self._connection)

    @property
    def uuid(self) -> str:
        """Identity of this library."""
        return str(self._connection.execute("SELECT uuid FROM library").fetchone()[0])

    @property
    def model(self) -> ModelRow | None:
        """The model whose vectors answer searches; None until something is indexed."""
        row = self._connection.execute(f"{MODELS} JOIN library l ON m.id = l.model_id").fetchone()
        return None if row is None else ModelRow(*row)

    @property
    def models(self) -> list[ModelRow]:
        """The model that answers searches, then those kept beside it."""
        rows = self._connection.execute(
            f"{MODELS} LEFT JOIN library l ON m.id = l.model_id WHERE l.id OR m.beside ORDER BY l.id IS NULL, m.id"
        )
        return [ModelRow(*row) for row in rows]

    def register_model(self, info: ModelInfo) -> ModelRow:
        """Record a model's identity, so that segments can refer to it. Idempotent."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO model (key, name, dim, sr, window_s, weights_sha256, preprocessing)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (
                    info.key,
                    info.name,
                    info.dim,
                    info.sr,
                    info.window_s,
                    info.weights_sha256,
                    info.preprocessing,
                ),
            )
        row = self._connection.execute("SELECT id FROM model WHERE key = ?", (info.key,)).fetchone()
        return ModelRow(row[0], info.key, info.name, info.dim, info.sr, info.window_s)

    def keep_beside(self, model: ModelRow) -> None:
        """Keep a model's vectors up to date though another answers searches."""
        with self.transaction():
            self._connection.execute("UPDATE model SET beside = 1 WHERE id = ?", (model.id,))

    def serve_model(self, model: ModelRow) -> None:
        """Let `model` answer searches and drop the vectors of any other, also of those kept beside."""
        with self.transaction():
            self._connection.execute("UPDATE library SET model_id = ?", (model.id,))
            self._connection.execute("DELETE FROM segment WHERE model_id <> ?", (model.id,))
            self._connection.execute("DELETE FROM model WHERE id <> ?", (model.id,))

    def require_model(self, info: ModelInfo) -> ModelRow:
        """Return the row of a model, which must be the library's own or kept beside it.

        Raises
        ------
        LibraryMissingError
            Nothing has been indexed yet.
        ModelMismatchError
            The library was made with another model or version.
        """
        model = self.model
        if model is None:
            raise LibraryMissingError(
                f"The library {self.paths.root} is empty.",
                "Fill it with: cratedig index FOLDER_OF_SAMPLES",
            )
        for row in self.models:
            if row.key == info.key:
                return row
        raise mismatch(model, info)


def mismatch(model: ModelRow, info: ModelInfo) -> ModelMismatchError:
    """Say that a library made with `model` cannot be used with `info`."""
    if model.name == info.name:
        return ModelMismatchError(
            f"The library was made with another version of the model {info.name} ({model.key}, now {info.key}).",
            "Bring it up to date with: cratedig index --reembed",
        )
    return ModelMismatchError(
        f"The library was made with the model {model.name}, not {info.name}.",
        f"Use it with --model {model.name}, or change it with: cratedig index --model {info.name} --reembed",
    )

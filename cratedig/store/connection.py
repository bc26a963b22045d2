"""Opening the database: pragmas, migrations, and SQLite's errors in words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cratedig.errors import (
    LibraryBusyError,
    LibraryDamagedError,
    LibraryError,
    LibraryFullError,
    LibraryTooNewError,
)
from cratedig.paths import LibraryPaths

__all__ = ["SCHEMA_VERSION", "connect", "migrate", "plain_errors"]

SCHEMA_VERSION = 8  # number of migrations; kept in PRAGMA user_version, so that opening need not import sqlite-utils
PAGE_BYTES = 16384  # 4 KB pages waste half the space of rows with vectors
BUSY_S = 10.0


def connect(database: Path) -> sqlite3.Connection:
    """Open a connection with the settings every connection needs. The schema may be older than the code."""
    with plain_errors(database):
        connection = sqlite3.connect(database, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            _refuse_unusable(connection, database)
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_unusable(connection: sqlite3.Connection, database: Path) -> None:
    """Leave a newer library alone, and another program's database: beets too calls its own library.db."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "_sqlite_migrations" not in tables:
        raise LibraryDamagedError(
            f"The database {database} belongs to another program.", "Choose another folder with --library."
        )
    found = schema_version(connection)
    if found > SCHEMA_VERSION:
        raise LibraryTooNewError(
            f"The library {database.parent} was written by a newer cratedig"
            f" (schema {found}, this one knows {SCHEMA_VERSION}).",
            "Update cratedig, or choose another library with --library.",
        )


def schema_version(connection: sqlite3.Connection) -> int:
    """Number of migrations the database has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, paths: LibraryPaths) -> None:
    """Bring the schema up to date; a copy is made before an existing library changes.

    The caller holds the writer's lock.
    """
    found = schema_version(connection)
    if found == SCHEMA_VERSION:
        return
    from sqlite_utils import Database  # noqa: PLC0415  (200 ms: only when there is something to migrate)

    from cratedig.store.migrations import MIGRATIONS  # noqa: PLC0415

    with plain_errors(paths.database):
        if found > 0:
            _copy(connection, paths.backup(found))
        db = Database(connection)
        MIGRATIONS.apply(db)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


@contextlib.contextmanager
def plain_errors(database: Path) -> Iterator[None]:
    """Turn SQLite's errors that a user can mend into words; others pass as they are."""
    try:
        yield
    except sqlite3.Error as error:
        in_words = _in_words(error, database)
        if in_words is None:
            raise
        raise in_words from error


def _in_words(error: sqlite3.Error, database: Path) -> LibraryError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    folder = database.parent
    if code == sqlite3.SQLITE_FULL:
        return LibraryFullError(
            f"The disk that holds the library {folder} is full.",
            "Free some space and run the command again: it continues where it stopped.",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusyError(
            f"The library {folder} is locked by another program.",
            "Wait for it to finish, or close the program that has library.db open.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LibraryDamagedError(
            f"The database {database} is damaged or not a cratedig library ({error}).",
            "Move that folder aside and index again, or restore a copy. Your audio files are untouched.",
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return LibraryError(
            f"The library {folder} cannot be read or written ({error}).",
            "Check that the folder exists, is on a connected drive, and that you may write there.",
        )
    return None

"""Opening the database: its settings, and every reason why it cannot be used, in words."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from cratedig.errors import (
    LibraryBusyError,
    LibraryDamagedError,
    LibraryError,
    LibraryFullError,
    LibraryMissingError,
    LibraryTooNewError,
)
from cratedig.paths import LibraryPaths
from cratedig.store import connection as connection_module
from cratedig.store.connection import SCHEMA_VERSION, connect, plain_errors
from cratedig.store.store import Store
from tests.library import content, indexed, save, stored_library, unit_vectors, unprivileged


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_every_connection_has_its_settings(tmp_path: Path) -> None:
    Store.create_or_open(tmp_path).close()
    with contextlib.closing(connect(LibraryPaths(tmp_path).database)) as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "synchronous") == 1
        assert pragma(connection, "page_size") == 16384
        assert pragma(connection, "user_version") == SCHEMA_VERSION


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    """A process killed before its first write leaves one."""
    LibraryPaths(tmp_path).database.touch()
    with Store.open(tmp_path) as store:
        assert store.schema_version == SCHEMA_VERSION
        assert store.problems() == []


def test_no_library_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissingError) as caught:
        Store.open(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in caught.value.message
    assert "cratedig index" in caught.value.hint
    assert not (tmp_path / "nowhere").exists()


def test_a_newer_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        database = store.paths.database
    with contextlib.closing(sqlite3.connect(database)) as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = database.read_bytes()
    with pytest.raises(LibraryTooNewError, match=f"schema {SCHEMA_VERSION + 1}") as caught:
        Store.open(tmp_path)
    assert "Update cratedig" in caught.value.hint
    assert database.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    LibraryPaths(tmp_path).database.write_bytes(b"RIFF\0\0\0\0WAVE" * 200)
    with pytest.raises(LibraryDamagedError) as caught:
        Store.open(tmp_path)
    assert "library.db" in caught.value.message
    assert "untouched" in caught.value.hint


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    database = LibraryPaths(tmp_path).database
    with contextlib.closing(sqlite3.connect(database)) as beets:
        beets.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB)")
    before = database.read_bytes()
    for opening in (Store.open, Store.create_or_open):
        with pytest.raises(LibraryDamagedError, match="belongs to another program"):
            opening(tmp_path)
    assert database.read_bytes() == before


def test_a_damaged_page_is_reported(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, *(indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(3, i)) for i in range(200)))
        store.truncate_log()
    database = store.paths.database
    pages = bytearray(database.read_bytes())
    pages[16384:] = b"\xa5" * (len(pages) - 16384)
    database.write_bytes(pages)
    with pytest.raises(LibraryDamagedError, match="damaged"), plain_errors(database), Store.open(tmp_path) as broken:
        broken.files.counts()


def test_a_truncated_database_is_reported(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        database = store.paths.database
    database.write_bytes(database.read_bytes()[: 3 * 16384 + 100])
    with pytest.raises(LibraryDamagedError), plain_errors(database), Store.open(tmp_path) as broken:
        broken.files.counts()


def test_a_database_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BUSY_S", 0.01)
    with Store.create_or_open(tmp_path) as store, contextlib.closing(connect(store.paths.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryBusyError, match="locked by another program"), store.transaction():
            pytest.fail("two writers at once")
        other.execute("ROLLBACK")
        with store.transaction():
            store.files.add_root(b"/s")
        assert store.files.roots() == [b"/s"]


def test_a_database_locked_while_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BUSY_S", 0.01)
    database = LibraryPaths(tmp_path).database
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LibraryBusyError):
            Store.open(tmp_path)


def test_reading_goes_on_while_another_writes(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store, Store.open(tmp_path) as reader, store.transaction():
        store.files.save(indexed("/s/a.wav", content("a"), unit_vectors(1)), model)
        assert reader.files.counts().files == 0
    with Store.open(tmp_path) as reader:
        assert reader.files.counts().files == 1


def test_a_full_disk_leaves_nothing_half_in(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        store._connection.execute(f"PRAGMA max_page_count = {pragma(store._connection, 'page_count')}")
        before = list(store._connection.iterdump())
        much = [indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(20, i)) for i in range(1000)]
        with pytest.raises(LibraryFullError) as caught:
            save(store, model, *much)
        assert "continues where it stopped" in caught.value.hint
        assert not store._connection.in_transaction
        assert list(store._connection.iterdump()) == before
        assert store.problems() == []
        store._connection.execute("PRAGMA max_page_count = 1000000")
        save(store, model, indexed("/s/b.wav", content("b"), unit_vectors(1)))
        assert store.files.counts().files == 2


def test_a_library_in_a_read_only_folder(public_folder: Path) -> None:
    store, model = stored_library(public_folder / "library")
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        store.truncate_log()
    with unprivileged(), pytest.raises(LibraryError, match="cannot be read or written") as caught:
        Store.open(public_folder / "library").files.counts()
    assert "may write there" in caught.value.hint


def test_a_folder_that_cannot_be_made(public_folder: Path) -> None:
    with unprivileged(), pytest.raises(LibraryError, match="cannot be made") as caught:
        Store.create_or_open(public_folder / "library")
    assert "--library" in caught.value.hint


def test_a_library_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "library").touch()
    with pytest.raises(LibraryError, match="cannot be made"):
        Store.create_or_open(tmp_path / "library")


def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    LibraryPaths(tmp_path).database.mkdir()
    with pytest.raises(LibraryError, match="cannot be read or written"):
        Store.create_or_open(tmp_path)


def test_our_own_mistakes_keep_their_type(tmp_path: Path) -> None:
    """A wrong statement is a bug: it must not be told as the user's."""
    with Store.create_or_open(tmp_path) as store:
        with pytest.raises(sqlite3.OperationalError, match="no such table") as caught, store.transaction():
            store._connection.execute("SELECT * FROM nonsense")
        assert caught.value.__cause__ is None

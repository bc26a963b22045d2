"""The schema, and how an older library becomes a newer one."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from cratedig.errors import LibraryBusyError, LibraryFullError
from cratedig.store import connection as connection_module
from cratedig.store import migrations as migrations_module
from cratedig.store import store as store_module
from cratedig.store.connection import SCHEMA_VERSION
from cratedig.store.migrations import MIGRATIONS, analysis, beside, foundation, lessons, map_, names, tags, user_data
from cratedig.store.store import Store
from tests.library import content, indexed, save, stored_library, unit_vectors

TODAY = ["foundation", "analysis", "user_data", "tags", "map", "names", "beside", "lessons"]


class Killed(BaseException):
    """The process ends here."""


def applied(store: Store) -> list[str]:
    return [row[0] for row in store._connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


def columns(store: Store, table: str) -> list[str]:
    return [row[1] for row in store._connection.execute(f"PRAGMA table_info({table})")]


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Database], None]], None]:
    """Return what makes the code one migration newer than the libraries made so far."""

    def install(migration: Callable[[Database], None]) -> None:
        newer = Migrations("cratedig")
        for migration_of_today in (foundation, analysis, user_data, tags, map_, names, beside, lessons):
            newer(name=migration_of_today.__name__.rstrip("_"))(migration_of_today)
        newer(name="tempo")(migration)
        monkeypatch.setattr(migrations_module, "MIGRATIONS", newer)
        monkeypatch.setattr(connection_module, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
        monkeypatch.setattr(store_module, "SCHEMA_VERSION", SCHEMA_VERSION + 1)

    return install


def add_tempo(db: Database) -> None:
    db.execute("ALTER TABLE content ADD COLUMN bpm REAL")
    db.execute("CREATE TABLE groove (id INTEGER PRIMARY KEY)")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A library of today with one file in it."""
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(2)))
    return tmp_path


def test_the_version_is_the_number_of_migrations(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        assert len(MIGRATIONS.pending(Database(store._connection))) == 0
        assert len(applied(store)) == SCHEMA_VERSION == store.schema_version


def test_a_new_library_is_sound_and_needs_no_copy(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        assert store.problems() == []
        assert store.model is None
        assert len(store.uuid) == 32
    assert list(tmp_path.glob("*before-migration*")) == []


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        before = list(store._connection.iterdump())
    for opening in (Store.create_or_open, Store.open):
        with opening(tmp_path) as store:
            assert list(store._connection.iterdump()) == before


def test_segment_ids_are_never_used_twice(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    used: set[int] = set()
    with store:
        for i in range(5):
            save(store, model, indexed("/s/a.wav", content(str(i)), unit_vectors(3)))
            ids = store.segments.ids(model).tolist()
            assert len(ids) == 3
            assert not used.intersection(ids)
            used.update(ids)
            with store.transaction():
                store.files.forget(b"/s")
            assert len(store.segments.ids(model)) == 0


def test_foreign_keys_hold(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store, pytest.raises(sqlite3.IntegrityError), store.transaction():
        store._connection.execute(
            "INSERT INTO segment (content_id, model_id, start_s, end_s, vector) VALUES (9, 9, 0, 1, x'00')"
        )


def test_a_file_has_a_content_or_an_error(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        for change in ("UPDATE file SET content_id = NULL", "UPDATE file SET error = 'no'"):
            with pytest.raises(sqlite3.IntegrityError, match="CHECK"), store.transaction():
                store._connection.execute(change)


def test_an_older_library_is_copied_then_migrated(
    older: Path, next_version: Callable[[Callable[[Database], None]], None]
) -> None:
    next_version(add_tempo)
    with Store.open(older) as store:
        assert store.schema_version == SCHEMA_VERSION + 1
        assert applied(store) == [*TODAY, "tempo"]
        assert "bpm" in columns(store, "content")
        assert store.files.counts().segments == 2
        assert store.problems() == []
    with contextlib.closing(sqlite3.connect(older / f"library.before-migration-{SCHEMA_VERSION}.db")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert copy.execute("SELECT path FROM file").fetchall() == [(b"/s/a.wav",)]
        assert "bpm" not in [row[1] for row in copy.execute("PRAGMA table_info(content)")]


def test_a_migration_that_dies_half_way_is_as_if_it_never_began(
    older: Path, next_version: Callable[[Callable[[Database], None]], None]
) -> None:
    def dies(db: Database) -> None:
        add_tempo(db)
        raise Killed

    next_version(dies)
    with pytest.raises(Killed):
        Store.open(older)
    next_version(add_tempo)
    with Store.open(older) as store:
        assert applied(store) == [*TODAY, "tempo"]
        assert columns(store, "content").count("bpm") == 1
        assert store.files.counts().files == 1


def test_a_process_killed_while_making_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(db: Database) -> None:
        foundation(db)
        raise Killed

    dying = Migrations("cratedig")
    dying(name="foundation")(dies)
    with monkeypatch.context() as patch:
        patch.setattr(migrations_module, "MIGRATIONS", dying)
        with pytest.raises(Killed):
            Store.create_or_open(tmp_path)
    with Store.open(tmp_path) as store:
        assert applied(store) == TODAY
        assert store.problems() == []


def test_a_process_killed_before_the_version_is_set(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        uuid = store.uuid
        store._connection.execute("PRAGMA user_version = 0")
    with Store.open(tmp_path) as store:
        assert store.schema_version == SCHEMA_VERSION
        assert store.uuid == uuid


def test_a_disk_too_full_to_migrate_leaves_the_older_library(
    older: Path, next_version: Callable[[Callable[[Database], None]], None]
) -> None:
    def fills(db: Database) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        db.execute("CREATE TABLE much (x)")
        db.execute("INSERT INTO much VALUES (zeroblob(1000000))")

    next_version(fills)
    with pytest.raises(LibraryFullError):
        Store.open(older)
    with contextlib.closing(sqlite3.connect(older / "library.db")) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'much'").fetchone() == (0,)


def test_nobody_migrates_while_another_writes(
    older: Path, next_version: Callable[[Callable[[Database], None]], None]
) -> None:
    with Store.open(older) as writer, writer.writing():
        next_version(add_tempo)
        with pytest.raises(LibraryBusyError, match="Another cratedig"):
            Store.open(older)
        assert applied(writer) == TODAY


def test_the_names_of_an_older_library_are_indexed(older: Path) -> None:
    with Store.open(older) as store, store._transaction():
        for undone in (
            "DROP TRIGGER file_unnamed",
            "DROP TABLE name_words",
            "DROP TABLE names",
            "ALTER TABLE library DROP COLUMN revision",
            "DELETE FROM _sqlite_migrations WHERE name = 'names'",
            "PRAGMA user_version = 5",
        ):
            store._connection.execute(undone)
    with Store.open(older) as store:
        assert store.names.containing("a").tolist() == [1]
        with store.columns.reading():
            assert store.columns.file_ids.tolist() == [1]

"""Transactions, the one writer, and the model a library serves."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.errors import LibraryBusyError, LibraryError, LibraryMissingError, ModelMismatchError
from cratedig.store.rows import ModelRow, pack_vector, unpack_vectors
from cratedig.store.store import Store, mismatch
from tests.library import INFO, content, indexed, save, stored_library, unit_vectors, unprivileged


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_is_all_or_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    store, model = stored_library(tmp_path)
    file = indexed("/s/a.wav", content("a"), unit_vectors(2))

    def save_and_fail() -> None:
        with store.transaction():
            store.files.add_root(b"/s")
            store.files.save(file, model)
            raise error

    with store:
        before = list(store._connection.iterdump())
        with pytest.raises(error):
            save_and_fail()
        assert list(store._connection.iterdump()) == before
        save(store, model, file)
        assert store.files.counts().segments == 2


def test_a_commit_that_fails_is_rolled_back(tmp_path: Path) -> None:
    """A deferred foreign key fails at COMMIT, as a full disk may."""
    with Store.create_or_open(tmp_path) as store:
        broken = ModelRow(77, "no-such-model", "no", 7, 8000, 1.0)
        store._connection.execute("PRAGMA defer_foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            store.serve_model(broken)
        assert not store._connection.in_transaction
        assert store.model is None


def test_there_is_one_writer(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as one, Store.open(tmp_path) as two:
        with one.writing():
            with pytest.raises(LibraryBusyError, match="Another cratedig") as caught, two.writing():
                pytest.fail("two writers at once")
            assert "Searching works meanwhile" in caught.value.hint
            assert two.files.counts().files == 0
        with two.writing():
            pass


def test_the_lock_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    Store.create_or_open(tmp_path).close()
    script = (
        "import sys, pathlib; from cratedig.store.store import Store\n"
        "with Store.open(pathlib.Path(sys.argv[1])).writing(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with Store.open(tmp_path) as store:
            with pytest.raises(LibraryBusyError), store.writing():
                pytest.fail("two writers at once")
            other.kill()
            other.wait()
            with store.writing():
                pass


def test_a_lock_file_that_may_not_be_opened(public_folder: Path) -> None:
    with Store.create_or_open(public_folder) as store:
        store.paths.lock.touch()
        store.paths.lock.chmod(0o600)
        with unprivileged(), pytest.raises(LibraryError, match="cannot be written to") as caught, store.writing():
            pytest.fail("wrote without the lock")
        assert not isinstance(caught.value, LibraryBusyError)


def test_registering_a_model_twice_is_once(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        first = store.register_model(INFO)
        assert store.register_model(INFO) == first
        assert store._connection.execute("SELECT model_id FROM library").fetchone() == (None,)
        store.serve_model(first)
        assert store.model == first
        assert (first.key, first.name, first.dim, first.sr, first.window_s) == (INFO.key, "fake", 7, 8000, 1.0)


def test_another_model_takes_over_only_when_it_serves(tmp_path: Path) -> None:
    store, old = stored_library(tmp_path)
    with store:
        save(store, old, indexed("/s/a.wav", content("a"), unit_vectors(2)))
        new = store.register_model(dataclasses.replace(INFO, weights_sha256="1" * 64))
        save(store, new, indexed("/s/a.wav", content("a"), unit_vectors(3, seed=1)))
        assert store.model == old
        assert store.files.counts().segments == 2
        assert [len(store.segments.ids(model)) for model in (old, new)] == [2, 3]
        store.serve_model(new)
        assert store.model == new
        assert store.files.counts().segments == 3
        assert len(store.segments.ids(old)) == 0
        assert store.problems() == []


def test_an_empty_library_cannot_be_asked(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store, pytest.raises(LibraryMissingError, match="is empty"):
        store.require_model(INFO)


def test_another_version_of_the_model_is_refused(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        assert store.require_model(INFO) == model
        for change in ({"weights_sha256": "1" * 64}, {"preprocessing": "2"}, {"dim": 8}):
            with pytest.raises(ModelMismatchError, match="another version of the model fake") as caught:
                store.require_model(dataclasses.replace(INFO, **change))
            assert "--reembed" in caught.value.hint


def test_another_model_is_refused(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store, pytest.raises(ModelMismatchError, match="made with the model fake, not laion") as caught:
        store.require_model(dataclasses.replace(INFO, name="laion"))
    assert "--model fake" in caught.value.hint
    assert "--model laion --reembed" in caught.value.hint
    assert isinstance(mismatch(model, INFO), ModelMismatchError)


def test_calibration_is_no_part_of_the_identity(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        assert store.require_model(dataclasses.replace(INFO, calibration={})) == model


def test_libraries_have_different_identities(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path / "a") as a, Store.create_or_open(tmp_path / "b") as b:
        assert a.uuid != b.uuid


def test_the_log_is_folded_into_the_database(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, *(indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(5, i)) for i in range(50)))
        log = store.paths.database.with_name("library.db-wal")
        assert log.stat().st_size > 0
        store.truncate_log()
        assert log.stat().st_size == 0
        assert store.files.counts().files == 50


def test_problems_names_a_miscount_and_a_dangling_row(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        store._connection.execute("UPDATE content SET files_present = 5")
        store._connection.execute("PRAGMA foreign_keys = OFF")
        store._connection.execute("DELETE FROM pack")
        problems = store.problems()
    assert any(content("a").hash in problem and "miscounts" in problem for problem in problems)
    assert any("no such pack" in problem for problem in problems)
    assert len(problems) == 2


@given(st.integers(0, 20), st.integers(1, 600), st.integers(0, 2**32 - 1))
def test_vectors_survive_packing(n: int, dim: int, seed: int) -> None:
    vectors = unit_vectors(n, seed, dim)
    blobs = [pack_vector(vector) for vector in vectors]
    assert all(len(blob) == 2 * dim for blob in blobs)
    assert np.array_equal(unpack_vectors(blobs, dim), vectors)
    assert unpack_vectors(blobs, dim).dtype == np.float32


def test_vectors_are_little_endian_float16() -> None:
    assert pack_vector(np.array([1.0, -2.0], dtype=np.float32)) == b"\x00\x3c\x00\xc0"

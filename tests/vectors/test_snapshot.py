"""The cache on disk: whatever happens to the file, the index that opens holds exactly the store's vectors."""

from __future__ import annotations

import dataclasses
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import LibraryError
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import IdArray
from cratedig.vectors import snapshot
from cratedig.vectors.exact import ExactIndex
from cratedig.vectors.flat import FlatIndex
from cratedig.vectors.snapshot import load_cache, open_index, rebuild_cache, refresh, refresh_cache, save_cache
from tests.library import (
    INFO,
    content,
    indexed,
    run_index,
    save,
    stored_library,
    unit_vectors,
    unprivileged,
    write_tone,
)

Library = tuple[Store, ModelRow]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Forty contents of five segments, and their cache."""
    store, model = cached_library(tmp_path / "library")
    with store:
        yield store, model


def cached_library(folder: Path, n: int = 40, seed: int = 0) -> Library:
    store, model = stored_library(folder)
    add_contents(store, model, n, seed)
    refresh_cache(store, model)
    return store, model


def add_contents(store: Store, model: ModelRow, n: int, seed: int) -> None:
    vectors = unit_vectors(5 * n, seed).reshape(n, 5, -1)
    save(store, model, *(indexed(f"/s/{seed}/{i}.wav", content(f"{seed} {i}"), list(vectors[i])) for i in range(n)))


def check(index: FlatIndex, store: Store, model: ModelRow) -> None:
    """Compare with an exact index filled from the store."""
    exact = ExactIndex(model.dim)
    refresh(exact, store, model)
    assert np.sort(index.ids).tolist() == exact.ids.tolist()
    assert np.array_equal(index.vectors(exact.ids), exact.vectors(exact.ids))


def cache_of(store: Store, model: ModelRow) -> Path:
    return store.paths.cache(model.key)


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_fresh_cache_is_the_store(library: Library) -> None:
    store, model = library
    with store:
        loaded = load_cache(store, model)
        assert loaded is not None
        check(loaded, store, model)
        check(open_index(store, model), store, model)


def test_an_empty_library_has_an_empty_index(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        refresh_cache(store, model)
        assert len(open_index(store, model).ids) == 0
        assert rebuild_cache(store, model) == 0


def test_a_missing_cache_is_made_again(library: Library) -> None:
    store, model = library
    with store:
        cache_of(store, model).unlink()
        assert load_cache(store, model) is None
        check(open_index(store, model), store, model)
        assert rebuild_cache(store, model) == 200
        assert load_cache(store, model) is not None


def test_a_torn_cache_is_made_again(library: Library) -> None:
    store, model = library
    with store:
        cache = cache_of(store, model)
        whole = cache.read_bytes()
        header = whole.index(b"\n") + 1
        cuts = {0, 1, header - 2, header - 1, header, header + 1, header + 4, len(whole) // 2, len(whole) - 1}
        cuts |= {*range(4096, len(whole), 4096)}
        for cut in sorted(cuts):
            cache.write_bytes(whole[:cut])
            assert load_cache(store, model) is None, cut
            check(open_index(store, model), store, model)


def test_bytes_behind_the_end_are_damage(library: Library) -> None:
    store, model = library
    with store:
        with cache_of(store, model).open("ab") as file:
            file.write(b"\0")
        assert load_cache(store, model) is None


def test_a_flipped_bit_is_found(library: Library) -> None:
    store, model = library
    with store:
        cache = cache_of(store, model)
        whole = cache.read_bytes()
        header = whole.index(b"\n") + 1
        rng = np.random.default_rng(0)
        positions = [*range(header), *rng.integers(header, len(whole), 200).tolist()]
        for position in positions:
            flipped = bytearray(whole)
            flipped[position] ^= 1 << int(rng.integers(8))
            cache.write_bytes(flipped)
            assert load_cache(store, model) is None, position
        check(open_index(store, model), store, model)


def test_zeros_are_found(library: Library) -> None:
    """What some file systems leave after a power cut."""
    store, model = library
    with store:
        cache = cache_of(store, model)
        cache.write_bytes(bytes(cache.stat().st_size))
        assert load_cache(store, model) is None
        check(open_index(store, model), store, model)


def test_the_cache_of_another_library_is_refused(library: Library, tmp_path: Path) -> None:
    store, model = library
    other, other_model = cached_library(tmp_path / "other", seed=1)
    with store, other:
        assert np.array_equal(store.segments.ids(model), other.segments.ids(other_model))
        cache_of(store, model).write_bytes(cache_of(other, other_model).read_bytes())
        assert load_cache(store, model) is None
        check(open_index(store, model), store, model)


def test_the_cache_of_another_model_is_refused(library: Library) -> None:
    store, model = library
    with store:
        other = store.register_model(dataclasses.replace(INFO, weights_sha256="1" * 64))
        cache_of(store, other).write_bytes(cache_of(store, model).read_bytes())
        assert load_cache(store, other) is None
        assert len(open_index(store, other).ids) == 0


@pytest.mark.parametrize(
    "ids", [np.arange(1, 201) // 2, np.ones(200, np.int64), np.arange(0, 200) % 199], ids=["pairs", "one", "last"]
)
def test_ids_that_come_twice_are_refused(library: Library, ids: IdArray) -> None:
    store, model = library
    with store:
        wrong = FlatIndex(model.dim)
        wrong.add(ids, unit_vectors(200))
        save_cache(wrong, store, model)
        assert load_cache(store, model) is None
        check(open_index(store, model), store, model)


def test_another_dimension_is_refused(library: Library) -> None:
    store, model = library
    with store:
        wrong = FlatIndex(model.dim + 1)
        wrong.add(store.segments.ids(model), unit_vectors(200, dim=model.dim + 1))
        save_cache(wrong, store, model)
        assert load_cache(store, model) is None
        check(open_index(store, model), store, model)


def test_a_cache_that_is_a_folder(library: Library) -> None:
    store, model = library
    with store:
        cache = cache_of(store, model)
        cache.unlink()
        cache.mkdir()
        check(open_index(store, model), store, model)
        with pytest.raises(LibraryError, match="could not be written"):
            refresh_cache(store, model)


def test_a_cache_behind_the_store_catches_up(library: Library) -> None:
    store, model = library
    with store:
        add_contents(store, model, 10, seed=1)
        with store.transaction():
            store.files.forget(b"/s/0/1.wav")
            store.files.forget(b"/s/0/2.wav")
        index = load_cache(store, model)
        assert index is not None
        assert refresh(index, store, model) == 2 * 5 + 10 * 5
        check(index, store, model)
        assert refresh(index, store, model) == 0
        check(open_index(store, model), store, model)


def test_refresh_touches_only_what_differs(library: Library) -> None:
    store, model = library
    with store:
        index = open_index(store, model)
        before = index.ids.tolist()
        add_contents(store, model, 2, seed=1)
        with store.transaction():
            store.files.forget(b"/s/0/0.wav")
        refresh(index, store, model)
        assert index.ids.tolist() == before[5:] + list(range(201, 211))


def test_a_cache_ahead_of_the_store_forgets(library: Library) -> None:
    """The database was put back from a copy."""
    store, model = library
    with store:
        index = open_index(store, model)
        index.add(np.array([1000, 2**40]), unit_vectors(2))
        save_cache(index, store, model)
        check(open_index(store, model), store, model)


def test_a_current_cache_is_not_written_again(library: Library) -> None:
    store, model = library
    with store:
        cache = cache_of(store, model)
        before = cache.stat().st_ino
        refresh_cache(store, model)
        assert cache.stat().st_ino == before
        add_contents(store, model, 1, seed=1)
        refresh_cache(store, model)
        assert cache.stat().st_ino != before


def test_opening_writes_the_cache_when_it_is_worth_it(library: Library) -> None:
    store, model = library
    with store:
        cache_of(store, model).unlink()
        open_index(store, model)
        assert not cache_of(store, model).exists()
        add_contents(store, model, snapshot.WORTH_SAVING // 5, seed=1)
        open_index(store, model)
        loaded = load_cache(store, model)
        assert loaded is not None
        check(loaded, store, model)


def test_an_interrupted_write_leaves_the_old_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    store, model = library
    with store:
        before = cache_of(store, model).read_bytes()

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        for step in ("fsync", "replace"):
            with monkeypatch.context() as patch:
                patch.setattr(os, step, interrupt)
                with pytest.raises(KeyboardInterrupt):
                    rebuild_cache(store, model)
            assert cache_of(store, model).read_bytes() == before
            assert [file.name for file in store.paths.caches.iterdir()] == [cache_of(store, model).name]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_reported_when_indexing_and_ignored_when_searching(
    library: Library, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store, model = library
    monkeypatch.setattr(snapshot, "WORTH_SAVING", 1)
    with store:
        before = cache_of(store, model).read_bytes()
        add_contents(store, model, 2, seed=1)
        monkeypatch.setattr(os, step, no_space)
        check(open_index(store, model), store, model)
        for writing in (refresh_cache, rebuild_cache):
            with pytest.raises(LibraryError, match="No space left") as caught:
                writing(store, model)
            assert "Nothing is lost" in caught.value.hint
        assert cache_of(store, model).read_bytes() == before
        assert [*store.paths.caches.iterdir()] == [cache_of(store, model)]


def test_indexing_reports_a_cache_that_cannot_be_written_and_keeps_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tone(tmp_path / "samples" / "a.wav", 440)
    with Store.create_or_open(tmp_path / "library") as store:
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", no_space)
            with pytest.raises(LibraryError, match="search cache"):
                run_index(store, tmp_path / "samples")
        assert store.files.counts().files == 1
        run_index(store)
        assert store.model is not None
        assert load_cache(store, store.model) is not None


def test_a_cache_folder_that_may_not_be_written(public_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "WORTH_SAVING", 1)
    store, model = cached_library(public_folder)
    with store:
        add_contents(store, model, 2, seed=1)
        store.paths.caches.chmod(0o555)
        with unprivileged():
            check(open_index(store, model), store, model)
            with pytest.raises(LibraryError, match="Permission denied"):
                refresh_cache(store, model)


def test_a_cache_that_may_not_be_read(public_folder: Path) -> None:
    store, model = cached_library(public_folder)
    with store:
        cache_of(store, model).chmod(0)
        with unprivileged():
            check(open_index(store, model), store, model)


def test_left_overs_are_tidied(library: Library) -> None:
    store, model = library
    with store:
        folder = store.paths.caches
        stale, young, foreign = folder / "a.faissx1.part", folder / "a.faissx2.part", folder / "old-model.faiss"
        for file in (stale, young, foreign, folder / "notes.txt"):
            file.write_bytes(b"left")
        long_ago = time.time() - 2 * snapshot.PART_LIFE_S
        os.utime(stale, (long_ago, long_ago))
        rebuild_cache(store, model)
        assert {file.name for file in folder.iterdir()} == {cache_of(store, model).name, young.name, "notes.txt"}


@pytest.mark.parametrize("missing", ["stat", "unlink"])
def test_another_process_tidies_at_the_same_time(
    library: Library, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    store, model = library
    with store:
        (store.paths.caches / "old-model.faiss").touch()
        (store.paths.caches / "old.part").touch()
        own: Callable[..., object] = getattr(Path, missing)

        def gone(path: Path, *arguments: object, **options: object) -> object:
            if path.name.startswith("old"):
                raise FileNotFoundError(path)
            return own(path, *arguments, **options)

        monkeypatch.setattr(Path, missing, gone)
        rebuild_cache(store, model)
        assert load_cache(store, model) is not None

"""What the library knows of the user's folders: duplicates, moves, drives that go and come back, failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.files import under
from cratedig.store.rows import FileRow, ModelRow
from cratedig.store.store import Store
from tests.library import content, failed, indexed, save, stamp, stored_library, unit_vectors

LONG_AGO = "2001-01-01 00:00:00"
HOSTILE_NAMES = (
    b"100%", b"a_b", b"'; DROP TABLE file; --", b'"', b"new\nline", b"\xff\xfe", b"\xed\xa0\x80", b" ", b"*?[x]",
    "emoji \N{DRUM WITH DRUMSTICKS}".encode(), "Caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), b"x" * 251,
)  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    store, model = stored_library(tmp_path)
    with store:
        yield store, model


def row_of(store: Store, path: str | bytes) -> FileRow:
    return store.files.known([stamp(path).path])[stamp(path).path]


def added_at(store: Store, file_id: int) -> str:
    return str(store._connection.execute("SELECT added_at FROM file WHERE id = ?", (file_id,)).fetchone()[0])


def mark(store: Store, *, missing: tuple[FileRow, ...] = (), present: tuple[FileRow, ...] = ()) -> None:
    with store.transaction():
        store.files.mark_missing([row.id for row in missing])
        store.files.mark_present([row.id for row in present])


def paths_under(store: Store, path: bytes) -> list[bytes]:
    return [row.stamp.path for row in store.files.under(path)]


def test_a_saved_file_is_known_as_it_was(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        file = indexed("/s/a.wav", content("a", seconds=1.5), unit_vectors(2))
        assert save(store, model, file) == [False]
        row = row_of(store, "/s/a.wav")
        assert (row.stamp, row.missing, row.error) == (file.stamp, False, None)
        assert [(found, sound) for found, sound in store.files.present()] == [(row, file.content)]
        assert store.files.known([b"/s/b.wav", b"/s/A.wav"]) == {}


def test_many_paths_are_looked_up_at_once(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, *(indexed(f"/s/{i}.wav", content("a")) for i in range(1203)))
        wanted = [f"/s/{i}.wav".encode() for i in range(-5, 1300)]
        assert store.files.known(wanted).keys() == {f"/s/{i}.wav".encode() for i in range(1203)}


def test_equal_audio_in_two_places_is_one_content_with_two_files(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(2)))
        assert save(store, model, indexed("/t/copy.wav", content("a"), unit_vectors(2, seed=9))) == [False]
        counts = store.files.counts()
        assert (counts.files, counts.contents, counts.segments) == (2, 1, 2)
        mark(store, missing=(row_of(store, "/s/a.wav"),))
        counts = store.files.counts()
        assert (counts.files, counts.contents, counts.segments, counts.missing) == (1, 1, 2, 1)


def test_a_moved_file_keeps_its_row(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        before = row_of(store, "/s/a.wav")
        store._connection.execute("UPDATE file SET added_at = ?", (LONG_AGO,))
        mark(store, missing=(before,))
        assert save(store, model, indexed("/t/renamed.wav", content("a"), pack="/packs/two")) == [True]
        after = row_of(store, "/t/renamed.wav")
        assert (after.id, after.missing, added_at(store, after.id)) == (before.id, False, LONG_AGO)
        assert store.files.known([b"/s/a.wav"]) == {}
        assert store.files.counts().files == 1
        assert len(store.segments.ids(model)) == 1


@pytest.mark.parametrize(("name", "moved"), [("a.wav", 0), ("b.wav", 1), ("c.wav", 2), ("new.wav", 0)])
def test_of_several_missing_files_the_one_of_that_name_has_moved(
    library: tuple[Store, ModelRow], name: str, moved: int
) -> None:
    """When none has that name, the one that was known first."""
    store, model = library
    with store:
        before = ("/s/a.wav", "/s/b.wav", "/s/c.wav")
        save(store, model, *(indexed(path, content("a")) for path in before))
        rows = [row_of(store, path) for path in before]
        mark(store, missing=tuple(rows))
        save(store, model, indexed(f"/t/{name}", content("a")))
        assert row_of(store, f"/t/{name}").id == rows.pop(moved).id
        for row in rows:
            assert row_of(store, row.stamp.path) == FileRow(row.id, row.stamp, missing=True, error=None)


def test_a_copy_is_no_move(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a")))
        assert save(store, model, indexed("/t/a.wav", content("a"))) == [False]
        assert store.files.counts().files == 2


def test_a_known_path_is_no_move(library: tuple[Store, ModelRow]) -> None:
    """The sound of a missing file now lies where another known file was."""
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a")), indexed("/s/b.wav", content("b")))
        a, b = row_of(store, "/s/a.wav"), row_of(store, "/s/b.wav")
        mark(store, missing=(a,))
        assert save(store, model, indexed("/s/b.wav", content("a"))) == [False]
        assert row_of(store, "/s/b.wav").id == b.id
        assert row_of(store, "/s/a.wav").missing


def test_a_drive_goes_and_comes_back(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, *(indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(2, i)) for i in range(3)))
        before = store.files.counts()
        rows = tuple(store.files.under(b"/s"))
        mark(store, missing=rows)
        gone = store.files.counts()
        assert (gone.files, gone.contents, gone.segments, gone.hours, gone.missing) == (0, 0, 0, 0.0, 3)
        assert len(store.segments.ids(model)) == 6
        assert list(store.files.present()) == []
        mark(store, present=rows)
        assert store.files.counts() == before
        assert tuple(store.files.under(b"/s")) == rows


def test_marking_twice_is_marking_once(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a")))
        row = row_of(store, "/s/a.wav")
        mark(store, missing=(row, row))
        mark(store, missing=(row,))
        assert store.problems() == []
        mark(store, present=(row, row))
        mark(store, present=(row,))
        assert store.problems() == []
        assert store.files.counts().contents == 1


def test_a_failed_file_becomes_good(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, failed("/s/a.wav", "0 bytes"))
        row = row_of(store, "/s/a.wav")
        assert (store.files.counts().failed, row.error, store.files.failed()) == (1, "0 bytes", [row])
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        again = row_of(store, "/s/a.wav")
        assert (again.id, again.error) == (row.id, None)
        counts = store.files.counts()
        assert (counts.failed, counts.files, counts.segments) == (0, 1, 1)


def heard(store: Store, model: ModelRow) -> list[int]:
    with store.columns.reading():
        return [int(i) for i in store.columns.segments(model)[0]]


def test_a_good_file_becomes_bad(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        row = row_of(store, "/s/a.wav")
        save(store, model, failed("/s/a.wav", "truncated"))
        assert row_of(store, "/s/a.wav").id == row.id
        counts = store.files.counts()
        assert (counts.failed, counts.files, counts.contents) == (1, 0, 0)
        assert heard(store, model) == []
        save(store, model, indexed("/s/a.wav", content("a")))
        assert heard(store, model) == store.segments.ids(model).tolist()


def test_a_failed_file_that_is_missing_is_not_reported(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, failed("/s/a.wav"))
        mark(store, missing=(row_of(store, "/s/a.wav"),))
        counts = store.files.counts()
        assert (counts.failed, counts.missing, store.files.failed()) == (0, 1, [])


def test_a_changed_file_changes_its_content(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(2)))
        row = row_of(store, "/s/a.wav")
        save(store, model, indexed("/s/a.wav", content("b"), unit_vectors(1)))
        assert row_of(store, "/s/a.wav").id == row.id
        counts = store.files.counts()
        assert (counts.files, counts.contents, counts.segments) == (1, 1, 1)


def test_silence_is_a_content_without_segments(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/quiet.wav", content("q", peak=0.0)))
        counts = store.files.counts()
        assert (counts.files, counts.contents, counts.silent, counts.segments) == (1, 1, 1, 0)
        assert list(store.files.not_embedded(model)) == []


def test_contents_without_vectors_are_named_once(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a")), indexed("/s/copy.wav", content("a")))
        save(store, model, indexed("/s/b.wav", content("b"), unit_vectors(1)), failed("/s/c.wav"))
        found = list(store.files.not_embedded(model))
        assert [(one.path, pack.name) for one, pack in found] == [(b"/s/a.wav", "one")]
        mark(store, missing=(row_of(store, "/s/a.wav"),))
        assert [one.path for one, _ in store.files.not_embedded(model)] == [b"/s/copy.wav"]
        mark(store, missing=(row_of(store, "/s/copy.wav"),))
        assert list(store.files.not_embedded(model)) == []


def test_hours_count_each_content_once(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, *(indexed(f"/s/{i}.wav", content("a", seconds=1800)) for i in range(3)))
        assert store.files.counts().hours == pytest.approx(0.5)


def test_packs_are_folders_not_names(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        for folder in ("/x/Drums", "/y/Drums"):
            save(store, model, indexed(f"{folder}/a.wav", content(folder), pack=folder))
        assert store.files.counts().packs == 2


def test_a_file_that_changes_its_pack(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1), pack="/s"))
        save(store, model, indexed("/s/a.wav", content("a"), pack="/s/sub"))
        hit = store.segments.hits((i, -1) for i in store.segments.ids(model).tolist())
        assert [row.pack for row in hit.values()] == ["sub"]


def test_forget_drops_only_what_is_nowhere_else(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(2), pack="/s"))
        save(store, model, indexed("/t/copy.wav", content("a"), pack="/t"))
        save(store, model, indexed("/s/b.wav", content("b"), unit_vectors(3, seed=1), pack="/s"))
        save(store, model, failed("/s/c.wav", pack="/s"))
        with store.transaction():
            store.files.add_root(b"/s")
            store.files.add_root(b"/t")
            assert store.files.forget(b"/s") == 3
        counts = store.files.counts()
        assert (counts.files, counts.contents, counts.segments, counts.failed) == (1, 1, 2, 0)
        assert store.files.roots() == [b"/t"]
        assert [row[0] for row in store._connection.execute("SELECT path FROM pack")] == [b"/t"]
        assert store.problems() == []


def test_forget_keeps_a_content_whose_other_file_is_missing(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(2)))
        save(store, model, indexed("/t/a.wav", content("a")))
        mark(store, missing=(row_of(store, "/t/a.wav"),))
        with store.transaction():
            store.files.forget(b"/s")
        assert len(store.segments.ids(model)) == 2
        mark(store, present=(row_of(store, "/t/a.wav"),))
        assert store.files.counts().segments == 2


@pytest.mark.parametrize("path", [b"/s/pack", b"/s/pack/"])
def test_forget_takes_the_folder_not_its_neighbours(library: tuple[Store, ModelRow], path: bytes) -> None:
    store, model = library
    kept = [b"/s/pack.wav", b"/s/pack2/a.wav", b"/s/pac/a.wav", b"/s/pack\x2e/a.wav", b"/s/PACK/a.wav"]
    with store:
        save(store, model, *(indexed(p, content(str(p))) for p in [*kept, b"/s/pack/a.wav", b"/s/pack/x/b.wav"]))
        with store.transaction():
            for root in (b"/s/pack", b"/s/pack2", b"/s/pack/x"):
                store.files.add_root(root)
            assert store.files.forget(path) == 2
        assert paths_under(store, b"/") == sorted(kept)
        assert store.files.roots() == [b"/s/pack2"]


def test_forget_of_one_file_and_of_nothing(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        save(store, model, indexed("/s/a.wav", content("a")), indexed("/s/a.wav.bak", content("b")))
        with store.transaction():
            assert store.files.forget(b"/nowhere") == 0
            assert store.files.forget(b"/s/a.wav") == 1
        assert paths_under(store, b"/s") == [b"/s/a.wav.bak"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_only_names(library: tuple[Store, ModelRow], name: bytes) -> None:
    store, model = library
    with store:
        inside = b"/s/" + name + b"/kick.wav"
        beside = [b"/s/" + name + b"c/kick.wav", b"/s/axb/kick.wav", b"/s/100x/kick.wav"]
        save(store, model, *(indexed(p, content(repr(p)), unit_vectors(1)) for p in [inside, *beside]))
        assert paths_under(store, b"/s/" + name) == [inside]
        assert paths_under(store, b"/s/" + name + b"/") == [inside]
        row = store.files.known([inside])[inside]
        assert os.fsencode(row.stamp.text) == inside
        with store.transaction():
            assert store.files.forget(b"/s/" + name) == 1
        assert paths_under(store, b"/") == sorted(beside)


@given(
    st.lists(st.binary(min_size=1, max_size=4).map(lambda b: b"/" + b.replace(b"\0", b"/"))),
    st.binary(max_size=4).map(lambda b: b"/" + b.replace(b"\0", b"/")),
)
def test_under_means_the_path_or_below_it(paths: list[bytes], folder: bytes) -> None:
    clause, (itself, low, high) = under(folder)
    assert clause.count("?") == 3
    stem = folder.rstrip(b"/")
    for path in paths:
        assert (path == itself or low <= path < high) == (path == stem or path.startswith(stem + b"/"))


def test_roots_are_remembered_once_and_sorted(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    with store:
        with store.transaction():
            for root in (b"/t", b"/s\xff", b"/t", b"/s"):
                store.files.add_root(root)
        assert store.files.roots() == [b"/s", b"/s\xff", b"/t"]


def test_contents_are_found_by_the_beginning_of_their_hash(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        sounds = [content(str(i)) for i in range(40)]
        save(store, model, *(indexed(f"/s/{sound.hash}.wav", sound) for sound in sounds))
        for sound in sounds:
            assert store.files.contents_like(sound.hash) == [sound]
            for length in (1, 6):
                alike = [other for other in sounds if other.hash.startswith(sound.hash[:length])]
                assert len(store.files.contents_like(sound.hash[:length])) == min(2, len(alike))
        for prefix in ("g", "%", "_", sounds[0].hash + "0", sounds[0].hash.upper()):
            assert store.files.contents_like(prefix) == []

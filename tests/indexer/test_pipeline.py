"""The life of a sample: new, unchanged, touched, edited, moved, duplicated, deleted, back; and what a run says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cratedig.audio.content import Sound, open_sound
from cratedig.errors import LibraryBusyError, LibraryError
from cratedig.models.fake import FakeModel
from cratedig.store.store import Store
from indexer.events import Event, FileFailed, IndexFinished, IndexProgress, ScanFinished
from indexer.pipeline import IndexRequest, index
from search.engine import SearchEngine, SearchRequest
from search.query import TextQuery
from tests.folders import file_ids, finished, missing, picture, rows, run, sample_folder, scanned
from tests.library import run_index, unprivileged, write_tone

HASH_OF = "SELECT c.hash FROM file f JOIN content c ON c.id = f.content_id WHERE f.path = ?"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file that the indexer opens."""
    paths: list[Path] = []

    def counted(path: Path) -> Sound:
        paths.append(path)
        return open_sound(path)

    monkeypatch.setattr("indexer.stages.open_sound", counted)
    return paths


def content_of(library: Path, path: Path) -> str:
    return str(rows(library, HASH_OF, os.fsencode(path))[0][0])


def found(library: Path, words: str) -> list[str]:
    """Names of the sounds that a search gives, best first."""
    with Store.open(library) as store:
        hits = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery(words))).hits
    return [Path(hit.path).name for hit in hits]


def test_a_first_run(samples: Path, library: Path) -> None:
    events = run(library, samples)
    assert scanned(events) == ScanFinished(files=6, new=6, changed=0, missing=0, returned=0, pending=6)
    last = finished(events)
    assert (last.indexed, last.failed, last.segments, last.cancelled) == (5, 1, 3, False)
    assert found(library, "bright")[0] == "bright.wav"
    assert found(library, "deep")[0] == "deep.wav"


def test_a_second_run_reads_nothing(samples: Path, library: Path, opened: list[Path]) -> None:
    run(library, samples)
    assert len(opened) == 6
    before = picture(library)
    opened.clear()
    events = run(library)
    assert opened == []
    assert scanned(events).pending == 0
    assert picture(library) == before


def test_a_second_run_leaves_the_cache_alone(samples: Path, library: Path) -> None:
    run(library, samples)
    (cache,) = (library / "vectors").iterdir()
    before = cache.stat()
    run(library)
    assert (cache.stat().st_ino, cache.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_new_time_on_the_same_audio_reads_one_file_and_embeds_none(
    samples: Path, library: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(library, samples)
    before, ids = picture(library), file_ids(library)
    kick = samples / "Pack A" / "Kicks" / "deep.wav"
    os.utime(kick, ns=(1, 1))
    opened.clear()
    monkeypatch.setattr(FakeModel, "embed_audio", None)
    assert scanned(run(library)).changed == 1
    assert opened == [kick]
    after = picture(library)
    assert (after["segment"], after["content"]) == (before["segment"], before["content"])
    assert file_ids(library) == ids
    assert run(library)[0] == ScanFinished(files=6, new=0, changed=0, missing=0, returned=0, pending=0)


def test_other_audio_at_the_same_path(samples: Path, library: Path) -> None:
    run(library, samples)
    path = samples / "Pack B" / "middle.wav"
    before, ids = content_of(library, path), file_ids(library)
    write_tone(path, 2600, 0.3)
    run(library)
    assert content_of(library, path) != before
    assert file_ids(library) == ids
    assert sorted(found(library, "bright")[:2]) == ["bright.wav", "middle.wav"]
    assert len(found(library, "middle")) == 3  # the old audio is heard nowhere


def test_two_files_that_swap_names(samples: Path, library: Path) -> None:
    run(library, samples)
    one, two = samples / "Pack B" / "middle.wav", samples / "Pack A" / "Leads" / "bright.wav"
    before = [content_of(library, one), content_of(library, two)]
    os.utime(one, ns=(1, 1))  # equal sizes: only the time tells
    one.rename(samples / "x.wav")
    two.rename(one)
    (samples / "x.wav").rename(two)
    run(library)
    assert [content_of(library, two), content_of(library, one)] == before


@pytest.mark.parametrize("target", ["Pack A/middle.wav", "Pack B/renamed.wav", "New Pack/deeper/other.wav"])
def test_a_moved_file_keeps_its_identity(samples: Path, library: Path, target: str) -> None:
    run(library, samples)
    old, new = samples / "Pack B" / "middle.wav", samples / target
    before, content = file_ids(library), content_of(library, old)
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    last = finished(run(library))
    assert (last.moved, last.missing) == (1, 0)
    assert file_ids(library)[str(new)] == before[str(old)]
    assert content_of(library, new) == content
    assert str(old) not in file_ids(library)
    pack = rows(library, "SELECT p.name FROM file f JOIN pack p ON p.id = f.pack_id WHERE f.name = ?", new.name)
    assert pack == [(target.split("/", maxsplit=1)[0],)]


def test_a_moved_folder_keeps_every_identity(samples: Path, library: Path) -> None:
    run(library, samples)
    before = file_ids(library)
    (samples / "Pack A").rename(samples / "Pack C")
    assert finished(run(library)).moved == 2
    assert file_ids(library) == {path.replace("Pack A", "Pack C"): i for path, i in before.items()}


def test_a_folder_of_duplicates_that_moves_keeps_each_to_its_name(tmp_path: Path, library: Path) -> None:
    one = write_tone(tmp_path / "samples" / "old" / "one.wav", 80)
    shutil.copyfile(one, one.with_name("two.wav"))
    run(library, tmp_path / "samples")
    before = {Path(path).name: i for path, i in file_ids(library).items()}
    one.parent.rename(tmp_path / "samples" / "new")
    run(library)
    assert {Path(path).name: i for path, i in file_ids(library).items()} == before
    assert missing(library) == []


def test_a_copy_is_no_move(samples: Path, library: Path) -> None:
    run(library, samples)
    kick = samples / "Pack A" / "Kicks" / "deep.wav"
    shutil.copyfile(kick, samples / "copy.wav")
    assert finished(run(library)).moved == 0
    assert content_of(library, samples / "copy.wav") == content_of(library, kick)


def test_duplicates_are_one_content(samples: Path, library: Path) -> None:
    run(library, samples)
    one, two = samples / "Pack A" / "Kicks" / "deep.wav", samples / "Pack B" / "deep again.wav"
    assert content_of(library, one) == content_of(library, two)
    assert rows(library, "SELECT max(files_present) FROM content") == [(2,)]
    assert [name for name in found(library, "deep") if "deep" in name] == ["deep.wav"]
    one.unlink()
    run(library)
    assert found(library, "deep")[0] == "deep again.wav"


def test_a_deleted_file_is_missing_and_comes_back(samples: Path, library: Path, opened: list[Path]) -> None:
    run(library, samples)
    before, ids = picture(library), file_ids(library)
    bright = samples / "Pack A" / "Leads" / "bright.wav"
    bright.rename(samples.parent / "kept")
    assert finished(run(library)).missing == 1
    assert missing(library) == [str(bright)]
    assert "bright.wav" not in found(library, "bright")
    assert scanned(run(library)).missing == 0  # it is news only once
    (samples.parent / "kept").rename(bright)
    opened.clear()
    assert scanned(run(library)).returned == 1
    assert opened == []
    assert (picture(library), file_ids(library)) == (before, ids)
    assert found(library, "bright")[0] == "bright.wav"


def test_a_deleted_file_that_comes_back_changed(samples: Path, library: Path) -> None:
    run(library, samples)
    path = samples / "Pack B" / "middle.wav"
    ids = file_ids(library)
    path.unlink()
    run(library)
    write_tone(path, 90, 0.4)
    run(library)
    assert (missing(library), file_ids(library)) == ([], ids)


def test_missing_counts_what_this_run_lost_even_when_an_old_loss_is_found(samples: Path, library: Path) -> None:
    run(library, samples)
    middle, bright = samples / "Pack B" / "middle.wav", samples / "Pack A" / "Leads" / "bright.wav"
    middle.rename(samples.parent / "kept.wav")
    run(library)
    (samples.parent / "kept.wav").rename(samples / "found.wav")
    bright.unlink()
    last = finished(run(library))
    assert (last.moved, last.missing) == (1, 1)
    assert missing(library) == [str(bright)]


def test_a_failing_file_is_recorded_and_not_tried_again(samples: Path, library: Path, opened: list[Path]) -> None:
    events = run(library, samples)
    broken = samples / "Pack B" / "broken.wav"
    (event,) = [event for event in events if isinstance(event, FileFailed)]
    assert event.path == str(broken)
    assert "not audio" in event.reason
    assert rows(library, "SELECT error FROM file WHERE error IS NOT NULL") == [(event.reason,)]
    opened.clear()
    assert finished(run(library)).failed == 0
    assert opened == []


def test_a_mended_file_is_read(samples: Path, library: Path) -> None:
    run(library, samples)
    ids = file_ids(library)
    write_tone(samples / "Pack B" / "broken.wav", 700)
    last = finished(run(library))
    assert (last.indexed, last.failed) == (1, 0)
    assert rows(library, "SELECT count(*) FROM file WHERE error IS NOT NULL") == [(0,)]
    assert file_ids(library) == ids


def test_retry_failed_reads_only_what_failed(samples: Path, library: Path, opened: list[Path]) -> None:
    run(library, samples)
    before = picture(library)
    opened.clear()
    assert finished(run(library, retry_failed=True)).failed == 1
    assert [path.name for path in opened] == ["broken.wav"]
    assert picture(library) == before


def test_a_file_that_becomes_damaged_is_no_hit(samples: Path, library: Path) -> None:
    run(library, samples)
    (samples / "Pack A" / "Leads" / "bright.wav").write_bytes(b"overwritten")
    assert finished(run(library)).failed == 1
    assert "bright.wav" not in found(library, "bright")


def test_a_file_is_wholly_in_or_not_at_all(samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cratedig.store.files.Files._save_file", fails)  # the last step of storing a file
        with pytest.raises(KeyboardInterrupt):
            run(library, samples)
    assert (picture(library)["content"], picture(library)["segment"]) == ([], [])
    assert finished(run(library)).indexed == 5


def test_a_file_that_may_not_be_read_is_tried_again(public_folder: Path) -> None:
    samples, library = sample_folder(public_folder / "samples"), public_folder / "library"
    library.mkdir()
    library.chmod(0o777)
    locked = samples / "Pack B" / "middle.wav"
    locked.chmod(0)
    with unprivileged():
        events = run(library, samples)
        assert (finished(events).failed, finished(events).unreachable) == (1, 1)
        assert FileFailed(str(locked), "Permission denied") in events
        assert str(locked) not in file_ids(library)
        assert finished(run(library)).unreachable == 1

    before = picture(library)
    (samples / "Pack A" / "Leads" / "bright.wav").chmod(0)
    with unprivileged():
        run(library)
        assert picture(library) == before
    locked.chmod(0o644)
    with unprivileged():
        assert finished(run(library)).indexed == 1


def test_a_drive_that_vanishes_while_it_is_read(samples: Path, library: Path) -> None:
    with Store.create_or_open(library) as store:
        events: list[Event] = []
        for event in index(store, IndexRequest([str(samples)], "fake"), lambda: False):
            events.append(event)
            if isinstance(event, ScanFinished):
                samples.rename(samples.with_name("unplugged"))
    last = finished(events)
    assert (last.indexed, last.failed, last.unreachable) == (0, 0, 6)
    assert {event.reason for event in events if isinstance(event, FileFailed)} == {"No such file or directory"}
    assert file_ids(library) == {}  # what could not be read is no fact
    samples.with_name("unplugged").rename(samples)
    assert finished(run(library)).indexed == 5


def test_a_drive_that_vanishes_while_changes_are_read_costs_nothing(samples: Path, library: Path) -> None:
    run(library, samples)
    before = picture(library)
    bright = samples / "Pack A" / "Leads" / "bright.wav"
    stamp = bright.stat()
    os.utime(bright, ns=(1, 1))
    with Store.open(library) as store:
        for event in index(store, IndexRequest([], "fake"), lambda: False):
            if isinstance(event, ScanFinished):
                samples.rename(samples.with_name("unplugged"))
    assert picture(library) == before
    samples.with_name("unplugged").rename(samples)
    os.utime(bright, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    run(library)
    assert picture(library) == before


def test_a_path_that_never_was(tmp_path: Path, library: Path) -> None:
    with pytest.raises(LibraryError, match="There is no folder or file"):
        run(library, tmp_path / "tpyo")
    assert rows(library, "SELECT * FROM root") == []


def test_a_path_that_was_indexed_and_is_gone_is_no_mistake(samples: Path, library: Path) -> None:
    run(library, samples)
    shutil.rmtree(samples / "Pack A")
    assert finished(run(library, samples / "Pack A")).missing == 2


def test_an_empty_folder(tmp_path: Path, library: Path) -> None:
    (tmp_path / "empty").mkdir()
    events = run(library, tmp_path / "empty")
    assert finished(events) == IndexFinished(0, 0, 0, 0, 0, 0, finished(events).seconds, cancelled=False)
    assert found(library, "deep") == []


def test_the_second_writer_is_refused(samples: Path, library: Path) -> None:
    with Store.create_or_open(library) as first, Store.open(library) as second:
        events = index(first, IndexRequest([str(samples)], "fake"), lambda: False)
        next(events)
        with pytest.raises(LibraryBusyError, match="Another cratedig is writing"):
            run_index(second, samples)
        list(events)
        run_index(second, samples)


def test_searching_while_indexing_sees_each_batch(
    samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.pipeline.EVENT_EVERY_S", 0)
    seen = []
    with Store.create_or_open(library) as writer, Store.open(library) as reader:
        for event in index(writer, IndexRequest([str(samples)], "fake"), lambda: False):
            if isinstance(event, ScanFinished):
                engine = SearchEngine(reader, FakeModel())
            elif isinstance(event, IndexProgress):
                engine.refresh()
                seen.append(len(engine.search(SearchRequest(TextQuery("deep"))).hits))
    assert seen == sorted(seen)
    assert set(seen) == {1, 2, 3}


def test_progress_is_at_most_four_a_second_and_adds_up(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(60):
        write_tone(tmp_path / "samples" / f"{i}.wav", 50 + i, 0.01)
    seconds = iter(x / 50 for x in range(100_000))  # the clock moves on with every look at it
    monkeypatch.setattr("indexer.pipeline.time.monotonic", lambda: next(seconds))
    with Store.create_or_open(library) as store:
        events = list(index(store, IndexRequest([str(tmp_path / "samples")], "fake"), lambda: False))
    passed = next(seconds)
    progress = [event for event in events if isinstance(event, IndexProgress)]
    assert 4 <= len(progress) <= 4 * passed + 2
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert {event.total for event in progress} == {60}
    assert (progress[-1].done, progress[-1].left_s) == (60, 0)
    assert finished(events).indexed == 60


@pytest.mark.parametrize("order", [sorted, lambda roots: sorted(roots, reverse=True)])
def test_the_order_of_nested_roots_makes_no_difference(
    samples: Path, library: Path, order: Callable[[list[Path]], list[Path]]
) -> None:
    run(library, *order([samples, samples / "Pack A"]))
    assert len(file_ids(library)) == 6
    before = picture(library)
    run(library)
    assert picture(library) == before

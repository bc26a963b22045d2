"""Walking folders: links, hidden and odd names, what cannot be listed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cratedig.store.store import Store
from indexer.events import FolderSkipped
from indexer.pipeline import IndexRequest, index
from indexer.scan import walk
from tests.folders import file_ids, finished, missing, run, sample_folder, scanned
from tests.library import unprivileged, write_tone


def paths(*roots: Path) -> list[str]:
    """Every sample file of a walk, below the first root; fails on a folder that cannot be listed."""
    found = []
    for folder in walk([str(root) for root in roots]):
        assert folder.error is None
        found += [os.path.relpath(file.stamp.text, roots[0]) for file in folder.files]
    return found


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_come_sorted_with_size_and_time(tmp_path: Path) -> None:
    touch(tmp_path / "b.wav").write_bytes(b"abc")
    touch(tmp_path / "a.FLAC")
    folders = list(walk([str(tmp_path)]))
    assert [file.stamp.text for file in folders[0].files] == [str(tmp_path / "a.FLAC"), str(tmp_path / "b.wav")]
    stamp = folders[0].files[1].stamp
    assert (stamp.size, stamp.mtime_ns) == (3, (tmp_path / "b.wav").stat().st_mtime_ns)


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "cover.jpg", "noext", ".hidden.wav", "._kick.wav", ".Trashes/a.wav", "__MACOSX/a.wav", "wav"],
)
def test_what_is_no_sample_is_passed_over(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    touch(tmp_path / "kick.wav")
    assert paths(tmp_path) == ["kick.wav"]


def test_a_folder_with_a_sample_like_name_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path / "kit.wav" / "kick.wav")
    assert paths(tmp_path) == ["kit.wav/kick.wav"]


def test_link_loops_end(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "kick.wav")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "a" / "self.wav").symlink_to(tmp_path / "a" / "self.wav")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    assert paths(tmp_path) == ["a/kick.wav"]


def test_a_folder_through_two_links_is_walked_once(tmp_path: Path) -> None:
    touch(tmp_path / "drive" / "kick.wav")
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "one").symlink_to(tmp_path / "drive")
    (samples / "two").symlink_to(tmp_path / "drive")
    assert paths(samples) == ["one/kick.wav"]


def test_a_linked_file_is_a_file(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "kick.wav")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "link.wav").symlink_to(tmp_path / "elsewhere" / "kick.wav")
    assert paths(tmp_path / "samples") == ["link.wav"]


def test_a_pipe_is_no_sample(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert paths(tmp_path) == []


def test_nested_roots_give_each_file_once(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "kick.wav")
    touch(tmp_path / "snare.wav")
    assert sorted(paths(tmp_path, tmp_path / "a", tmp_path / "snare.wav")) == ["a/kick.wav", "snare.wav"]


def test_a_file_may_be_a_root_whatever_its_name(tmp_path: Path) -> None:
    touch(tmp_path / "kick.wav")
    touch(tmp_path / "take.dat")
    assert paths(tmp_path / "take.dat") == ["."]
    assert sorted(paths(tmp_path, tmp_path / "take.dat")) == ["kick.wav", "take.dat"]


def test_a_root_that_is_not_there_gives_nothing(tmp_path: Path) -> None:
    assert list(walk([str(tmp_path / "unplugged")])) == []


@pytest.mark.parametrize(
    "name",
    [
        b"a" * 251 + b".wav",
        b"two\nlines.wav",
        b"tab\tand\x1b[31mred.wav",
        "\N{DRUM WITH DRUMSTICKS} kick.wav".encode(),
        b"latin-\xe9.wav",
        b" leading and trailing .wav",
        b"'quotes\" $HOME `ls` %s.wav",
    ],
)
def test_any_name_that_the_system_allows(tmp_path: Path, name: bytes) -> None:
    samples = tmp_path / "samples"
    write_tone(samples / os.fsdecode(name), 80)
    assert finished(run(tmp_path / "library", samples)).indexed == 1
    assert list(file_ids(tmp_path / "library")) == [os.fsdecode(os.fsencode(samples) + b"/" + name)]
    assert finished(run(tmp_path / "library")).indexed == 0


def test_a_folder_name_that_is_not_text(tmp_path: Path) -> None:
    samples = tmp_path / os.fsdecode(b"caf\xe9")
    write_tone(samples / os.fsdecode(b"\xff pack") / "kick.wav", 80)
    assert finished(run(tmp_path / "library", samples)).indexed == 1


@contextlib.contextmanager
def chain_of_folders(top: Path, name: str, depth: int) -> Iterator[None]:
    """Folders in folders, with a sample in the last; removed at the end, which pytest cannot."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("kick.wav", os.O_CREAT, dir_fd=here))
    os.close(here)
    yield
    subprocess.run(["rm", "-rf", str(top / name)], check=True)


def test_a_tree_deeper_than_recursion_goes(tmp_path: Path) -> None:
    with chain_of_folders(tmp_path, "d", 1500):
        assert paths(tmp_path) == ["d/" * 1500 + "kick.wav"]


def test_a_tree_deeper_than_the_system_can_name_is_reported(tmp_path: Path) -> None:
    touch(tmp_path / "kick.wav")
    with chain_of_folders(tmp_path, "d" * 250, 20):
        folders = list(walk([str(tmp_path)]))
    assert len(folders[0].files) == 1
    assert [folder.error for folder in folders if folder.error] == ["File name too long"]


def test_files_of_a_folder_that_cannot_be_listed_are_not_missing(public_folder: Path) -> None:
    samples, library = sample_folder(public_folder / "samples"), public_folder / "library"
    library.mkdir(mode=0o777)
    library.chmod(0o777)
    locked = samples / "Pack A"
    with unprivileged():
        run(library, samples)
    (samples / "Pack B" / "middle.wav").unlink()
    locked.chmod(0)
    with unprivileged():
        events = run(library)
    locked.chmod(0o755)
    assert [event for event in events if isinstance(event, FolderSkipped)] == [
        FolderSkipped(str(locked), "Permission denied")
    ]
    assert missing(library) == [str(samples / "Pack B" / "middle.wav")]


def test_a_root_that_cannot_be_listed_loses_nothing(public_folder: Path) -> None:
    samples, library = sample_folder(public_folder / "samples"), public_folder / "library"
    run(library, samples)
    library.chmod(0o777)
    for file in library.rglob("*"):
        file.chmod(0o777)
    samples.chmod(0)
    with unprivileged():
        events = run(library)
    samples.chmod(0o755)
    assert any(isinstance(event, FolderSkipped) for event in events)
    assert missing(library) == []


def test_a_whole_root_that_vanished_is_missing_and_comes_back(tmp_path: Path) -> None:
    samples, library = sample_folder(tmp_path / "samples"), tmp_path / "library"
    run(library, samples)
    before = file_ids(library)
    samples.rename(tmp_path / "unplugged")
    assert finished(run(library)).missing == len(before) == len(missing(library))
    (tmp_path / "unplugged").rename(samples)
    events = run(library)
    assert scanned(events).returned == len(before)
    assert finished(events).indexed == 0
    assert (missing(library), file_ids(library)) == ([], before)


def test_a_scan_of_one_root_leaves_the_others_alone(tmp_path: Path) -> None:
    one, two, library = sample_folder(tmp_path / "one"), sample_folder(tmp_path / "two"), tmp_path / "library"
    run(library, one, two)
    shutil.rmtree(two)
    run(library, one)
    assert missing(library) == []


def test_a_root_that_the_walk_from_above_passes_over_is_not_missing(tmp_path: Path) -> None:
    hidden, take = tmp_path / ".hidden" / "kick.wav", tmp_path / "take.dat"
    for path in (hidden, take, tmp_path / "snare.wav"):
        write_tone(path, 80)
    library = tmp_path / "library"
    run(library, hidden.parent, take)
    run(library, tmp_path)
    assert missing(library) == []
    hidden.unlink()
    run(library, tmp_path)
    assert missing(library) == [str(hidden)]


def test_a_root_beginning_like_another_is_another(tmp_path: Path) -> None:
    one, two, library = sample_folder(tmp_path / "pack"), sample_folder(tmp_path / "pack 2"), tmp_path / "library"
    run(library, one, two)
    shutil.rmtree(one)
    run(library, one)
    assert len(missing(library)) == 6
    assert all(path.startswith(str(one) + "/") for path in missing(library))


def test_scan_progress_is_at_most_four_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(100):
        touch(tmp_path / "samples" / f"{i:03}" / "x.txt")
    seconds = iter(x / 20 for x in range(10_000))  # every folder takes a twentieth of a second
    with Store.create_or_open(tmp_path / "library") as store:
        monkeypatch.setattr("indexer.scan.time.monotonic", lambda: next(seconds))
        events = index(store, IndexRequest([str(tmp_path / "samples")], "fake"), lambda: False)
        progress = [event for event in events if type(event).__name__ == "ScanProgress"]
    assert 5 <= len(progress) <= 41  # of at most ten seconds


def test_a_folder_that_may_be_listed_but_not_entered_is_skipped(public_folder: Path) -> None:
    folder, library = public_folder / "pack", public_folder / "library"
    write_tone(folder / "kick.wav", 80)
    run(library, public_folder / "pack")
    folder.chmod(0o444)
    try:
        with unprivileged():
            (skipped,) = [folder for folder in walk([str(folder)]) if folder.error]
    finally:
        folder.chmod(0o755)
    assert skipped.path == str(folder)
    assert missing(library) == []

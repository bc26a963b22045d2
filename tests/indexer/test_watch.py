"""Watching folders: what comes, goes, moves and is still being copied; drives; another writer. Time is played."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cratedig.store.store import Store
from indexer import watch as module
from indexer.events import Event, FileFailed, FolderBack, FolderGone, IndexFinished, Waiting
from indexer.pipeline import IndexRequest
from indexer.watch import LONGEST_S, watch
from tests.library import run_index, unprivileged, write_tone

Act = Callable[[], object]


def nothing() -> None:
    """Let time pass."""


class Clock:
    """Stands for `threading.Event.wait`: at each pause something happens, and after the last the watch stops."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self.acts = list(acts)
        self.pauses: list[float] = []
        self.over = False

    def __call__(self, seconds: float) -> bool:
        if seconds > 0:
            self.pauses.append(seconds)
            if self.acts:
                self.acts.pop(0)()
            else:
                self.over = True
        return self.over


@pytest.fixture(autouse=True)
def no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not lengthen the pauses."""
    monkeypatch.setattr(module, "SHARE", 1e9)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_tone(tmp_path / "samples" / "A" / "a.wav", 100)
    return tmp_path / "samples"


def watched(library: Path, *acts: Act, interval_s: float = 5.0) -> tuple[list[Event], list[float]]:
    """Events of a watch during which these things happen, one a pause; and the pauses."""
    clock = Clock(acts)
    with Store.open(library) as store:
        events = list(watch(store, IndexRequest((), "fake"), interval_s, clock))
    return events, clock.pauses


def runs(events: Sequence[Event]) -> list[tuple[int, int, int]]:
    """Files read, moved and missing after each run."""
    return [(e.indexed, e.moved, e.missing) for e in events if isinstance(e, IndexFinished)]


@pytest.fixture
def library(tmp_path: Path, root: Path) -> Path:
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, root)
    return tmp_path / "library"


def test_the_first_look_brings_the_library_up_to_date(library: Path, root: Path) -> None:
    write_tone(root / "B" / "b.wav", 200)
    events, _ = watched(library, nothing)
    assert runs(events) == [(1, 0, 0)]


def test_quiet_folders_are_looked_at_ever_less_often(library: Path) -> None:
    events, pauses = watched(library, *[nothing] * 7)
    assert runs(events) == [(0, 0, 0)]
    assert pauses == [2.0, 5.0, 10.0, 20.0, 40.0, LONGEST_S, LONGEST_S, LONGEST_S]


def test_what_comes_changes_moves_and_goes(library: Path, root: Path) -> None:
    events, _ = watched(
        library,
        nothing,
        lambda: write_tone(root / "A" / "b.wav", 200),
        nothing,
        lambda: write_tone(root / "A" / "b.wav", 300),
        nothing,
        lambda: (root / "A").rename(root / "C"),
        nothing,
        (root / "C" / "b.wav").unlink,
        nothing,
    )
    assert runs(events) == [(0, 0, 0), (1, 0, 0), (1, 0, 0), (2, 2, 0), (0, 0, 1)]


def test_a_file_is_left_alone_until_it_has_come_to_rest(library: Path, root: Path, tmp_path: Path) -> None:
    whole = write_tone(tmp_path / "whole.wav", 400, seconds=2).read_bytes()
    target = root / "A" / "slow.wav"
    events, pauses = watched(
        library,
        nothing,
        lambda: target.write_bytes(whole[:20_000]),
        lambda: target.write_bytes(whole[:90_000]),
        lambda: target.write_bytes(whole),
        nothing,
        nothing,
    )
    assert not [event for event in events if isinstance(event, FileFailed)]
    assert runs(events) == [(0, 0, 0), (1, 0, 0)]
    assert pauses[2:5] == [2.0, 2.0, 2.0]


def test_a_licence_that_is_added_later(library: Path, root: Path) -> None:
    watched(library, nothing, lambda: (root / "A" / "LICENSE").write_text("CC0"), nothing)
    with Store.open(library) as store:
        assert [pack.licence for pack in store.licences.of_packs().values()] == ["cc0"]


def test_a_drive_goes_and_comes_back(library: Path, root: Path) -> None:
    away = root.with_name("unplugged")
    events, _ = watched(
        library, nothing, lambda: root.rename(away), nothing, nothing, nothing, lambda: away.rename(root), nothing
    )
    assert runs(events) == [(0, 0, 0), (0, 0, 1), (0, 0, 0)]
    assert [e for e in events if isinstance(e, FolderGone | FolderBack)] == [
        FolderGone(str(root)),
        FolderBack(str(root)),
    ]


def test_another_writer_is_waited_for(library: Path, root: Path) -> None:
    write_tone(root / "A" / "b.wav", 200)
    with Store.open(library) as other:
        lock = other.writing()
        lock.__enter__()
        events, pauses = watched(library, nothing, nothing, lambda: lock.__exit__(None, None, None), nothing)
    waiting = [event for event in events if isinstance(event, Waiting)]
    assert len(waiting) == 2
    assert "Another cratedig is writing" in waiting[0].reason
    assert pauses[:3] == [2.0, 5.0, 5.0]
    assert runs(events) == [(1, 0, 0)]


def test_a_damaged_file_is_said_once(library: Path, root: Path) -> None:
    (root / "A" / "gone.wav").symlink_to(root / "nowhere.wav")
    (root / "A" / "b.wav").write_bytes(b"no sound")
    events, _ = watched(library, *[nothing] * 8)
    assert len([event for event in events if isinstance(event, FileFailed)]) == 1
    assert runs(events) == [(0, 0, 0)]


def test_a_file_that_is_not_handed_over_is_tried_again_now_and_then(public_folder: Path) -> None:
    root, library = public_folder / "samples", public_folder / "library"
    locked = write_tone(root / "A" / "a.wav", 100)
    library.mkdir(mode=0o777)
    library.chmod(0o777)
    locked.chmod(0)
    with unprivileged():
        with Store.create_or_open(library) as store, store.transaction():
            store.files.add_root(bytes(root))
        events, pauses = watched(library, *[nothing] * 9)
    assert runs(events) == [(0, 0, 0), (0, 0, 0)]
    assert pauses == [2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 2.0, 5.0, 10.0, 20.0]


def test_a_root_that_is_added_meanwhile(library: Path, tmp_path: Path) -> None:
    write_tone(tmp_path / "more" / "m.wav", 700)

    def add() -> None:
        with Store.open(library) as store, store.transaction():
            store.files.add_root(bytes(tmp_path / "more"))

    events, _ = watched(library, nothing, add, nothing)
    assert runs(events) == [(0, 0, 0), (1, 0, 0)]


def test_stopping_at_once(library: Path, root: Path) -> None:
    shutil.rmtree(root)
    clock = Clock([])
    clock.over = True
    with Store.open(library) as store:
        assert runs(list(watch(store, IndexRequest((), "fake"), 5.0, clock))) == []
        assert store.files.counts().missing == 0


def test_looking_takes_a_small_share_of_the_time(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHARE", 1e-9)
    _, pauses = watched(library)
    assert pauses[0] > LONGEST_S

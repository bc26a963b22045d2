"""Stopping at any moment: the next run ends where an undisturbed one does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from cratedig.store.store import Store
from indexer.events import IndexFinished, IndexProgress
from indexer.pipeline import IndexRequest, index
from indexer.upkeep import verify
from tests.folders import finished, picture, run, sample_folder
from tests.library import write_tone

LOOKS = 35  # more often than a run asks whether to stop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples of all these tests: nothing changes them."""
    samples = sample_folder(tmp_path_factory.mktemp("cancel") / "samples")
    for i in range(4):
        write_tone(samples / "Pack C" / f"{i}.wav", 200 + 300 * i, 0.1)
    write_tone(samples / "long.wav", 100, 18)  # two calls of the model
    return samples


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    library = folder.parent / "undisturbed"
    run(library, folder)
    return picture(library)


def asked_often(times: int) -> Callable[[], bool]:
    """A cancel flag that is set at its `times`-th look."""
    looks = itertools.count()
    return lambda: next(looks) >= times


def check_sound(library: Path) -> None:
    with Store.open(library) as store:
        assert list(verify(store, decode=False)) == []


@pytest.mark.parametrize("looks", range(LOOKS))
def test_cancelled_at_any_look(
    folder: Path, library: Path, undisturbed: dict[str, list[tuple[object, ...]]], looks: int
) -> None:
    first = finished(run(library, folder, cancelled=asked_often(looks)))
    check_sound(library)
    second = finished(run(library))
    assert picture(library) == undisturbed
    check_sound(library)
    assert first.indexed + second.indexed == 10
    assert not second.cancelled


def test_the_looks_above_cover_a_whole_run(folder: Path, library: Path) -> None:

    assert not finished(run(library, folder, cancelled=asked_often(LOOKS))).cancelled


@pytest.mark.parametrize("at", range(16))
def test_closed_at_any_event(
    folder: Path,
    library: Path,
    undisturbed: dict[str, list[tuple[object, ...]]],
    at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexer.pipeline.EVENT_EVERY_S", 0)
    monkeypatch.setattr("indexer.scan.EVENT_EVERY_S", 0)
    with Store.create_or_open(library) as store:
        events = index(store, IndexRequest([str(folder)], "fake"), lambda: False)
        for _ in itertools.islice(events, at):
            pass
        events.close()
        list(index(store, IndexRequest([str(folder)], "fake"), lambda: False))  # the writer's lock is free again
    assert picture(library) == undisturbed
    check_sound(library)


def test_a_second_run_after_a_cancelled_one_reads_only_the_rest(folder: Path, library: Path) -> None:
    run(library, folder, cancelled=asked_often(12))
    done = len(picture(library)["file"])
    assert 0 < done < 11
    last = finished(run(library))
    assert last.indexed + last.failed == 11 - done


def test_a_cancelled_run_loses_nothing_it_did_not_look_for(folder: Path, library: Path) -> None:
    run(library, folder)
    before = picture(library)
    last = finished(run(library, cancelled=lambda: True))
    assert (last.cancelled, last.missing) == (True, 0)
    assert picture(library) == before


def test_what_a_cancelled_run_stored_can_be_searched(folder: Path, library: Path) -> None:
    last = finished(run(library, folder, cancelled=asked_often(12)))
    assert last.cancelled
    assert 0 < last.segments == len(picture(library)["segment"])


def test_events_after_cancelling_are_the_last_two(folder: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.pipeline.EVENT_EVERY_S", 0)
    *_, last_but_one, last = run(library, folder, cancelled=asked_often(12))
    assert isinstance(last_but_one, IndexProgress)
    assert isinstance(last, IndexFinished)
    assert last_but_one.done == last.indexed + last.failed < last_but_one.total

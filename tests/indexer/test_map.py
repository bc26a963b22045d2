"""The map: alike sounds lie together, and what lies there stays there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import CratedigError, LibraryBusyError
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import FloatArray
from indexer.map import FEWEST, MapProgress, due, is_drawing, start, update
from tests.library import content, indexed, save, stored_library, unit_vectors

GROUPS = unit_vectors(4, seed=5)


def alike(group: int, n: int, seed: int = 0) -> FloatArray:
    """Unit vectors about one of `GROUPS`."""
    y = GROUPS[group] + np.random.default_rng((seed, group)).normal(0, 0.08, (n, GROUPS.shape[1]))
    unit: FloatArray = (y / np.linalg.norm(y, axis=1, keepdims=True)).astype(np.float32)
    return unit


def put(store: Store, model: ModelRow, name: str, vectors: FloatArray) -> None:
    save(store, model, *(indexed(f"/{name}/{i}.wav", content(f"{name}{i}"), [v]) for i, v in enumerate(vectors)))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    """Four groups of twenty alike sounds each."""
    store, model = stored_library(tmp_path)
    with store:
        for group in range(4):
            put(store, model, f"group {group}", alike(group, 20))
        yield store, model


def run(store: Store, *, again: bool = False) -> list[MapProgress]:
    return list(update(store, lambda: False, again=again))


def places(store: Store) -> FloatArray:
    return store.places.read().xy


def centres(xy: FloatArray) -> FloatArray:
    """Middle of each group."""
    middles: FloatArray = xy[:80].reshape(4, 20, 2).mean(axis=1)
    return middles


def test_alike_sounds_lie_together(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    assert due(store) == "all"
    run(store)
    assert due(store) is None
    distances = np.linalg.norm(places(store)[:, None] - centres(places(store))[None], axis=2)
    assert (distances.argmin(axis=1) == np.repeat(range(4), 20)).all()


def test_the_same_library_has_the_same_map(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    store, _ = library
    run(store)
    other, model = stored_library(tmp_path / "other")
    with other:
        for group in range(4):
            put(other, model, f"group {group}", alike(group, 20))
        run(other)
        np.testing.assert_array_equal(places(store), places(other))


def test_progress_is_told_to_the_end(library: tuple[Store, ModelRow]) -> None:
    events = run(library[0])
    assert events[0] == MapProgress(0, 500, 80)
    assert events[-1] == MapProgress(500, 500, 80)
    assert [event.done for event in events] == sorted(event.done for event in events)


def test_new_sounds_join_those_they_are_like_and_nothing_moves(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    run(store)
    before = places(store)
    put(store, model, "new", np.concatenate([alike(group, 3, seed=1) for group in range(4)]))
    assert due(store) == "new"
    assert run(store) == [MapProgress(1, 1, 12)]
    assert due(store) is None
    np.testing.assert_array_equal(places(store)[:80], before)
    distances = np.linalg.norm(places(store)[80:, None] - centres(before)[None], axis=2)
    assert (distances.argmin(axis=1) == np.repeat(range(4), 3)).all()


def test_a_library_that_has_doubled_is_drawn_again_from_where_it_was(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    run(store)
    before = centres(places(store))
    for group in range(4):
        put(store, model, f"more {group}", alike(group, 21, seed=2))
    assert due(store) == "all"
    run(store)
    after = centres(places(store))
    assert store.places.counts(model).drawn == 164
    before, after = (c - c.mean(axis=0) for c in (before, after))
    cosine = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert cosine.min() > 0.7  # each group in the direction where it was


def test_drawing_again_does_not_turn_the_map(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    run(store)
    before = places(store)
    run(store, again=True)
    correlation = np.corrcoef(before.ravel(), places(store).ravel())[0, 1]
    assert correlation > 0.8


def test_a_few_sounds_make_no_map(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        assert due(store) is None
        put(store, model, "few", unit_vectors(FEWEST - 1))
        assert due(store) is None
        assert run(store) == run(store, again=True) == []
        put(store, model, "one", unit_vectors(1, seed=9))
        assert due(store) == "all"


def test_a_library_without_a_model_needs_no_map(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store:
        assert due(store) is None
        assert run(store, again=True) == []
        assert start(store) is None


def test_sounds_that_are_all_the_same_can_be_drawn(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        put(store, model, "same", np.repeat(GROUPS[:1], FEWEST, axis=0))
        run(store)
        assert np.isfinite(places(store)).all()
        put(store, model, "too", GROUPS[:1])
        run(store)
        assert len(places(store)) == FEWEST + 1


def test_cancelling_leaves_the_map_as_it_was(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    run(store)
    before = places(store)
    drawn: list[MapProgress] = []
    for event in update(store, lambda: len(drawn) > 2, again=True):
        drawn.append(event)  # noqa: PERF402
    assert len(drawn) == 3
    np.testing.assert_array_equal(places(store), before)


def test_sounds_that_come_while_it_is_drawn_get_a_place_too(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    events = update(store, lambda: False)
    next(events)
    put(store, model, "late", alike(0, 2, seed=3))
    list(events)
    assert due(store) is None
    assert len(places(store)) == 82


def test_one_process_draws_at_a_time(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    assert not is_drawing(store)
    events = update(store, lambda: False)
    next(events)
    with Store.open(store.paths.root) as other:
        assert is_drawing(other)
        assert start(other) is None
        with pytest.raises(LibraryBusyError, match="being drawn already"):
            next(update(other, lambda: False))
    events.close()
    assert not is_drawing(store)


def test_it_is_drawn_by_a_process_of_its_own(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    process = start(store)
    assert process is not None
    assert process.wait(60) == 0
    assert store.places.counts(model).placed == 80
    assert start(store) is None


def test_without_what_draws_it_that_is_said(library: tuple[Store, ModelRow], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(CratedigError, match="openTSNE") as caught:
        run(library[0])
    assert "pip install" in caught.value.hint


def test_the_library_is_free_while_it_is_drawn(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    events = update(store, lambda: False)
    next(events)
    with Store.open(store.paths.root) as other, other.writing(), other.transaction():
        other.files.add_root(b"/elsewhere")
    list(events)
    assert store.files.roots() == [b"/elsewhere"]

"""Orders of sounds: the best of many, places of sounds, and one segment a sound."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.store import Store
from cratedig.vectors.exact import ExactIndex
from search.near import Near, Neighbours, best_places
from search.select import Selection
from tests.library import INFO, content, indexed, save, stored_library, unit_vectors

N_SOUNDS = 30


@given(st.lists(st.integers(-3, 3), max_size=40), st.integers(0, 50))
def test_the_best_come_first_and_equals_in_order(values: list[int], k: int) -> None:
    numbers = np.array(values, dtype=np.float64)
    places = best_places(numbers, k)
    assert len(places) == min(k, len(values))
    assert numbers[places].tolist() == sorted(values, reverse=True)[:k]
    assert all(a < b for a, b in itertools.pairwise(places) if numbers[a] == numbers[b])


@given(st.lists(st.integers(0, 20), unique=True), st.lists(st.integers(0, 25)))
def test_places_of_sounds(sounds: list[int], asked: list[int]) -> None:
    rows = np.array(sounds, dtype=np.int64)
    near = Near(rows + 100, rows, np.zeros(len(rows), np.float32))
    assert near.places(np.array(asked, np.int64)).tolist() == [sounds.index(row) for row in asked if row in sounds]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Neighbours]]:
    """Sounds of one to five segments; every fourth is missing."""
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    for i in range(N_SOUNDS):
        save(store, model, indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(1 + i % 5, i)))
    with store.transaction():
        gone = store.files.known([f"/s/{i}.wav".encode() for i in range(0, N_SOUNDS, 4)]).values()
        store.files.mark_missing([row.id for row in gone])
    index = ExactIndex(INFO.dim)
    ids = store.segments.ids(model)
    for rows in store.segments.vectors(ids, model):
        index.add(rows.ids, rows.vectors)
    with store:
        yield store, Neighbours(index, store.columns, model)


def present() -> list[int]:
    return [i for i in range(N_SOUNDS) if i % 4]


@given(st.integers(0, 1000), st.integers(0, 40), st.integers(1, 3), st.booleans())
def test_nearest_equals_a_plain_loop(
    library: tuple[Store, Neighbours], seed: int, k: int, questions: int, filtered: bool
) -> None:
    store, neighbours = library
    vectors = unit_vectors(questions, seed)
    allowed = [row for row in range(len(present())) if not filtered or row % 3 == 0]
    cosines = [float((unit_vectors(1 + i % 5, i) @ vectors.T).max()) for i in present()]
    expected = sorted(((cosines[row], row) for row in allowed), reverse=True)[:k]
    with store.columns.reading():
        mask = np.isin(np.arange(len(store.columns.ids)), allowed)
        near = neighbours.nearest(vectors, k, Selection(mask) if filtered else None)
        again = neighbours.compared(vectors, near.sounds[::-1])
    assert near.sounds.tolist() == [row for _, row in expected]
    assert near.cosines.tolist() == pytest.approx([cosine for cosine, _ in expected], abs=1e-3)
    assert again.sounds.tolist() == near.sounds.tolist()
    assert again.segments.tolist() == near.segments.tolist()


def test_all_and_spread(library: tuple[Store, Neighbours]) -> None:
    store, neighbours = library
    with store.columns.reading():
        everything = neighbours.all(None)
        near = neighbours.nearest(unit_vectors(1, 5), 4, None)
        spread = neighbours.spread(near, None)
    assert everything.sounds.tolist() == list(range(len(present())))
    assert spread.sounds.tolist() == everything.sounds.tolist()
    for sound, segment, cosine in zip(near.sounds, near.segments, near.cosines, strict=True):
        assert (spread.segments[sound], spread.cosines[sound]) == (segment, cosine)
    assert np.delete(spread.cosines, near.sounds).tolist() == [near.cosines.min()] * (len(present()) - 4)


def test_a_library_without_sounds(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store, store.columns.reading():
        neighbours = Neighbours(ExactIndex(INFO.dim), store.columns, model)
        assert len(neighbours.nearest(unit_vectors(1), 5, None).sounds) == 0
        assert len(neighbours.all(None).sounds) == 0
        assert len(neighbours.spread(neighbours.all(None), None).sounds) == 0

"""Places on the map, and the directions they are computed from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.store.places import MapCounts, PlaceRows
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from tests.library import INFO, content, indexed, save, stored_library, unit_vectors

VECTORS = unit_vectors(4)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    """Two sounds of one segment, one of two, and a silent one."""
    store, model = stored_library(tmp_path)
    with store:
        files = [indexed(f"/{i}.wav", content(str(i)), [VECTORS[i]]) for i in (0, 1)]
        files += [indexed("/2.wav", content("2"), VECTORS[2:]), indexed("/3.wav", content("3", peak=0))]
        save(store, model, *files)
        yield store, model


def test_the_direction_of_a_sound_is_the_mean_of_its_segments(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    directions = store.places.directions(model)
    mean = VECTORS[2] + VECTORS[3]
    assert directions.ids.tolist() == [1, 2, 3]
    np.testing.assert_allclose(directions.vectors[:2], VECTORS[:2], atol=1e-3)
    np.testing.assert_allclose(directions.vectors[2], mean / np.linalg.norm(mean), atol=1e-6)


def test_an_empty_library_has_no_directions(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        assert store.places.directions(model).vectors.shape == (0, INFO.dim)
        assert store.places.read().xy.shape == (0, 2)
        assert store.places.counts(model) == MapCounts(sounds=0, placed=0, drawn=0)


def test_places_are_kept_and_counted(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    assert store.places.counts(model) == MapCounts(sounds=3, placed=0, drawn=0)
    store.places.replace(PlaceRows(np.array([1, 3]), np.array([[0.5, -2], [3, 4]], np.float32)), model)
    store.places.add(PlaceRows(np.array([2]), np.array([[1, 1]], np.float32)), model)
    assert store.places.counts(model) == MapCounts(sounds=3, placed=3, drawn=2)
    places = store.places.read()
    assert places.ids.tolist() == [1, 2, 3]
    assert places.xy.tolist() == [[0.5, -2], [1, 1], [3, 4]]


def test_what_was_forgotten_meanwhile_gets_no_place(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    store.places.replace(PlaceRows(np.array([1, 99]), np.zeros((2, 2), np.float32)), model)
    gone = dataclasses.replace(model, id=99)
    store.places.add(PlaceRows(np.array([2]), np.zeros((1, 2), np.float32)), gone)
    assert store.places.read().ids.tolist() == [1]


def test_missing_sounds_are_not_shown_and_come_back(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    store.places.replace(PlaceRows(np.array([1, 2, 3]), np.zeros((3, 2), np.float32)), model)
    (row,) = store.files.known([b"/1.wav"]).values()
    with store.transaction():
        store.files.mark_missing([row.id])
    assert store.places.read().ids.tolist() == [1, 3]
    assert store.places.counts(model) == MapCounts(sounds=2, placed=2, drawn=2)
    assert store.places.directions(model).ids.tolist() == [1, 3]
    with store.transaction():
        store.files.mark_present([row.id])
    assert store.places.read().ids.tolist() == [1, 2, 3]


def test_another_model_has_another_map(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    store.places.replace(PlaceRows(np.array([1]), np.zeros((1, 2), np.float32)), model)
    store.serve_model(store.register_model(dataclasses.replace(INFO, weights_sha256="f" * 64)))
    assert store.places.read().ids.tolist() == []


def test_a_map_that_is_drawn_again_forgets_the_one_before(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    store.places.replace(PlaceRows(np.array([1, 2]), np.zeros((2, 2), np.float32)), model)
    store.places.replace(PlaceRows(np.array([2, 3]), np.ones((2, 2), np.float32)), model)
    assert store.places.read().ids.tolist() == [2, 3]
    assert store.places.counts(model) == MapCounts(sounds=3, placed=2, drawn=2)


def test_a_map_is_no_change_of_the_library(library: tuple[Store, ModelRow]) -> None:
    """Others would read all they hold again."""
    store, model = library
    with store.columns.reading():
        before = store.columns.revision
    store.places.replace(PlaceRows(np.array([1]), np.zeros((1, 2), np.float32)), model)
    with store.columns.reading():
        assert store.columns.revision == before

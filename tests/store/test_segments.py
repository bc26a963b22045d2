"""Segments: what the index is filled from, what may come back, and what a hit shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.store import segments as segments_module
from cratedig.store.rows import HitRow, ModelRow
from cratedig.store.store import Store
from tests.library import content, failed, indexed, save, stored_library, unit_vectors


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    """Sound x in packs a and b, y in pack a, z in pack b, silence, and a bad file."""
    store, model = stored_library(tmp_path)
    save(
        store,
        model,
        indexed("/a/x.wav", content("x"), unit_vectors(2, 1), pack="/a"),
        indexed("/b/x.wav", content("x"), pack="/b"),
        indexed("/a/y.wav", content("y"), unit_vectors(3, 2), pack="/a"),
        indexed("/b/z.wav", content("z", seconds=90), unit_vectors(1, 3), pack="/b"),
        indexed("/b/q.wav", content("q", peak=0.0), pack="/b"),
        failed("/b/bad.wav", pack="/b"),
    )
    with store:
        yield store, model


def mark_missing(store: Store, *paths: bytes) -> None:
    with store.transaction():
        store.files.mark_missing([row.id for row in store.files.known(paths).values()])


def test_ids_come_sorted(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        ids = store.segments.ids(model)
        assert ids.dtype == np.int64
        assert ids.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("per_query", [1, 2, 6, 100])
def test_vectors_come_in_batches(
    library: tuple[Store, ModelRow], monkeypatch: pytest.MonkeyPatch, per_query: int
) -> None:
    monkeypatch.setattr(segments_module, "IDS_PER_QUERY", per_query)
    store, model = library
    expected = np.concatenate([unit_vectors(2, 1), unit_vectors(3, 2), unit_vectors(1, 3)])
    with store:
        batches = list(store.segments.vectors(np.arange(1, 7), model))
        assert np.concatenate([rows.ids for rows in batches]).tolist() == [1, 2, 3, 4, 5, 6]
        assert np.array_equal(np.concatenate([rows.vectors for rows in batches]), expected)
        assert all(len(rows.ids) <= per_query for rows in batches)


def test_vectors_of_ids_that_are_not_there_are_left_out(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        (rows,) = store.segments.vectors(np.array([-1, 3, 2**40]), model)
        assert (rows.ids.tolist(), rows.vectors.shape) == ([3], (1, 7))
        assert list(store.segments.vectors(np.empty(0, np.int64), model)) == []
        (rows,) = store.segments.vectors(np.array([99]), model)
        assert (rows.ids.shape, rows.vectors.shape) == ((0,), (0, 7))


def test_a_hit_shows_the_first_present_file_or_the_one_asked_for(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    in_b = store.files.known([b"/b/x.wav"])[b"/b/x.wav"].id
    with store:
        hit = store.segments.hits([(2, -1)])[2]
        assert hit == HitRow(
            2, hit.content_id, content("x").hash, b"/a/x.wav", "a", 0.5, 1.0, 0.5, None, None, None, False
        )
        assert store.segments.hits([(2, in_b)])[2].path == b"/b/x.wav"
        mark_missing(store, b"/a/x.wav")
        assert store.segments.hits([(2, -1)])[2].path == b"/b/x.wav"
        assert store.segments.hits([(3, -1), (2, -1), (99, -1)]).keys() == {2, 3}
        mark_missing(store, b"/b/x.wav")
        assert store.segments.hits([(2, -1)]) == {}
        assert store.segments.hits([(2, in_b)]) == {}


def test_a_hit_shows_the_tempo_in_force_and_the_favourite(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    with store:
        store.user.set_tempo({content("x").hash: 87.5})
        store.user.favour([content("y").hash])
        hits = store.segments.hits([(1, -1), (3, -1)])
        assert [(hits[i].bpm, bool(hits[i].favourite)) for i in (1, 3)] == [(87.5, False), (None, True)]


def test_segments_of_a_content_are_in_order_of_time(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        found = store.segments.of_content(content("y").hash, model)
        assert [(segment.start_s, segment.end_s) for segment in found] == [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5)]
        assert np.array_equal(np.stack([segment.vector for segment in found]), unit_vectors(3, 2))
        assert store.segments.of_content(content("q").hash, model) == []
        assert store.segments.of_content("nothing", model) == []


def test_whether_a_content_is_embedded(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with store:
        assert store.segments.exist(content("x").hash, model.key)
        assert not store.segments.exist(content("x").hash, "another-model")
        assert not store.segments.exist(content("q").hash, model.key)
        assert not store.segments.exist("nothing", model.key)

"""Questions become unit vectors, or say why they cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.errors import QueryError
from cratedig.models.fake import FakeModel
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import FloatArray
from search.query import ContentQuery, FileQuery, Query, QueryContext, TextQuery
from tests.library import (
    INFO,
    SR,
    content,
    indexed,
    make_library,
    save,
    stored_library,
    tone,
    unit_vectors,
    unprivileged,
    write_tone,
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    store, model = stored_library(tmp_path / "library")
    with store:
        yield store, model


def vector_of(query: Query, library: tuple[Store, ModelRow]) -> FloatArray:
    store, model = library
    vector: FloatArray
    (vector,) = query.to_vectors(QueryContext(store, FakeModel(), model))
    assert vector.dtype == np.float32
    assert vector.shape == (INFO.dim,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)
    return vector


def heard(y: FloatArray) -> FloatArray:
    """What the fake model makes of a short sound at its own rate."""
    vector: FloatArray = FakeModel().embed_audio([y])[0]
    return vector


def test_words(library: tuple[Store, ModelRow]) -> None:
    query = TextQuery("bright tone")
    assert (query.kind, query.title) == ("text", "bright tone")
    assert np.array_equal(vector_of(query, library), FakeModel().embed_text(["bright tone"])[0])


def test_a_content_is_the_mean_direction_of_its_segments(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    vectors = unit_vectors(3)
    save(store, model, indexed("/s/a.wav", content("a"), vectors))
    query = ContentQuery(content("a").hash[:8])
    assert (query.kind, query.title) == ("audio", f"like {content('a').hash[:8]}")
    total = vectors.sum(axis=0)
    assert np.allclose(vector_of(query, library), total / np.linalg.norm(total), atol=1e-6)


def test_a_content_whose_files_are_missing_can_be_asked_for(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
    with store.transaction():
        store.files.mark_missing([store.files.known([b"/s/a.wav"])[b"/s/a.wav"].id])
    assert np.allclose(vector_of(ContentQuery(content("a").hash), library), unit_vectors(1)[0], atol=1e-3)


def test_an_id_that_means_two_contents(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sounds = [content(str(i)) for i in range(17)]
    save(store, model, *(indexed(f"/s/{one.hash}.wav", one, unit_vectors(1)) for one in sounds))
    prefixes = [one.hash[0] for one in sounds]
    twice = next(prefix for prefix in prefixes if prefixes.count(prefix) > 1)
    with pytest.raises(QueryError, match="More than one sound") as caught:
        vector_of(ContentQuery(twice), library)
    assert caught.value.hint == "Give more of it."


def test_an_id_that_means_nothing(library: tuple[Store, ModelRow]) -> None:
    with pytest.raises(QueryError, match="No sound in the library has the id 'abcdef'"):
        vector_of(ContentQuery("abcdef"), library)


def test_a_silent_content(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    save(store, model, indexed("/s/q.wav", content("q", peak=0.0)))
    with pytest.raises(QueryError, match="is silent"):
        vector_of(ContentQuery(content("q").hash), library)


def test_a_content_that_has_no_vectors_yet(library: tuple[Store, ModelRow]) -> None:
    """Its drive was away while the library changed its model."""
    store, model = library
    save(store, model, indexed("/s/a.wav", content("a")))
    with pytest.raises(QueryError, match="was not there when the library changed its model") as caught:
        vector_of(ContentQuery(content("a").hash), library)
    assert "cratedig index" in caught.value.hint


def test_a_file_outside_the_library(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    query = FileQuery(write_tone(tmp_path / "kick 1.wav", 600))
    assert (query.kind, query.title) == ("audio", "like kick 1.wav")
    store, _ = library
    before = list(store._connection.iterdump())
    vector = vector_of(query, library)
    assert vector @ heard(np.sin(2 * np.pi * 600 * np.arange(1600, dtype=np.float32) / 8000)) > 0.99
    assert list(store._connection.iterdump()) == before


def test_a_file_inside_the_library_takes_the_stored_vector(tmp_path: Path) -> None:
    inside = write_tone(tmp_path / "samples" / "a.wav", 600, seconds=2.5)
    with make_library(tmp_path / "library", tmp_path / "samples") as store:
        model = store.require_model(INFO)
        (_, sound), *_ = store.files.present()
        stored = vector_of(ContentQuery(sound.hash), (store, model))
        copy = tmp_path / "elsewhere.wav"
        copy.write_bytes(inside.read_bytes())
        for path in (inside, copy):
            assert np.array_equal(vector_of(FileQuery(path), (store, model)), stored)


def test_a_long_file_is_heard_in_all_its_windows(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    both = np.concatenate([tone(150, 3.0), tone(2500, 3.0)])
    soundfile.write(tmp_path / "both.wav", both, SR)
    vector = vector_of(FileQuery(tmp_path / "both.wav"), library)
    for hz in (150, 2500):
        assert vector @ heard(np.sin(2 * np.pi * hz * np.arange(8000, dtype=np.float32) / 8000)) > 0.6


def test_a_silent_file(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    file = write_tone(tmp_path / "silence.wav", 0)
    with pytest.raises(QueryError, match=r"silence\.wav is silent"):
        vector_of(FileQuery(file), library)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no audio at all" * 100])
def test_a_file_that_is_no_audio(library: tuple[Store, ModelRow], tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bad.wav"
    file.write_bytes(data)
    with pytest.raises(QueryError, match=r"bad\.wav cannot be read: "):
        vector_of(FileQuery(file), library)


def test_a_folder(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="a folder, not a file"):
        vector_of(FileQuery(tmp_path), library)


def test_a_file_that_has_gone(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"gone\.wav cannot be opened \(No such file"):
        vector_of(FileQuery(tmp_path / "gone.wav"), library)


def test_a_file_that_may_not_be_read(library: tuple[Store, ModelRow], public_folder: Path) -> None:
    file = write_tone(public_folder / "a.wav", 440)
    file.chmod(0)
    with unprivileged(), pytest.raises(QueryError, match="Permission denied"):
        vector_of(FileQuery(file), library)


def test_a_file_whose_name_is_no_text(library: tuple[Store, ModelRow], tmp_path: Path) -> None:
    file = write_tone(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.wav")), 440)
    vector_of(FileQuery(file), library)

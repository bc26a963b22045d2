"""The engine against a plain loop over all vectors, and what may never come back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cratedig.errors import LibraryMissingError, ModelMismatchError
from cratedig.models.fake import FakeModel
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import FloatArray, ModelInfo, QueryKind
from search.engine import SearchEngine, SearchRequest
from search.line import Term
from search.query import ContentQuery, QueryContext, TextQuery
from search.results import SearchHit
from tests.library import (
    INFO,
    content,
    indexed,
    make_library,
    run_index,
    save,
    stored_library,
    unit_vectors,
    write_tone,
)

N_CONTENTS = 150


@dataclass(frozen=True)
class VectorQuery:
    """A question that is a vector."""

    q: FloatArray
    kind: QueryKind = "audio"
    title: str = "a vector"

    def to_vectors(self, context: QueryContext) -> FloatArray:
        assert context.model_row.key == context.model.info.key
        return self.q[np.newaxis]


@dataclass(frozen=True)
class Known:
    """A sound put into the library."""

    name: str
    seconds: float
    files: tuple[tuple[str, str, bool], ...]  # path, pack, present
    vectors: FloatArray

    def shown(self, pack: str = "", low: float = 0.0, high: float = float("inf")) -> str | None:
        """The path a hit must show; None when no file meets the filters."""
        if not low <= self.seconds <= high:
            return None
        return next((path for path, p, present in self.files if present and pack in p.rpartition("/")[2]), None)


@pytest.fixture(scope="module")
def known() -> list[Known]:
    """Sounds of one to six segments, some twice, some missing, some only missing in one of two places."""
    rng = np.random.default_rng(0)
    sounds = []
    for i in range(N_CONTENTS):
        files = tuple(
            (f"/{pack}/{i}.wav", f"/{pack}", bool(rng.random() > 0.2))
            for pack in sorted(rng.choice(["drums", "loops", "vinyl"], size=rng.integers(1, 3), replace=False))
        )
        segments = int(rng.integers(1, 7))
        sounds.append(Known(str(i), 0.25 * segments, files, unit_vectors(segments, seed=i)))
    return sounds


@pytest.fixture(scope="module")
def library(known: list[Known], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    for sound in known:
        one = content(sound.name, sound.seconds)
        save(store, model, *(indexed(path, one, sound.vectors, pack) for path, pack, _ in sound.files))
    absent = [path.encode() for sound in known for path, _, present in sound.files if not present]
    with store.transaction():
        store.files.mark_missing([row.id for row in store.files.known(absent).values()])
    with store:
        yield store


@pytest.fixture(scope="module")
def engine(library: Store) -> SearchEngine:
    return SearchEngine(library, FakeModel())


FILTERS = st.fixed_dictionaries(
    {}, optional={"pack": st.sampled_from(["drums", "LOOP", "vinyl", "nothing"]), "len": st.sampled_from(["0.5..1"])}
)


def terms(filters: Mapping[str, str]) -> tuple[tuple[Term, ...], ...]:
    """Filters that must all be met."""
    return tuple((Term(name, value),) for name, value in filters.items())


@given(seed=st.integers(0, 10_000), k=st.integers(1, 200), filters=FILTERS)
@settings(max_examples=60)
def test_the_engine_equals_a_plain_loop(
    known: list[Known], engine: SearchEngine, seed: int, k: int, filters: dict[str, str]
) -> None:
    q = unit_vectors(1, seed)[0]
    low, high = (0.5, 1.0) if "len" in filters else (0.0, float("inf"))
    expected = []
    for sound in known:
        path = sound.shown(filters.get("pack", "").lower(), low, high)
        if path is not None:
            cosines = sound.vectors @ q
            expected.append((float(cosines.max()), path, 0.5 * float(cosines.argmax()), sound))
    expected = sorted(expected, key=lambda row: -row[0])[:k]
    hits = engine.search(SearchRequest(VectorQuery(q), k, terms(filters))).hits
    assert [(hit.path, hit.start_s) for hit in hits] == [(path, start) for _, path, start, _ in expected]
    scores = [INFO.calibration["audio"].score(cosine) for cosine, *_ in expected]
    assert [hit.score for hit in hits] == pytest.approx(scores, abs=1e-5)
    for rank, (hit, (_, path, _, sound)) in enumerate(zip(hits, expected, strict=True), start=1):
        assert (hit.rank, hit.content, hit.end_s) == (rank, content(sound.name).hash, hit.start_s + 0.5)
        assert (hit.duration_s, hit.pack) == (sound.seconds, path.split("/")[1])


def test_scores_fall_with_the_rank(engine: SearchEngine) -> None:
    hits = engine.search(SearchRequest(VectorQuery(unit_vectors(1, 3)[0]), 500)).hits
    scores = [hit.score for hit in hits if hit.score is not None]
    assert len(scores) == len(hits)
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_a_long_file_does_not_crowd_out_others(tmp_path: Path) -> None:
    """The 600 segments of a mix are all closer than any other sound."""
    store, model = stored_library(tmp_path)
    q = unit_vectors(1, 1)[0]
    near = q + 0.02 * unit_vectors(600, 2)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    with store:
        save(store, model, indexed("/s/mix.wav", content("mix", 300), list(near)))
        others = unit_vectors(30, 3)
        save(store, model, *(indexed(f"/s/{i}.wav", content(str(i)), others[i : i + 1]) for i in range(30)))
        engine = SearchEngine(store, FakeModel())
        for k in (1, 2, 5, 20, 31, 40):
            hits = engine.search(SearchRequest(VectorQuery(q), k)).hits
            assert len(hits) == min(k, 31)
            assert len({hit.content for hit in hits}) == len(hits)
        best = (near.astype(np.float16).astype(np.float32) @ q).argmax()
        assert (hits[0].path, hits[0].start_s) == ("/s/mix.wav", best / 2)


def test_missing_files_are_hidden_until_they_return(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        for i in range(5):
            save(store, model, indexed(f"/s/{i}.wav", content(str(i)), unit_vectors(1, i)))
        engine = SearchEngine(store, FakeModel())
        rows = store.files.known([b"/s/0.wav", b"/s/3.wav"]).values()
        request = SearchRequest(VectorQuery(unit_vectors(1, 0)[0]), 5)
        with store.transaction():
            store.files.mark_missing([row.id for row in rows])
        assert {hit.path for hit in engine.search(request).hits} == {"/s/1.wav", "/s/2.wav", "/s/4.wav"}
        with store.transaction():
            store.files.mark_present([row.id for row in rows])
        hits = engine.search(request).hits
        assert (hits[0].path, len(hits)) == ("/s/0.wav", 5)


def test_an_engine_takes_in_what_is_indexed_meanwhile(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store, Store.open(tmp_path) as reading:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1, 1)))
        engine = SearchEngine(reading, FakeModel())
        request = SearchRequest(VectorQuery(unit_vectors(1, 2)[0]), 5)
        save(store, model, indexed("/s/b.wav", content("b"), unit_vectors(1, 2)))
        ranked = engine.rank(request)
        assert [hit.path for hit in engine.hits(ranked, 0, 5)] == ["/s/b.wav", "/s/a.wav"]
        engine.refresh()
        assert engine.rank(request).ids.tolist() == ranked.ids.tolist()


def test_an_engine_behind_the_library_invents_nothing(tmp_path: Path) -> None:
    """Contents that were forgotten after the index was opened take no place among the k."""
    store, model = stored_library(tmp_path)
    with store:
        for i in range(12):
            save(store, model, indexed(f"/s/{i}/a.wav", content(str(i)), unit_vectors(2, i)))
        engine = SearchEngine(store, FakeModel())
        with store.transaction():
            for i in range(6):
                store.files.forget(f"/s/{i}".encode())
        hits = engine.search(SearchRequest(VectorQuery(unit_vectors(2, 0)[0]), 6)).hits
        assert {hit.path for hit in hits} == {f"/s/{i}/a.wav" for i in range(6, 12)}


def test_a_library_without_sounds_finds_nothing(tmp_path: Path) -> None:
    store, _ = stored_library(tmp_path)
    with store:
        engine = SearchEngine(store, FakeModel())
        for filters in ({}, {"len": "<2"}):
            assert engine.search(SearchRequest(TextQuery("deep"), 5, terms(filters))).hits == ()


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path) as store, pytest.raises(LibraryMissingError, match="is empty"):
        SearchEngine(store, FakeModel())


def test_another_model_is_refused(tmp_path: Path) -> None:
    class OtherModel(FakeModel):
        @property
        def info(self) -> ModelInfo:
            return dataclasses.replace(INFO, preprocessing="2")

    store, _ = stored_library(tmp_path)
    with store, pytest.raises(ModelMismatchError):
        SearchEngine(store, OtherModel())


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """Really indexed: neutral names, so that a right answer cannot come from them."""
    folder = tmp_path_factory.mktemp("tones")
    for name, hz, seconds in (("1", 50, 0.3), ("2", 600, 0.3), ("3", 2500, 0.3), ("4", 0, 0.3), ("5", 3600, 2.5)):
        write_tone(folder / "samples" / "Pack One" / f"{name}.wav", hz, seconds)
    with make_library(folder / "library", folder / "samples") as store:
        yield store, folder / "samples"


@pytest.mark.parametrize(("word", "name"), [("middle", "2"), ("bright", "3")])
def test_words_find_the_sound_they_mean(tones: tuple[Store, Path], word: str, name: str) -> None:
    store, samples = tones
    results = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery(word), 4))
    assert results.title == word
    assert results.hits[0].path == str(samples / "Pack One" / f"{name}.wav")
    assert len(results.hits) == 4
    assert all(not hit.path.endswith("4.wav") for hit in results.hits)


def test_a_hit_prints_the_promised_keys(tones: tuple[Store, Path]) -> None:
    store, samples = tones
    hit = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery("middle"), 1)).hits[0]
    printed = json.loads(json.dumps(hit.as_dict()))
    assert list(printed) == [
        "rank", "score", "path", "start_s", "end_s", "duration_s", "pack", "kind", "bpm", "key", "tags",
        "favourite", "by_name", "why", "content",
    ]  # fmt: skip
    assert (printed["rank"], printed["pack"]) == (1, "Pack One")
    assert printed["path"] == str(samples / "Pack One" / "2.wav")
    assert (printed["start_s"], printed["end_s"], printed["duration_s"]) == (0.0, 0.3, 0.3)
    assert (printed["kind"], printed["bpm"], printed["key"], printed["tags"]) == ("one-shot", None, None, [])
    assert 0 <= printed["score"] <= 1
    assert store.files.contents_like(printed["content"])[0].frames == 13230


def test_printed_numbers_are_short() -> None:
    printed = SearchHit(1, 1 / 3, "/a", 1 / 3, 2 / 3, 200 / 3, "p", "loop", 400 / 3, "Am", "c").as_dict()
    assert [printed[key] for key in ("score", "start_s", "end_s", "duration_s")] == [0.3333, 0.333, 0.667, 66.667]


def test_a_sound_in_the_library_finds_itself_first(tones: tuple[Store, Path]) -> None:
    store, _ = tones
    engine = SearchEngine(store, FakeModel())
    for row, sound in store.files.present():
        if not sound.silent:
            hit = engine.search(SearchRequest(ContentQuery(sound.hash), 1)).hits[0]
            assert (hit.path, hit.content) == (row.stamp.text, sound.hash)


def test_indexing_again_is_found_by_an_open_engine(tmp_path: Path) -> None:
    write_tone(tmp_path / "samples" / "1.wav", 100)
    with make_library(tmp_path / "library", tmp_path / "samples") as store, Store.open(store.paths.root) as reading:
        engine = SearchEngine(reading, FakeModel())
        added = write_tone(tmp_path / "samples" / "2.wav", 2500)
        run_index(store)
        engine.refresh()
        assert engine.search(SearchRequest(TextQuery("bright"), 1)).hits[0].path == str(added)


def test_undecodable_names_come_back_whole(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed(b"/s/\xff\n.wav", content("a"), unit_vectors(1)))
        results = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery("deep")))
        printed = json.loads(json.dumps(results.hits[0].as_dict()))
        assert printed["path"].encode("utf-8", "surrogateescape") == b"/s/\xff\n.wav"


@pytest.fixture
def library_of_three(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    store, model = stored_library(tmp_path)
    away = -unit_vectors(1, 0)
    save(
        store,
        model,
        indexed("/one/short.wav", content("a", 1.0), unit_vectors(1, 0), pack="/one"),
        indexed("/two/short.wav", content("b", 1.0), unit_vectors(1, 0), pack="/two"),
        indexed("/one/long.wav", content("c", 10.0), away, pack="/one"),
    )
    with store:
        yield store, model


@pytest.mark.parametrize("filters", [{"pack": "one", "len": "<2"}, {"len": ">0.1", "pack": "ONE"}])
def test_filters_join(library_of_three: tuple[Store, ModelRow], filters: Mapping[str, str]) -> None:
    store, _ = library_of_three
    hits = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery("deep"), 10, terms(filters))).hits
    assert {hit.path for hit in hits} >= {"/one/short.wav"}
    assert all(hit.pack == "one" for hit in hits)


def test_a_filter_before_the_search_finds_the_furthest(library_of_three: tuple[Store, ModelRow]) -> None:
    """Filtering the first k afterwards would find nothing."""
    store, _ = library_of_three
    furthest = SearchEngine(store, FakeModel()).search(SearchRequest(VectorQuery(unit_vectors(1, 0)[0]), 3)).hits[-1]
    request = SearchRequest(VectorQuery(unit_vectors(1, 0)[0]), 1, terms({"pack": furthest.pack, "len": ">5"}))
    assert SearchEngine(store, FakeModel()).search(request).hits[0].path == furthest.path

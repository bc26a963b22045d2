"""Aspects, moves, fits and variety: rankings over what is measured."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.analysis.key import NAMES, camelot
from cratedig.errors import QueryError
from cratedig.models.fake import FakeModel
from cratedig.store.columns import AXES
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import Measured
from cratedig.store.store import Store
from search.aspects import closeness, key_steps, tempo_steps
from search.engine import SearchEngine, SearchRequest
from search.filters import neighbours
from search.moves import ADJECTIVES, Move, gains, moves_in, plain
from search.parse import ASPECTS, parse_line
from search.results import SearchHit
from tests.library import analysis, content, indexed, make_library, save, stored_library, unit_vectors, write_tone

N_SOUNDS = 60


def onsets(bpm: float, slots: tuple[int, ...]) -> str:
    return json.dumps([slot * 15 / bpm for slot in slots])


def picture(i: int) -> bytes:
    peaks = np.zeros((350, 4), np.uint8)
    peaks[: 5 + 5 * (i % 30), 0] = 200
    return peaks.tobytes()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Sounds around one vector; sound i is brighter than i others, and of every tempo, key and pattern."""
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    middle = unit_vectors(1, 0)[0]
    for i in range(N_SOUNDS):
        bpm = None if i % 5 == 4 else (100.0, 101.0, 200.0, 140.0)[i % 4]
        row = analysis(
            kind="one-shot" if bpm is None else "loop",
            bpm=bpm,
            key=None if i % 6 == 5 else NAMES[i % 24],
            root_midi=40 + i % 13 if bpm is None else None,
            onsets=onsets(bpm or 100.0, ((0, 4, 8, 12), (0, 3, 6, 10), (2, 6, 10, 14))[i % 3]),
            **{name: float((i * (1 + 6 * place)) % 61) for place, name in enumerate(DESCRIPTORS)},
        )
        vector = middle + 0.1 * unit_vectors(1, i + 1)[0]
        vectors = (vector / np.linalg.norm(vector))[np.newaxis]
        file = indexed(f"/{'ab'[i % 2]}/{i}.wav", content(str(i), 0.5 + i / 10), vectors, pack=f"/{'ab'[i % 2]}")
        save(store, model, dataclasses.replace(file, measured=Measured(row, picture(i))))
    with store.transaction():
        store.measures.rescale()
    with store:
        yield store


def ask(store: Store, line: str, k: int = N_SOUNDS) -> tuple[SearchHit, ...]:
    return SearchEngine(store, FakeModel()).search(SearchRequest.of(parse_line(line), k)).hits


def numbers(hits: tuple[SearchHit, ...]) -> list[int]:
    return [int(Path(hit.path).stem) for hit in hits]


def like(i: int) -> str:
    return f"like:{content(str(i), 0.5 + i / 10).hash}"


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("i", [2, 10, 33])
def test_a_sound_is_closest_to_itself_in_every_aspect(store: Store, aspect: str, i: int) -> None:
    hits = ask(store, f"{like(i)} by:{aspect}")
    assert len(hits) == N_SOUNDS
    assert numbers(hits)[0] == i or f"{aspect} 100" in hits[0].why
    said = [int(phrase.split()[-1]) for hit in hits for phrase in hit.why if phrase.startswith(aspect)]
    assert said == sorted(said, reverse=True)


def test_aspects_look_at_different_things(store: Store) -> None:
    by_rhythm = ask(store, f"{like(0)} by:rhythm", 4)
    assert {hit.bpm for hit in by_rhythm} <= {100.0, 101.0, 200.0}
    assert all(i % 3 == 0 for i in numbers(by_rhythm))
    by_pitch = ask(store, f"{like(0)} by:pitch", 3)
    assert {hit.key for hit in by_pitch} == {"C"}
    orders = [numbers(ask(store, f"{like(0)} by:{aspect}")) for aspect in ASPECTS]
    assert len({tuple(order) for order in orders}) == len(ASPECTS)


def test_weights_decide(store: Store) -> None:
    alone = numbers(ask(store, f"{like(0)} by:timbre"))
    heavy = numbers(ask(store, f"{like(0)} by:timbre=1000,rhythm=0.001"))
    assert heavy[:10] == alone[:10]
    assert numbers(ask(store, f"{like(0)} by:timbre,rhythm"))[:10] != alone[:10]


def test_filters_come_before_aspects(store: Store) -> None:
    hits = ask(store, f"{like(0)} by:timbre pack:b kind:loop", 10)
    assert len(hits) == 10
    assert {(hit.pack, hit.kind) for hit in hits} == {("b", "loop")}


def test_an_aspect_that_the_reference_lacks_is_told(store: Store) -> None:
    unpitched = next(i for i in range(N_SOUNDS) if i % 6 == 5 and i % 5 != 4)
    with pytest.raises(QueryError, match="The reference has no pitch"):
        ask(store, f"{like(unpitched)} by:pitch")


@pytest.mark.parametrize(("word", "sign"), [("brighter", 1), ("darker", -1), ("-bright", -1), ("-dark", 1)])
def test_a_word_moves_what_is_measured(store: Store, word: str, sign: int) -> None:
    hits = ask(store, f"{like(30)} {word}", 15)
    assert sign * (np.mean(numbers(hits)) - np.mean(numbers(ask(store, like(30), 15)))) > 3
    said = [phrase for hit in hits for phrase in hit.why if " by " in phrase]
    assert said
    assert all(word.lstrip("-") in phrase for phrase in said)


def test_two_words_and_two_references(store: Store) -> None:
    hits = ask(store, f"{like(10)} {like(20)} brighter warmer", 10)
    assert all(len([phrase for phrase in hit.why if "er" in phrase]) == 2 for hit in hits)
    assert np.mean(numbers(hits)) > 20


def test_what_fits_is_in_time_and_in_key(store: Store) -> None:
    reference = content("0", 0.5).hash
    hits = ask(store, f"fits:{reference}", 8)
    assert all(hit.bpm in {100.0, 101.0, 200.0, None} for hit in hits)
    assert {hit.key for hit in hits if hit.bpm} <= {*neighbours("C"), None}
    assert any("same tempo" in hit.why for hit in hits)
    assert [hit.kind for hit in ask(store, f"fits:{reference} kind:one-shot", 5)] == ["one-shot"] * 5
    assert len(ask(store, f"fits:{reference} deep", 5)) == 5
    assert all(hit.score is not None for hit in ask(store, f"fits:{reference} deep", 5))


@pytest.mark.parametrize("line", ["kind:loop", "deep", "bright kind:loop"])
def test_exploring_keeps_the_number_and_spreads_the_packs(store: Store, line: str) -> None:
    plain_hits, varied = ask(store, line, 10), ask(store, f"{line} explore:100", 10)
    assert len(varied) == 10
    assert len({*numbers(varied)}) == 10
    packs = [hit.pack for hit in varied]
    assert abs(packs.count("a") - packs.count("b")) <= 4
    assert spread(plain_hits) < spread(varied)
    assert numbers(ask(store, f"{line} explore:0", 10)) == numbers(plain_hits)
    everything = ask(store, f"{line} explore:50")
    assert sorted(numbers(everything)) == sorted(numbers(ask(store, line)))


def spread(hits: tuple[SearchHit, ...]) -> float:
    return float(
        np.std(
            [[(i * (1 + 6 * place)) % 61 for place in range(len(DESCRIPTORS))] for i in numbers(hits)], axis=0
        ).mean()
    )


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    folder = tmp_path_factory.mktemp("tones")
    for hz in (100, 200, 400, 800, 1600, 3200):
        write_tone(folder / "samples" / f"{hz}.wav", hz, 1.0)
    with make_library(folder / "library", folder / "samples") as store:
        yield store, folder


def test_a_file_outside_the_library_is_measured(tones: tuple[Store, Path]) -> None:
    store, folder = tones
    file = write_tone(folder / "reference.wav", 401, 1.0)
    assert numbers(ask(store, f"like:{file} by:meaning,pitch"))[0] == 400
    assert 400 in numbers(ask(store, f"like:{file} by:timbre"))[:3]
    assert numbers(ask(store, f"like:{file} by:pitch"))[0] == 400
    assert numbers(ask(store, f"like:{file} brighter by:envelope")) != numbers(ask(store, f"like:{file} by:envelope"))
    assert len(ask(store, f"fits:{file}")) == 6


@given(st.floats(20, 400), st.floats(20, 400))
def test_tempo_steps(bpm: float, reference: float) -> None:
    fold, octaves = (float(part[0]) for part in tempo_steps(np.array([bpm]), reference))
    assert 0 <= fold <= 0.5 + 1e-9
    assert min(abs(np.log2(bpm / reference) - sign * octaves) for sign in (-1, 1)) == pytest.approx(fold, abs=1e-9)


def test_key_steps(store: Store) -> None:
    with store.columns.reading():
        rows = np.arange(24)
        steps = key_steps(store.columns, rows, "Am")
    for i in range(24):
        if i % 6 == 5:
            assert np.isnan(steps[i])
        else:
            assert (steps[i] <= 1) == (NAMES[i] in neighbours("Am"))
            assert (steps[i] == 0) == (camelot(NAMES[i]) == "8A")


@given(st.lists(st.one_of(st.floats(0, 10), st.just(float("nan"))), min_size=1))
def test_closeness_falls_with_distance(distances: list[float]) -> None:
    if all(np.isnan(distances)):
        return
    close = closeness(np.array(distances))
    assert ((close >= 0) & (close <= 1)).all()
    known = sorted((d, c) for d, c in zip(distances, close.tolist(), strict=True) if not np.isnan(d))
    assert [c for _, c in known] == sorted((c for _, c in known), reverse=True)


@given(st.sampled_from(sorted(ADJECTIVES)), st.integers(0, 100), st.integers(0, 99))
def test_gains_are_bounded_and_grow_the_right_way(word: str, start: int, seed: int) -> None:
    (move,) = moves_in(word, "")
    (against,) = moves_in("", word)
    percents = np.random.default_rng(seed).uniform(0, 100, (len(AXES), 20)).astype(np.float32)
    reference = np.full(len(AXES), float(start))
    gained = gains(move, reference, percents)
    assert (np.abs(gained) <= 1).all()
    assert gains(Move("x", move.axes), reference, np.repeat(reference[:, None], 2, 1)).tolist() == [0, 0]
    axis, sign = AXES.index(move.axes[0][0]), move.axes[0][1]
    if len(move.axes) == 1:
        order = np.argsort(sign * percents[axis])
        assert (np.diff(gained[order]) >= 0).all()
    assert [(axis, -way) for axis, way in move.axes] == list(against.axes)


@pytest.mark.parametrize(
    ("words", "said"),
    [("darker", "dark"), ("a bit darker pad", "dark pad"), ("vinyl noise", "vinyl noise"), ("a low tom", "a low tom")],
)
def test_comparatives_in_plain_words(words: str, said: str) -> None:
    assert plain(words) == said

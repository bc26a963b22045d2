"""Filters: good values become conditions, bad ones a message."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cratedig.errors import QueryError
from cratedig.store.rows import Measured, ModelRow
from cratedig.store.segments import ANY_FILE
from cratedig.store.store import Store
from search.filters import FILTERS, condition
from tests.library import analysis, content, indexed, save, stored_library, unit_vectors

LENGTHS = (0.25, 0.5, 1.0, 2.0, 60.0)
PACKS = ("Dusty Drums", "100% House", "drum_kit", "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "under?score")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, ModelRow]]:
    """One sound of each length in each pack, one segment each."""
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    for pack in PACKS:
        for seconds in LENGTHS:
            name = f"/{pack}/{seconds}"
            save(store, model, indexed(name, content(name, seconds), unit_vectors(1), pack=f"/{pack}"))
    with store:
        yield store, model


def found(library: tuple[Store, ModelRow], **values: str) -> set[tuple[str, float]]:
    store, model = library
    ids = store.segments.matching(model, condition(values)).tolist()
    return {(hit.pack, hit.duration_s) for hit in store.segments.hits(ids, ANY_FILE).values()}


def test_no_filter_is_any_file() -> None:
    assert condition({}) == ANY_FILE


@pytest.mark.parametrize(
    ("value", "lengths"),
    [
        ("<2", {0.25, 0.5, 1.0}),
        (">0.5", {1.0, 2.0, 60.0}),
        ("0.5..1", {0.5, 1.0}),
        ("1..1", {1.0}),
        ("<1e3", {*LENGTHS}),
        (">100", set()),
        (" 0.5 .. 1 ", {0.5, 1.0}),
        ("1..", {1.0, 2.0, 60.0}),
        ("..0.5", {0.25, 0.5}),
        (">60", set()),
        ("0..inf", {*LENGTHS}),
    ],
)
def test_lengths(library: tuple[Store, ModelRow], value: str, lengths: set[float]) -> None:
    assert {seconds for _, seconds in found(library, len=value)} == lengths


@pytest.mark.parametrize(
    ("value", "packs"),
    [
        ("drum", {"Dusty Drums", "drum_kit"}),
        ("DUSTY", {"Dusty Drums"}),
        ("%", {"100% House"}),
        ("_", {"drum_kit"}),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", {PACKS[3]}),
        ("nothing", set()),
        ("'; DROP TABLE pack; --", set()),
        ("under\udcffscore", {"under?score"}),
    ],
)
def test_packs(library: tuple[Store, ModelRow], value: str, packs: set[str]) -> None:
    assert {pack for pack, _ in found(library, pack=value)} == packs


def test_filters_must_all_be_met(library: tuple[Store, ModelRow]) -> None:
    assert found(library, pack="dusty", len="<0.3") == {("Dusty Drums", 0.25)}


@pytest.mark.parametrize(
    "value", ["", "2", "<", ">", "..", "<two", "2..0.5", "nan..2", "<nan", ">nan", "<-1", "1...2", "<1,5"]
)
def test_bad_lengths_are_told(value: str) -> None:
    with pytest.raises(QueryError, match="len cannot be") as caught:
        condition({"len": value})
    assert "0.5..2" in caught.value.hint


@given(st.sampled_from(sorted(FILTERS)), st.binary().map(os.fsdecode))  # what a terminal hands over
@example("pack", "\0")
@example("pack", "\ud800")
@example("len", "<" + "9" * 400)
@example("len", "\ud800..1")
def test_any_text_is_a_filter_or_a_message(library: tuple[Store, ModelRow], name: str, value: str) -> None:
    store, model = library
    try:
        wanted = condition({name: value})
    except QueryError:
        return
    assert len(store.segments.matching(model, wanted)) <= len(PACKS) * len(LENGTHS)


def test_every_filter_explains_itself(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        for name, one in FILTERS.items():
            assert one.name == name
            assert one.help.endswith(".")
            assert len(store.segments.matching(model, condition({name: one.example}))) == 0


TEMPI = (60.0, 85.0, 120.0, 170.0, None)
KEYS = ("Am", "C", "Em", "Dm", "F#", None)
NOTES = (29, 41, 30, None)


@pytest.fixture(scope="module")
def measured_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, ModelRow]]:
    """A hundred sounds, each with its own measures; sound i is brighter than i others."""
    store, model = stored_library(tmp_path_factory.mktemp("measured"))
    for i in range(100):
        row = analysis(
            kind=("one-shot", "loop", "texture")[i % 3],
            bpm=TEMPI[i % len(TEMPI)],
            key=KEYS[i % len(KEYS)],
            root_midi=NOTES[i % len(NOTES)],
            brightness=100.0 + i,
        )
        file = indexed(f"/p/{i:03}.wav", content(str(i)), unit_vectors(1, i))
        save(store, model, dataclasses.replace(file, measured=Measured(row, b"")))
    with store.transaction():
        store.measures.rescale()
    with store:
        yield store, model


def numbers(library: tuple[Store, ModelRow], **values: str) -> list[int]:
    store, model = library
    ids = store.segments.matching(model, condition(values)).tolist()
    return sorted(int(Path(os.fsdecode(hit.path)).stem) for hit in store.segments.hits(ids, ANY_FILE).values())


@pytest.mark.parametrize(
    ("value", "tempi"),
    [
        ("120", {120.0}),
        ("119.6..120.4", {120.0}),
        ("<100", {60.0, 85.0}),
        (">100", {120.0, 170.0}),
        ("~85", {85.0, 170.0}),
        ("~120", {60.0, 120.0}),
        ("~118..124", {60.0, 120.0}),
        ("200..300", set()),
    ],
)
def test_tempi(measured_library: tuple[Store, ModelRow], value: str, tempi: set[float]) -> None:
    expected = [i for i in range(100) if TEMPI[i % len(TEMPI)] in tempi]
    assert numbers(measured_library, bpm=value) == expected


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("Am", {"Am"}),
        ("amin", {"Am"}),
        ("8A", {"Am"}),
        ("8a", {"Am"}),
        ("C major", {"C"}),
        ("Gb", {"F#"}),
        ("~Am", {"Am", "C", "Em", "Dm"}),
        ("~F#", {"F#"}),
    ],
)
def test_keys(measured_library: tuple[Store, ModelRow], value: str, keys: set[str]) -> None:
    assert numbers(measured_library, key=value) == [i for i in range(100) if KEYS[i % len(KEYS)] in keys]


@pytest.mark.parametrize(
    ("value", "notes"), [("F1", {29}), ("F", {29, 41}), ("f#1", {30}), ("Gb", {30}), ("A4", set())]
)
def test_notes(measured_library: tuple[Store, ModelRow], value: str, notes: set[int]) -> None:
    assert numbers(measured_library, note=value) == [i for i in range(100) if NOTES[i % len(NOTES)] in notes]


@pytest.mark.parametrize(
    ("value", "first", "stop"),
    [
        (">70", 70, 100),
        ("<30", 0, 30),
        ("40..60", 40, 60),
        ("0..100", 0, 100),
        (">100", 0, 0),
        ("70..", 70, 100),
        ("..30", 0, 30),
    ],
)
def test_sliders_are_percents_of_the_library(
    measured_library: tuple[Store, ModelRow], value: str, first: int, stop: int
) -> None:
    assert numbers(measured_library, bright=value) == list(range(first, stop))


def test_kinds_and_names_and_days(measured_library: tuple[Store, ModelRow]) -> None:
    assert numbers(measured_library, kind="Loop") == list(range(1, 100, 3))
    assert numbers(measured_library, kind="oneshot", name="00") == [0, 3, 6, 9]
    assert numbers(measured_library, path="/P/01") == list(range(10, 20))
    assert len(numbers(measured_library, added="1d")) == 100
    assert numbers(measured_library, dup="yes") == []
    assert len(numbers(measured_library, dup="no")) == 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bpm", "fast"),
        ("bpm", "~"),
        ("key", "H"),
        ("key", "13A"),
        ("key", "~"),
        ("kind", "drum"),
        ("note", "F#b"),
        ("note", "H1"),
        ("bright", "70"),
        ("bright", ">101"),
        ("added", "week"),
        ("added", "7"),
        ("dup", "maybe"),
        ("name", ""),
    ],
)
def test_values_that_mean_nothing_are_told(name: str, value: str) -> None:
    with pytest.raises(QueryError, match=f"{name} cannot be"):
        condition({name: value})

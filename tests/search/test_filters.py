"""Filters: good values become conditions, bad ones a message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cratedig.errors import QueryError
from cratedig.store.rows import ModelRow
from cratedig.store.segments import ANY_FILE
from cratedig.store.store import Store
from search.filters import FILTERS, condition
from tests.library import content, indexed, save, stored_library, unit_vectors

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
        ("", {*PACKS}),
    ],
)
def test_packs(library: tuple[Store, ModelRow], value: str, packs: set[str]) -> None:
    assert {pack for pack, _ in found(library, pack=value)} == packs


def test_filters_must_all_be_met(library: tuple[Store, ModelRow]) -> None:
    assert found(library, pack="dusty", len="<0.3") == {("Dusty Drums", 0.25)}


@pytest.mark.parametrize(
    "value", ["", "2", "<", ">", "..", "1..", "..1", "<two", "2..0.5", "nan..2", "<nan", ">nan", "<-1", "1...2", "<1,5"]
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

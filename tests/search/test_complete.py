"""How a line can go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.store import Store
from cratedig.store.tags import Proposal
from search.complete import complete
from search.filters import FILTERS
from tests.library import content, indexed, save, stored_library, unit_vectors


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    for i, pack in enumerate(("Tape Vol 1", "Tape Vol 2", "House")):
        save(store, model, indexed(f"/{pack}/a.wav", content(pack), unit_vectors(1, i), pack=f"/{pack}"))
    with store.transaction():
        store.tags.replace([1], [Proposal(1, term, "heard", 0.9, sure=True) for term in ("kick", "closed hat")], "x")
    store.user.decide([(content("House").hash, "my own")], "accepted")
    store.user.collect("Night", [content("House").hash])
    store.user.use([content("House").hash], "Song")
    with store:
        yield store


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("bp", ["bpm:"]),
        ("dusty kick bp", ["dusty kick bpm:"]),
        ("ki", ["kind:"]),
        ("-ki", ["-kind:"]),
        ("", []),
        ("kick ", []),
        ("kind:l", ["kind:loop"]),
        ("pad KIND:", ["pad kind:one-shot", "pad kind:loop", "pad kind:texture"]),
        ("-fav:", ["-fav:yes", "-fav:no"]),
        ("pack:ta", ['pack:"Tape Vol 1"', 'pack:"Tape Vol 2"']),
        ('pack:"Tape V', ['pack:"Tape Vol 1"', 'pack:"Tape Vol 2"']),
        ("pack:vol", ['pack:"Tape Vol 1"', 'pack:"Tape Vol 2"']),
        ("tag:", ['tag:"closed hat"', "tag:kick", 'tag:"my own"']),
        ("tag:k", ["tag:kick"]),
        ("in:", ["in:Night"]),
        ("used:", ["used:yes", "used:no", "used:Song"]),
        ("like:abcdef by:ti", ["like:abcdef by:timbre"]),
        ("by:timbre=2,rh", ["by:timbre=2,rhythm"]),
        ("bpm:1", []),
        ("nonsense:", []),
    ],
)
def test_the_word_at_the_end_goes_on(store: Store, line: str, lines: list[str]) -> None:
    assert complete(line, len(line), store) == lines


def test_what_follows_the_cursor_stays(store: Store) -> None:
    assert complete("kind:l kick", 6, store) == ["kind:loop kick"]


@given(st.text(max_size=20), st.integers(0, 20), st.sampled_from([f"{name}:" for name in FILTERS]))
def test_any_line_can_be_completed(store: Store, line: str, cursor: int, name: str) -> None:
    for typed in (line, name + line):
        for completed in complete(typed, cursor, store):
            assert completed.endswith(typed[cursor:])


def test_an_empty_library(tmp_path: Path) -> None:
    empty, _ = stored_library(tmp_path)
    with empty:
        assert [complete(f"{name}:", len(name) + 1, empty) for name in ("tag", "pack", "in")] == [[], [], []]

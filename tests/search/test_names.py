"""Words in names and tags: found in spite of slips, fused with meaning, and never silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.models.fake import FakeModel
from cratedig.store.names import words_in, words_of
from cratedig.store.store import Store
from search.engine import SearchEngine, SearchRequest
from search.names import fused
from search.parse import parse_line
from tests.library import content, indexed, save, stored_library, unit_vectors

FILES = {
    "/packs/Dusty Drums/Kicks/VD_DustyKick_01.wav": "a",
    "/packs/Dusty Drums/Snares/snare 808.wav": "b",
    "/packs/House/KickLoop-128bpm.wav": "c",
    "/packs/House/caf\N{LATIN SMALL LETTER E WITH ACUTE} pad.wav": "d",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store, model = stored_library(tmp_path)
    for i, (path, name) in enumerate(FILES.items()):
        pack = "/".join(path.split("/")[:3])
        save(store, model, indexed(path, content(name), unit_vectors(1, i), pack=pack))
    with store:
        yield store


def names(store: Store, line: str, share: float = 0.25) -> list[tuple[str, bool]]:
    hits = SearchEngine(store, FakeModel(), share).search(SearchRequest.of(parse_line(line), 10)).hits
    return [(Path(hit.path).stem, hit.by_name) for hit in hits]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DustyKick_808-loop", ["dusty", "kick", "808", "loop"]),
        ("128bpm Am", ["128", "bpm", "am"]),
        ("KSHMR Café", ["kshmr", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]),
        ("\udcff_\x00", []),
    ],
)
def test_words_in_a_name(text: str, words: list[str]) -> None:
    assert words_in(text) == words


def test_words_of_a_file_are_those_of_its_pack_and_below() -> None:
    assert words_of(b"/home/me/Tape Vol 1/Kicks/Dry.Kick.wav", b"/home/me/Tape Vol 1") == "tape vol 1 kicks dry kick"
    assert words_of(b"/elsewhere/a.wav", b"/home/me/Tape") == "a"
    assert words_of(b"/p/\xff kick.wav", b"/p") == "p kick"


@pytest.mark.parametrize(
    ("line", "stem"),
    [
        ("deep kick 01", "VD_DustyKick_01"),
        ("deep duzty", "VD_DustyKick_01"),  # changed
        ("deep dustyy", "VD_DustyKick_01"),  # added
        ("deep dusy", "VD_DustyKick_01"),  # left out
        ("deep snrae", "snare 808"),  # swapped
        ("deep cafe pad", "caf\N{LATIN SMALL LETTER E WITH ACUTE} pad"),
        ("deep house 128", "KickLoop-128bpm"),
    ],
)
def test_names_count_in_spite_of_slips(store: Store, line: str, stem: str) -> None:
    found = names(store, line, share=0.9)
    assert found[0] == (stem, True) or (found[0][0] == stem and names(store, "deep")[0][0] == stem)
    assert len(found) == len(FILES)


def test_without_a_share_names_play_no_part(store: Store) -> None:
    assert names(store, "deep kick", share=0.0) == [(stem, False) for stem, _ in names(store, "deep", share=0.0)]


def test_unknown_words_are_found_by_name_only_and_said_to_be(store: Store) -> None:
    results = SearchEngine(store, FakeModel(), 0.25).search(SearchRequest.of(parse_line("snare"), 10))
    assert [(Path(hit.path).stem, hit.by_name, hit.score, hit.why) for hit in results.hits] == [
        ("snare 808", True, None, ("by name",))
    ]
    assert results.note == "No word of it is known (snare): results by name only."
    results = SearchEngine(store, FakeModel(), 0.25).search(SearchRequest.of(parse_line("deep snare"), 10))
    assert (results.note, len(results.hits)) == ("Looked for in names only: snare.", len(FILES))
    nothing = SearchEngine(store, FakeModel(), 0.25).search(SearchRequest.of(parse_line("zzzzzz"), 10))
    assert nothing.hits == ()


@pytest.mark.parametrize("line", ["word " * 4000, "x" * 100_000, " OR ".join(["kick"] * 1000)], ids=len)
def test_a_pasted_page_is_answered(store: Store, line: str) -> None:
    assert len(names(store, f"deep {line}")) == len(FILES)


def test_filters_hold_for_names_too(store: Store) -> None:
    assert names(store, "dusty pack:house", share=0.9) == []
    assert {stem for stem, _ in names(store, "deep kick pack:house", share=0.9)} == {
        "KickLoop-128bpm", "caf\N{LATIN SMALL LETTER E WITH ACUTE} pad",
    }  # fmt: skip


def test_a_tag_that_the_user_gave_is_a_name(store: Store) -> None:
    store.user.decide([(content("d").hash, "closed hat")], "accepted")
    assert names(store, "closed hat") == [("caf\N{LATIN SMALL LETTER E WITH ACUTE} pad", True)]
    store.user.undo()
    assert names(store, "closed hat") == []


def test_names_follow_their_files(store: Store) -> None:
    model = store.model
    assert model is not None
    old = store.files.known([b"/packs/Dusty Drums/Snares/snare 808.wav"]).values()
    with store.transaction():
        store.files.mark_missing([row.id for row in old])
    save(store, model, indexed("/packs/New/rimshot.wav", content("b"), pack="/packs/New"))
    assert names(store, "rimshot") == [("rimshot", True)]
    assert names(store, "snare") == []
    with store.transaction():
        store.files.forget(b"/packs/New")
    assert names(store, "rimshot") == []


@given(st.integers(0, 30), st.integers(0, 20), st.floats(0, 1), st.integers(0, 99))
def test_fusing_keeps_every_sound_once(heard: int, unheard: int, share: float, seed: int) -> None:
    total = heard + unheard
    rng = np.random.default_rng(seed)
    named = np.concatenate([np.arange(heard, total), rng.permutation(heard)[: heard // 2]]).astype(np.int64)
    order, lifted = fused(heard, rng.permutation(named), total, share)
    assert sorted(order.tolist()) == list(range(total))
    without = np.delete(order, np.flatnonzero(np.isin(order, named)))
    assert without.tolist() == sorted(without.tolist())
    for place, sound in enumerate(order.tolist()):
        if lifted[place]:
            assert sound in named
        elif sound in named:
            assert sound < heard
            assert place >= sound

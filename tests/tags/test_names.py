"""Terms in names: the longest phrase counts, in any spelling of packs, and no name is too strange."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import words_in
from cratedig.tags.names import NameReader
from cratedig.tags.vocabulary import read_vocabulary

READER = NameReader(read_vocabulary(None, DESCRIPTORS), words_in)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("kick_01", ["kick"]),
        ("Kicks", ["kick"]),
        ("ClosedHat01", ["closed hat"]),
        ("HAT-closed (2)", ["closed hat"]),
        ("bass drum", ["kick"]),
        ("Bass Drum Pad", ["kick", "pad"]),
        ("Drum Loops", ["drum loop"]),
        ("kick_120bpm_loop", ["kick", "loop"]),
        ("TR-808 Snare", ["808", "snare"]),
        ("8-bit arp", ["bitcrushed", "arp"]),
        ("dirty dark dusty", ["gritty", "dark", "dusty"]),
        ("Vol 3", []),
        ("Misc", []),
        ("kickstart", []),
        ("thatch", []),
        ("", []),
    ],
)
def test_names_of_packs(name: str, terms: list[str]) -> None:
    assert [*READER.read(name)] == terms


@pytest.mark.parametrize(
    "name", ["kick " * 100_000, "\x00\x1b[31mkick", "キック kick", "\ud800 kick", "k" * 10_000_000]
)
def test_hostile_names_are_read_in_no_time(name: str) -> None:
    assert {*READER.read(name)} <= {"kick"}


@given(st.text())
def test_any_text_is_a_name(name: str) -> None:
    found = READER.read(name)
    assert len({*found}) == len(found)

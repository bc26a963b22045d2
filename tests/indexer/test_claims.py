"""What names claim: the nearest name is believed, an instrument brings its family, contradictions are kept apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import words_in
from cratedig.tags.names import NameReader
from cratedig.tags.vocabulary import read_vocabulary
from indexer.claims import Claim, ClaimReader

VOCABULARY = read_vocabulary(None, DESCRIPTORS)
READER = ClaimReader(VOCABULARY, NameReader(VOCABULARY, words_in))


def read(*paths: str, pack: str = "/packs/Dusty Drums") -> Mapping[str, Mapping[str, Claim]]:
    return READER.read([(os.fsencode(f"{pack}/{path}"), os.fsencode(pack)) for path in paths])


def terms(*paths: str, pack: str = "/packs/Dusty Drums") -> dict[str, list[str]]:
    return {axis: sorted(claims) for axis, claims in read(*paths, pack=pack).items()}


def test_each_level_says_what_no_nearer_one_said() -> None:
    found = read("Kicks/dark/01.wav")
    assert found["instrument"] == {"kick": Claim("kick", "path", 0.8)}
    assert found["family"] == {"drums": Claim("drums", "path", 0.8)}
    assert read("dark/01.wav")["family"] == {"drums": Claim("drums", "pack", 0.6)}


def test_the_file_name_is_believed_before_its_folder() -> None:
    assert terms("Bass Drums/snare 01.wav")["instrument"] == ["snare"]
    assert terms("Bass Drums/01.wav")["instrument"] == ["kick"]


def test_what_lies_above_the_pack_says_nothing() -> None:
    assert terms("01.wav", pack="/snares/Tape") == {}


def test_a_machine_gives_way_to_an_instrument_and_says_nothing_of_a_pack() -> None:
    assert terms("BD 808.wav")["instrument"] == ["kick"]
    assert terms("808 C.wav")["instrument"] == ["808"]
    assert "instrument" not in terms("01.wav", pack="/packs/808 kit")


def test_a_pack_claims_what_is_true_of_a_whole_pack_and_no_colour_of_each_sound() -> None:
    assert terms("01.wav", pack="/packs/Dark Trap Reverb Kicks") == {
        "genre": ["trap"],
        "instrument": ["kick"],
        "family": ["drums"],
    }
    assert terms("dark/01.wav", pack="/packs/Warm Records") == {"timbre": ["dark"]}


def test_a_users_axis_says_whether_packs_claim_it(tmp_path: Path) -> None:
    for axis, flag in (("room", "packs = true\n"), ("floor", "")):
        (tmp_path / f"{axis}.toml").write_text(f'axis = "{axis}"\n{flag}[terms]\n"{axis} nine" = {{}}\n')
    vocabulary = read_vocabulary(tmp_path, DESCRIPTORS)
    reader = ClaimReader(vocabulary, NameReader(vocabulary, words_in))
    assert reader.read([(b"/p/Room Nine Floor Nine/01.wav", b"/p/Room Nine Floor Nine")]).keys() == {"room"}
    assert reader.read([(b"/p/Room Nine Floor Nine.wav", b"/p")]).keys() == {"room", "floor"}


def test_a_name_that_contradicts_itself_claims_both() -> None:
    assert terms("Kick & Snare.wav")["instrument"] == ["kick", "snare"]
    assert terms("Kick Bass Hit.wav")["family"] == ["bass", "drums"]


def test_copies_with_other_names_contradict_each_other() -> None:
    assert terms("a/kick.wav", "b/clap.wav")["instrument"] == ["clap", "kick"]
    assert terms("a/kick.wav", "b/BD.wav")["instrument"] == ["kick"]


def test_a_file_outside_its_pack_still_has_a_name() -> None:
    assert READER.read([(b"/elsewhere/kick.wav", b"/packs/one")])["instrument"].keys() == {"kick"}


def test_no_files_claim_nothing() -> None:
    assert READER.read([]) == {}


@pytest.mark.parametrize("name", [b"\xff\xfe kick", b"..", b"\x1b[31m kick", b"kick" * 60, b" ", b".wav"])
def test_hostile_names(name: bytes) -> None:
    found = READER.read([(b"/p/" + name, b"/p")])
    assert set(found.get("instrument", {})) <= {"kick"}


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name), st.binary(min_size=1))
def test_any_path_is_read(path: bytes, pack: bytes) -> None:
    READER.read([(b"/" + path, b"/" + pack.replace(b"\0", b""))])

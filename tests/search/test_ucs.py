"""Proposed UCS names."""

from __future__ import annotations

import re

import pytest

from cratedig.store.licences import PackLicence, Rights
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import read_vocabulary
from search.results import SearchHit
from search.ucs import CATEGORIES, FAMILIES, Proposal, propose

NAME = re.compile(r"[A-Z]{2,5}[A-Za-z]*_[^_]+_[^_]+_[^_]+\.wav")


def hit(name: str, *tags: str, kind: str = "one-shot") -> SearchHit:
    return SearchHit(1, None, f"/s/Dust Vol 2/{name}", 0, 1, 1, "Dust Vol 2", kind, None, None, "c", tags)


RIGHTS = {"c": Rights(packs={"/s/Dust Vol 2": PackLicence(title="Dust Vol 2", vendor="Warm Records")})}


@pytest.mark.parametrize(
    ("sound", "name", "because"),
    [
        (hit("fast_whoosh-03.wav", "whoosh", "fx"), "DSGNWhsh_Fast Whoosh 03_WR_DV2.wav", "whoosh"),
        (hit("x.wav", "bright", "braam"), "DSGNBram_X_WR_DV2.wav", "braam"),
        (hit("hit.wav", "drums", "kick"), "MUSCPerc_Hit_WR_DV2.wav", "drums"),
        (hit("bass.wav", "bass", kind="loop"), "MUSCLoop_Bass_WR_DV2.wav", "bass loop"),
        (hit("rain.wav", "weather", kind="loop"), "WTHR_Rain_WR_DV2.wav", "weather"),
        (hit("FX BOOM.wav", "fx"), "DSGNMisc_FX BOOM_WR_DV2.wav", "fx"),
        (hit("___.wav", "fx"), "DSGNMisc_Sound_WR_DV2.wav", "fx"),
        (hit("DSGNRise_up.wav", "riser"), "DSGNRise_Up_WR_DV2.wav", "riser"),
        (hit('a/b".wav'.replace("/", ":"), "glass"), "GLASMisc_A B_WR_DV2.wav", "glass"),
        (hit("unheard.wav", "bright"), "", ""),
        (hit("untagged.wav"), "", ""),
    ],
)
def test_a_name(sound: SearchHit, name: str, because: str) -> None:
    assert propose([sound], RIGHTS) == [Proposal(sound.path, name, because)]


def test_without_a_vendor_and_with_ids_of_ones_own() -> None:
    assert propose([hit("x.wav", "fx")], {})[0].name == "DSGNMisc_X_NONE_DV2.wav"
    assert propose([hit("x.wav", "fx")], RIGHTS, "ME", "MINE")[0].name == "DSGNMisc_X_ME_MINE.wav"


def test_equal_names_are_numbered() -> None:
    same = [hit("a_b.wav", "fx"), hit("a-b.wav", "fx"), hit("A B.wav", "fx")]
    assert [proposal.name.split("_")[1] for proposal in propose(same, RIGHTS)] == ["A B", "A B 02", "A B 03"]


def test_names_keep_their_form_whatever_they_are_made_of() -> None:
    hostile = [hit(f"{name}.wav", "fx") for name in ("a" * 300, "_" * 9, "<>|?*", "con", "..", "夜の音", "\udcff")]
    for proposal in propose(hostile, RIGHTS, "M_E/", "S:S"):
        assert NAME.fullmatch(proposal.name), proposal.name
        assert len(proposal.name) < 100


def test_every_tag_with_a_category_is_in_the_vocabulary() -> None:
    terms = read_vocabulary(None, DESCRIPTORS).terms
    assert {*CATEGORIES, *FAMILIES} <= set(terms)

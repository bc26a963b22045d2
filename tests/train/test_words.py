"""The words of training: captions ask only for what is true, and judging words stay unseen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from train.captions import Captioner
from train.corpus import Clip
from train.vocabulary import Vocabulary, read_vocabulary

QUERIES = json.loads((Path(__file__).parents[2] / "data" / "eval" / "queries.json").read_text())
CLIP = Clip("a", "source", "CC0-1.0", "pack", ("kick", "dusty", "roland"), "kick", "oneshot")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary([CLIP] * 10)


def test_every_family_member_and_rival_is_a_class(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.families_of) <= vocabulary.classes.keys()
    assert {name for group in vocabulary.rivals for name in group} <= vocabulary.classes.keys()


def test_queries_name_every_class(vocabulary: Vocabulary) -> None:
    assert QUERIES["classes"] == list(vocabulary.classes)


def test_judging_words_are_in_no_caption(vocabulary: Vocabulary) -> None:
    seen = {word for terms in vocabulary.characters.values() for term in terms for word in term.split()}
    unseen = {text for entry in QUERIES["characters"].values() for text in entry["unseen"]}
    assert not {text for text in unseen if set(text.split()) <= seen}


def test_concepts_of_a_clip(vocabulary: Vocabulary) -> None:
    found = vocabulary.concepts(CLIP)
    assert {"class:kick", "family:drums", "word:roland", "character:dusty"} <= found
    assert "class:snare" not in found


def test_captions_ask_only_for_what_is_true(vocabulary: Vocabulary) -> None:
    captioner = Captioner(vocabulary, near={})
    true = vocabulary.concepts(CLIP) | {"character:reverb"}
    for seed in range(200):
        caption = captioner.caption(true, ("reverb",), np.random.default_rng(seed))
        assert caption.text
        assert caption.asked
        assert caption.asked <= true


def test_effects_are_asked_for_most_of_the_time(vocabulary: Vocabulary) -> None:
    captioner = Captioner(vocabulary, near={})
    true = vocabulary.concepts(CLIP) | {"character:reverb"}
    captions = [captioner.caption(true, ("reverb",), np.random.default_rng(seed)) for seed in range(200)]
    assert sum("character:reverb" in caption.asked for caption in captions) > 120

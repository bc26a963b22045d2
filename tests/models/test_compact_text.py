"""The built-in model's words: slang, slips, order, unknown words."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.eval_words import ask
from cratedig.models.compact.model import CompactModel
from cratedig.models.compact.words import Lexicon
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import read_vocabulary


@pytest.fixture(scope="module")
def model() -> CompactModel:
    return CompactModel.load()


@pytest.fixture
def lexicon() -> Lexicon:
    aliases = {"bd": "kick", "hat": "hi-hat", "perc": "percussion", "lp": "loop", "side stick": "rimshot"}
    return Lexicon(aliases, {"kick", "snare", "percussion", "distorted"}, {"stock", "market"}.__contains__)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("BD", "kick"),
        ("perc lp", "percussion loop"),
        ("Side-Stick", "rimshot"),
        ("snair", "snare"),
        ("distroted  BD!", "distorted kick"),
        ("stock market", "stock market"),
        ("kick_01.wav", "kick 01 wav"),
        ("", ""),
        ("?!", ""),
        ("ключ", ""),
    ],
)
def test_plain_words(lexicon: Lexicon, typed: str, plain: str) -> None:
    assert lexicon.plain(typed) == plain


def test_short_unknown_words_are_left_alone(lexicon: Lexicon) -> None:
    assert lexicon.plain("kik") == "kik"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kik", "kick"),
        ("BD", "kick"),
        ("hihat", "hi-hat"),
        ("clsd hat", "closed hat"),
        ("perc lp", "percussion loop"),
        ("clhat", "closed hat"),
        ("rvs timp", "reversed timpani"),
        ("KICK", "kick"),
        ("snair", "snare"),
    ],
)
def test_slang_and_slips_mean_the_word(model: CompactModel, typed: str, meant: str) -> None:
    a, b = model.embed_text([typed, meant])
    assert a @ b > 0.99


@pytest.mark.parametrize("axis", ["family", "instrument", "processing"])
def test_words_of_an_axis_lead_to_their_terms(model: CompactModel, axis: str) -> None:
    terms = read_vocabulary(None, DESCRIPTORS).terms.values()
    asked = ask(model, [(term.name, (*term.names, *term.tokens)) for term in terms if term.axis == axis])
    near = [row.term in row.nearest for row in asked]
    assert np.mean(near) > 0.9, [row.word for row, found in zip(asked, near, strict=True) if not found]


@pytest.mark.parametrize(("one", "many"), [("kick", "kicks"), ("snare", "snares"), ("synth pad", "synth pads")])
def test_plural_changes_little(model: CompactModel, one: str, many: str) -> None:
    a, b = model.embed_text([one, many])
    assert a @ b > 0.85


def test_order_changes_nothing(model: CompactModel) -> None:
    a, b = model.embed_text(["dusty kick", "kick dusty"])
    assert a @ b == pytest.approx(1, abs=1e-5)


def test_an_unknown_word_is_left_out_and_told(model: CompactModel) -> None:
    known, more = model.embed_text(["dusty kick", "dusty kick xqzvw"])
    assert np.array_equal(known, more)
    assert model.unknown_words("Dusty XQZVW kick asdfgh") == ["xqzvw", "asdfgh"]


@pytest.mark.parametrize("text", ["kik clsd hat 808", "lo-fi", "snair", "01 kick", "stock market", "", "?!"])
def test_slang_slips_and_plain_english_are_known(model: CompactModel, text: str) -> None:
    assert model.unknown_words(text) == []


@pytest.mark.parametrize("text", ["", "   ", "?!", "ключ", "キック", "\x00", "a" * 5000, "kick " * 500])
def test_any_text_has_a_unit_vector(model: CompactModel, text: str) -> None:
    vector = model.embed_text([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_texts(model: CompactModel) -> None:
    assert model.embed_text([]).shape == (0, model.info.dim)


def test_a_text_has_the_same_vector_in_any_batch(model: CompactModel) -> None:
    alone = model.embed_text(["rimshot"])[0]
    assert np.array_equal(alone, model.embed_text(["warm pad", "rimshot"])[1])


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("rimshot", "side stick", "kick"),
        ("bright closed hat", "crisp hi-hat", "dark sub bass"),
        ("distorted guitar", "overdriven electric guitar", "clean flute"),
        ("warm pad", "mellow ambient pad", "snare"),
        ("808", "sub bass", "snare"),
    ],
)
def test_words_of_like_meaning_are_near(model: CompactModel, query: str, near: str, far: str) -> None:
    a, b, c = model.embed_text([query, near, far])
    assert a @ b > a @ c

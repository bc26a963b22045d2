"""Texts without sounds: what the text tower must not forget, and what it must not mistake for a sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from train.sentence import SentenceModel
from train.vocabulary import Vocabulary
from train.words import Words

N_PAIRS, N_COMMON, N_OUTSIDE = 3000, 5000, 4000
UNLIKE = 0.3  # cosine of the sentence model to any term: texts below it are about other things


@dataclass(frozen=True, slots=True)
class Phrases:
    """Token ids of phrases and their sentence vectors; token ids of texts about other things."""

    ids: Tensor
    sentences: Tensor
    outside: Tensor


def phrase_bank(vocabulary: Vocabulary, words: Words) -> Phrases:
    """Terms, adjective-noun pairs and common words; and random words that are unlike every term."""
    rng, model = np.random.default_rng(0), SentenceModel()
    terms = sorted({term for names in vocabulary.terms.values() for term in names})
    characters = [term for names in vocabulary.characters.values() for term in names]
    nouns = [term for names in vocabulary.classes.values() for term in names]
    pairs = [f"{rng.choice(characters)} {rng.choice(nouns)}" for _ in range(N_PAIRS)]
    common = sorted(t for t in words.tokenizer.get_vocab() if t.isalpha() and len(t) > 3)
    texts = sorted({*terms, *pairs, *_draw(common, N_COMMON, rng)})
    others = [" ".join(_draw(common, int(n), rng)) for n in rng.integers(1, 4, N_OUTSIDE)]
    likeness = (model.embed(others) @ model.embed(terms).T).amax(1)
    outside = [text for text, like in zip(others, likeness.tolist(), strict=True) if like < UNLIKE]
    return Phrases(words.ids(texts), model.embed(texts), words.ids(outside))


def _draw(items: list[str], n: int, rng: np.random.Generator) -> list[str]:
    rows: NDArray[np.int64] = rng.choice(len(items), n, replace=False)
    return [items[i] for i in rows]

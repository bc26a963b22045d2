"""Near words: common words that the sentence model takes for a character, as further synonyms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from train.sentence import SentenceModel
from train.vocabulary import Vocabulary
from train.words import Words

LIKE, CLEAR = 0.5, 0.04  # cosine to the concept's nearest term, and its lead over the next concept
MOST = 10  # near words a concept
QUERIES = Path(__file__).parents[1] / "data" / "eval" / "queries.json"


def near_words(vocabulary: Vocabulary, words: Words) -> dict[str, list[str]]:
    """Near words of each character, nearest first; words that judge the model are left out."""
    concepts = [name for name in vocabulary.terms if name.startswith(("class:", "character:"))]
    terms = [(i, term) for i, name in enumerate(concepts) for term in vocabulary.terms[name]]
    taken = {word for _, term in terms for word in term.split()} | _judging()
    common = sorted(t for t in words.tokenizer.get_vocab() if t.isalpha() and len(t) > 3 and t not in taken)
    model = SentenceModel()
    likeness = (model.embed(common) @ model.embed([term for _, term in terms]).T).numpy()
    owner = np.array([i for i, _ in terms])
    best = np.stack([likeness[:, owner == i].max(1) for i in range(len(concepts))], axis=1)
    first, second = np.sort(best, axis=1)[:, -1], np.sort(best, axis=1)[:, -2]
    clear = (first > LIKE) & (first - second > CLEAR)
    found: dict[str, list[str]] = {}
    for row in np.argsort(-first):
        name = concepts[int(best[row].argmax())]
        if name.startswith("character:") and clear[row] and len(found.setdefault(name, [])) < MOST:
            found[name].append(common[row])
    return found


def _judging() -> set[str]:
    """Words of the evaluation that must stay unseen."""
    queries = json.loads(QUERIES.read_text())
    texts = [text for entry in queries["characters"].values() for text in entry["unseen"]]
    texts += [text for row in queries["paraphrases"].values() for text in row]
    return {word for text in texts for word in text.split()}

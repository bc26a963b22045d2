"""Whether the words producers use lead to the term they stand for.

    python -m benchmarks.eval_words --write

Every name and token of the shipped vocabularies, which hold the terms of the taxonomy, is embedded beside the terms of
its axis: its own term should be the nearest, or among the nearest three. A word of which the model knows nothing is
counted apart: search then looks for it in names only. Text alone: no sound is needed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.record import report, write_flag
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import read_vocabulary

NEAR = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A word, the term it stands for, and the terms of the axis, nearest first; none where the word is unknown."""

    word: str
    term: str
    nearest: Sequence[str]


def ask(model: EmbeddingModel, terms: Sequence[tuple[str, Sequence[str]]]) -> list[Asked]:
    """Each word of `terms`, pairs of a term and its words, among those terms."""
    names = [name for name, _ in terms]
    pairs = [(word, name) for name, words in terms for word in words if word != name]
    if not pairs:
        return []
    likeness = model.embed_text([word for word, _ in pairs]) @ model.embed_text(names).T
    return [
        Asked(word, name, [] if known_nothing(model, word) else [names[i] for i in np.argsort(-row)[:NEAR]])
        for (word, name), row in zip(pairs, likeness, strict=True)
    ]


def known_nothing(model: EmbeddingModel, word: str) -> bool:
    """Whether the model knows no part of a word."""
    return len(model.unknown_words(word)) == len(word.split())


def figures(asked: Sequence[Asked]) -> dict[str, object]:
    """Shares of the known words, and the words that lead elsewhere."""
    known = [row for row in asked if row.nearest]
    return {
        "words": len(asked),
        "unknown": [row.word for row in asked if not row.nearest],
        "nearest": float(np.mean([row.nearest[0] == row.term for row in known])),
        "nearest_three": float(np.mean([row.term in row.nearest for row in known])),
        "elsewhere": {f"{row.word} ({row.term})": row.nearest[0] for row in known if row.term not in row.nearest},
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    write_flag(parser)
    args = parser.parse_args()
    model, vocabulary = registry.load(args.model), read_vocabulary(None, DESCRIPTORS)
    found: dict[str, list[Asked]] = {}
    for axis in vocabulary.axes:
        terms = [(t.name, (*t.names, *t.tokens)) for t in vocabulary.terms.values() if t.axis == axis]
        found[axis] = ask(model, terms)
    everything = [row for rows in found.values() for row in rows]
    by_axis = {axis: figures(rows) for axis, rows in found.items() if rows}
    report("model-words", {"model": model.info.key, "all": figures(everything), "axes": by_axis}, write=args.write)


if __name__ == "__main__":
    main()

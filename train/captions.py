"""Captions: what someone who looks for this very sound might type, and what exactly they asked for."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from train.vocabulary import Vocabulary

MISSPELT, PLURAL, NEAR = 0.04, 0.06, 0.15


@dataclass(frozen=True, slots=True)
class Caption:
    """A query text and the concepts a sound must have to answer it."""

    text: str
    asked: frozenset[str]


class Captioner:
    """Draws captions for a sound from its concepts."""

    def __init__(self, vocabulary: Vocabulary, near: dict[str, list[str]]) -> None:
        self.vocabulary, self.near = vocabulary, near

    def caption(self, concepts: set[str], effects: tuple[str, ...], rng: Generator) -> Caption:
        """Draw a caption.

        Parameters
        ----------
        concepts : set of str
            All that is true of the sound.
        effects : tuple of str
            Characters that an effect gave it: asked for more often than others.
        """
        nouns, adjectives = self._nouns(concepts, rng), self._adjectives(concepts, effects, rng)
        asked = adjectives + nouns
        if not asked:
            asked = [str(rng.choice(sorted(concepts)))] if concepts else []
        if rng.random() < 0.25:
            rng.shuffle(asked)
        return Caption(" ".join(self.term(concept, rng) for concept in asked) or "sound", frozenset(asked))

    def term(self, concept: str, rng: Generator) -> str:
        """One of a concept's names, the first more often than the others; sometimes near, plural or misspelt."""
        if concept in self.near and rng.random() < NEAR:
            return str(rng.choice(self.near[concept]))
        terms = self.vocabulary.terms[concept]
        term = terms[0] if rng.random() < 0.3 else str(rng.choice(terms))
        if concept.startswith("class:") and rng.random() < PLURAL and not term.endswith("s"):
            term += "s"
        return _misspell(term, rng) if rng.random() < MISSPELT else term

    def _nouns(self, concepts: set[str], rng: Generator) -> list[str]:
        kinds = {kind: sorted(c for c in concepts if c.startswith(kind)) for kind in ("class:", "family:", "word:")}
        draw = rng.random()
        nouns = kinds["class:"] if draw < 0.8 else []
        if 0.8 <= draw < 0.92 and kinds["family:"]:
            nouns = [str(rng.choice(kinds["family:"]))]
        words = kinds["word:"]
        wanted = int(rng.choice([0, 1, 2], p=[0.55, 0.3, 0.15])) if nouns else int(rng.choice([1, 2]))
        return [str(w) for w in rng.choice(words, min(wanted, len(words)), replace=False)] + nouns

    def _adjectives(self, concepts: set[str], effects: tuple[str, ...], rng: Generator) -> list[str]:
        heard = {f"character:{name}" for name in effects}
        others = sorted(c for c in concepts if c.startswith("character:") and c not in heard)
        chosen = [c for c in sorted(heard) if rng.random() < 0.8]
        if others and rng.random() < 0.35:
            chosen.append(str(rng.choice(others)))
        return chosen


def _misspell(term: str, rng: Generator) -> str:
    """Drop, double or swap one letter."""
    if len(term) < 4:
        return term
    at = int(rng.integers(1, len(term) - 1))
    slip = int(rng.integers(3))
    if slip == 0:
        return term[:at] + term[at + 1 :]
    if slip == 1:
        return term[:at] + term[at] + term[at:]
    return term[:at] + term[at + 1] + term[at] + term[at + 2 :]

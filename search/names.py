"""Words in names and tags, beside what a sound means: two orders of sounds fused by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cratedig.store.columns import Mask
from cratedig.store.names import words_in
from cratedig.store.store import Store
from cratedig.types import IdArray

__all__ = ["Named", "by_name", "fused"]

MOST_NAMED = 300
MOST_WORDS = 16  # of a phrase: a pasted page is no name
LONGEST_TERM = 3  # words
SOFTENING = 60  # of ranks: Cormack, Clarke and Buettcher, SIGIR 2009


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Sounds that have some words, best first: rows of `Columns`, and the file that has them, -1 where a tag does."""

    sounds: IdArray
    files: IdArray

    def among(self, mask: Mask) -> Named:
        """Keep the sounds that a mask over all of them lets pass."""
        return Named(self.sounds[mask[self.sounds]], self.files[mask[self.sounds]])


def by_name(phrases: Sequence[str], store: Store) -> Named:
    """Find sounds with these words in their names, or in tags that the user gave them."""
    words = [words_in(phrase)[:MOST_WORDS] for phrase in phrases[:MOST_WORDS]]
    found = [
        (content_id, -1) for of_phrase in words for content_id in store.names.tagged(_terms(of_phrase), MOST_NAMED)
    ]
    found += [pair for of_phrase in words for pair in store.names.best(of_phrase, MOST_NAMED)]
    contents, files = np.array(found, dtype=np.int64).reshape(-1, 2).T
    first = np.sort(np.unique(contents, return_index=True)[1])
    known = first[np.isin(contents[first], store.columns.ids)]
    return Named(store.columns.rows(contents[known]), files[known])


def fused(heard: int, named: IdArray, total: int, share: float) -> tuple[IdArray, Mask]:
    """Fuse two orders of sounds by reciprocal rank.

    Parameters
    ----------
    heard : int
        The sounds 0 to `heard` - 1 are in order of what they mean; the others are known by name only.
    named : ndarray of int64
        Sounds in order of their names.
    total : int
        How many sounds there are.
    share : float
        Weight of names, 0 to 1.

    Returns
    -------
    order : ndarray of int64, shape (total,)
        All sounds, best first.
    lifted : ndarray of bool, shape (total,)
        Which sounds stand higher than without their names, in the same order.
    """
    score = np.zeros(total)
    score[:heard] = (1 - share) / (SOFTENING + 1 + np.arange(heard))
    score[named] += share / (SOFTENING + 1 + np.arange(len(named)))
    order = np.argsort(-score, kind="stable")
    has_name = np.zeros(total, dtype=bool)
    has_name[named] = True
    return order, has_name[order] & ((order >= heard) | (np.arange(total) < order))


def _terms(words: Sequence[str]) -> list[str]:
    """Every one to three words in a row: what a tag may be."""
    lengths = range(1, LONGEST_TERM + 1)
    return [" ".join(words[at : at + n]) for n in lengths for at in range(len(words) - n + 1)]

"""Terms that file and folder names say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from cratedig.tags.vocabulary import OWN, Vocabulary

__all__ = ["NameReader"]

LONGEST_NAME = 400  # letters: more is no name, but an attempt to keep us busy
REMEMBERED = 20_000


class NameReader:
    """Finds the terms of a vocabulary in names: the longest phrase first, so that ``bass drum`` is no bass.

    `words_in` cuts a name into lower-case words; the phrases of the vocabulary go through it too.
    """

    def __init__(self, vocabulary: Vocabulary, words_in: Callable[[str], list[str]]) -> None:
        self._words_in = words_in
        self._phrases: dict[str, list[str]] = {}
        self._lengths: dict[str, int] = {}  # of the longest phrase by its first word
        for term in vocabulary.terms.values():
            if term.axis == OWN:
                continue  # a word that a user gave to some sounds need not mean the same in every name
            for phrase in {" ".join(words_in(text)) for text in (term.name, *term.names, *term.tokens)}:
                self._phrases.setdefault(phrase, []).append(term.name)
                words = phrase.split(" ")
                for first in (words[0], f"{words[0]}s"):
                    self._lengths[first] = max(self._lengths.get(first, 0), len(words))
        self.read = lru_cache(REMEMBERED)(self._read)

    def _read(self, name: str) -> tuple[str, ...]:
        """Terms of one name, in its order, each once.

        Parameters
        ----------
        name : str
            A file's stem or a folder's name; any text.
        """
        words = self._words_in(name[:LONGEST_NAME])
        found: dict[str, None] = {}
        at = 0
        while at < len(words):
            if words[at] not in self._lengths:
                at += 1
                continue
            length, terms = self._longest(words, at)
            found |= dict.fromkeys(terms)
            at += length
        return tuple(found)

    def _longest(self, words: Sequence[str], at: int) -> tuple[int, list[str]]:
        for length in range(min(self._lengths[words[at]], len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            terms = self._phrases.get(phrase) or self._phrases.get(phrase.removesuffix("s"))
            if terms:
                return length, terms
        return 1, []

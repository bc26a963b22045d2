"""From what a producer types to plain words: slang, abbreviations and slips of the keyboard."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

__all__ = ["Lexicon"]

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_LONGEST_ALIAS = 3
_CLOSE = 0.75  # of letters in common: `snair` is close to `snare`, `stock` is not close to `stick`
_SHORTEST = 4  # letters: shorter words are too close to too many others


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words the text tower has learnt, and what packs write for them.

    Attributes
    ----------
    aliases : mapping
        Slang of one to three words to plain words: ``bd`` to ``kick``.
    words : set of str
        Words of the captions; an unknown word is read as the closest of these, if one is close.
    is_known : callable
        Whether a word, in the captions or not, needs no such help.
    """

    aliases: Mapping[str, str]
    words: Set[str]
    is_known: Callable[[str], bool]

    def known(self, text: str) -> str:
        """Lower-case words with slang and misspellings replaced, without unknown ones unless there are no others."""
        words = self.plain(text).split()
        return " ".join([word for word in words if self._knows(word)] or words)

    def unknown(self, text: str) -> list[str]:
        """Words that stand for nothing the tower has learnt: it would hear only pieces of them."""
        return [word for word in self.plain(text).split() if not self._knows(word)]

    def _knows(self, word: str) -> bool:
        return word in self.words or all(map(self.is_known, _SEPARATORS.split(word)))  # lo-fi

    def plain(self, text: str) -> str:
        """Lower-case words with slang and misspellings replaced; empty if there is none."""
        spelled = [self._spell(word) for word in _SEPARATORS.split(text.lower()) if word]
        found, at = [], 0
        while at < len(spelled):
            length, replacement = self._alias_at(spelled, at)
            found.append(replacement)
            at += length
        return " ".join(found)

    def _alias_at(self, words: list[str], at: int) -> tuple[int, str]:
        for length in range(_LONGEST_ALIAS, 0, -1):
            phrase = " ".join(words[at : at + length])
            if at + length <= len(words) and phrase in self.aliases:
                return length, self.aliases[phrase]
        return 1, words[at]

    def _spell(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self.aliases or self._knows(word):
            return word
        return next(iter(difflib.get_close_matches(word, self.words, n=1, cutoff=_CLOSE)), word)

"""What the names of a sound's files, folders and pack claim: evidence of its own, never mixed with what is heard."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from cratedig.paths import as_text
from cratedig.store.tags import Source
from cratedig.tags.names import NameReader
from cratedig.tags.vocabulary import Term, Vocabulary

__all__ = ["Claim", "ClaimReader"]

STEM, FOLDER, PACK = 0.9, 0.8, 0.6  # scores: the nearer to the sound, the likelier it is meant
REMEMBERED = 4096


class Claim(NamedTuple):
    """A term, where it was read, and how much that counts."""

    term: str
    source: Source
    score: float


Claims: TypeAlias = Mapping[str, Mapping[str, Claim]]  # by axis and term
Said: TypeAlias = tuple[tuple[str, ...], Source, float]  # terms of one name, where it was read, how much that counts


class ClaimReader:
    """Reads paths with a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, names: NameReader) -> None:
        self._vocabulary, self._names = vocabulary, names
        self._of_folder = lru_cache(REMEMBERED)(self._read_folder)
        self._of_names = lru_cache(REMEMBERED)(self._claim_all)

    def read(self, files: Iterable[tuple[bytes, bytes]]) -> Claims:
        """Return claims by axis and term; several terms on an exclusive axis contradict each other.

        Parameters
        ----------
        files : iterable of (bytes, bytes)
            Path of each file of the sound, and path of its pack.
        """
        found: Claims = {}
        for path, pack in files:
            folder, name = os.path.split(path)
            stem = self._terms_in(os.path.splitext(name)[0])  # noqa: PTH122  (a Path takes ten times as long)
            claims = self._of_names(((stem, "path", STEM), *self._of_folder(folder, pack)))
            axes = {**claims, **found} if found else ()
            found = {axis: {**claims.get(axis, {}), **found.get(axis, {})} for axis in axes} or claims
        return found

    def _read_folder(self, folder: bytes, pack: bytes) -> tuple[Said, ...]:
        """What the names of a folder and those above it say, up to the pack; the nearest first."""
        parent, name = os.path.split(folder)
        if folder in (pack, parent):
            return ((self._terms_in(os.path.basename(pack)), "pack", PACK),)  # noqa: PTH119
        return ((self._terms_in(name), "path", FOLDER), *self._of_folder(parent, pack))

    def _terms_in(self, name: bytes) -> tuple[str, ...]:
        return self._names.read(as_text(os.fsdecode(name)))

    def _claim_all(self, said: Sequence[Said]) -> Claims:
        """Claims of a file's name and those around it, the nearest first."""
        found: Claims = {}
        for terms, source, score in reversed(said):
            found = self._with_outer(self._claim(terms, source, score), found)
        return found

    def _with_outer(self, inner: Claims, outer: Claims) -> Claims:
        """Join claims: on an exclusive axis, the nearest name that says anything is believed alone."""
        joined = {**outer, **inner}
        for axis in inner.keys() & outer.keys():
            if not self._vocabulary.exclusive(axis):
                joined[axis] = {**outer[axis], **inner[axis]}
        return joined

    def _claim(self, terms: tuple[str, ...], source: Source, score: float) -> Claims:
        """Claims of the terms of one name; weak ones give way; a family comes with them.

        A pack speaks of all its sounds at once: it claims what its vocabularies let packs claim, and nothing weak.
        """
        by_axis: dict[str, list[Term]] = {}
        for name in terms:
            term = self._vocabulary.terms[name]
            if source == "path" or self._vocabulary.axes[term.axis].packs:
                by_axis.setdefault(term.axis, []).append(term)
        found: dict[str, dict[str, Claim]] = {}
        for axis, of_axis in by_axis.items():
            kept = [term for term in of_axis if not term.weak] or (of_axis if source == "path" else [])
            for term in kept:
                found.setdefault(axis, {})[term.name] = Claim(term.name, source, score)
                if term.family:
                    found.setdefault("family", {})[term.family] = Claim(term.family, source, score)
        return found

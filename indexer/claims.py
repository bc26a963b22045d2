"""What the names of a sound's files, folders and pack claim: evidence of its own, never mixed with what is heard."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

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


Claims = Mapping[str, Mapping[str, Claim]]  # by axis and term


class ClaimReader:
    """Reads paths with a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, names: NameReader) -> None:
        self._vocabulary, self._names = vocabulary, names
        self._of_folder = lru_cache(REMEMBERED)(self._read_folder)
        self._of_terms = lru_cache(REMEMBERED)(self._claim)

    def read(self, files: Iterable[tuple[bytes, bytes]]) -> Claims:
        """Return claims by axis and term; several terms on an exclusive axis contradict each other.

        Parameters
        ----------
        files : iterable of (bytes, bytes)
            Path of each file of the sound, and path of its pack.
        """
        found: dict[str, dict[str, Claim]] = {}
        for path, pack in files:
            folder, name = os.path.split(path)
            stem = self._of_name(os.path.splitext(name)[0], "path", STEM)  # noqa: PTH122  (a Path takes ten times as long)
            for axis, claims in self._with_outer(stem, self._of_folder(folder, pack)).items():
                found[axis] = {**claims, **found.get(axis, {})}
        return found

    def _read_folder(self, folder: bytes, pack: bytes) -> Claims:
        """Claims of a folder and those above it, up to the pack."""
        parent, name = os.path.split(folder)
        if folder in (pack, parent):
            return self._of_name(os.path.basename(pack), "pack", PACK)  # noqa: PTH119
        return self._with_outer(self._of_name(name, "path", FOLDER), self._of_folder(parent, pack))

    def _with_outer(self, inner: Claims, outer: Claims) -> Claims:
        """Join claims: on an exclusive axis, the nearest name that says anything is believed alone."""
        joined = {**outer, **inner}
        for axis in inner.keys() & outer.keys():
            if not self._vocabulary.exclusive(axis):
                joined[axis] = {**outer[axis], **inner[axis]}
        return joined

    def _of_name(self, name: bytes, source: Source, score: float) -> Claims:
        return self._of_terms(self._names.read(as_text(os.fsdecode(name))), source, score)

    def _claim(self, terms: tuple[str, ...], source: Source, score: float) -> Claims:
        """Claims of the terms of one name; weak ones give way, or say nothing of a pack; a family comes with them."""
        by_axis: dict[str, list[Term]] = {}
        for name in terms:
            term = self._vocabulary.terms[name]
            by_axis.setdefault(term.axis, []).append(term)
        found: dict[str, dict[str, Claim]] = {}
        for axis, of_axis in by_axis.items():
            kept = [term for term in of_axis if not term.weak] or (of_axis if source == "path" else [])
            families = {term.family: Claim(term.family, source, score) for term in kept if term.family}
            if kept:
                found[axis] = {term.name: Claim(term.name, source, score) for term in kept}
            if families:
                found["family"] = families
        return found

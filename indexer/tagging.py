"""Tags from what is stored: vectors, measures and names; nothing is decoded.

What is heard, what is measured and what names claim stay apart, with a score and a source each. A claim against
something surely heard is not in force: it is a conflict for the user to settle.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cratedig.models.base import EmbeddingModel
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import words_in
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.store.tags import MeasureRows, Proposal, SoundRow, TagRow
from cratedig.tags.ear import Ear, Lesson
from cratedig.tags.head import load_head
from cratedig.tags.names import NameReader
from cratedig.tags.vocabulary import Term, Vocabulary, read_vocabulary
from cratedig.types import FloatArray
from indexer.claims import Claim, ClaimReader

__all__ = ["Conflict", "conflicts", "library_vocabulary", "tag"]

VERSION = 1  # raised when the same evidence would give other tags
SOUNDS_PER_BATCH = 4096
FEWEST = 20  # sounds: below, percentiles of a library say nothing
GROWTH = 1.25  # percentiles move with the library: grown by so much, it is tagged again
PERCENTS = np.arange(101.0)
KIND_SURE = 0.8  # confidence from which 93 % of loops and nearly all one-shots are right, on validation sources


def library_vocabulary(store: Store, folder: Path | None) -> Vocabulary:
    """Shipped vocabularies, those in `folder`, and the terms that verdicts of this library name besides.

    Raises
    ------
    VocabularyError
        A file of the user is broken.
    """
    own = {term for _, term, _ in store.user.verdicts()}
    return read_vocabulary(folder, DESCRIPTORS).with_own(sorted(own))


def tag(
    store: Store,
    model: EmbeddingModel,
    vocabulary: Vocabulary,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    again: bool = False,
    only: Sequence[int] | None = None,
) -> int:
    """Propose tags for the sounds whose evidence, or what is made of it, has changed.

    For all when `again`; for `only` these contents, when there is no time for more.

    Every batch is one transaction, so stopping at any moment leaves a library whose next run continues.

    Returns
    -------
    int
        Number of sounds.
    """
    row = store.model
    if row is None or row.key != model.info.key:
        return 0
    head = load_head(model.info.name, model.info.key)
    basis = _basis(store, vocabulary, row, head.fingerprint if head else "")
    ids = [*only] if only is not None else store.tags.audible() if again else store.tags.untagged(basis)
    if not ids:
        return 0
    ear = Ear(vocabulary, model.info, partial(_embed_text, model), head, _lessons(store, row))
    tagger = _Tagger(store, row, vocabulary, ear, _accepted(store))
    for start in range(0, len(ids), SOUNDS_PER_BATCH):
        if cancelled():
            return start
        batch = ids[start : start + SOUNDS_PER_BATCH]
        proposals = tagger.propose(batch)
        with store.transaction():
            store.tags.replace(batch, proposals, basis)
    return len(ids)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sound whose name claims one term of an axis, and that surely sounds like another."""

    sound: SoundRow
    axis: str
    named: str
    heard: str
    score: float


def conflicts(store: Store, vocabulary: Vocabulary, sounds: Sequence[SoundRow]) -> Iterator[Conflict]:
    """Iterate over the conflicts of sounds that no verdict has settled."""
    for start in range(0, len(sounds), SOUNDS_PER_BATCH):
        batch = sounds[start : start + SOUNDS_PER_BATCH]
        tags = store.tags.of([sound.content_id for sound in batch])
        for sound in batch:
            yield from _conflicts_of(sound, tags.get(sound.content_id, []), vocabulary)


def _conflicts_of(sound: SoundRow, rows: Sequence[TagRow], vocabulary: Vocabulary) -> Iterator[Conflict]:
    heard = {
        vocabulary.axis_of(row.term): row
        for row in rows
        if row.source == "heard" and row.sure and row.state == "proposed"
    }
    for row in rows:
        axis = vocabulary.axis_of(row.term)
        claimed = row.source in {"path", "pack"} and row.state == "proposed" and not row.sure
        if claimed and axis in heard and vocabulary.exclusive(axis) and heard[axis].term != row.term:
            yield Conflict(sound, axis, row.term, heard[axis].term, heard[axis].score)


def _basis(store: Store, vocabulary: Vocabulary, model: ModelRow, head: str) -> str:
    """Whatever changes every tag: another value, and all are made again."""
    size = math.floor(math.log(max(store.tags.measured_sounds(), 1), GROWTH))
    said = repr((VERSION, vocabulary.fingerprint, model.key, head, size, [*store.user.verdicts()]))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _embed_text(model: EmbeddingModel, texts: Sequence[str]) -> FloatArray:
    return _embedded(model.embed_text, tuple(texts))


@lru_cache(maxsize=2)
def _embedded(embed_text: Callable[[Sequence[str]], FloatArray], texts: tuple[str, ...]) -> FloatArray:
    """Vectors of prompts: a large model takes seconds, and a review asks for the same after every verdict."""
    return embed_text(texts)


def _lessons(store: Store, model: ModelRow) -> dict[str, Lesson]:
    """Mean directions of accepted and rejected sounds, by term."""
    examples = [*store.tags.examples()]
    known = store.tags.directions(sorted({content_id for _, _, content_id in examples}), model)
    place = {content_id: i for i, content_id in enumerate(known.ids.tolist())}
    rows: dict[str, dict[str, list[int]]] = {}
    for term, state, content_id in examples:
        if content_id in place:
            rows.setdefault(term, {"accepted": [], "rejected": []})[state].append(place[content_id])
    nothing = np.zeros(model.dim, dtype=np.float32)

    def direction(of_state: Sequence[int]) -> FloatArray:
        total = known.vectors[of_state].sum(axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32) if of_state else nothing

    return {
        term: Lesson(direction(of["accepted"]), len(of["accepted"]), direction(of["rejected"]), len(of["rejected"]))
        for term, of in rows.items()
    }


def _accepted(store: Store) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for term, state, content_id in store.tags.examples():
        if state == "accepted":
            found.setdefault(content_id, []).append(term)
    return found


class _Tagger:
    """Proposes tags for batches of contents."""

    def __init__(
        self, store: Store, model: ModelRow, vocabulary: Vocabulary, ear: Ear, accepted: dict[int, list[str]]
    ) -> None:
        self._store, self._model, self._vocabulary, self._ear = store, model, vocabulary, ear
        self._accepted = accepted
        self._exclusive = {t.name: t.axis for t in vocabulary.terms.values() if vocabulary.exclusive(t.axis)}
        self._claims = ClaimReader(vocabulary, NameReader(vocabulary, words_in))
        self._percentiles = store.tags.percentiles() if store.tags.measured_sounds() >= FEWEST else {}

    def propose(self, ids: Sequence[int]) -> list[Proposal]:
        """Return all proposals about contents."""
        found: dict[int, list[Proposal]] = {content_id: [] for content_id in ids}
        for proposal in self._heard(ids):
            found[proposal.content_id].append(proposal)
        for proposal in self._measured(self._store.tags.measures(ids)):
            found[proposal.content_id].append(proposal)
        files: dict[int, list[tuple[bytes, bytes]]] = {}
        for content_id, path, pack in self._store.tags.names(ids):
            files.setdefault(content_id, []).append((path, pack))
        return [
            proposal
            for content_id, proposals in found.items()
            for proposal in self._settle(content_id, proposals, self._claims.read(files.get(content_id, ())))
        ]

    def _heard(self, ids: Sequence[int]) -> Iterator[Proposal]:
        known = self._store.tags.directions(ids, self._model)
        if len(known.ids):
            content_ids = known.ids.tolist()
            for heard in self._ear.hear(known.vectors):
                yield Proposal(content_ids[heard.row], heard.term, "heard", heard.score, heard.sure)

    def _measured(self, rows: MeasureRows) -> Iterator[Proposal]:
        for term in self._vocabulary.terms.values():
            if term.kind is not None:
                holds, scores = rows.kinds == term.kind, rows.confidence
                sure = scores >= KIND_SURE
            elif term.ranges is not None and self._percentiles:
                scores = self._depth(term, rows)
                holds = sure = scores > 0
            else:
                continue
            for i in np.flatnonzero(holds).tolist():
                yield Proposal(int(rows.ids[i]), term.name, "measured", float(scores[i]), bool(sure[i]))

    def _depth(self, term: Term, rows: MeasureRows) -> NDArray[np.float64]:
        """How deep sounds lie within the ranges of a term: 0 outside, 0.5 at an edge, 1 at the end of the library."""
        depth = np.ones(len(rows.ids))
        for descriptor, (low, high) in (term.ranges or {}).items():
            values, knots = rows.descriptors[:, DESCRIPTORS.index(descriptor)], self._percentiles[descriptor]
            lowest, highest = np.interp([low, high], PERCENTS, knots)
            # Strictly: where many sounds measure the same, none of them is at an end.
            inside = ((values > lowest) | (low == 0)) & ((values < highest) | (high == 100))
            percent = np.interp(values, knots, PERCENTS)
            deep = (percent - low if high == 100 else high - percent) / (high - low) if {low, high} & {0, 100} else 1.0
            depth = np.minimum(depth, np.where(inside, 0.5 + 0.5 * np.clip(deep, 0, 1), 0))
        return depth

    def _settle(
        self, content_id: int, found: Iterable[Proposal], claims: Mapping[str, Mapping[str, Claim]]
    ) -> Iterator[Proposal]:
        """Weigh what was heard and measured, what names claim, and what the user has settled."""
        accepted = self._accepted.get(content_id, ())
        settled = {self._exclusive.get(term, ""): term for term in accepted}
        family = next((f for term in accepted if (f := self._vocabulary.terms[term].family)), None)
        if family is not None and "family" not in settled:
            settled["family"] = family
            yield Proposal(content_id, family, "user", 1.0, sure=True)
        known: dict[str, str] = {}
        for proposal in found:
            if proposal.term in accepted and proposal.source == "heard" and proposal.term not in self._ear.hears:
                continue  # an example of the user's, heard again because it is one
            axis = self._exclusive.get(proposal.term)
            if axis is None or not proposal.sure:
                yield proposal
            elif settled.get(axis, proposal.term) != proposal.term:
                yield proposal._replace(sure=False)
            else:
                known[axis] = proposal.term
                yield proposal
        for axis, of_axis in claims.items():
            exclusive = self._vocabulary.exclusive(axis)
            for claim in of_axis.values():
                against = exclusive and (
                    len(of_axis) > 1
                    or settled.get(axis, claim.term) != claim.term
                    or self._contradicts(claim.term, known.get(axis, claim.term))
                )
                yield Proposal(content_id, claim.term, claim.source, claim.score, not against)

    def _contradicts(self, claim: str, known: str) -> bool:
        """Whether a claim goes against what is known; a kind of its family that cannot be heard does not."""
        claimed, heard = self._vocabulary.terms[claim], self._vocabulary.terms[known]
        return claim != known and (claim in self._ear.hears or claimed.measured or claimed.family != heard.family)

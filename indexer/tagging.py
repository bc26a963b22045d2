"""Tags from what is stored: vectors, measures and names; nothing is decoded.

What is heard, what is measured and what names claim stay apart, with a score and a source each. A claim against
something surely heard is not in force: it is a conflict for the user to settle.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from cratedig.models.base import EmbeddingModel
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.store.tags import Example, SoundRow, TagRow
from cratedig.tags.ear import Ear, Lesson
from cratedig.tags.head import load_head
from cratedig.tags.vocabulary import Vocabulary, read_vocabulary
from cratedig.types import FloatArray
from indexer.proposals import Proposer

__all__ = ["Conflict", "conflicts", "library_vocabulary", "tag"]

VERSION = 2  # raised when the same evidence would give other tags
SOUNDS_PER_BATCH = 4096
GROWTH = 1.25  # percentiles move with the library: grown by so much, it is tagged again


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

    def ear_of(lessons: Mapping[str, Lesson]) -> Ear:
        return Ear(vocabulary.with_own(lessons), model.info, partial(_embed_text, model), head, lessons)

    examples = [*store.tags.examples()]
    lessons = _lessons(store, row, examples)
    if only is None:
        _heed(store, row, lessons, ear_of)
    ids = [*only] if only is not None else store.tags.audible() if again else store.tags.untagged(basis)
    if not ids:
        return 0
    proposer = Proposer(store, row, vocabulary, ear_of(lessons), ear_of({}), examples)
    for start in range(0, len(ids), SOUNDS_PER_BATCH):
        if cancelled():
            return start
        batch = ids[start : start + SOUNDS_PER_BATCH]
        proposals = [*proposer.propose(batch)]
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
            found = _conflicts_of(sound, tags.get(sound.content_id, []), vocabulary)
            told = {vocabulary.terms[conflict.named].family for conflict in found}
            yield from (conflict for conflict in found if conflict.named not in told)


def _conflicts_of(sound: SoundRow, rows: Sequence[TagRow], vocabulary: Vocabulary) -> list[Conflict]:
    """Conflicts by axis: none where one of several names is right; the name of a pack is no name of a sound."""
    heard = {
        vocabulary.axis_of(row.term): row
        for row in rows
        if row.source == "heard" and row.sure and row.state == "proposed"
    }
    named: dict[str, list[str]] = {}
    for row in rows:
        axis = vocabulary.axis_of(row.term)
        if row.source == "path" and row.state == "proposed" and axis in heard and vocabulary.exclusive(axis):
            named.setdefault(axis, []).append(row.term)
    return [
        Conflict(sound, axis, term, heard[axis].term, heard[axis].score)
        for axis, terms in named.items()
        if not any(vocabulary.agree(term, heard[axis].term) for term in terms)
        for term in terms
    ]


def _basis(store: Store, vocabulary: Vocabulary, model: ModelRow, head: str) -> str:
    """Whatever changes every tag: another value, and all are made again. Verdicts change few: see `_heed`."""
    size = math.floor(math.log(max(store.tags.measured_sounds(), 1), GROWTH))
    said = repr((VERSION, vocabulary.fingerprint, model.key, head, size))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _heed(
    store: Store, model: ModelRow, lessons: Mapping[str, Lesson], ear_of: Callable[[Mapping[str, Lesson]], Ear]
) -> None:
    """Leave those sounds to be tagged again that are heard otherwise by what verdicts now teach."""
    before, now = store.tags.lessons(model), {term: lesson.packed for term, lesson in lessons.items()}
    changed = [term for term in {**before, **now} if before.get(term) != now.get(term)]
    if not changed:
        return
    ears = ear_of({term: Lesson.unpack(packed) for term, packed in before.items()}), ear_of(lessons)
    touched: list[int] = []
    ids = store.tags.audible()
    for start in range(0, len(ids), SOUNDS_PER_BATCH):
        known = store.tags.directions(ids[start : start + SOUNDS_PER_BATCH], model)
        flags = [ear.touched(term, known.vectors) for ear in ears for term in changed]
        touched += known.ids[np.any(flags, axis=0)].tolist()
    with store.transaction():
        store.tags.untag(touched)
        store.tags.keep_lessons(now, model)


def _embed_text(model: EmbeddingModel, texts: Sequence[str]) -> FloatArray:
    return _embedded(model.embed_text, tuple(texts))


@lru_cache(maxsize=3)
def _embedded(embed_text: Callable[[Sequence[str]], FloatArray], texts: tuple[str, ...]) -> FloatArray:
    """Vectors of prompts: a large model takes seconds, and a review asks for the same after every verdict."""
    return embed_text(texts)


def _lessons(store: Store, model: ModelRow, examples: Sequence[Example]) -> dict[str, Lesson]:
    """Mean directions of accepted and rejected sounds, by term."""
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

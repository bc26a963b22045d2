"""From vectors to scored terms: the head of the model where it has one, else its text tower; and what users taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cratedig.tags.head import NEVER, Head
from cratedig.tags.vocabulary import Term, Vocabulary
from cratedig.types import Calibration, FloatArray, IdArray, ModelInfo

__all__ = ["ENOUGH", "Ear", "Heard", "Lesson", "Scores"]

SHRINK = 3.0  # examples that weigh as much as what is known without them
NEAR = 2.0  # log-odds of likeness from which examples overrule the head: farther ones did harm in other packs
ENOUGH = 5  # accepted examples after which a term of one's own can be sure
OWN_SURE = 0.9  # score from which it is; benchmarks/eval_lessons.py says how often that is right
LIKELY, OWN_LIKELY = 0.2, 0.7  # scores below are not worth a row
PER_AXIS = 2  # terms of a sound that are worth a row, unless more are sure

Flags = NDArray[np.bool_]
EmbedText = Callable[[Sequence[str]], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a user said of one term: mean directions of accepted and rejected sounds, shape (dim,), and how many."""

    accepted: FloatArray
    n_accepted: int
    rejected: FloatArray
    n_rejected: int

    @property
    def packed(self) -> bytes:
        """All of it, as little-endian float32."""
        return np.concatenate(
            [[self.n_accepted, self.n_rejected], self.accepted, self.rejected], dtype="<f4", casting="same_kind"
        ).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Lesson:
        """Inverse of `packed`."""
        counts, directions = np.split(np.frombuffer(packed, dtype="<f4"), [2])
        accepted, rejected = np.split(directions, 2)
        return cls(accepted, int(counts[0]), rejected, int(counts[1]))


class Heard(NamedTuple):
    """A term, the numbers of the sounds that may have it, their scores, and for which of them it is sure."""

    term: str
    rows: IdArray
    scores: FloatArray
    sure: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of the terms of one axis, shape (n, len(terms)), those from which each is sure, and worth a row."""

    terms: list[str]
    scores: FloatArray
    needed: FloatArray
    likely: FloatArray


class Ear:
    """Hears the terms of a vocabulary in vectors of one model; `hears` are those that its head tells apart.

    Parameters
    ----------
    vocabulary : Vocabulary
    info : ModelInfo
        Whose calibration makes scores of cosines.
    embed_text : callable
        The model's text tower, for terms that its head does not know.
    head : Head, optional
        Fitted on this model; without it nothing is sure that the user did not teach.
    lessons : mapping
        What the user taught, by term.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        info: ModelInfo,
        embed_text: EmbedText,
        head: Head | None,
        lessons: Mapping[str, Lesson],
    ) -> None:
        self._vocabulary, self._head, self._lessons = vocabulary, head, lessons
        self._text, self._audio = info.calibration["text"], info.calibration["audio"]
        self._classes = [vocabulary.find(name) for name in head.classes] if head else []
        self.hears = frozenset(term.name for term in self._classes if term)
        self._summed = {axis: self._columns(axis) for axis in (head.trust if head else ())}
        known = self.hears.union(*self._summed.values())
        self._asked: dict[str, list[Term]] = {}
        for term in vocabulary.heard():
            if term.name not in known and self._is_asked(term):
                self._asked.setdefault(term.axis, []).append(term)
        self._prompts = _directions([term for terms in self._asked.values() for term in terms], embed_text)

    def _columns(self, axis: str) -> dict[str, list[int]]:
        """Classes that add up to each term of an axis: a kick is also drums."""
        columns: dict[str, list[int]] = {}
        for column, term in enumerate(self._classes):
            name = None if term is None else term.family if axis == "family" and term.family else term.name
            if name is not None and self._vocabulary.axis_of(name) == axis:
                columns.setdefault(name, []).append(column)
        return columns

    def _is_asked(self, term: Term) -> bool:
        """Words alone find something in every sound: asked only for want of a head, and for what was taught."""
        axis = self._vocabulary.axes[term.axis]
        return term.name in self._lessons or (axis.heard and self._head is None)

    def hear(self, vectors: FloatArray) -> Iterator[Heard]:
        """Iterate over the terms that sounds may have, axis by axis; `vectors` as for `scores`."""
        found = {axis: scores for axis, scores in self.scores(vectors).items() if scores.terms}
        sure = self.sure(found)
        for axis, scores in found.items():
            yield from _likeliest(scores, sure[axis])

    def sure(self, found: Mapping[str, Scores]) -> dict[str, Flags]:
        """Tell which terms are sure, by axis, shape (n, len(terms)): a sure instrument makes its family sure."""
        sure = {axis: _sure(scores, exclusive=self._vocabulary.exclusive(axis)) for axis, scores in found.items()}
        if {"instrument", "family"} <= sure.keys():
            instruments, families = found["instrument"].terms, found["family"]
            brings = np.array(
                [[self._vocabulary.terms[name].family == f for f in families.terms] for name in instruments], np.float32
            )
            best = families.scores == families.scores.max(axis=1, keepdims=True)
            sure["family"] |= best & (sure["instrument"] @ brings > 0)
        return sure

    def touched(self, term: str, vectors: FloatArray) -> Flags:
        """Tell for which sounds it can matter what is taught of a term, shape (n,); `vectors` as for `scores`."""
        if term in self.hears and term in self._lessons:
            return np.maximum(*self._likeness(self._lessons[term], vectors)) > NEAR
        axis = self._vocabulary.axis_of(term)
        found = self._by_words(axis, vectors)
        if term not in found.terms:
            return np.zeros(len(vectors), dtype=bool)
        # Where only taught terms are asked for, none is worth a row below OWN_LIKELY; one of the others gives way.
        alone = self._head is not None and axis not in self._head.trust
        return found.scores[:, found.terms.index(term)] >= (OWN_LIKELY if alone else LIKELY)

    def scores(self, vectors: FloatArray) -> dict[str, Scores]:
        """Score every term that can be heard, by axis.

        Parameters
        ----------
        vectors : ndarray, shape (n, dim), float32
            One unit vector a sound.
        """
        classes = self._class_probabilities(vectors)
        axes = {**(self._head.trust if self._head else {}), **self._asked}
        return {axis: _join(self._known(axis, classes), self._by_words(axis, vectors)) for axis in axes}

    def _class_probabilities(self, vectors: FloatArray) -> FloatArray:
        if self._head is None:
            return np.empty((len(vectors), 0), np.float32)
        logits = self._head.logits(vectors)
        for column, term in enumerate(self._classes):
            if term is not None and term.name in self._lessons:
                lesson = self._lessons[term.name]
                accepted, rejected = self._likeness(lesson, vectors)
                logits[:, column] += _say(lesson.n_accepted) * np.maximum(accepted - NEAR, 0)
                logits[:, column] -= _say(lesson.n_rejected) * np.maximum(rejected - NEAR, 0)
        return _softmax(logits)

    def _known(self, axis: str, classes: FloatArray) -> Scores:
        """Sum the classes of each term of an axis."""
        if self._head is None or axis not in self._head.trust:
            return _none(len(classes))
        columns, trust = self._summed[axis], self._head.trust[axis]
        summed = [classes[:, places].sum(axis=1) for places in columns.values()]
        needed = np.array([trust.needed(name) for name in columns], dtype=np.float32)
        scores = trust.score(np.stack(summed, axis=1))
        return Scores([*columns], scores, needed, np.full_like(needed, LIKELY))

    def _by_words(self, axis: str, vectors: FloatArray) -> Scores:
        """Ask the text tower, and what was taught of terms that no class stands for."""
        terms = self._asked.get(axis, [])
        if not terms:
            return _none(len(vectors))
        logits = _logit(self._text, vectors @ np.stack([self._prompts[term.name] for term in terms]).T)
        if self._head is None and self._vocabulary.axes[axis].heard:
            p = _softmax(logits)
            logits = np.log(p / (1 - p + 1e-6))
        needed = np.full(len(terms), NEVER, dtype=np.float32)
        likely = np.full(len(terms), LIKELY, dtype=np.float32)
        for column, term in enumerate(terms):
            if term.name in self._lessons:
                lesson = self._lessons[term.name]
                # A word that the model does not know must not speak against its own examples.
                words, say = np.maximum(logits[:, column], 0), _say(lesson.n_accepted)
                accepted, rejected = self._likeness(lesson, vectors)
                logits[:, column] = (1 - say) * words + say * accepted
                logits[:, column] -= _say(lesson.n_rejected) * np.maximum(rejected, 0)
                needed[column] = OWN_SURE if lesson.n_accepted >= ENOUGH else NEVER
                likely[column] = OWN_LIKELY
        scores = np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)
        return Scores([term.name for term in terms], scores, needed, likely)

    def _likeness(self, lesson: Lesson, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log-odds that sounds are like the accepted examples, and like the rejected ones; shape (n,) each."""
        return _logit(self._audio, vectors @ lesson.accepted), _logit(self._audio, vectors @ lesson.rejected)


def _say(n: int) -> float:
    """Weight of `n` examples, 0 to 1: one alone may be a slip."""
    return n / (n + SHRINK)


def _directions(terms: Sequence[Term], embed_text: EmbedText) -> dict[str, FloatArray]:
    """Mean direction of the prompts of each term, all embedded in one call."""
    prompts = [term.prompts or (term.name,) for term in terms]
    if not prompts:
        return {}
    vectors = embed_text([text for of_term in prompts for text in of_term])
    starts = np.cumsum([0, *map(len, prompts[:-1])])
    totals = np.add.reduceat(vectors, starts, axis=0)
    return {term.name: total / np.linalg.norm(total) for term, total in zip(terms, totals, strict=True)}


def _join(known: Scores, asked: Scores) -> Scores:
    return Scores(
        [*known.terms, *asked.terms],
        np.concatenate([known.scores, asked.scores], axis=1),
        np.concatenate([known.needed, asked.needed]),
        np.concatenate([known.likely, asked.likely]),
    )


def _none(n: int) -> Scores:
    nothing = np.empty(0, np.float32)
    return Scores([], np.empty((n, 0), np.float32), nothing, nothing)


def _sure(found: Scores, *, exclusive: bool) -> Flags:
    sure: Flags = found.scores >= found.needed
    return sure & (found.scores == found.scores.max(axis=1, keepdims=True)) if exclusive else sure


def _likeliest(found: Scores, sure: Flags) -> Iterator[Heard]:
    scores = found.scores
    kept = min(PER_AXIS, scores.shape[1])
    least = np.partition(scores, -kept, axis=1)[:, -kept, None]
    shown = sure | ((scores >= found.likely) & (scores >= least))
    for column in np.flatnonzero(shown.any(axis=0)).tolist():
        rows = np.flatnonzero(shown[:, column])
        yield Heard(found.terms[column], rows, scores[rows, column], sure[rows, column])


def _softmax(logits: FloatArray) -> FloatArray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def _logit(calibration: Calibration, cosines: FloatArray) -> NDArray[np.float32]:
    return np.asarray(calibration.slope * (cosines - calibration.midpoint), dtype=np.float32)

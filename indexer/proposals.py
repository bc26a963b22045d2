"""What may be said of sounds: heard, measured and claimed by names, weighed against each other and against verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import words_in
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.store.tags import Example, MeasureRows, ProposalRow, Source
from cratedig.store.user import Verdict
from cratedig.tags.ear import Ear
from cratedig.tags.names import NameReader
from cratedig.tags.vocabulary import Term, Vocabulary
from cratedig.types import FloatArray, IdArray
from indexer.claims import ClaimReader

__all__ = ["FEWEST", "Proposer"]

FEWEST = 20  # sounds: below, percentiles of a library say nothing
PERCENTS = np.arange(101.0)
KIND_SURE = 0.8  # confidence from which 93 % of loops and nearly all one-shots are right, on validation sources

Answers: TypeAlias = dict[str, dict[int, str]]  # term by exclusive axis and content


class Said(NamedTuple):
    """What one source says of one term: content ids, scores, and for which of them it is sure; shape (n,) each."""

    term: str
    source: Source
    ids: IdArray
    scores: NDArray[np.floating]
    sure: NDArray[np.bool_]


class Proposer:
    """Proposes tags for batches of contents, as heard by an ear and, where a verdict taught it, by one untaught."""

    def __init__(
        self,
        store: Store,
        model: ModelRow,
        vocabulary: Vocabulary,
        ear: Ear,
        untaught: Ear,
        examples: Iterable[Example],
    ) -> None:
        self._store, self._model, self._vocabulary = store, model, vocabulary
        self._ear, self._untaught = ear, untaught
        self._agree = cache(vocabulary.agree)
        self._answers = {term.name: _answers(term, vocabulary) for term in vocabulary.terms.values()}
        self._claims = ClaimReader(vocabulary, NameReader(vocabulary, words_in))
        self._percentiles = store.tags.percentiles() if store.tags.measured_sounds() >= FEWEST else {}
        self._verdicts: dict[str, dict[int, Verdict]] = {}
        for term, state, content_id in examples:
            self._verdicts.setdefault(term, {})[content_id] = state
        self._judged = {content_id for of_term in self._verdicts.values() for content_id in of_term}
        self._settled: Answers = {axis: {} for axis in vocabulary.axes if vocabulary.exclusive(axis)}
        self._families: dict[int, str] = {}
        self._settle(
            [(i, term) for term, of in self._verdicts.items() for i, state in of.items() if state == "accepted"]
        )

    def _settle(self, accepted: Sequence[tuple[int, str]]) -> None:
        """Take in what was accepted: the answer on an exclusive axis, and a family that comes with it."""
        for content_id, term in accepted:
            axis = self._vocabulary.terms[term].axis
            if axis in self._settled:
                self._settled[axis][content_id] = term
        for content_id, term in accepted:
            family = self._vocabulary.terms[term].family
            if family is not None and content_id not in self._settled["family"]:
                self._settled["family"][content_id] = self._families[content_id] = family

    def propose(self, ids: Sequence[int]) -> Iterator[ProposalRow]:
        """Iterate over all proposals about contents."""
        for content_id in self._families.keys() & ids:
            yield content_id, self._families[content_id], "user", 1.0, 1
        known: Answers = {axis: {} for axis in self._settled}
        for said in chain(self._heard(ids), self._measured(ids)):
            yield from self._weigh(said, known)
        yield from self._claimed(ids, known)

    def _heard(self, ids: Sequence[int]) -> Iterator[Said]:
        """What is heard; of a term that a sound has a verdict on, untaught: it would be like itself."""
        known = self._store.tags.directions(ids, self._model)
        yield from self._heard_by(self._ear, known.ids, known.vectors, judged=False)
        rows = np.isin(known.ids, [*self._judged])
        yield from self._heard_by(self._untaught, known.ids[rows], known.vectors[rows], judged=True)

    def _heard_by(self, ear: Ear, ids: IdArray, vectors: FloatArray, *, judged: bool) -> Iterator[Said]:
        for term, rows, scores, sure in ear.hear(vectors):
            kept = np.isin(ids[rows], [*self._verdicts.get(term, ())], invert=not judged)
            yield Said(term, "heard", ids[rows][kept], scores[kept], sure[kept])

    def _measured(self, ids: Sequence[int]) -> Iterator[Said]:
        rows = self._store.tags.measures(ids)
        for term in self._vocabulary.terms.values():
            if term.kind is not None:
                holds, scores = rows.kinds == term.kind, rows.confidence
                sure = scores >= KIND_SURE
            elif term.ranges is not None and self._percentiles:
                scores = self._depth(term, rows)
                holds = sure = scores > 0
            else:
                continue
            yield Said(term.name, "measured", rows.ids[holds], scores[holds], sure[holds])

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

    def _weigh(self, said: Said, known: Answers) -> Iterator[ProposalRow]:
        """Proposals of one term; what is sure on an exclusive axis, and goes against no verdict, is known then."""
        ids, sure, axis = said.ids.tolist(), said.sure, self._vocabulary.axis_of(said.term)
        if axis in known:
            sure = sure & np.array([self._fits(said.term, i) for i in ids], dtype=bool)
            known[axis].update(dict.fromkeys(said.ids[sure].tolist(), said.term))
        return zip(ids, repeat(said.term), repeat(said.source), said.scores.tolist(), sure.astype(int).tolist())

    def _claimed(self, ids: Sequence[int], known: Answers) -> Iterator[ProposalRow]:
        """What names claim; on an exclusive axis it counts unless a verdict, a name or what is known is against."""
        files: dict[int, list[tuple[bytes, bytes]]] = {}
        for content_id, path, pack in self._store.tags.names(ids):
            files.setdefault(content_id, []).append((path, pack))
        for content_id, of_content in files.items():
            for axis, claims in self._claims.read(of_content).items():
                alone = len(claims) == 1 or axis not in known
                for term, source, score in claims.values():
                    sure = alone and self._fits(term, content_id) and self._agrees(term, content_id, known)
                    yield content_id, term, source, score, int(sure)

    def _fits(self, term: str, content_id: int) -> bool:
        """Whether verdicts leave room for a term."""
        if content_id not in self._judged:
            return True
        if self._verdicts.get(term, {}).get(content_id) == "rejected":
            return False
        return all(self._settled[axis].get(content_id, answer) == answer for axis, answer in self._answers[term])

    def _agrees(self, term: str, content_id: int, known: Answers) -> bool:
        """Whether a claim goes with what is known; neither a conga nor percussion does with surely heard drums."""
        return all(self._agree(answer, known[axis].get(content_id, answer)) for axis, answer in self._answers[term])


def _answers(term: Term, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """What a term says on exclusive axes: itself, and its family."""
    of_family = [("family", term.family)] if term.family else []
    return [(term.axis, term.name), *of_family] if vocabulary.exclusive(term.axis) else of_family

"""Fit the head that tags are heard with, and the scores from which they are sure.

    python -m train.tag_thresholds                     # the built-in model: 3 minutes, 20 s with vectors cached
    python -m train.tag_thresholds --model laion-music --models ~/.local/share/cratedig/models

Run it after every change of the weights: a head belongs to one key of one model and is ignored beside any other.
The head learns from the training sources, the trust in it from the validation sources (data/eval/split.json).
It writes cratedig/tags/hearing/MODEL.json and .npy.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.paths import default_models
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.ear import Ear
from cratedig.tags.head import NEVER, Head, Trust, save_head
from cratedig.tags.vocabulary import Vocabulary, read_vocabulary
from train.config import Config
from train.corpus import Clip, open_corpus
from train.data import balance, split_clips
from train.tag_features import FloatArray, vectors_of

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
CACHE = Path(__file__).parent / "runs" / "cache"
HEARING = Path(__file__).parents[1] / "cratedig" / "tags" / "hearing"
PRECISION = {"instrument": 0.90, "family": 0.95}  # what a sure tag of an axis promises
INVERSE_PENALTY = 0.2  # of the logistic regression; chosen on the validation sources, like the balance of its sounds
SOURCE_SHARE = 0.25  # at most, of the training weight
SOUNDS_PER_SOURCE = 40  # of the validation weight: two sources of one instrument each would decide otherwise
PRIOR = 4.0  # sounds of the whole axis that join those of a term
OWN_THRESHOLD = 8  # sounds that a term needs for one
LEAST = 0.5  # no threshold is lower: what is likelier wrong than right is no tag, whatever its like were


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The likeliest term of each sound that can be judged, whether it is sure and right, and the sound's weight."""

    terms: NDArray[np.str_]
    scores: FloatArray
    sure: NDArray[np.bool_]
    right: NDArray[np.bool_]
    weight: FloatArray


def truth(vocabulary: Vocabulary, cls: str | None, axis: str) -> str | None:
    """Right term of a labelled sound; empty when no term of the axis is right, None when that cannot be told."""
    term = vocabulary.find(cls) if cls else None
    if term is None:
        return None
    if axis == "family":
        return term.family or (term.name if term.axis == "family" else None)
    return term.name if term.axis == axis else ""


def judge(model: EmbeddingModel, head: Head, vectors: FloatArray, clips: Sequence[Clip]) -> dict[str, Judged]:
    """Compare what is heard in clips with their labels, by axis of the head."""
    vocabulary = read_vocabulary(None, DESCRIPTORS)
    ear = Ear(vocabulary, model.info, model.embed_text, head, {})
    found = ear.scores(vectors)
    sure = ear.sure(found)
    judged = {}
    for axis in head.trust:
        known = [truth(vocabulary, clip.cls, axis) for clip in clips]
        rows = [i for i, name in enumerate(known) if name is not None]
        best = found[axis].scores[rows].argmax(axis=1)
        terms = np.array(found[axis].terms)[best]
        groups = [clips[i].group for i in rows]
        judged[axis] = Judged(
            terms,
            found[axis].scores[rows, best],
            sure[axis][rows, best],
            terms == np.array([known[i] for i in rows]),
            np.array([min(1.0, SOUNDS_PER_SOURCE / groups.count(group)) for group in groups], dtype=np.float32),
        )
    return judged


def fit_head(vectors: FloatArray, clips: Sequence[Clip]) -> Head:
    """Multinomial logistic regression on the labelled clips, with scores that are probabilities as they come."""
    labelled = [i for i, clip in enumerate(clips) if clip.cls is not None]
    weight = balance([clips[i] for i in labelled], SOURCE_SHARE) * len(labelled)
    fit = LogisticRegression(C=INVERSE_PENALTY, max_iter=500)
    fit.fit(vectors[labelled], [clips[i].cls for i in labelled], sample_weight=weight)
    weights = np.hstack([fit.coef_, fit.intercept_[:, None]]).astype(np.float16).astype(np.float32)
    plain = {axis: Trust(1.0, 0.0, precision, NEVER, {}) for axis, precision in PRECISION.items()}
    return Head(tuple(map(str, fit.classes_)), weights, plain)


def fit_trust(judged: Judged, precision: float) -> Trust:
    """Platt scaling of the scores, then the least score that keeps `precision`, of the axis and of frequent terms."""
    p = np.clip(judged.scores, 1e-6, 1 - 1e-6)
    fit = LogisticRegression(C=1e6).fit(np.log(p / (1 - p))[:, None], judged.right, sample_weight=judged.weight)
    plain = Trust(float(fit.coef_[0, 0]), float(fit.intercept_[0]), precision, NEVER, {})
    scores = plain.score(judged.scores)
    whole = precision_from(scores, judged.right, judged.weight)
    own = {}
    for term in np.unique(judged.terms):
        of_term = judged.terms == term
        if of_term.sum() >= OWN_THRESHOLD:
            own[str(term)] = least_score(scores, whole, precision, of_term, judged)
    everywhere = np.zeros(len(scores), dtype=bool)
    return dataclasses.replace(plain, threshold=least_score(scores, whole, precision, everywhere, judged), of_term=own)


def precision_from(scores: FloatArray, right: NDArray[np.bool_], weight: FloatArray) -> FloatArray:
    """Precision of everything that scores at least as much as each sound, shape (n,)."""
    order = np.argsort(-scores, kind="stable")
    out = np.empty(len(scores), dtype=np.float32)
    out[order] = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])
    return out


def least_score(
    scores: FloatArray, whole: FloatArray, precision: float, of_term: NDArray[np.bool_], judged: Judged
) -> float:
    """Least score from which a term keeps `precision`, with `PRIOR` sounds as precise as the whole axis is there."""
    kept = NEVER
    for i in np.argsort(-scores, kind="stable"):
        above = of_term & (scores >= scores[i])
        right, n = float((judged.right * judged.weight)[above].sum()), float(judged.weight[above].sum())
        if (right + PRIOR * whole[i]) / (n + PRIOR) >= precision:
            kept = float(scores[i])
    return max(kept, LEAST)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--models", type=Path, default=default_models(), help="folder of installed models")
    args = parser.parse_args()
    model, corpus = registry.load(args.model, args.models), open_corpus(CORPUS, CACHE)
    vectors = vectors_of(corpus, args.model, args.models, CORPUS, CACHE)
    rows = split_clips(corpus.clips, Config("tags"))
    train, validation = ([corpus.clips[i] for i in rows[part]] for part in ("train", "validation"))
    head = fit_head(vectors[rows["train"]], train)
    judged = judge(model, head, vectors[rows["validation"]], validation)
    head = dataclasses.replace(head, trust={axis: fit_trust(judged[axis], PRECISION[axis]) for axis in PRECISION})
    HEARING.mkdir(exist_ok=True)
    save_head(HEARING, args.model, model.info.key, head)
    for axis, found in judge(model, head, vectors[rows["validation"]], validation).items():
        share, right = found.sure.mean(), found.right[found.sure].mean()
        print(f"{axis}: {share:.0%} of the validation sounds are sure, {right:.0%} of those are right")


if __name__ == "__main__":
    main()

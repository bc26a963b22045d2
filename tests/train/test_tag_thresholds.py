"""Fitting thresholds: what a precision promises, and what a few sounds of a term may change of it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.head import NEVER
from cratedig.tags.vocabulary import read_vocabulary
from train.corpus import Clip
from train.tag_thresholds import LEAST, Judged, fit_head, fit_trust, least_score, precision_from, truth

VOCABULARY = read_vocabulary(None, DESCRIPTORS)


def judged(scores: list[float], right: list[bool], terms: list[str] | None = None) -> Judged:
    n = len(scores)
    return Judged(
        np.array(terms or ["kick"] * n),
        np.array(scores, dtype=np.float32),
        np.zeros(n, dtype=bool),
        np.array(right),
        np.ones(n, dtype=np.float32),
    )


def clip(i: int, cls: str, source: str) -> Clip:
    return Clip(f"tr{i}", source, "CC0-1.0", "pack", (), cls, "oneshot")


@pytest.mark.parametrize(
    ("cls", "axis", "expected"),
    [
        ("kick", "instrument", "kick"),
        ("kick", "family", "drums"),
        ("winds", "family", "woodwind"),
        ("winds", "instrument", ""),
        ("melodic loop", "family", None),
        ("texture", "family", None),
        (None, "instrument", None),
        ("no such class", "family", None),
    ],
)
def test_what_a_label_says_of_an_axis(cls: str | None, axis: str, expected: str | None) -> None:
    assert truth(VOCABULARY, cls, axis) == expected


def test_precision_of_everything_above() -> None:
    found = precision_from(np.array([0.9, 0.5, 0.7], np.float32), np.array([True, False, True]), np.ones(3, np.float32))
    np.testing.assert_allclose(found, [1, 2 / 3, 1])


def test_the_least_score_keeps_the_precision() -> None:
    few = judged([0.95, 0.9, 0.8, 0.7, 0.6], [True, True, True, False, False])
    whole = precision_from(few.scores, few.right, few.weight)
    everything = np.zeros(5, dtype=bool)
    assert least_score(few.scores, whole, 0.9, everything, few) == pytest.approx(0.8)
    assert least_score(few.scores, whole, 0.7, everything, few) == pytest.approx(0.7)


def test_a_precision_that_no_score_keeps_is_never_sure() -> None:
    wrong = judged([0.9, 0.8], [False, False])
    whole = precision_from(wrong.scores, wrong.right, wrong.weight)
    assert least_score(wrong.scores, whole, 0.9, np.zeros(2, dtype=bool), wrong) == NEVER


def test_a_term_that_is_often_wrong_needs_a_higher_score_than_the_rest() -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.05, 0.95, 400)
    terms = np.where(np.arange(400) % 2, "kick", "tom")
    right = rng.uniform(size=400) < np.where(terms == "kick", scores**0.2, scores**2)
    trust = fit_trust(judged(scores.tolist(), right.tolist(), terms.tolist()), 0.9)
    assert trust.slope > 0
    assert trust.needed("kick") < trust.threshold < trust.needed("tom")
    assert min(trust.threshold, *trust.of_term.values()) >= LEAST


def test_the_head_tells_classes_apart_whatever_their_number() -> None:
    centres = np.eye(3, 8)
    counts = {"kick": 400, "snare": 60, "tom": 60}
    names = [name for name, n in counts.items() for _ in range(n)]
    rng = np.random.default_rng(1)
    vectors = np.stack([centres[[*counts].index(name)] for name in names])
    vectors = (vectors + rng.normal(0, 0.05, vectors.shape)).astype(np.float32)
    head = fit_head(vectors, [clip(i, name, f"source {i % 3}") for i, name in enumerate(names)])
    assert head.classes == ("kick", "snare", "tom")
    assert [head.classes[i] for i in head.logits(vectors).argmax(axis=1)] == names

"""Retrieval figures, from vectors and labels alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Flags = NDArray[np.bool_]
MIN_SOUNDS = 12  # classes with fewer sounds have no meaningful first ten


def precision_at(scores: Scores, relevant: Flags, k: int = 10) -> float:
    """Share of relevant sounds among the k best."""
    return float(relevant[np.argsort(-scores, kind="stable")[:k]].mean())


def average_precision(scores: Scores, relevant: Flags) -> float:
    """Mean of the precision at each relevant sound (area under precision over recall)."""
    hits = relevant[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0


def judged_classes(classes: Sequence[str | None]) -> list[str]:
    """Classes with at least `MIN_SOUNDS` sounds, in order."""
    counts = Counter(c for c in classes if c is not None)
    return sorted(c for c, n in counts.items() if n >= MIN_SOUNDS)


def text_to_sound(scores: Scores, classes: Sequence[str | None], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """P@10 and AP of one query per class; scores has a row per name and a column per sound."""
    labels = np.array([c or "" for c in classes])
    return {
        name: {"p10": precision_at(row, labels == name), "ap": average_precision(row, labels == name)}
        for name, row in zip(names, scores, strict=True)
    }


def sound_to_sound(
    vectors: Scores,
    classes: Sequence[str | None],
    packs: Sequence[str],
    k: int = 10,
    queries: Scores | None = None,
) -> dict[str, list[float]]:
    """P@k of every sound of a judged class, by class; sounds of the query's own pack are removed.

    `queries` are vectors to ask with, one per sound, where they are not those that are searched.

    A sound is asked only if at least k sounds of its class remain: else no system could fill the first k.
    """
    labels, pack = np.array([c or "" for c in classes]), np.array(packs)
    cosines = (vectors if queries is None else queries) @ vectors.T
    found: dict[str, list[float]] = {}
    for name in judged_classes(classes):
        for i in np.flatnonzero(labels == name):
            others = np.flatnonzero(pack != pack[i])
            if (labels[others] == name).sum() >= k:
                found.setdefault(name, []).append(precision_at(cosines[i, others], labels[others] == name, k))
    return found


def zero_shot(scores: Scores, classes: Sequence[str | None], names: Sequence[str]) -> dict[str, float]:
    """Share of labelled sounds whose class is the best, or among the three best, of all names."""
    known = [i for i, c in enumerate(classes) if c in names]
    order = np.argsort(-scores[:, known], axis=0, kind="stable")
    truth = np.array([list(names).index(str(classes[i])) for i in known])
    return {"top1": float((order[0] == truth).mean()), "top3": float((order[:3] == truth).any(0).mean())}

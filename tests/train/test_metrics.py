"""Retrieval figures on answers known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.eval_metrics import average_precision, judged_classes, precision_at, sound_to_sound, zero_shot

SCORES = np.array([0.9, 0.8, 0.7, 0.6], np.float32)


def test_precision_at() -> None:
    assert precision_at(SCORES, np.array([True, False, True, False]), 2) == 0.5


def test_average_precision() -> None:
    assert average_precision(SCORES, np.array([True, False, True, False])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(SCORES, np.zeros(4, bool)) == 0


def test_judged_classes_have_enough_sounds() -> None:
    assert judged_classes(["kick"] * 12 + ["snare"] * 11 + [None] * 20) == ["kick"]


def test_own_pack_never_counts() -> None:
    """Sounds of one pack are alike, so that only the other pack's answers can fill the first ten."""
    vectors = np.repeat(np.eye(2, dtype=np.float32), [12, 12], axis=0)
    packs = ["a"] * 12 + ["b"] * 12
    assert sound_to_sound(vectors, ["kick"] * 24, packs) == {"kick": [1.0] * 24}
    assert sound_to_sound(vectors, ["kick"] * 12 + ["snare"] * 12, packs) == {}


def test_zero_shot() -> None:
    scores = np.array([[0.9, 0.1], [0.5, 0.2], [0.1, 0.3], [0.0, 0.4]], np.float32)
    names = ["kick", "snare", "clap", "tom"]
    assert zero_shot(scores, ["kick", "snare"], names) == {"top1": 0.5, "top3": 1.0}

"""Rankings by what is measured: aspects of a reference, moves away from it, and what would play with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from cratedig.store.columns import AXES, Columns, Numbers
from cratedig.types import FloatArray, IdArray
from search.aspects import closeness, distance
from search.facts import Facts
from search.fits import WEIGHTS, fit
from search.moves import Move, gains
from search.near import Near
from search.rank import Reason

__all__ = ["by_aspects", "by_fit", "by_moves"]

MOVE_WEIGHT = 0.06  # of a full move: more finds the word better and loses what the reference is (benchmarks/blend.py)

Scored = tuple[Numbers, tuple[Reason, ...]]


def by_aspects(by: Sequence[tuple[str, float]], references: Sequence[Facts], columns: Columns, near: Near) -> Scored:
    """Closeness to the references in weighted aspects, 0 to 1, and what it is made of."""
    parts = {
        aspect: np.mean(
            [closeness(distance(aspect, facts, columns, near.sounds, near.cosines)) for facts in references], axis=0
        )
        for aspect, _ in by
    }
    total = np.average(list(parts.values()), axis=0, weights=[weight for _, weight in by])
    said = {aspect: values for aspect, values in parts.items() if aspect != "meaning"}  # the match says that
    return total, tuple(Reason(values, partial(_percent, aspect)) for aspect, values in said.items())


def by_moves(moves: Sequence[Move], references: Sequence[Facts], columns: Columns, sounds: IdArray) -> Scored:
    """How far sounds are moved, weighed against closeness."""
    start = np.mean([facts.percents for facts in references], axis=0)
    percents = columns.percents()[:, sounds]
    moved = np.mean([gains(move, start, percents) for move in moves], axis=0)
    reasons = []
    for move in moves:
        axis, sign = move.axes[0]
        change = sign * (percents[AXES.index(axis)] - start[AXES.index(axis)])
        reasons.append(Reason(np.asarray(change), partial(_moved, move.word)))
    return MOVE_WEIGHT * moved, tuple(reasons)


def by_fit(facts: Facts, columns: Columns, sounds: IdArray, matches: FloatArray) -> Scored:
    """How well sounds would play with a reference, 0 to 1."""
    found = fit(facts, columns, sounds, matches)
    parts = {"tempo": found.tempo, "harmony": found.harmony, "contrast": found.contrast}
    total = np.average(list(parts.values()), axis=0, weights=[WEIGHTS[name] for name in parts])
    reasons = [Reason(values, partial(_percent, name)) for name, values in parts.items()]
    return total, (_tempo_reason(facts, columns, sounds), *reasons[1:])


def _tempo_reason(facts: Facts, columns: Columns, sounds: IdArray) -> Reason:
    ratio = columns.tempo()[sounds] / (facts.bpm or np.nan)
    return Reason(ratio, _tempo)


def _percent(name: str, value: float) -> str:
    return f"{name} {100 * value:.0f}"


def _moved(word: str, change: float) -> str:
    if np.isnan(change):
        return ""
    return f"{word} by {change:.0f}" if change >= 1 else f"not {word}"


def _tempo(ratio: float) -> str:
    if np.isnan(ratio):
        return ""
    octave = np.exp2(np.round(np.log2(ratio)))
    off = 100 * (ratio / octave - 1)
    name = {0.5: "half tempo", 1.0: "same tempo", 2.0: "double tempo"}.get(float(octave), f"{octave:g} times the tempo")
    return name if abs(off) < 0.5 else f"{name} {off:+.0f} %"

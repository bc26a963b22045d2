"""What would play with a reference: its tempo, its harmony, and something else than it is itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cratedig.analysis.key import NAMES
from cratedig.store.columns import Columns, Numbers
from cratedig.types import FloatArray, IdArray
from search.aspects import key_steps, tempo_steps
from search.facts import Facts

__all__ = ["WEIGHTS", "Fit", "fit"]

WEIGHTS = {"tempo": 2.0, "harmony": 1.5, "contrast": 1.0}
TEMPO_SLACK = 0.04  # of an octave, 3 %: what a stretch bears unheard
OCTAVE_SHARE = 0.85  # of a fit that half or double tempo keeps
NO_TEMPO = 0.5  # a one-shot plays with anything, and a loop in time plays better
NO_KEY = 0.7  # drums go with any key
STEPS = (1.0, 0.9, 0.4, 0.1)  # fit by steps on the Camelot wheel; further is no better than the last
IN_SCALE, OUT_OF_SCALE = 0.9, 0.2
MAJOR = frozenset({0, 2, 4, 5, 7, 9, 11})


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How well sounds fit a reference, 0 to 1 each, shape (n,)."""

    tempo: Numbers
    harmony: Numbers
    contrast: Numbers


def fit(facts: Facts, columns: Columns, rows: IdArray, matches: FloatArray) -> Fit:
    """Compare sounds with a reference that they are to play with; `matches` says how much they are the same thing."""
    return Fit(_tempo(facts, columns.tempo()[rows]), _harmony(facts, columns, rows), 1 - matches.astype(np.float64))


def _tempo(facts: Facts, bpm: Numbers) -> Numbers:
    if facts.bpm is None:
        return np.full(len(bpm), NO_TEMPO)
    fold, octaves = tempo_steps(bpm, facts.bpm)
    found = np.exp(-0.5 * (fold / TEMPO_SLACK) ** 2) * OCTAVE_SHARE**octaves
    return np.where(np.isnan(bpm), NO_TEMPO, found)


def _harmony(facts: Facts, columns: Columns, rows: IdArray) -> Numbers:
    if facts.key is None:
        return np.full(len(rows), NO_KEY)
    steps = key_steps(columns, rows, facts.key)
    by_key = np.array(STEPS)[np.minimum(np.nan_to_num(steps), len(STEPS) - 1).astype(np.int64)]
    by_root = np.array([*(IN_SCALE if step in _scale(facts.key) else OUT_OF_SCALE for step in range(12)), NO_KEY])
    return np.where(np.isnan(steps), by_root[_roots(columns)[rows]], by_key)


def _roots(columns: Columns) -> IdArray:
    """Pitch class of the root of each sound; 12 where there is none."""
    return columns.derived(
        "pitch classes", lambda: np.nan_to_num(columns.number("root_midi") % 12, nan=12).astype(np.int64)
    )


def _scale(key: str) -> set[int]:
    """Pitch classes of a key; a minor one has those of its relative major."""
    tonic = NAMES.index(key) % 12 + (3 if key.endswith("m") else 0)
    return {(tonic + step) % 12 for step in MAJOR}

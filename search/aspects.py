"""Aspects: in what a sound is like a reference, each as a distance over what is stored.

A distance becomes a closeness of 1 when it is none and of one half when it is that of the middle sound, so that the
weights of different aspects mean the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import numpy as np

from cratedig.analysis.key import NAMES, camelot
from cratedig.errors import QueryError
from cratedig.store.columns import AXES, Columns, Numbers
from cratedig.types import FloatArray, IdArray
from search.facts import Facts

__all__ = ["TIMBRE", "closeness", "distance", "key_steps", "tempo_steps"]

TIMBRE = [AXES.index(name) for name in ("brightness", "warmth", "noisiness", "tonality", "boominess", "roughness")]
ENVELOPE = [AXES.index(name) for name in ("attack", "punch", "decay", "seconds")]
SLOTS = 16  # of a bar in which onsets fall
BEATS = 4
PER_OCTAVE = 0.1  # what half or double tempo, or a note an octave away, adds to a distance
NEAREST_MIDDLE = 0.02  # when most sounds are at no distance at all


def distance(aspect: str, facts: Facts, columns: Columns, rows: IdArray, cosines: FloatArray) -> Numbers:
    """Distance of sounds from a reference in one aspect; NaN where one of the two cannot be measured.

    Parameters
    ----------
    aspect : str
        ``timbre``, ``pitch``, ``rhythm``, ``envelope`` or ``meaning``.
    facts : Facts
        Of the reference.
    columns : Columns
    rows : ndarray of int64, shape (n,)
        Rows of the sounds.
    cosines : ndarray, shape (n,)
        Between their vectors and the reference's.

    Raises
    ------
    QueryError
        The reference has nothing to compare in this aspect.
    """
    if aspect == "meaning":
        return 1 - cosines.astype(np.float64)
    found = ASPECTS[aspect](facts, columns, rows)
    if np.isnan(found).all():
        raise QueryError(f"The reference has no {aspect} to compare by.", "Leave it out of by:")
    return found


def closeness(distances: Numbers) -> Numbers:
    """From 1, no distance, over one half, the median distance, to 0; NaN is 0."""
    middle = max(float(np.nanmedian(distances)), NEAREST_MIDDLE) if len(distances) else 1.0
    return np.nan_to_num(np.exp2(-distances / middle))


def tempo_steps(bpm: Numbers, reference: float) -> tuple[Numbers, Numbers]:
    """Octaves from a tempo to the nearest half, same or double one, and how many octaves away that is."""
    octaves = np.log2(bpm / reference)
    whole = np.round(octaves)
    return np.abs(octaves - whole), np.abs(whole)


def key_steps(columns: Columns, rows: IdArray, reference: str) -> Numbers:
    """Steps on the Camelot wheel from a key to those of sounds: 0 the same, 1 mixes; NaN where there is none."""
    names = [name.lower() for name in NAMES]

    def read() -> IdArray:
        place = {name: at for at, name in enumerate(names)}
        return np.array([place.get(key, -1) for key in columns.text("key")], dtype=np.int64)

    steps = np.array([*(_steps(camelot(reference), camelot(name)) for name in NAMES), np.nan])
    found: Numbers = steps[columns.derived("places of keys", read)[rows]]
    return found


def _steps(place: str, other: str) -> int:
    around = abs(int(place[:-1]) - int(other[:-1]))
    return min(around, 12 - around) + (place[-1] != other[-1])


def _timbre(facts: Facts, columns: Columns, rows: IdArray) -> Numbers:
    return _apart(columns, rows, facts, TIMBRE)


def _envelope(facts: Facts, columns: Columns, rows: IdArray) -> Numbers:
    shape = np.sqrt(np.mean((columns.envelopes() - facts.envelope) ** 2, axis=1))
    return np.asarray((_apart(columns, rows, facts, ENVELOPE) + shape[rows]) / 2)


def _pitch(facts: Facts, columns: Columns, rows: IdArray) -> Numbers:
    if facts.root_midi is not None:
        apart = np.abs(columns.number("root_midi")[rows] - facts.root_midi)
        within = apart % 12
        return np.asarray(np.minimum(within, 12 - within) / 6 + PER_OCTAVE * np.round(apart / 12))
    if facts.key is not None:
        return key_steps(columns, rows, facts.key) / 7
    return np.full(len(rows), np.nan)


def _rhythm(facts: Facts, columns: Columns, rows: IdArray) -> Numbers:
    """Half tempo, half where in the bar the onsets are; the bar of a sound without tempo is its length."""
    tempo = columns.tempo()
    pattern = _pattern([facts.onsets], np.array([facts.bpm or np.nan]), np.array([facts.seconds]))[0]
    if not pattern.any():
        return np.full(len(rows), np.nan)
    apart: Numbers = 1 - (_patterns(columns) @ pattern)[rows].astype(np.float64)
    if facts.bpm is None:
        return apart
    fold, octaves = tempo_steps(tempo[rows], facts.bpm)
    return np.asarray((2 * fold + PER_OCTAVE * octaves + apart) / 2)


def _patterns(columns: Columns) -> FloatArray:
    """Where in the bar the onsets of each sound are, shape (sounds, SLOTS), unit length."""

    def read() -> FloatArray:
        joined = ",".join(onsets or "[]" for onsets in columns.text("onsets"))
        onsets = [np.array(times) for times in json.loads(f"[{joined}]")]
        return _pattern(onsets, columns.tempo(), columns.number("seconds"))

    return columns.derived("patterns", read)


def _pattern(onsets: list[Numbers], tempo: Numbers, seconds: Numbers) -> FloatArray:
    counts = np.array([len(times) for times in onsets])
    sounds = np.repeat(np.arange(len(onsets)), counts)
    bar = np.where(np.isnan(tempo), seconds, BEATS * 60 / tempo)
    times = np.concatenate([*onsets, np.empty(0)])
    slots = np.round(times / bar[sounds] * SLOTS).astype(np.int64) % SLOTS
    found = np.bincount(sounds * SLOTS + slots, minlength=len(onsets) * SLOTS).reshape(-1, SLOTS).astype(np.float32)
    unit: FloatArray = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return unit


def _apart(columns: Columns, rows: IdArray, facts: Facts, axes: list[int]) -> Numbers:
    """Root mean square of the differences in percentiles, 0 to 1."""
    percents = columns.percents()
    squares = sum((percents[axis, rows] - np.float32(facts.percents[axis])) ** 2 for axis in axes)
    return np.asarray(np.sqrt(squares / len(axes)) / 100, dtype=np.float64)


ASPECTS: Mapping[str, Callable[[Facts, Columns, IdArray], Numbers]] = {
    "timbre": _timbre,
    "pitch": _pitch,
    "rhythm": _rhythm,
    "envelope": _envelope,
}

"""One-shot, loop or texture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.onsets import FRAMES_PER_S
from cratedig.analysis.spectrum import Spectrum
from cratedig.types import FloatArray

__all__ = ["Kind", "KindName", "estimate_kind", "loop_features"]

KindName: TypeAlias = Literal["one-shot", "loop", "texture"]

HIT_DB, LOUD_DB = 2.0, -20.0  # a hit rises by that much, to within that much of the loudest
WHOLE_TEMPO = 0.03  # bpm: a cut loop is a whole number of bars at a whole tempo
SHORTEST_LOOP_S, LONGEST_LOOP_S = 0.25, 60.0
TEXTURE_S = 7.0  # what is still sounding then is no hit
PHRASE_S, PHRASE_HITS = 3.0, 8  # a phrase lasts, and has many hits

# Fitted by benchmarks/fit_analysis.py on the development sources: logistic regression.
WEIGHTS = np.array([-1.253, -1.065, 1.488, 4.084, -0.364, 0.272, 4.009])
BIAS = -5.014


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind with a confidence from 0.5 to 1."""

    name: KindName
    confidence: float


def estimate_kind(spectrum: Spectrum, onsets: FloatArray, duration_s: float, tempo_score: float) -> Kind:
    """Tell one-shots, loops and textures apart.

    A loop has hits up to its end that repeat on a beat, or a length that is whole bars. What is no loop is a
    texture (a bed, drone, field recording, free phrase or song) if it goes on for long, else a one-shot.

    Parameters
    ----------
    spectrum : Spectrum
    onsets : ndarray, shape (m,), float32
        From `onset_times`.
    duration_s : float
        Length of the whole file.
    tempo_score : float
        How well the best tempo fits, from `Tempo.score`; 0 where there is none.
    """
    if duration_s < SHORTEST_LOOP_S:
        return Kind("one-shot", 1.0)
    if duration_s > LONGEST_LOOP_S:
        return Kind("texture", 1.0)
    features = loop_features(spectrum, onsets, duration_s, tempo_score)
    loop = 1 / (1 + math.exp(-float(np.clip(features @ WEIGHTS + BIAS, -30, 30))))
    if loop > 0.5:
        return Kind("loop", loop)
    return Kind("texture" if _goes_on(spectrum, onsets, duration_s) else "one-shot", 1 - loop)


def loop_features(spectrum: Spectrum, onsets: FloatArray, duration_s: float, tempo_score: float) -> NDArray[np.float64]:
    """What speaks for a loop, shape (7,)."""
    measured_s = max(spectrum.duration_s, 0.1)
    return np.array(
        [
            math.log(duration_s),
            math.log1p(len(onsets)),
            math.log1p(len(_hits(spectrum.level_db, onsets))),
            float(onsets[-1] - onsets[0]) / measured_s if len(onsets) else 0.0,
            len(onsets) / measured_s,
            tempo_score,
            _is_whole_bars(duration_s),
        ]
    )


def _hits(level_db: FloatArray, onsets: FloatArray) -> FloatArray:
    """The onsets at which the sound gets louder, and loud."""
    frames = (onsets * FRAMES_PER_S).astype(int) + 1
    after = np.array([level_db[at : at + 6].max(initial=-60) for at in frames])
    before = np.array([level_db[max(at - 6, 0) : max(at - 1, 1)].mean() if at > 2 else -60.0 for at in frames])
    return onsets[(after > LOUD_DB) & (after - before > HIT_DB)] if len(onsets) else onsets


def _is_whole_bars(duration_s: float) -> float:
    """1 if some power of two of beats would be a whole tempo; by chance that is 6 of 100 lengths."""
    if duration_s < 0.2:
        return 0.0
    bpm = 60 / duration_s
    bpm *= 2 ** math.ceil(math.log2(70 / bpm))
    return float(abs(bpm - round(bpm)) < WHOLE_TEMPO)


def _goes_on(spectrum: Spectrum, onsets: FloatArray, duration_s: float) -> bool:
    level = spectrum.level_db
    sustained = float(np.mean(level[len(level) // 2 :] > -25)) > 0.5
    phrase = len(_hits(level, onsets)) >= PHRASE_HITS
    return (duration_s >= TEXTURE_S and sustained) or (duration_s >= PHRASE_S and phrase)

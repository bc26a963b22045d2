"""Tempo of loops, from where the onsets repeat and from how many whole beats the file holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.onsets import FRAMES_PER_S
from cratedig.types import FloatArray

__all__ = ["FASTEST", "SLOWEST", "USUAL", "Tempo", "candidates", "estimate_tempo"]

SLOWEST, FASTEST = 60.0, 200.0
"""Tempi that are considered, in beats per minute."""
GRID = np.geomspace(SLOWEST, FASTEST, 400)
BEATS = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16)  # distances at which onsets may repeat
WHOLE_BARS, HALF_BARS = (4, 8, 16, 32, 64), (6, 12, 24, 48)  # beats a cut loop may hold
LOW_BANDS = 13  # up to 200 Hz: kick and bass
USUAL = 120.0
SAME = 0.01  # two tempi closer than this are one

# Fitted by benchmarks/fit_analysis.py on the development sources: a conditional logit over the candidates.
WEIGHTS = np.array(
    [
        *(-0.39, 2.56, 4.34, 3.21, 5.96, 4.56, 0.76, 7.05, 2.07, 2.12, 1.12, 1.68),  # all bands, per BEATS
        *(1.36, -0.2, 2.48, 4.46, 2.32, 2.18, 1.16, 2.86, 1.01, 3.23, 3.0, 2.9),  # low bands
        *(-0.2, -5.49),  # octaves from USUAL, and their square
        *(4.81, 3.09),  # the file holds whole bars; half bars
    ]
)


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo.

    Attributes
    ----------
    bpm, alternative : float
        Beats per minute, and the likelier of half and double.
    confidence : float
        Estimated probability that `bpm` is right within 1 %; 0 to 1.
    score : float
        How well it fits; unlike confidence, not in competition with other tempi.
    """

    bpm: float
    alternative: float
    confidence: float
    score: float


def estimate_tempo(strength: FloatArray, duration_s: float) -> Tempo | None:
    """Estimate the tempo of a loop.

    Every candidate is scored by the autocorrelation of the onset strength at fractions and multiples of its
    beat, by how usual it is, and by whether the file holds a whole number of its beats.

    Parameters
    ----------
    strength : ndarray, shape (frames, bands), float32
        From `onset_strength`.
    duration_s : float
        Length of the whole file, which may be longer than what `strength` covers.

    Returns
    -------
    Tempo or None
        None when nothing ever starts.
    """
    if not strength.any() or duration_s <= 0:
        return None
    bpm, features = candidates(strength, duration_s)
    score = features @ WEIGHTS
    chance = np.exp(score - score.max())
    chance /= chance.sum()
    best = bpm[int(np.argmax(score))]
    halves = [tempo for tempo in (best / 2, best * 2) if SLOWEST <= tempo <= FASTEST]
    return Tempo(
        bpm=float(best),
        alternative=float(max(halves, key=lambda tempo: _near(bpm, tempo, chance), default=best / 2)),
        confidence=min(_near(bpm, best, chance), 1.0),
        score=float(score.max()),
    )


def candidates(strength: FloatArray, duration_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tempi that come into question, shape (n,), and the features of each, shape (n, len(WEIGHTS))."""
    whole, half = _fitting(WHOLE_BARS, duration_s), _fitting(HALF_BARS, duration_s)
    bpm = np.concatenate((GRID, whole, half))
    beat = 60 * FRAMES_PER_S / bpm
    repeats = [_repeats(strength.mean(axis=1), beat), _repeats(strength[:, :LOW_BANDS].mean(axis=1), beat)]
    octaves = np.log2(bpm / USUAL)
    fits = np.repeat(np.eye(3)[:, 1:], (len(GRID), len(whole), len(half)), axis=0)
    return bpm, np.hstack((*repeats, octaves[:, None], octaves[:, None] ** 2, fits))


def _fitting(beats: tuple[int, ...], duration_s: float) -> NDArray[np.float64]:
    bpm = 60 * np.array(beats) / duration_s
    return bpm[(bpm >= SLOWEST) & (bpm <= FASTEST)]


def _repeats(strength: FloatArray, beat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Autocorrelation at `BEATS` times each beat (in frames), shape (len(beat), len(BEATS)); 0 where unknown."""
    n = len(strength)
    spectrum = np.fft.rfft(strength - strength.mean(), 2 * n)
    products = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[:n]
    overlap = np.maximum(1 - np.arange(n) / n, 1 / 8)
    correlation = products / max(float(products[0]), 1e-9) / overlap
    lags = beat[:, None] * np.array(BEATS)
    return np.where(lags < 0.85 * n, np.interp(lags, np.arange(n), correlation), 0.0)


def _near(bpm: NDArray[np.float64], tempo: float, chance: NDArray[np.float64]) -> float:
    return float(chance[np.abs(bpm / tempo - 1) <= SAME].sum())

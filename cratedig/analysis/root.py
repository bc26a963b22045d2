"""The root note of a pitched sound, with YIN."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.types import FloatArray

__all__ = ["Root", "estimate_root", "root_of_hz"]

WINDOW = 2048  # samples compared with themselves, 64 ms
LONGEST_PERIOD = 1160  # samples: 27.6 Hz, the lowest A of a piano
SHORTEST_PERIOD = 7  # 4.6 kHz
N_FFT = 4096  # >= WINDOW + LONGEST_PERIOD
FRAMES = 16
CLOSEST = 512  # samples between two frames of a short sound
TROUGH = 0.15  # YIN's absolute threshold: the first period below it is taken
SAME_NOTE = 0.5  # semitones
LEAST_CONFIDENCE = 0.5  # below, most sounds are drums and chords


@dataclass(frozen=True, slots=True)
class Root:
    """A root note.

    Attributes
    ----------
    hz : float
        Fundamental frequency.
    midi : int
        Nearest MIDI note; 69 is A at 440 Hz.
    cents : float
        Distance from that note, -50 to 50.
    confidence : float
        Share of the sound, by level, that is clearly periodic at this note; 0 to 1.
    """

    hz: float
    midi: int
    cents: float
    confidence: float


def root_of_hz(hz: float, confidence: float) -> Root:
    """Name a frequency."""
    note = 69 + 12 * math.log2(hz / 440)
    return Root(hz, round(note), 100 * (note - round(note)), confidence)


def estimate_root(spectrum: Spectrum) -> Root | None:
    """Find the note that a one-shot holds.

    YIN [1]_ on `FRAMES` windows over the whole sound; frames vote for their note by level and by how
    periodic they are, and the winning note is the mean of its voters.

    Returns
    -------
    Root or None
        None when no note holds for at least half of the sound: drums, noise, chords, melodies.

    References
    ----------
    .. [1] A. de Cheveigne, H. Kawahara, YIN, a fundamental frequency estimator for speech and music,
       JASA 111 (4), 2002.
    """
    y = spectrum.y
    last = max(len(y) - WINDOW, 0)
    starts = np.linspace(0, last, min(FRAMES, 1 + last // CLOSEST)).astype(int)
    difference, energy = _normalised_difference(y, starts)
    if not energy.any():
        return None
    period, aperiodicity = _periods(difference)
    notes = 69 + 12 * np.log2(SR / period / 440)
    level = np.sqrt(energy / energy.max())
    weight = level * np.clip(1 - aperiodicity, 0, 1) ** 4
    votes = (np.abs(notes[:, None] - notes) < SAME_NOTE) @ weight
    winner = int(np.argmax(votes))
    confidence = float(votes[winner] / level.sum())
    if confidence < LEAST_CONFIDENCE:
        return None
    voters = np.abs(notes - notes[winner]) < SAME_NOTE
    note = float(np.average(notes[voters], weights=weight[voters]))
    return root_of_hz(440 * 2 ** ((note - 69) / 12), confidence)


def _normalised_difference(y: FloatArray, starts: NDArray[np.int_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """YIN's cumulative mean normalised difference, shape (frames, LONGEST_PERIOD + 1), and energy of each frame."""
    padded = np.concatenate((y, np.zeros(WINDOW + LONGEST_PERIOD, np.float32)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW + LONGEST_PERIOD)[starts].astype(np.float64)
    head = np.fft.rfft(frames[:, :WINDOW], N_FFT)
    products = np.fft.irfft(np.fft.rfft(frames, N_FFT) * head.conj())[:, : LONGEST_PERIOD + 1]
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    moved = energy[:, WINDOW:] - energy[:, : LONGEST_PERIOD + 1]
    difference = np.maximum(moved[:, :1] + moved - 2 * products, 0)
    mean = np.cumsum(difference[:, 1:], axis=1) / np.arange(1, LONGEST_PERIOD + 1)
    difference[:, 0] = 1
    difference[:, 1:] /= np.maximum(mean, 1e-12)
    return difference, energy[:, WINDOW]


def _periods(difference: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Period in samples, to a fraction, and aperiodicity (0 is a perfect repeat) of each frame."""
    rows = np.arange(len(difference))
    valley = np.zeros(difference.shape, bool)
    valley[:, 1:-1] = (difference[:, 1:-1] < difference[:, :-2]) & (difference[:, 1:-1] <= difference[:, 2:])
    valley[:, :SHORTEST_PERIOD] = False
    depths = np.where(valley, difference, np.inf)
    deep = depths <= TROUGH
    at = np.where(deep.any(axis=1), deep.argmax(axis=1), depths.argmin(axis=1))
    at = np.clip(at, SHORTEST_PERIOD, LONGEST_PERIOD - 1)
    before, here, after = (difference[rows, at + step] for step in (-1, 0, 1))
    curvature = before - 2 * here + after
    shift = np.where(curvature > 1e-12, 0.5 * (before - after) / np.maximum(curvature, 1e-12), 0)
    return at + np.clip(shift, -1, 1), np.where(valley[rows, at], here, 1.0)

"""Loudness and true peak, after ITU-R BS.1770."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.spectrum import N_FFT, SR, Spectrum
from cratedig.types import FloatArray

__all__ = ["Loudness", "measure_loudness", "true_peak"]

BLOCK, STEP = 40, 10  # frames: 400 ms blocks every 100 ms
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS, LU
QUIETEST = -120.0  # what silence is given
HIGHEST_SAMPLES = 2048  # looked at between the samples
TAPS = 24  # on each side of a point between two samples
PHASES = 4  # fourfold oversampling


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS (-120 for silence) and true peak in dBTP."""

    lufs: float
    true_peak_db: float


def measure_loudness(spectrum: Spectrum, y: FloatArray, side: FloatArray | None = None) -> Loudness:
    """Measure.

    K-weighting is applied to the short-time spectra instead of the samples; a sound shorter than 400 ms counts
    as if silence followed it up to there, so that a hit can be compared with a loop.

    Parameters
    ----------
    spectrum : Spectrum
    y : ndarray, shape (n,), float32
        Mono waveform at the file's own rate, for the true peak.
    side : ndarray, shape (n,), float32, optional
        Half of left minus right. Stereo power is twice that of mid and side together.
    """
    power: FloatArray = spectrum.power @ _k_weights()
    power /= 3  # a Hann window of sum 2 has sum of squares 6 / N_FFT
    if side is not None:
        middle = float(np.dot(y, y))
        power *= 2 * (1 + float(np.dot(side, side)) / middle) if middle > 0 else 0
    left_right = (y,) if side is None else (y + side, y - side)
    return Loudness(_integrated(power), max(true_peak(channel) for channel in left_right))


def true_peak(y: FloatArray) -> float:
    """Highest level between the samples in dB, -120 for silence.

    Fourfold oversampling with a windowed sinc around the highest samples only.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
    """
    level = np.abs(y)
    peak = float(level.max(initial=0.0))
    if peak <= 10 ** (QUIETEST / 20):
        return QUIETEST
    highest = np.flatnonzero(level >= 0.7 * peak)
    if len(highest) > HIGHEST_SAMPLES:
        highest = highest[np.argpartition(level[highest], -HIGHEST_SAMPLES)[-HIGHEST_SAMPLES:]]
    padded = np.pad(y, TAPS)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * TAPS + 1)[highest]
    return 20 * math.log10(max(peak, float(np.abs(around @ _between()).max())))


def _integrated(power: FloatArray) -> float:
    sums = np.concatenate(([0.0], np.cumsum(power, dtype=np.float64)))
    ends = np.arange(BLOCK, max(len(sums), BLOCK + 1), STEP)
    blocks = (sums[np.minimum(ends, len(sums) - 1)] - sums[np.minimum(ends - BLOCK, len(sums) - 1)]) / BLOCK
    heard = blocks[_lufs(blocks) > ABSOLUTE_GATE]
    if len(heard) == 0:
        return max(float(_lufs(blocks.mean())), QUIETEST)
    return float(_lufs(heard[_lufs(heard) > _lufs(heard.mean()) + RELATIVE_GATE].mean()))


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-13))


@cache
def _between() -> FloatArray:
    """Windowed sinc at the quarters before and after a sample, shape (2 * TAPS + 1, 2 * (PHASES - 1))."""
    shifts = np.array([phase / PHASES for phase in range(1 - PHASES, PHASES) if phase])
    at = np.arange(-TAPS, TAPS + 1)[:, None] - shifts
    kernel: FloatArray = (np.sinc(at) * np.cos(np.pi * at / (2 * TAPS + 2)) ** 2).astype(np.float32)
    return kernel


@cache
def _k_weights() -> FloatArray:
    """Power response of the two filters of BS.1770-4 (given there for 48 kHz), shape (513,)."""
    z = np.exp(-2j * np.pi * np.arange(N_FFT // 2 + 1) * SR / N_FFT / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    response: FloatArray = (np.abs(shelf * high_pass) ** 2).astype(np.float32)
    return response

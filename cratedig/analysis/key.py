"""Key of tonal material: chroma, matched with key profiles."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.spectrum import TONAL_N_FFT, TONAL_SR, Spectrum
from cratedig.types import FloatArray

__all__ = ["NAMES", "Key", "camelot", "chroma", "estimate_key"]

NAMES = tuple(
    name + mode for mode in ("", "m") for name in ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
)
"""The 24 keys: majors from C upwards, then minors."""
LOWEST_HZ, HIGHEST_HZ = 50.0, 1000.0  # above, harmonics outweigh fundamentals
BASS_HZ = 200.0
RANGE = 1e-4  # a peak 40 dB below its frame's highest is left out
QUIET = 1e-6  # and one 60 dB below the sound's highest
WIDEST = 3.5  # times the median frequency: above are harmonics
COMPRESSION = 0.25  # of power: quiet notes count nearly as much as loud ones
LEAST_AGREEMENT = 0.1  # of the peaks on a tuning: drums reach 0.08, melodies 0.15 to 0.6
CHANCE = 3.0  # times the agreement that as many random peaks would reach
LEAST_MATCH = 0.5  # correlation with the best profile
EVEN_LEAD, SLOPE = 0.05, 22.0  # of the best over the second: at this lead the key is right half of the time

# Albrecht and Shanahan 2013, from the opening and closing bars of 982 pieces.
MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name, such as ``A#m``, with a confidence from 0 to 1."""

    name: str
    confidence: float


def camelot(key: str) -> str:
    """Place of a key on the Camelot wheel, such as ``8A`` for Am: neighbours mix well.

    Raises
    ------
    ValueError
        `key` is not one of `NAMES`.
    """
    tonic, minor = NAMES.index(key) % 12, key.endswith("m")
    relative_major = (tonic + 3) % 12 if minor else tonic
    return f"{(relative_major * 7 + 7) % 12 + 1}{'A' if minor else 'B'}"


def estimate_key(spectrum: Spectrum) -> Key | None:
    """Estimate the key.

    Returns
    -------
    Key or None
        None for drums, noise and anything else whose partials do not lie on one scale of semitones.
    """
    notes = chroma(spectrum)
    if notes is None:
        return None
    match = _profiles() @ _standardised(notes)
    order = np.argsort(-match)
    best = float(match[order[0]])
    if best < LEAST_MATCH:
        return None
    lead = best - float(match[order[1]])
    return Key(NAMES[order[0]], 1 / (1 + math.exp(-(lead - EVEN_LEAD) * SLOPE)))


def chroma(spectrum: Spectrum) -> NDArray[np.float64] | None:
    """How much of each pitch class sounds, shape (12,), from C.

    Peaks of long spectra, brought to the tuning they agree on. Bass notes and the first quarter count double:
    a bass plays roots, and loops tend to begin at home.

    Returns
    -------
    ndarray or None
        None when the peaks agree on no tuning, as in unpitched sounds.
    """
    frame, hz, power = _peaks(spectrum.tonal)
    weight = power**COMPRESSION
    notes = 69 + 12 * np.log2(hz / 440)
    agreement = np.sum(weight * np.exp(2j * np.pi * notes)) / max(float(weight.sum()), 1e-12)
    effective = weight.sum() ** 2 / max(float((weight**2).sum()), 1e-12)
    if abs(agreement) < max(LEAST_AGREEMENT, CHANCE / math.sqrt(max(effective, 1))):
        return None
    notes -= np.angle(agreement) / (2 * np.pi)
    weight = (
        weight * (hz <= WIDEST * _median(hz, power)) * (1 + (hz < BASS_HZ)) * (1 + (frame < len(spectrum.tonal) / 4))
    )
    nearest = np.round(notes)
    counts = np.bincount(nearest.astype(int) % 12, weight * np.cos(np.pi * (notes - nearest)) ** 2, 12)
    return counts.astype(np.float64)


def _peaks(power: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Frame, frequency in Hz and power of every spectral peak between `LOWEST_HZ` and `HIGHEST_HZ`."""
    first, last = (int(hz * TONAL_N_FFT / TONAL_SR) for hz in (LOWEST_HZ, HIGHEST_HZ))
    centre, left, right = (power[:, first + step : last + step] for step in (0, -1, 1))
    highest = centre.max(axis=1, keepdims=True)
    peaks = (centre > left) & (centre >= right) & (centre > np.maximum(power.max() * QUIET, highest * RANGE))
    frame, place = np.nonzero(peaks)
    before, here, after = (np.log(np.maximum(side[frame, place], 1e-20)) for side in (left, centre, right))
    shift = 0.5 * (before - after) / np.minimum(before - 2 * here + after, -1e-9)
    hz = (place + first + shift) * (TONAL_SR / TONAL_N_FFT)
    return frame, hz.astype(np.float64), centre[frame, place].astype(np.float64)


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


def _profiles() -> NDArray[np.float64]:
    """Standardised profiles of `NAMES`, shape (24, 12)."""
    return np.array([_standardised(np.roll(profile, tonic)) for profile in (MAJOR, MINOR) for tonic in range(12)])


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = values - values.mean()
    centred /= max(float(np.linalg.norm(centred)), 1e-12)
    return centred

"""Where hits and notes begin."""

from __future__ import annotations

import numpy as np

from cratedig.analysis.spectrum import HOP, SR, Spectrum
from cratedig.types import FloatArray

__all__ = ["FRAMES_PER_S", "MAX_ONSETS", "onset_strength", "onset_times"]

FRAMES_PER_S = SR / HOP
MAX_ONSETS = 256
RANGE_DB = 60.0  # below the loudest band: what is quieter starts nothing
LAG = 2  # frames; a window of 32 ms smears an attack over three
NEIGHBOURHOOD = 8  # frames on each side whose mean a peak must overtop
FALLEN = 0.5  # from LAG before to LAG after: a note that is cut off clicks in all bands, but nothing begins
REACH = 3  # frames on each side that a peak must overtop
FLOOR = 1.5  # dB of mean rise over all bands that an onset needs
RELATIVE = 0.15  # of the strongest onset


def onset_strength(spectrum: Spectrum) -> FloatArray:
    """How much louder each band of each frame is than `LAG` frames before.

    Spectral flux of band levels against the highest of the neighbouring bands, which keeps vibrato and
    slides from counting (SuperFlux [1]_).

    Returns
    -------
    ndarray, shape (frames, BANDS), float32
        Rise in dB, at least 0; frames and bands are those of `Spectrum.band_power`.

    References
    ----------
    .. [1] S. Boeck, G. Widmer, Maximum filter vibrato suppression for onset detection, DAFx 2013.
    """
    bands = spectrum.band_power
    loudest = float(bands.max())
    if loudest <= 0:
        return np.zeros_like(bands)
    level = 10 * np.log10(np.maximum(bands / loudest, 10 ** (-RANGE_DB / 10)), dtype=np.float32)
    before = np.full_like(level, -RANGE_DB)
    before[LAG:] = level[:-LAG]
    before[:, 1:] = np.maximum(before[:, 1:], before[:, :-1])
    before[:, :-1] = np.maximum(before[:, :-1], np.roll(before, -1, axis=1)[:, :-1])
    strength: FloatArray = np.maximum(level - before, 0)
    total = np.pad(bands.sum(axis=1), LAG)
    strength[total[2 * LAG :] < FALLEN * total[: -2 * LAG]] = 0
    return strength


def onset_times(strength: FloatArray) -> FloatArray:
    """Pick the onsets.

    Parameters
    ----------
    strength : ndarray, shape (frames, bands), float32
        From `onset_strength`.

    Returns
    -------
    ndarray, shape (m,), float32
        Seconds, rising, m <= `MAX_ONSETS`; the strongest are kept.
    """
    rise = strength.mean(axis=1)
    padded = np.pad(rise, REACH)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1).max(axis=1)
    mean = np.convolve(rise, np.full(2 * NEIGHBOURHOOD + 1, 1 / (2 * NEIGHBOURHOOD + 1), np.float32))
    mean = mean[NEIGHBOURHOOD : NEIGHBOURHOOD + len(rise)]
    threshold = np.maximum(mean * 1.3, max(FLOOR, RELATIVE * float(rise.max(initial=0))))
    peaks = np.flatnonzero((rise == highest) & (rise > threshold))
    peaks = peaks[np.diff(peaks, prepend=-REACH) >= REACH]  # equal neighbours are one onset
    strongest = np.sort(peaks[np.argsort(-rise[peaks], kind="stable")[:MAX_ONSETS]])
    return (np.maximum(strongest - 1, 0) / FRAMES_PER_S).astype(np.float32)

"""How a sound sounds, in raw units; search ranks them within the library to 0-100."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.spectrum import HOP, SR, TONAL_N_FFT, TONAL_SR, Spectrum
from cratedig.types import FloatArray

__all__ = ["Descriptors", "describe"]

ENVELOPE_S = 64 / SR  # of one value of Spectrum.envelope
TINY = 1e-12
HEARD_DB = -40.0  # frames this far below the loudest do not colour a sound
PARTIALS = 16


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Raw descriptors; each grows with what it is named after.

    Attributes
    ----------
    brightness : float
        Centre of the mean magnitude spectrum in Hz (spectral centroid).
    warmth : float
        Power from 120 to 600 Hz against power above 2 kHz, in dB.
    noisiness : float
        Spectral flatness of 100 Hz to 12 kHz, 0 (tone) to 1, over the frames by their power.
    tonality : float
        Share of power below 4 kHz that lies in narrow peaks of the spectrum, 0 to 1.
    attack : float
        Steepness: 1 / seconds from -20 dB to the loudest moment.
    punch : float
        Loudest 10 ms against the mean of the sounding frames, in dB.
    decay : float
        Seconds from the loudest moment until the level stays 30 dB below it.
    boominess : float
        Power below 120 Hz against all of it, in dB.
    roughness : float
        Beating of neighbouring partials, after Vassilakis [1]_.
    width : float
        Power of the side signal against mid and side, 0 (mono) to 1.
    reverberance : float
        Seconds that the last decay would take to fall by 60 dB.
    density : float
        Onsets a second.

    References
    ----------
    .. [1] P. N. Vassilakis, Perceptual and physical properties of amplitude fluctuation, PhD thesis, UCLA 2001.
    """

    brightness: float
    warmth: float
    noisiness: float
    tonality: float
    attack: float
    punch: float
    decay: float
    boominess: float
    roughness: float
    width: float
    reverberance: float
    density: float


def describe(spectrum: Spectrum, onsets: FloatArray, y: FloatArray, side: FloatArray | None = None) -> Descriptors:
    """Measure all descriptors.

    Parameters
    ----------
    spectrum : Spectrum
    onsets : ndarray, shape (m,), float32
        From `onset_times`.
    y, side : ndarray, shape (n,), float32
        Mid and side at the file's own rate.
    """
    power, hz = spectrum.mean_power.astype(np.float64), spectrum.frequencies
    below, all_power = float(power[hz < 120].sum()), float(power.sum()) + TINY
    middle, above = float(power[(hz >= 120) & (hz < 600)].sum()), float(power[hz >= 2000].sum())
    magnitude = np.sqrt(power)
    return Descriptors(
        brightness=float(magnitude @ hz / (magnitude.sum() + TINY)),
        warmth=_db(middle, above),
        noisiness=_noisiness(spectrum),
        tonality=_tonality(spectrum),
        attack=1 / _attack_s(spectrum.envelope),
        punch=_punch(spectrum),
        decay=_decay_s(spectrum.envelope),
        boominess=_db(below, all_power),
        roughness=_roughness(spectrum),
        width=_width(y, side),
        reverberance=_reverberance_s(spectrum),
        density=len(onsets) / max(spectrum.duration_s, 0.25),
    )


def _db(part: float, whole: float) -> float:
    return 10 * math.log10((part + TINY) / (whole + TINY))


def _noisiness(spectrum: Spectrum) -> float:
    """Flatness of bands averaged in time: a single frame of noise is not flat."""
    bands = spectrum.band_power[:, 7:46]
    heard = bands[spectrum.level_db > HEARD_DB]
    mean = heard.mean(axis=0) + TINY if len(heard) else np.ones(1)
    return float(np.exp(np.log(mean).mean()) / mean.mean())


def _tonality(spectrum: Spectrum) -> float:
    power = spectrum.tonal[:, 20:].sum(axis=0, dtype=np.float64)
    smooth = np.convolve(power, np.full(41, 1 / 41), mode="same")
    return float(power[power > 4 * smooth].sum() / (power.sum() + TINY))


def _attack_s(envelope: FloatArray) -> float:
    peak = int(np.argmax(envelope >= 0.9 * envelope.max()))
    quiet = np.flatnonzero(envelope[:peak] < 0.1 * envelope[peak])
    start = int(quiet[-1]) if len(quiet) else 0
    return max(peak - start, 1) * ENVELOPE_S


def _punch(spectrum: Spectrum) -> float:
    level = spectrum.power.sum(axis=1)
    heard = level[spectrum.level_db > HEARD_DB]
    return _db(float(level.max()), float(heard.mean())) if len(heard) else 0.0


def _decay_s(envelope: FloatArray) -> float:
    peak = int(np.argmax(envelope))
    above = np.flatnonzero(envelope > 10 ** (-30 / 20) * envelope[peak])
    return (int(above[-1]) - peak + 1) * ENVELOPE_S if len(above) else 0.0


def _roughness(spectrum: Spectrum) -> float:
    """Of the strongest partials of the loudest long frame."""
    frames = spectrum.tonal
    power = frames[int(np.argmax(frames.sum(axis=1)))]
    inner = power[1:-1]
    peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner > 1e-5 * power.max()))
    peaks = np.sort(peaks[np.argsort(-power[peaks])[:PARTIALS]])
    if len(peaks) < 2:
        return 0.0
    hz, amplitude = peaks * TONAL_SR / TONAL_N_FFT, np.sqrt(power[peaks] / power[peaks].max())
    low, high = np.triu_indices(len(peaks), 1)
    smaller = np.minimum(amplitude[low], amplitude[high])
    fluctuation = 2 * smaller / (amplitude[low] + amplitude[high])
    spread = 0.24 / (0.0207 * hz[low] + 18.96) * (hz[high] - hz[low])
    beating = np.exp(-3.5 * spread) - np.exp(-5.75 * spread)
    product = amplitude[low] * amplitude[high]
    return float(np.sum(product**0.1 * 0.5 * fluctuation**3.11 * beating))


def _width(y: FloatArray, side: FloatArray | None) -> float:
    if side is None:
        return 0.0
    sides = float(np.dot(side, side))
    return sides / (sides + float(np.dot(y, y)) + TINY)


def _reverberance_s(spectrum: Spectrum) -> float:
    """Slope of Schroeder's backward integral between -5 and -25 dB after the last loud frame, 300 Hz to 6 kHz."""
    level = spectrum.band_power[:, 16:41].sum(axis=1, dtype=np.float64)
    loud = np.flatnonzero(level > 0.25 * level.max())
    if len(loud) == 0 or level.max() <= TINY:
        return 0.0
    left = np.cumsum(level[loud[-1] :][::-1])[::-1]
    falling: NDArray[np.float64] = 10 * np.log10(left / left[0] + TINY)
    span = np.flatnonzero((falling < -5) & (falling > -25))
    if len(span) < 4:
        return 0.0
    slope = np.polyfit(span * HOP / SR, falling[span], 1)[0]
    return float(min(60 / max(-slope, 1.0), 20.0))

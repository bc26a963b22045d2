"""Oscillators, noise and envelopes: the raw material of every sound in the pack.

Everything works on whole arrays at `SR`. Mono has shape (n,), stereo (n, 2), both float64.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SR",
    "Rng",
    "Wave",
    "curve",
    "decay",
    "glide",
    "hz",
    "mix",
    "modes",
    "noise",
    "note_hz",
    "saw",
    "sine",
    "square",
    "times",
]

SR = 48_000
Wave: TypeAlias = NDArray[np.float64]
Rng: TypeAlias = np.random.Generator

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def note_hz(note: str) -> float:
    """Frequency in Hz of a note such as ``A1`` or ``F#3``, A4 = 440 Hz."""
    name, octave = note[:-1], int(note[-1])
    semitone = SEMITONES[name[0]] + name.count("#") - name.count("b") + 12 * (octave + 1)
    return float(440.0 * 2 ** ((semitone - 69) / 12))


def times(duration_s: float) -> Wave:
    """Time in seconds of each sample, shape (n,)."""
    return np.arange(round(duration_s * SR)) / SR


def hz(frequency: float, duration_s: float) -> Wave:
    """Return a steady frequency as a curve for the oscillators."""
    return np.full(round(duration_s * SR), float(frequency))


def glide(start_hz: float, end_hz: float, tau_s: float, duration_s: float) -> Wave:
    """Frequency that falls or rises exponentially from start to end with time constant `tau_s`."""
    return np.asarray(end_hz + (start_hz - end_hz) * np.exp(-times(duration_s) / tau_s))


def curve(duration_s: float, *points: tuple[float, float]) -> Wave:
    """Straight lines through (time in seconds, value) points."""
    at, values = zip(*points, strict=True)
    return np.asarray(np.interp(times(duration_s), at, values))


def decay(duration_s: float, t60_s: float, attack_s: float = 0.0005) -> Wave:
    """Envelope that rises within `attack_s`, then falls by 60 dB every `t60_s` seconds."""
    t = times(duration_s)
    return np.asarray(np.minimum(1.0, t / attack_s) * np.exp(-3.0 * np.log(10.0) / t60_s * t))


def sine(frequency: Wave, modulation: Wave | float = 0.0) -> Wave:
    """Sine oscillator; `modulation` is added to the phase in radians (FM synthesis)."""
    return np.sin(2 * np.pi * _cycles(frequency, 0.0) + modulation)


def saw(frequency: Wave, start: float = 0.0) -> Wave:
    """Sawtooth whose steps are smoothed against aliasing with PolyBLEP (Välimäki 2007)."""
    phase = _cycles(frequency, start) % 1.0
    step = frequency / SR
    y = 2.0 * phase - 1.0
    rising = phase < step
    falling = phase > 1.0 - step
    before = phase[rising] / step[rising]
    after = (phase[falling] - 1.0) / step[falling]
    y[rising] -= 2.0 * before - before**2 - 1.0
    y[falling] -= after**2 + 2.0 * after + 1.0
    return y


def square(frequency: Wave, width: float = 0.5) -> Wave:
    """Pulse wave of the given duty cycle: the difference of two sawtooths."""
    return saw(frequency) - saw(frequency, start=width)


def noise(rng: Rng, duration_s: float) -> Wave:
    """White Gaussian noise with a standard deviation of 0.3."""
    return 0.3 * rng.standard_normal(round(duration_s * SR))


def modes(frequencies: Wave, gains: Wave, t60s: Wave, duration_s: float) -> Wave:
    """Sum of decaying sines, as struck metal, wood and skin ring; the three arrays have one value a mode."""
    y = np.zeros(round(duration_s * SR))
    for frequency, gain, t60_s in zip(frequencies, gains, t60s, strict=True):
        heard_s = min(duration_s, 1.4 * t60_s)
        ring = gain * decay(heard_s, t60_s) * sine(hz(frequency, heard_s))
        y[: len(ring)] += ring
    return y


def mix(*waves: Wave) -> Wave:
    """Sum of waves of any length; stereo if one of them is."""
    length = max(len(wave) for wave in waves)
    stereo = any(wave.ndim == 2 for wave in waves)
    y = np.zeros((length, 2) if stereo else length)
    for wave in waves:
        y[: len(wave)] += wave[:, None] if stereo and wave.ndim == 1 else wave
    return y


def _cycles(frequency: Wave, start: float) -> Wave:
    """Oscillator phase in cycles; the first sample is at `start`."""
    return np.asarray(start + (np.cumsum(frequency) - frequency[0]) / SR)

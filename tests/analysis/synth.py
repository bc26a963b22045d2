"""Signals whose tempo, key, note and level are known."""

from __future__ import annotations

import numpy as np

from cratedig.analysis.spectrum import SR
from cratedig.types import FloatArray

TONIC_HZ = 261.6256  # C4
SCALES = {"": (0, 2, 4, 5, 7, 9, 11), "m": (0, 2, 3, 5, 7, 8, 10)}


def tone(hz: float, seconds: float, partials: int = 6, decay: float = 0.0, sr: int = SR) -> FloatArray:
    """A harmonic tone, its partials falling as 1 / k."""
    t = np.arange(int(seconds * sr)) / sr
    ks = [k for k in range(1, partials + 1) if k * hz < sr / 2]
    y = sum(np.sin(2 * np.pi * hz * k * t) / k for k in ks) * np.exp(-decay * t)
    return (0.4 * np.asarray(y)).astype(np.float32)


def noise(seconds: float, decay: float = 0.0, seed: int = 0) -> FloatArray:
    """White noise, falling by exp(-decay * t)."""
    n = int(seconds * SR)
    y = np.random.default_rng(seed).standard_normal(n) * np.exp(-decay * np.arange(n) / SR)
    return (0.2 * y).astype(np.float32)


def place(y: FloatArray, sound: FloatArray, at_s: float) -> None:
    """Add a sound; what runs over the end is lost."""
    start = round(at_s * SR)
    part = sound[: max(len(y) - start, 0)]
    y[start : start + len(part)] += part


def kick() -> FloatArray:
    """A sine that falls from 250 to 45 Hz."""
    t = np.arange(int(0.2 * SR)) / SR
    sweep = 45 + 205 * np.exp(-t * 30)
    return (0.8 * np.sin(2 * np.pi * np.cumsum(sweep) / SR) * np.exp(-12 * t)).astype(np.float32)


def drum_loop(bpm: float, beats: int) -> FloatArray:
    """Kick on every beat, snare on every second, hat between: exactly `beats` long."""
    y = np.zeros(round(beats * 60 / bpm * SR), np.float32)
    snare, hat = noise(0.15, 25), noise(0.05, 90, 1)
    for beat in range(beats):
        place(y, kick(), beat * 60 / bpm)
        place(y, 0.3 * hat, (beat + 0.5) * 60 / bpm)
        if beat % 2:
            place(y, snare, beat * 60 / bpm)
    return y


def cadence(tonic: int, mode: str, bpm: float = 120) -> FloatArray:
    """I-IV-V-I in a key, one chord a bar; tonic is a pitch class."""
    scale = SCALES[mode]
    y = np.zeros(round(16 * 60 / bpm * SR), np.float32)
    for bar, degree in enumerate((0, 3, 4, 0)):
        for third in (0, 2, 4):
            step = scale[(degree + third) % 7] + 12 * ((degree + third) // 7)
            hz = TONIC_HZ / 2 * 2 ** ((tonic + step) / 12)
            for beat in range(4):
                place(y, tone(hz, 60 / bpm, 5, 4), (4 * bar + beat) * 60 / bpm)
    y /= np.abs(y).max()
    return y

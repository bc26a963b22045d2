"""Sounds that every listener would call by the same name, made in numpy at the model's rate."""

from __future__ import annotations

import numpy as np

from cratedig.models.compact.frontend import SR
from cratedig.types import FloatArray


def _time(seconds: float) -> FloatArray:
    return np.asarray(np.arange(int(seconds * SR)) / SR, dtype=np.float32)


def kick(seconds: float = 0.5) -> FloatArray:
    """A falling sine with a click: 150 to 48 Hz."""
    t = _time(seconds)
    phase = 2 * np.pi * (48 * t + 102 * 0.03 * (1 - np.exp(-t / 0.03)))
    return np.asarray(np.sin(phase) * np.exp(-t / 0.12), dtype=np.float32)


def hat(seconds: float = 0.12) -> FloatArray:
    """High-passed noise that dies in 25 ms."""
    t = _time(seconds)
    noise = np.random.default_rng(1).standard_normal(len(t) + 2)
    return np.asarray(np.diff(noise, 2) * np.exp(-t / 0.025), dtype=np.float32)


def snare(seconds: float = 0.3) -> FloatArray:
    """A short 190 Hz body under noise."""
    t = _time(seconds)
    body = np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.05)
    noise = np.random.default_rng(2).standard_normal(len(t)) * np.exp(-t / 0.08)
    return np.asarray(body + 0.5 * noise, dtype=np.float32)


def pad(seconds: float = 2.0) -> FloatArray:
    """Detuned soft saws on a minor chord, slowly rising."""
    t = _time(seconds)
    y = np.zeros_like(t)
    for note in (220.0, 261.6, 329.6):
        for detune in (0.995, 1.0, 1.005):
            for harmonic in range(1, 7):
                y += np.sin(2 * np.pi * note * detune * harmonic * t + harmonic) / harmonic**2
    return np.asarray(y * np.minimum(1, t / 0.6), dtype=np.float32)


def noise(seconds: float = 2.0) -> FloatArray:
    """Steady white noise."""
    return np.random.default_rng(3).standard_normal(int(seconds * SR)).astype(np.float32)

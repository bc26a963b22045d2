"""Audio files in which laion_clap's preprocessing has traps, made in numpy: equal on every machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from cratedig.types import FloatArray

# Name: sample rate, frames, channels, subtype, gain.
FILES = {
    "half a second": (48_000, 24_000, 1, "PCM_16", 0.5),
    "one sample more than soxr gives": (44_100, 44_100, 1, "PCM_24", 0.5),
    "the length rounded up": (44_100, 30_001, 2, "PCM_16", 0.5),
    "the length rounded down": (44_100, 30_003, 1, "PCM_16", 0.5),
    "half the rate": (22_050, 11_025, 1, "PCM_16", 0.5),
    "twice the rate": (96_000, 70_001, 2, "PCM_24", 0.5),
    "very short": (44_100, 60, 1, "PCM_16", 0.5),
    "louder than full scale": (48_000, 100_000, 1, "FLOAT", 3.0),
    "very quiet": (48_000, 50_000, 1, "FLOAT", 1e-3),
    "more than half of the window": (48_000, 300_000, 1, "PCM_16", 0.5),
    "the window exactly": (48_000, 480_000, 1, "PCM_16", 0.5),
    "the window but one sample": (48_000, 479_999, 1, "PCM_16", 0.5),
}


def write_files(folder: Path) -> list[Path]:
    """Write every file of `FILES`; returns their paths in that order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i, (sr, frames, channels, subtype, gain) in enumerate(FILES.values()):
        y = np.stack([sound(frames, sr, 10 * i + channel) for channel in range(channels)], axis=1)
        paths.append(folder / f"{i}.wav")
        soundfile.write(paths[-1], gain * y, sr, subtype)
    return paths


def sound(frames: int, sr: int, seed: int) -> FloatArray:
    """A decaying chord under noise, whose peak is below full scale."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / sr
    hz = 55 * 2 ** rng.uniform(0, 6, 3)
    y = np.sin(2 * np.pi * hz[:, None] * t).sum(0) / 3 + 0.2 * rng.uniform(-1, 1, frames)
    return np.asarray(y * np.exp(-t / rng.uniform(0.1, 3)) / 1.2, dtype=np.float32)

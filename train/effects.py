"""Adjectives are taught by doing: each effect makes a sound deserve a word.

Every effect maps a waveform at `SR` and a random generator to another waveform; names are those of the
characters in vocabulary.toml.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import soxr
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, iirpeak, sosfilt, tf2sos  # type: ignore[import-untyped]

from cratedig.models.compact.frontend import SR

Sound = NDArray[np.float32]
Effect = Callable[[Sound, Generator], Sound]


def _filter(y: Sound, kind: str, hz: float | tuple[float, float], order: int = 4) -> Sound:
    sos = butter(order, hz, kind, fs=SR, output="sos")
    return np.asarray(sosfilt(sos, y), dtype=np.float32)


def _peak(y: Sound) -> float:
    return float(np.abs(y).max()) + 1e-9


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A number whose logarithm is drawn evenly."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _level(y: Sound) -> Sound:
    """Smoothed envelope, 10 ms."""
    n = SR // 100
    padded = np.concatenate([np.zeros(n), np.cumsum(np.abs(y), dtype=np.float64)])
    return np.asarray((padded[n:] - padded[:-n]) / n, dtype=np.float32)


def _resample(y: Sound, ratio: float) -> Sound:
    """Change speed and pitch: a ratio of 2 is an octave up."""
    return np.asarray(soxr.resample(y, SR * ratio, SR, quality="LQ"), dtype=np.float32)


def crackle(n: int, rng: Generator) -> Sound:
    """Vinyl: sparse clicks and a bed of soft hiss, peak about one."""
    clicks = rng.standard_normal(n) * (rng.random(n) < log_uniform(rng, 5, 60) / SR) * rng.random(n) ** 2
    bed = rng.standard_normal(n) * log_uniform(rng, 0.002, 0.03)
    return _filter((clicks * 3 + bed).astype(np.float32), "bandpass", (300.0, 7000.0), 1)


def dusty(y: Sound, rng: Generator) -> Sound:
    """Roll off, coarse levels, vinyl crackle."""
    levels = 2 ** rng.uniform(5.5, 8)
    rolled_off = _filter(np.tanh(1.5 * y / _peak(y)).astype(np.float32), "lowpass", log_uniform(rng, 2000, 6500), 2)
    tail = np.pad(rolled_off, (0, int(rng.uniform(0.02, 0.3) * SR)))
    coarse = np.round(tail * levels) / levels
    return np.asarray(coarse + crackle(len(tail), rng) * log_uniform(rng, 0.05, 0.35), dtype=np.float32)


def distorted(y: Sound, rng: Generator) -> Sound:
    """Drive into a soft or hard clipper."""
    driven = y / _peak(y) * log_uniform(rng, 8, 60) + rng.uniform(0, 0.3)
    shaped = np.tanh(driven) if rng.random() < 0.6 else np.clip(driven, -1, 1)
    return _filter(shaped.astype(np.float32), "highpass", 25.0, 1)


def saturated(y: Sound, rng: Generator) -> Sound:
    """Gentle, slightly lopsided soft clipping."""
    driven = np.tanh(y / _peak(y) * log_uniform(rng, 2.5, 7) + 0.1)
    return _filter(driven.astype(np.float32), "lowpass", log_uniform(rng, 6000, 12000), 1)


def bitcrushed(y: Sound, rng: Generator) -> Sound:
    """Hold samples and round them to few levels."""
    hold = int(rng.integers(3, 12))
    levels = 2 ** rng.uniform(2.5, 5)
    held = np.repeat((y / _peak(y))[::hold], hold)[: len(y)]
    return np.asarray(np.round(held * levels) / levels, dtype=np.float32)


def dark(y: Sound, rng: Generator) -> Sound:
    """Low-pass between 250 Hz and 1.5 kHz."""
    return _filter(y, "lowpass", log_uniform(rng, 250, 1500), int(rng.integers(2, 5)))


def bright(y: Sound, rng: Generator) -> Sound:
    """Add back the top, made louder."""
    high = _filter(y, "highpass", log_uniform(rng, 2500, 6000), 2)
    return np.asarray(y / _peak(y) + high / (_peak(high) + 0.02) * rng.uniform(0.4, 1.5), dtype=np.float32)


def thin(y: Sound, rng: Generator) -> Sound:
    """High-pass between 500 Hz and 2 kHz."""
    return _filter(y, "highpass", log_uniform(rng, 500, 2000), 3)


def telephone(y: Sound, rng: Generator) -> Sound:
    """Speech band, slightly driven."""
    band = (log_uniform(rng, 300, 600), log_uniform(rng, 1800, 3500))
    return np.asarray(np.tanh(2 * _filter(y / _peak(y), "bandpass", band, 3)), dtype=np.float32)


def reverb(y: Sound, rng: Generator) -> Sound:
    """Decaying noise as the response of a room."""
    decay = log_uniform(rng, 0.7, 4.0)
    t = np.arange(int(min(decay, 2.0) * SR)) / SR
    response = rng.standard_normal(len(t)) * np.exp(-6.9 * t / decay) * (1 - np.exp(-t / 0.004))
    response = _filter(response.astype(np.float32), "lowpass", log_uniform(rng, 2500, 12000), 1)
    wet = fftconvolve(y, response)
    dry = np.pad(y, (0, len(wet) - len(y))) / _peak(y)
    return np.asarray(dry * rng.uniform(0.1, 0.7) + wet / _peak(wet), dtype=np.float32)


def short(y: Sound, rng: Generator) -> Sound:
    """Fade out within a tenth of a second."""
    length = log_uniform(rng, 0.03, 0.12)
    t = np.arange(len(y)) / SR
    return np.asarray(
        (y * np.exp(-np.maximum(0, t - length * 0.3) / (length * 0.25)))[: int(2.5 * length * SR)], dtype=np.float32
    )


def deep(y: Sound, rng: Generator) -> Sound:
    """Slower and lower by five to fourteen semitones."""
    return _resample(y, 2 ** (-rng.uniform(5, 14) / 12))


def high(y: Sound, rng: Generator) -> Sound:
    """Faster and higher by five to fourteen semitones."""
    return _resample(y, 2 ** (rng.uniform(5, 14) / 12))


def backwards(y: Sound, rng: Generator) -> Sound:
    """Play a stretch backwards."""
    start = len(y) - int(rng.uniform(0.4, 1.6) * SR)
    return np.ascontiguousarray(y[::-1] if start < 0 else y[: len(y) - start][::-1])


def noisy(y: Sound, rng: Generator) -> Sound:
    """Add hiss, steady or riding on the sound."""
    hiss = rng.standard_normal(len(y)).astype(np.float32)
    if rng.random() < 0.5:
        hiss *= _level(y) / (_level(y).max() + 1e-9)
    hiss = _filter(hiss, "highpass", log_uniform(rng, 200, 4000), 1)
    return np.asarray(y / _peak(y) + hiss / _peak(hiss) * log_uniform(rng, 0.12, 0.7), dtype=np.float32)


def delayed(y: Sound, rng: Generator) -> Sound:
    """Echoes that grow darker."""
    step = int(log_uniform(rng, 0.1, 0.4) * SR)
    feedback, brightness = rng.uniform(0.45, 0.8), log_uniform(rng, 1500, 10000)
    out = np.zeros(max(len(y), 2 * SR), dtype=np.float32)
    out[: len(y)] = y
    echo = y
    for n in range(1, 1 + len(out) // step):
        echo = _filter(echo, "lowpass", brightness, 1) * np.float32(feedback)
        end = min(len(out), n * step + len(echo))
        out[n * step : end] += echo[: end - n * step]
    return out


def chorused(y: Sound, rng: Generator) -> Sound:
    """Mix with copies whose delay wanders."""
    t = np.arange(len(y))
    out = y.astype(np.float64)
    for _ in range(int(rng.integers(1, 4))):
        depth, rate = rng.uniform(0.001, 0.006) * SR, rng.uniform(0.3, 4.0)
        delay = depth * (1.1 + np.sin(2 * np.pi * (rate * t / SR + rng.random())))
        out += np.interp(t - delay, t, y, left=0.0) * rng.choice([-1, 1])
    return np.asarray(out, dtype=np.float32)


def gated(y: Sound, rng: Generator) -> Sound:
    """Chop rhythmically."""
    phase = (np.arange(len(y)) / SR * rng.uniform(5, 16)) % 1
    edge = rng.uniform(0.02, 0.1)
    window = np.clip(np.minimum(phase, rng.uniform(0.35, 0.65) - phase) / edge, 0, 1)
    return np.asarray(y * (rng.uniform(0, 0.1) + window), dtype=np.float32)


def punchy(y: Sound, rng: Generator) -> Sound:
    """Lift the attack, then clip softly."""
    t = np.arange(len(y)) / SR
    boost = 1 + rng.uniform(2, 6) * np.exp(-t / rng.uniform(0.008, 0.03))
    return np.asarray(np.tanh(1.5 * y / _peak(y) * boost), dtype=np.float32)


def soft(y: Sound, rng: Generator) -> Sound:
    """Fade in."""
    t = np.arange(len(y)) / max(len(y), 1)
    return np.asarray(y * np.minimum(1, t / rng.uniform(0.3, 0.7)) ** 1.5, dtype=np.float32)


def boomy(y: Sound, rng: Generator) -> Sound:
    """Add back the low end, made louder."""
    low = _filter(y, "bandpass", (40.0, log_uniform(rng, 100, 220)), 2)
    return np.asarray(y / _peak(y) + low / (_peak(low) + 0.01) * rng.uniform(1, 3), dtype=np.float32)


def metallic(y: Sound, rng: Generator) -> Sound:
    """Ring modulation, or a comb of short echoes."""
    if rng.random() < 0.5:
        ring = np.sin(2 * np.pi * log_uniform(rng, 150, 1800) * np.arange(len(y)) / SR)
        return np.asarray(y * ring + 0.2 * y, dtype=np.float32)
    comb = np.zeros(int(0.25 * SR), dtype=np.float32)
    step = int(log_uniform(rng, 0.0008, 0.006) * SR)
    comb[::step] = rng.uniform(0.85, 0.96) ** np.arange(len(comb[::step]))
    return np.asarray(fftconvolve(y, comb), dtype=np.float32)


def granular(y: Sound, rng: Generator) -> Sound:
    """Scatter short grains of the sound."""
    size = int(log_uniform(rng, 0.02, 0.1) * SR)
    out = np.zeros(max(len(y), SR), dtype=np.float32)
    window = np.hanning(size).astype(np.float32)
    for _ in range(int(2.5 * len(out) / size)):
        source = int(rng.integers(0, max(len(y) - size, 1)))
        grain = y[source : source + size]
        place = int(rng.integers(0, len(out) - size))
        out[place : place + len(grain)] += grain * window[: len(grain)]
    return out


def swept(y: Sound, rng: Generator) -> Sound:
    """Move a low-pass through the sound."""
    cuts = np.geomspace(log_uniform(rng, 150, 500), log_uniform(rng, 3000, 9000), 8)
    bands = [_filter(y, "lowpass", cut, 2) for cut in cuts]
    t = np.arange(len(y)) / max(len(y), 1)
    path = t if rng.random() < 0.6 else 0.5 - 0.5 * np.cos(2 * np.pi * rng.uniform(1, 5) * t)
    place = (path if rng.random() < 0.6 else 1 - path) * (len(cuts) - 1)
    weights = np.maximum(0, 1 - np.abs(place[None] - np.arange(len(cuts))[:, None]))
    return np.asarray((np.stack(bands) * weights).sum(0), dtype=np.float32)


def resonant(y: Sound, rng: Generator) -> Sound:
    """A narrow peak that rings."""
    hz = log_uniform(rng, 300, 2500)
    ringing = sosfilt(tf2sos(*iirpeak(hz, rng.uniform(4, 12), fs=SR)), y)
    return np.asarray(0.15 * y / _peak(y) + ringing / _peak(ringing), dtype=np.float32)


EFFECTS: dict[str, Effect] = {
    "dusty": dusty, "distorted": distorted, "saturated": saturated, "bitcrushed": bitcrushed, "dark": dark,
    "bright": bright, "thin": thin, "telephone": telephone, "reverb": reverb, "short": short, "deep": deep,
    "high": high, "reversed": backwards, "noisy": noisy, "delayed": delayed, "chorused": chorused,
    "gated": gated, "punchy": punchy, "soft": soft, "boomy": boomy, "metallic": metallic, "granular": granular,
    "swept": swept, "resonant": resonant,
}  # fmt: skip
COMMON = ("dusty", "distorted", "bitcrushed", "dark", "bright", "reverb", "short", "deep")  # asked for most


def draw_effects(rng: Generator) -> tuple[str, ...]:
    """One effect, sometimes two; those that producers ask for most are drawn most."""
    names = list(EFFECTS)
    weights = np.array([2.0 if name in COMMON else 1.0 for name in names])
    count = 1 if rng.random() < 0.8 else 2
    return tuple(rng.choice(names, count, replace=False, p=weights / weights.sum()))


def apply_effects(y: Sound, names: tuple[str, ...], rng: Generator) -> Sound:
    """Run a sound through effects, in order."""
    for name in names:
        y = EFFECTS[name](y, rng)
    return y


def disguise(y: Sound, rng: Generator) -> Sound:
    """Small changes that no word describes: another recording of the same thing."""
    y = _resample(y, 2 ** (rng.uniform(-2, 2) / 12))
    tilt: Any = rng.uniform(-0.35, 0.35)
    return np.asarray(np.append(y[:1], y[1:] + tilt * y[:-1]), dtype=np.float32)

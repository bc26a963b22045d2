"""Filters and effects: what happens to a sound on its way through the studio."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.demo_pack.synth import SR, Rng, Wave, hz, mix, noise, sine, times

__all__ = [
    "bandpass",
    "chorus",
    "crackle",
    "crush",
    "dusty",
    "echo",
    "fade",
    "highpass",
    "lowpass",
    "normalise",
    "overdriven",
    "resample",
    "reverb",
    "saturate",
    "swept_filter",
]

Spectrum: TypeAlias = NDArray[np.complex128]

FRAME = 2048
HOP = FRAME // 4


def lowpass(y: Wave, cutoff_hz: float, q: float = 0.707) -> Wave:
    """Two-pole low-pass."""
    return _biquad(y, "low", cutoff_hz, q)


def highpass(y: Wave, cutoff_hz: float, q: float = 0.707) -> Wave:
    """Two-pole high-pass."""
    return _biquad(y, "high", cutoff_hz, q)


def bandpass(y: Wave, centre_hz: float, q: float = 1.0) -> Wave:
    """Two-pole band-pass with 0 dB at its centre."""
    return _biquad(y, "band", centre_hz, q)


def _biquad(y: Wave, kind: Literal["low", "high", "band"], frequency_hz: float, q: float) -> Wave:
    """Causal two-pole filter of R. Bristow-Johnson's Audio EQ Cookbook, evaluated on FFT bins."""
    w0 = 2 * np.pi * frequency_hz / SR
    cos, alpha = np.cos(w0), np.sin(w0) / (2 * q)
    b = {
        "low": ((1 - cos) / 2, 1 - cos, (1 - cos) / 2),
        "high": ((1 + cos) / 2, -1 - cos, (1 + cos) / 2),
        "band": (alpha, 0.0, -alpha),
    }[kind]
    # Two poles fall by 60 dB in 2.2 q / f seconds: room for that tail keeps it from wrapping to the start.
    size = _fft_size(len(y) + int(4 * q / frequency_hz * SR))
    z = _unit_circle(size)
    response: Spectrum = (b[0] + z * (b[1] + z * b[2])) / (1 + alpha + z * (-2 * cos + z * (1 - alpha)))
    return _apply(y, response, size)


def swept_filter(y: Wave, cutoff_hz: Wave, q: float = 0.707, kind: Literal["low", "band"] = "low") -> Wave:
    """Mono filter whose cutoff moves: a magnitude response per overlapping frame.

    Parameters
    ----------
    y, cutoff_hz : ndarray, shape (n,)
    q : float
        Resonance; a low-pass peaks by ``q**2`` at its cutoff (two two-pole stages).
    kind : {"low", "band"}
    """
    window = np.hanning(FRAME + 1)[:-1]
    starts = np.arange(-FRAME + HOP, len(y), HOP)
    padded = np.pad(y, FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[starts + FRAME] * window
    centre = cutoff_hz[np.clip(starts + FRAME // 2, 0, len(y) - 1)][:, None]
    ratio = np.fft.rfftfreq(FRAME, 1 / SR) / centre
    lowpass_poles = (1 - ratio**2) ** 2 + (ratio / q) ** 2
    gain = (1.0 if kind == "low" else (ratio / q) ** 2) / lowpass_poles
    filtered = np.fft.irfft(np.fft.rfft(frames) * gain, axis=1) * window / 1.5
    out = np.zeros(len(padded))
    for start, frame in zip(starts + FRAME, filtered, strict=True):
        out[start : start + FRAME] += frame
    return out[FRAME : FRAME + len(y)]


def saturate(y: Wave, drive: float) -> Wave:
    """Soft clipping; `drive` 1 is gentle tape, 10 and more is a broken amplifier."""
    return np.asarray(np.tanh(drive * y / np.abs(y).max()))


def overdriven(y: Wave) -> Wave:
    """Two stages of clipping with the middle pushed between them, as a guitar amplifier does."""
    driven = saturate(y, 10.0)
    return lowpass(saturate(mix(driven, 1.5 * bandpass(driven, 900.0, 0.6)), 4.0), 9000.0)


def crush(y: Wave, bits: int, rate_hz: float) -> Wave:
    """Sample-and-hold at `rate_hz` with `bits` of resolution, aliases included."""
    held = (np.floor(times(len(y) / SR) * rate_hz) * SR / rate_hz).astype(int)
    levels = 2 ** (bits - 1)
    return np.asarray(np.round(y[held] * levels) / levels)


def crackle(rng: Rng, duration_s: float, clicks_per_s: float = 25.0) -> Wave:
    """Vinyl surface noise: random ticks of random size over hiss and a little turntable rumble."""
    y = np.zeros(round(duration_s * SR))
    at = rng.integers(0, len(y), round(duration_s * clicks_per_s))
    y[at] = rng.choice([-1.0, 1.0], len(at)) * rng.pareto(2.5, len(at)).clip(0.1, 1.2)
    ticks = bandpass(y, 2600.0, 0.5)
    hiss = bandpass(noise(rng, duration_s), 2500.0, 0.5)
    rumble = lowpass(noise(rng, duration_s), 60.0)
    return normalise(ticks + 0.06 * hiss + 0.15 * rumble, 0.0)


def dusty(rng: Rng, y: Wave, cutoff_hz: float = 3200.0, dust: float = 0.12) -> Wave:
    """Wear a sound as if an early sampler had taken it from an old record, surface noise included."""
    worn = saturate(lowpass(lowpass(y, cutoff_hz), cutoff_hz), 1.6)
    surface = crackle(rng, len(y) / SR, clicks_per_s=45.0)
    fading_surface = surface * np.linspace(1.0, 0.3, len(y))
    return lowpass(crush(mix(worn, dust * fading_surface), 8, 16_000.0), 7000.0)


def reverb(rng: Rng, y: Wave, t60_s: float, wet: float, damping_hz: float = 6000.0) -> Wave:
    """Stereo room: convolution with two decaying noises; longer than `y` by `t60_s`."""
    t = times(t60_s)
    fall = 10 ** (-3 * t / t60_s) * np.minimum(1, t / 0.008)
    room = lowpass(rng.standard_normal((len(t), 2)) * fall[:, None], damping_hz)
    dry = y if y.ndim == 2 else y[:, None]
    length = len(dry) + len(room)
    size = _fft_size(length)
    tail = np.fft.irfft(np.fft.rfft(dry, size, axis=0) * np.fft.rfft(room, size, axis=0), size, axis=0)
    tail *= wet * np.abs(dry).max() / np.abs(tail).max()
    return mix(tail[:length], (1 - wet) * y)


def echo(y: Wave, delay_s: float, feedback: float, repeats: int = 4) -> Wave:
    """Repeats that get quieter and darker."""
    heard, step = [y], round(delay_s * SR)
    for n in range(1, repeats + 1):
        silence = np.zeros((n * step, *y.shape[1:]))
        heard.append(np.concatenate([silence, feedback**n * lowpass(y, 6000.0 / n)]))
    return mix(*heard)


def chorus(y: Wave, depth_s: float = 0.002, rate_hz: float = 0.6) -> Wave:
    """Stereo from mono: each side adds a copy whose delay moves the other way."""
    sway = depth_s * sine(hz(rate_hz, len(y) / SR))
    t = times(len(y) / SR)
    sides = [y + 0.8 * np.interp(t - 0.012 - side * sway, t, y) for side in (1, -1)]
    return np.column_stack(sides)


def fade(y: Wave, out_s: float = 0.005) -> Wave:
    """Linear fade to silence over the last `out_s` seconds."""
    length = round(out_s * SR)
    gain = np.ones(len(y))
    gain[-length:] = np.linspace(1.0, 0.0, length)
    return y * (gain if y.ndim == 1 else gain[:, None])


def normalise(y: Wave, peak_db: float) -> Wave:
    """Scale so that the loudest sample lies at `peak_db` dBFS."""
    return np.asarray(y * 10 ** (peak_db / 20) / np.abs(y).max())


def resample(y: Wave, sr: int) -> Wave:
    """From `SR` down to `sr` by cutting the spectrum; returns ``round(len(y) * sr / SR)`` samples."""
    target = round(len(y) * sr / SR)
    if target == len(y):
        return y
    block = SR // np.gcd(SR, sr)
    size = block * _fft_size(len(y) // block + 2)
    size_out = size * sr // SR
    spectrum = np.fft.rfft(y, size, axis=0)[: size_out // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, size_out, axis=0)[:target] * size_out / size)


def _apply(y: Wave, response: Spectrum, size: int) -> Wave:
    shaped = response if y.ndim == 1 else response[:, None]
    return np.fft.irfft(np.fft.rfft(y, size, axis=0) * shaped, size, axis=0)[: len(y)]


@lru_cache(maxsize=4)
def _unit_circle(size: int) -> Spectrum:
    """1/z at each FFT bin; chains of filters on one sound share it."""
    return np.asarray(np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size))


def _fft_size(n: int) -> int:
    """Smallest even length of at least `n` that an FFT handles fast (2^a, 3 * 2^a, 5 * 2^a or 9 * 2^a)."""
    return min(factor << max(1, int(np.ceil(np.log2(n / factor)))) for factor in (1, 3, 5, 9))

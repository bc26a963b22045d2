"""Transitions, impacts, noises and one long recording-like scene."""

from __future__ import annotations

import numpy as np

from data.demo_pack.drums import gong
from data.demo_pack.effects import bandpass, crackle, lowpass, reverb, saturate, swept_filter
from data.demo_pack.synth import SR, Rng, Wave, curve, decay, glide, hz, mix, noise, saw, sine, times

__all__ = ["downlifter", "impact", "laser", "rain_with_gong", "riser", "sweep", "vinyl_noise", "white_noise"]


def riser(rng: Rng, *, duration_s: float = 4.0, tone: float = 0.5, low_hz: float = 180.0) -> Wave:
    """Noise and detuned saws that climb in pitch, brightness and level, in stereo."""
    climb = times(duration_s) / duration_s
    centre = low_hz * (9000.0 / low_hz) ** climb
    pitch = 110.0 * 2 ** (3.0 * climb)
    sides = []
    for detune in (0.994, 1.006):
        air = swept_filter(noise(rng, duration_s), centre, 1.4, "band")
        voice = swept_filter(saw(pitch * detune) + saw(1.5 * pitch * detune), 1.5 * centre)
        sides.append((1 - tone) * 4.0 * air + tone * 0.4 * voice)
    return np.column_stack(sides) * (0.05 + 0.95 * climb[:, None] ** 1.5)


def downlifter(rng: Rng, *, duration_s: float = 3.5, tone: float = 0.4) -> Wave:
    """Noise and a tone that fall away, in stereo."""
    fall = times(duration_s) / duration_s
    centre = 9500.0 * (150.0 / 9500.0) ** fall
    sides = []
    for detune in (0.994, 1.006):
        air = swept_filter(noise(rng, duration_s), centre, 1.3, "band")
        voice = swept_filter(saw(880.0 * detune * 2 ** (-4.0 * fall)), 1.5 * centre)
        sides.append((1 - tone) * 4.0 * air + tone * 0.5 * voice)
    return np.column_stack(sides) * (1 - fall[:, None]) ** 1.2


def impact(rng: Rng, *, t60_s: float = 2.6, pitch_hz: float = 42.0, drive: float = 3.0) -> Wave:
    """Cinematic hit: a falling boom and a burst of debris in a large hall."""
    boom = sine(glide(4.0 * pitch_hz, pitch_hz, 0.09, t60_s)) * decay(t60_s, t60_s, 0.002)
    burst = lowpass(noise(rng, 0.7), 2800.0) * decay(0.7, 0.5, 0.001)
    return reverb(rng, saturate(mix(boom, 2.0 * burst), drive), t60_s, 0.35, damping_hz=3500.0)


def laser(*, start_hz: float = 5200.0, end_hz: float = 140.0, duration_s: float = 0.45) -> Wave:
    """Toy ray gun: a tone that falls through many octaves."""
    f = end_hz * (start_hz / end_hz) ** (1 - times(duration_s) / duration_s) ** 1.6
    return sine(f, 1.2 * sine(0.5 * f)) * decay(duration_s, 1.5 * duration_s, 0.001)


def sweep(rng: Rng, *, duration_s: float = 2.2, peak_at: float = 0.55, q: float = 2.0) -> Wave:
    """Whoosh that passes: filtered noise up and down again, from left to right."""
    at = peak_at * duration_s
    centre = np.exp(curve(duration_s, (0, np.log(250)), (at, np.log(5000)), (duration_s, np.log(300))))
    level = curve(duration_s, (0, 0.0), (at, 1.0), (duration_s, 0.0)) ** 1.8
    pan = curve(duration_s, (0, 0.1), (duration_s, 0.9)) * np.pi / 2
    y = swept_filter(noise(rng, duration_s), centre, q, "band") * level
    return np.column_stack([y * np.cos(pan), y * np.sin(pan)])


def vinyl_noise(rng: Rng, *, duration_s: float = 4.0, clicks_per_s: float = 30.0) -> Wave:
    """Run-out groove of an old record in stereo, with the tick of each turn at 33 rpm."""
    surface = np.column_stack([crackle(rng, duration_s, clicks_per_s) for _ in range(2)])
    shared = crackle(rng, duration_s, clicks_per_s)
    turn_s = 60.0 / 33.333
    ticks = np.zeros(len(shared))
    ticks[(np.arange(0.3, duration_s, turn_s) * SR).astype(int)] = 5.0
    return mix(0.6 * surface, shared, lowpass(ticks, 2500.0))


def white_noise(rng: Rng, *, duration_s: float = 1.5) -> Wave:
    """Plain hiss, for layering."""
    return noise(rng, duration_s)


def rain_with_gong(rng: Rng, *, duration_s: float = 20.0, gong_at_s: float = 9.0) -> Wave:
    """Rain on leaves with distant wind, and one gong in the middle."""
    wind = bandpass(noise(rng, duration_s), 160.0, 0.7) * (0.5 + 0.4 * sine(hz(0.13, duration_s)))
    sides = []
    for _ in range(2):
        drops = np.zeros(round(duration_s * SR))
        at = rng.integers(0, len(drops), round(duration_s * 260))
        drops[at] = rng.pareto(3.0, len(at)).clip(0.05, 3.0) * rng.choice([-1.0, 1.0], len(at))
        leaves = bandpass(0.4 * drops + 0.04 * noise(rng, duration_s), 4200.0, 0.7)
        sides.append(leaves + 0.12 * wind)
    stroke = gong(rng)
    late = np.concatenate([np.zeros(round(gong_at_s * SR)), 0.8 * stroke / np.abs(stroke).max()])
    return mix(np.column_stack(sides), late)[: round(duration_s * SR)]

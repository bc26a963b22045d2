"""Basses, keys and synthesizer voices that play a note or a chord."""

from __future__ import annotations

import numpy as np

from data.demo_pack.effects import bandpass, chorus, highpass, lowpass, saturate, swept_filter
from data.demo_pack.synth import (
    SR,
    Rng,
    Wave,
    curve,
    decay,
    glide,
    hz,
    mix,
    modes,
    noise,
    note_hz,
    saw,
    sine,
    square,
    times,
)

__all__ = [
    "acid_bass",
    "bass_808",
    "electric_piano",
    "lead",
    "organ",
    "pad",
    "pluck",
    "reese",
    "stab",
    "struck_bell",
    "sub_bass",
    "synth_bass",
    "warm_bell",
]


def sub_bass(note: str, duration_s: float = 1.4) -> Wave:
    """Nearly a pure sine, felt more than heard."""
    f = hz(note_hz(note), duration_s)
    return saturate(sine(f), 0.8) * _gate(duration_s, 0.012, 0.15)


def bass_808(rng: Rng, note: str, *, duration_s: float = 2.4, drive: float = 1.5) -> Wave:
    """Tuned, long kick: a click, a short drop in pitch, then a boom that sings."""
    f0 = note_hz(note)
    tone = (
        sine(glide(4.5 * f0, f0, 0.012, duration_s))
        * decay(duration_s, 1.8 * duration_s, 0.001)
        * _gate(duration_s, 0.001, 0.1)
    )
    click = lowpass(noise(rng, 0.008), 3000.0) * decay(0.008, 0.008)
    return lowpass(saturate(mix(tone, 0.3 * click), drive), 6000.0)


def reese(rng: Rng, note: str, *, duration_s: float = 2.4, detune: float = 0.012, cutoff_hz: float = 700.0) -> Wave:
    """Detuned saws that beat against each other behind a slow low-pass, in stereo."""
    f0 = note_hz(note)
    sides = []
    for side in (-1, 1):
        voices = [saw(hz(f0 * (1 + detune * spread), duration_s), rng.random()) for spread in (-1, 0.15 * side, 1)]
        sides.append(sum(voices, np.zeros(len(voices[0]))))
    cutoff = curve(duration_s, (0, 0.6 * cutoff_hz), (0.6 * duration_s, 1.6 * cutoff_hz), (duration_s, 0.7 * cutoff_hz))
    growl = np.column_stack([swept_filter(saturate(side, 1.5), cutoff, 0.9) for side in sides])
    return growl * _gate(duration_s, 0.01, 0.12)[:, None]


def acid_bass(note: str, *, duration_s: float = 0.45, peak_hz: float = 2600.0, q: float = 3.2, slide: str = "") -> Wave:
    """One saw into a resonant low-pass that snaps shut, then an overdriven amplifier."""
    f0 = note_hz(note)
    f = glide(note_hz(slide), f0, 0.03, duration_s) if slide else hz(f0, duration_s)
    squelch = glide(peak_hz, 3.0 * f0, 0.3 * duration_s, duration_s)
    plucked = decay(duration_s, 2.0 * duration_s) * _gate(duration_s, 0.003, 0.04)
    return saturate(swept_filter(saw(f), squelch, q), 2.2) * plucked


def synth_bass(note: str, *, duration_s: float = 0.9, open_hz: float = 3200.0, fm: float = 0.0) -> Wave:
    """Saw and square an octave apart through a closing filter; `fm` adds a bell-like edge instead."""
    f = hz(note_hz(note), duration_s)
    if fm:
        source = sine(f, fm * decay(duration_s, 2.0 * duration_s) * sine(2.0 * f))
    else:
        closing = glide(open_hz, 350.0, 0.35 * duration_s, duration_s)
        source = swept_filter(saw(f) + 0.6 * square(0.5 * f), closing, 1.1)
    return saturate(source, 1.3) * decay(duration_s, 2.5 * duration_s) * _gate(duration_s, 0.003, 0.06)


def pad(
    rng: Rng,
    chord: tuple[str, ...],
    *,
    duration_s: float = 5.0,
    tilt: float = 1.2,
    bandwidth_cents: float = 35.0,
    cutoff_hz: float = 6000.0,
    attack_s: float = 0.9,
) -> Wave:
    """Stereo ensemble pad by PADsynth (P. Nasca): harmonics smeared into bands of random phase.

    Parameters
    ----------
    chord : tuple of str
        Notes such as ``("A2", "C4", "E4")``.
    tilt : float
        Harmonic n has amplitude ``n ** -tilt``.
    bandwidth_cents : float
        Width of each harmonic; wider sounds like more players.
    """
    size = round(duration_s * SR)
    bins = np.fft.rfftfreq(size, 1 / SR)
    spectrum = np.zeros(len(bins))
    for note in chord:
        f0 = note_hz(note)
        for harmonic in np.arange(1, int(min(12_000.0, 4 * cutoff_hz) / f0) + 1):
            width = (2 ** (bandwidth_cents / 1200) - 1) * f0 * harmonic
            low, high = np.searchsorted(bins, [f0 * harmonic - 3 * width, f0 * harmonic + 3 * width])
            band = np.exp(-(((bins[low:high] - f0 * harmonic) / width) ** 2))
            spectrum[low:high] += harmonic**-tilt * band / np.sqrt(width)
    phases = np.exp(2j * np.pi * rng.random((2, len(bins))))
    y = np.fft.irfft(spectrum * phases, size, axis=1).T
    return lowpass(y, cutoff_hz) * _gate(duration_s, attack_s, 0.3 * duration_s)[:, None]


def lead(rng: Rng, note: str, *, duration_s: float = 1.6, voices: int = 7, cutoff_hz: float = 9000.0) -> Wave:
    """Solo voice: many detuned saws (supersaw), or one square with vibrato when `voices` is 1."""
    f0 = note_hz(note)
    if voices == 1:
        late = curve(duration_s, (0.25, 0.0), (0.6, 1.0))
        vibrato = 1 + 0.008 * late * sine(hz(5.6, duration_s))
        y = square(glide(0.84 * f0, f0, 0.03, duration_s) * vibrato, 0.35)
    else:
        spread = np.linspace(-0.012, 0.012, voices)
        stack = [saw(hz(f0 * (1 + detune), duration_s), rng.random()) for detune in spread]
        y = np.sum(stack, axis=0)
    return chorus(lowpass(y, cutoff_hz) * _gate(duration_s, 0.006, 0.2))


def stab(chord: tuple[str, ...], *, duration_s: float = 0.5, open_hz: float = 5000.0) -> Wave:
    """Short saw chord whose filter shuts at once."""
    stack = np.sum([saw(hz(note_hz(n) * d, duration_s), 0.3 * d) for n in chord for d in (0.995, 1.005)], axis=0)
    closing = glide(open_hz, 350.0, 0.2 * duration_s, duration_s)
    return chorus(swept_filter(stack, closing, 1.0) * decay(duration_s, 1.2 * duration_s, 0.002))


def pluck(rng: Rng, note: str, *, t60_s: float = 2.0, position: float = 0.18, damping: float = 0.5) -> Wave:
    """Plucked string: harmonics shaped by the plucking point, the higher the shorter."""
    f0 = note_hz(note)
    n = np.arange(1.0, min(40, int(14_000 / f0)) + 1)
    gains = np.sin(np.pi * n * position) / n
    string = modes(f0 * n * np.sqrt(1 + 0.0002 * n**2), gains, t60_s / n**damping, 1.1 * t60_s)
    plectrum = bandpass(noise(rng, 0.008), 2500.0) * decay(0.008, 0.008)
    return mix(string, 0.1 * plectrum)


def struck_bell(note: str, *, t60_s: float = 3.2) -> Wave:
    """Bell with the partials of cast bronze: hum, prime, tierce, quint, nominal and above."""
    partials = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.67, 3.01, 4.16, 5.43, 6.8])
    gains = np.array([0.5, 0.9, 0.7, 0.35, 1.0, 0.5, 0.35, 0.3, 0.2, 0.12])
    return modes(note_hz(note) * partials, gains, t60_s / partials**0.6, t60_s)


def warm_bell(note: str, *, duration_s: float = 3.2) -> Wave:
    """FM bell: one modulator at an inharmonic ratio that dies before its carrier."""
    f = hz(note_hz(note), duration_s)
    shine = 2.2 * decay(duration_s, duration_s) * sine(3.53 * f)
    return chorus(sine(f, shine) * decay(duration_s, 1.3 * duration_s, 0.001), depth_s=0.0008)


def organ(chord: tuple[str, ...], *, duration_s: float = 1.8) -> Wave:
    """Drawbar organ: nine sines a key, key click, and a turning speaker."""
    drawbars = {0.5: 0.8, 1.5: 0.6, 1.0: 1.0, 2.0: 0.7, 3.0: 0.5, 4.0: 0.6, 5.0: 0.3, 6.0: 0.4, 8.0: 0.5}
    turn = sine(hz(6.4, duration_s))
    y = np.zeros(round(duration_s * SR))
    for note in chord:
        f = note_hz(note) * (1 + 0.002 * turn)
        for ratio, gain in drawbars.items():
            y += gain * sine(ratio * f)
    sides = np.column_stack([1 + 0.18 * turn, 1 - 0.18 * turn])
    return saturate(y, 1.4)[:, None] * sides * _gate(duration_s, 0.003, 0.05)[:, None]


def electric_piano(chord: tuple[str, ...], *, duration_s: float = 2.8, bark: float = 1.5) -> Wave:
    """Tine piano by FM: a soft body and a bright tine that dies early, with stereo tremolo."""
    y = np.zeros(round(duration_s * SR))
    dulling, tine_dies = bark * decay(duration_s, 0.6 * duration_s), 0.9 * decay(duration_s, 0.35)
    for note in chord:
        f = hz(note_hz(note), duration_s)
        y += sine(f, dulling * sine(f)) + 0.4 * sine(f, tine_dies * sine(14.0 * f))
    y *= decay(duration_s, 1.8 * duration_s, 0.002) * _gate(duration_s, 0.002, 0.15)
    tremolo = 0.25 * sine(hz(4.8, duration_s))
    warm = highpass(lowpass(y, 5500.0), 60.0)
    return warm[:, None] * np.column_stack([1 + tremolo, 1 - tremolo])


def _gate(duration_s: float, attack_s: float, release_s: float) -> Wave:
    """Envelope of a held key: up, full, and down to nothing at the end."""
    t = times(duration_s)
    return np.clip(np.minimum(t / attack_s, (duration_s - t) / release_s), 0.0, 1.0)

"""Drum-kit and percussion voices, after the circuits and objects that make them."""

from __future__ import annotations

import numpy as np

from data.demo_pack.effects import bandpass, highpass, lowpass, saturate
from data.demo_pack.synth import SR, Rng, Wave, curve, decay, glide, hz, mix, modes, noise, sine, square

__all__ = [
    "clap",
    "conga",
    "cowbell",
    "crash",
    "gong",
    "hat",
    "kick",
    "ride",
    "rimshot",
    "shaker",
    "snare",
    "tambourine",
    "tom",
    "wood",
]

# The six square waves behind the cymbals of the classic analogue drum machine, Hz.
CYMBAL_SQUARES = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)


def kick(
    rng: Rng,
    *,
    pitch_hz: float = 50.0,
    sweep_hz: float = 260.0,
    sweep_s: float = 0.025,
    t60_s: float = 0.4,
    click: float = 0.35,
    drive: float = 1.0,
) -> Wave:
    """Falling sine with a beater click."""
    length = 1.1 * t60_s
    body = sine(glide(pitch_hz + sweep_hz, pitch_hz, sweep_s, length)) * decay(length, t60_s, 0.001)
    beater = bandpass(noise(rng, 0.02), 3200.0, 0.7) * decay(0.02, 0.012)
    return saturate(mix(body, click * beater / np.abs(beater).max()), drive)


def snare(
    rng: Rng,
    *,
    pitch_hz: float = 185.0,
    body_s: float = 0.16,
    wires_s: float = 0.22,
    wires: float = 0.8,
    bright_hz: float = 9000.0,
    drive: float = 1.2,
) -> Wave:
    """Two shell modes under the rattle of the wires."""
    length = 1.2 * max(body_s, wires_s)
    shell = sine(glide(1.5 * pitch_hz, pitch_hz, 0.012, length)) * decay(length, body_s)
    rim = sine(glide(2.2 * pitch_hz, 1.78 * pitch_hz, 0.01, length)) * decay(length, 0.6 * body_s)
    rattle = lowpass(highpass(noise(rng, length), 1100.0), bright_hz) * decay(length, wires_s, 0.001)
    snap = highpass(noise(rng, 0.012), 2500.0) * decay(0.012, 0.01)
    return saturate(mix(0.7 * shell, 0.4 * rim, 2.6 * wires * rattle, snap), drive)


def rimshot(rng: Rng, *, pitch_hz: float = 480.0, t60_s: float = 0.07) -> Wave:
    """Stick across rim and shell: a hollow knock of three short modes."""
    frequencies = pitch_hz * np.array([1.0, 2.41, 3.55])
    knock = modes(frequencies, np.array([0.7, 1.0, 0.5]), t60_s * np.array([1.0, 0.7, 0.5]), 1.8 * t60_s)
    stick = highpass(noise(rng, 0.004), 3000.0) * decay(0.004, 0.004)
    return saturate(mix(knock, stick), 1.5)


def clap(rng: Rng, *, hands: int = 4, spread_s: float = 0.011, t60_s: float = 0.22, tone_hz: float = 1150.0) -> Wave:
    """Several hands a few milliseconds apart, then the room."""
    length = hands * spread_s + 1.1 * t60_s
    envelope = np.zeros(round(length * SR))
    for hand in range(hands):
        start = round(hand * spread_s * rng.uniform(0.9, 1.1) * SR)
        slap = decay(0.02, 0.02)
        envelope[start : start + len(slap)] += slap[: len(envelope) - start]
    last = round(hands * spread_s * SR)
    tail = decay(length, t60_s)[: len(envelope) - last]
    envelope[last:] += 0.6 * tail
    palms = noise(rng, length)[: len(envelope)]
    return mix(bandpass(palms, tone_hz, 1.6), 0.35 * bandpass(palms, 2.4 * tone_hz, 1.2)) * envelope


def hat(rng: Rng, *, t60_s: float, tone_hz: float = 6500.0, metal: float = 0.5, pitch: float = 1.0) -> Wave:
    """Hi-hat: high-passed squares and noise; closed up to about 0.15 s, open from about 0.4 s."""
    length = 1.1 * t60_s
    ring = sum((square(hz(2.0 * pitch * f, length)) for f in CYMBAL_SQUARES), np.zeros(round(length * SR)))
    source = metal * ring / 6.0 + (1 - metal) * noise(rng, length)
    bright = lowpass(highpass(highpass(source, tone_hz), tone_hz), 12_000.0)
    return bright * decay(length, t60_s, 0.0003)


def crash(rng: Rng, *, t60_s: float = 2.6) -> Wave:
    """Stereo crash: bands of noise, the higher the shorter, over a cloud of metal modes."""
    sides = []
    for _ in range(2):
        bands = [
            bandpass(noise(rng, t60_s), f, 0.9) * decay(t60_s, t60_s * share, 0.002)
            for f, share in ((700.0, 0.5), (1800.0, 0.8), (3900.0, 1.0), (7500.0, 0.9), (12_500.0, 0.6))
        ]
        sides.append(mix(*bands))
    strike = highpass(noise(rng, 0.25), 4000.0) * decay(0.25, 0.2)
    metal = _metal(rng, 40, 420.0, 11_000.0, t60_s)
    return mix(np.column_stack(sides), 0.8 * strike, 0.05 * metal)


def ride(rng: Rng, *, t60_s: float = 2.2) -> Wave:
    """Ride: the ping of the stick, then a wash that stays."""
    ping = _metal(rng, 24, 2400.0, 9000.0, 0.45)
    wash = highpass(noise(rng, t60_s), 5200.0) * decay(t60_s, t60_s, 0.004)
    body = _metal(rng, 30, 500.0, 7000.0, t60_s)
    return mix(0.12 * ping, 0.05 * body, 0.28 * wash)


def tom(rng: Rng, *, pitch_hz: float, t60_s: float = 0.6) -> Wave:
    """Tuned drum: a gently falling fundamental, two skin modes and the stick."""
    length = 1.1 * t60_s
    bend = glide(1.45 * pitch_hz, pitch_hz, 0.05, length)
    skin = sine(bend) * decay(length, t60_s, 0.001)
    overtone = sine(1.59 * bend) * decay(length, 0.45 * t60_s) + 0.5 * sine(2.14 * bend) * decay(length, 0.3 * t60_s)
    stick = lowpass(noise(rng, 0.03), 4500.0) * decay(0.03, 0.025)
    return saturate(mix(skin, 0.3 * overtone, 0.5 * stick), 1.3)


def shaker(rng: Rng, *, length_s: float = 0.22, tone_hz: float = 7000.0) -> Wave:
    """Grains thrown forward and back: two soft swells of high noise."""
    swell = curve(
        length_s,
        (0.0, 0.0),
        (0.25 * length_s, 0.5),
        (0.4 * length_s, 0.12),
        (0.55 * length_s, 1.0),
        (length_s, 0.0),
    )
    grains = noise(rng, length_s) * (rng.random(len(swell)) < 0.35)
    return highpass(bandpass(grains, tone_hz, 1.1), 3500.0) * swell**1.5


def tambourine(rng: Rng, *, length_s: float = 0.7) -> Wave:
    """Jingles: bursts of tightly packed high modes after the hand."""
    y = lowpass(noise(rng, 0.03), 900.0) * decay(0.03, 0.03)
    for start_s, gain in ((0.0, 1.0), (0.018, 0.7), (0.041, 0.5), (0.075, 0.3)):
        jingle = _metal(rng, 26, 5200.0, 14_500.0, 0.55 * length_s)
        y = mix(y, np.concatenate([np.zeros(round(start_s * SR)), 0.12 * gain * jingle]))
    return mix(y, 0.35 * highpass(noise(rng, 0.5 * length_s), 7000.0) * decay(0.5 * length_s, 0.35 * length_s))


def cowbell(rng: Rng, *, pitch_hz: float = 545.0, t60_s: float = 0.38) -> Wave:
    """Two detuned squares through a band-pass."""
    length = 1.1 * t60_s
    pair = square(hz(pitch_hz, length)) + square(hz(1.482 * pitch_hz, length))
    struck = decay(length, t60_s) + 0.8 * decay(length, 0.06)
    stick = highpass(noise(rng, 0.006), 2000.0) * decay(0.006, 0.006)
    return mix(bandpass(pair, 1.9 * pitch_hz, 1.0) * struck, 0.3 * stick)


def wood(rng: Rng, *, pitch_hz: float, t60_s: float) -> Wave:
    """Struck hardwood: woodblock low, claves high and purer."""
    frequencies = pitch_hz * np.array([1.0, 1.53, 2.72])
    knock = modes(frequencies, np.array([1.0, 0.35, 0.15]), t60_s * np.array([1.0, 0.5, 0.25]), 1.5 * t60_s)
    contact = bandpass(noise(rng, 0.004), 2.0 * pitch_hz) * decay(0.004, 0.004)
    return mix(knock, contact)


def conga(rng: Rng, *, pitch_hz: float = 210.0, t60_s: float = 0.35, slap: float = 0.3) -> Wave:
    """Hand on skin: a short bend, the modes of a membrane, the slap of the fingers."""
    length = 1.2 * t60_s
    bend = glide(1.12 * pitch_hz, pitch_hz, 0.02, length)
    skin = (
        sine(bend) * decay(length, t60_s, 0.0015)
        + 0.4 * sine(1.6 * bend) * decay(length, 0.4 * t60_s)
        + 0.25 * sine(2.3 * bend) * decay(length, 0.25 * t60_s)
    )
    fingers = bandpass(noise(rng, 0.025), 1600.0, 0.8) * decay(0.025, 0.022)
    return mix(skin, 3.0 * slap * fingers)


def gong(rng: Rng, *, pitch_hz: float = 92.0, t60_s: float = 7.0) -> Wave:
    """Large gong: low modes at once, a shimmer that blooms after the stroke."""
    low = pitch_hz * np.array([1.0, 1.49, 2.03, 2.74, 3.38, 4.1, 5.26])
    body = modes(low, 1.0 / np.arange(1.0, 8.0) ** 0.6, np.linspace(t60_s, 0.5 * t60_s, 7), t60_s)
    shimmer = _metal(rng, 48, 700.0, 5200.0, 0.7 * t60_s)
    bloom = np.minimum(1.0, np.arange(len(shimmer)) / (0.35 * SR))
    mallet = lowpass(noise(rng, 0.15), 500.0) * decay(0.15, 0.12, 0.003)
    return mix(body, 0.12 * shimmer * bloom, 2.0 * mallet)


def _metal(rng: Rng, count: int, low_hz: float, high_hz: float, t60_s: float) -> Wave:
    """Inharmonic modes spread evenly in pitch; the higher, the shorter."""
    frequencies = low_hz * (high_hz / low_hz) ** rng.random(count)
    t60s = t60_s * rng.uniform(0.5, 1.0, count) * (low_hz / frequencies) ** 0.25
    return modes(frequencies, rng.uniform(0.3, 1.0, count), t60s, 1.1 * t60_s)

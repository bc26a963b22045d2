"""Drums and instruments as drum machines and synthesizers make them, every setting drawn from a wide range.

Each recipe is the signal path of its kind: oscillators, noise, filters, envelopes. Pitched instruments share a voice
whose oscillator is a sine, a saw, a pulse, a triangle or two operators (FM), so that no timbre stands for a class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.signal import butter, sosfilt  # type: ignore[import-untyped]

from train.effects import log_uniform
from train.render.sound import SR, Rendered, one_shot

SOURCE, LICENCE, COUNT = "analog and FM synthesis (drawn for this model)", "CC0-1.0", 40
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 7, 12), (0, 5, 7), (0, 3, 7, 10), (0, 4, 7, 11))

Sound = NDArray[np.float64]


def render_analog(seed: int) -> Iterator[Rendered]:
    """`COUNT` sounds of each recipe."""
    for i, (name, (recipe, words)) in enumerate(RECIPES.items()):
        rng = np.random.default_rng([seed, i])
        for number in range(COUNT):
            y = recipe(rng)
            drive = rng.uniform(1, 6) if rng.random() < 0.3 else 1e-3
            y = np.tanh(drive * y / np.abs(y).max()) / np.tanh(drive)
            labels = one_shot(f"analog/{name}", number, name, tuple(words.split()))
            yield Rendered(y.astype(np.float32), labels | {"source": SOURCE, "licence": LICENCE})


def _time(seconds: float) -> Sound:
    return np.arange(int(seconds * SR)) / SR


def _hertz(note: ArrayLike) -> Sound:
    """Frequency of MIDI notes; 69 is A at 440 Hz."""
    return np.asarray(440 * 2 ** ((np.asarray(note, float) - 69) / 12))


def _decay(seconds: float, t60: float) -> Sound:
    """An envelope that falls by 60 dB within `t60` seconds."""
    return np.asarray(10 ** (-3 * _time(seconds) / t60))


def _phase(hertz: Sound) -> Sound:
    return np.asarray(2 * np.pi * np.cumsum(hertz) / SR)


def _filtered(y: Sound, kind: str, hertz: float | tuple[float, float], order: int = 2) -> Sound:
    return np.asarray(sosfilt(butter(order, np.minimum(hertz, 0.45 * SR), kind, fs=SR, output="sos"), y))


def _noise(rng: Generator, seconds: float, low: float, high: float) -> Sound:
    return _filtered(rng.standard_normal(int(seconds * SR)), "bandpass", (low, high))


def _swept(hertz: float, times: float, fall: float, length: float) -> Sound:
    """A drum's body: a sine that falls to its pitch, dying away."""
    t = _time(length * 1.2)
    return np.asarray(np.sin(_phase(hertz * (1 + (times - 1) * np.exp(-t / fall)))) * _decay(length * 1.2, length))


def _kick(rng: Generator) -> Sound:
    y = _swept(
        log_uniform(rng, 35, 80), log_uniform(rng, 1.5, 12), log_uniform(rng, 0.006, 0.08), log_uniform(rng, 0.12, 1.5)
    )
    click = min(len(y), int(0.012 * SR))
    y[:click] += rng.uniform(0, 0.6) * _noise(rng, 0.02, 800, log_uniform(rng, 2000, 12000))[:click]
    return y


def _tom(rng: Generator) -> Sound:
    return _swept(
        log_uniform(rng, 65, 260), rng.uniform(1.05, 2.2), log_uniform(rng, 0.01, 0.1), log_uniform(rng, 0.15, 1.2)
    )


def _conga(rng: Generator) -> Sound:
    y = _swept(log_uniform(rng, 150, 480), rng.uniform(1, 1.3), 0.02, log_uniform(rng, 0.1, 0.5))
    slap = int(0.02 * SR)
    y[:slap] += rng.uniform(0, 0.5) * _noise(rng, 0.03, 500, 6000)[:slap]
    return y


def _snare(rng: Generator) -> Sound:
    length, wires = log_uniform(rng, 0.1, 0.5), log_uniform(rng, 0.08, 0.6)
    seconds = 1.2 * max(length, wires)
    pitch = log_uniform(rng, 130, 350)
    body = sum(
        np.sin(_phase(pitch * k * (1 + np.exp(-_time(seconds) / 0.01)))) for k in (1.0, rng.uniform(1.4, 2.0))
    ) * _decay(seconds, length)
    rattle = _noise(rng, seconds, log_uniform(rng, 300, 2500), log_uniform(rng, 5000, 16000)) * _decay(seconds, wires)
    return np.asarray(rng.uniform(0.1, 1) * body + rng.uniform(0.5, 2) * rattle)


def _clap(rng: Generator) -> Sound:
    seconds, hands, apart = log_uniform(rng, 0.15, 0.8), int(rng.integers(3, 7)), log_uniform(rng, 0.006, 0.02)
    t, envelope = _time(seconds), np.zeros(int(seconds * SR))
    for hand in range(hands):
        since = t - hand * apart * rng.uniform(0.8, 1.2)
        last = hand == hands - 1
        envelope = np.maximum(envelope, (since >= 0) * np.exp(-np.maximum(since, 0) / (seconds / 7 if last else 0.004)))
    middle = log_uniform(rng, 700, 2600)
    return _noise(rng, seconds, middle / rng.uniform(1.3, 2.5), middle * rng.uniform(1.5, 4)) * envelope


def _metal(rng: Generator, seconds: float, low: float) -> Sound:
    """Six pulses out of tune and noise, high-passed: the cymbals of drum machines."""
    t, base = _time(seconds), log_uniform(rng, 150, 700)
    ratios = np.array([1, 1.34, 1.47, 1.93, 2.6, 3.1]) * rng.uniform(0.9, 1.1, 6)
    pulses = np.sign(np.sin(2 * np.pi * base * t[None] * ratios[:, None])).sum(0) / 6
    mixed = pulses * rng.uniform(0, 1.5) + rng.uniform(0.1, 0.8) * rng.standard_normal(len(t))
    return _filtered(mixed, "highpass", low, 4)


def _hat(lengths: tuple[float, float], cutoffs: tuple[float, float], rng: Generator) -> Sound:
    length = log_uniform(rng, *lengths)
    return _metal(rng, 1.2 * length, log_uniform(rng, *cutoffs)) * _decay(1.2 * length, length)


def _crash(rng: Generator) -> Sound:
    length = log_uniform(rng, 1.4, 3.8)
    y = _metal(rng, length, log_uniform(rng, 800, 4000)) * _decay(length, length)
    return y + 0.7 * _noise(rng, length, 2000, 15000) * _decay(length, length / 3)


def _ride(rng: Generator) -> Sound:
    length, bell = log_uniform(rng, 1.0, 3.0), log_uniform(rng, 1500, 5000)
    y = _metal(rng, length, log_uniform(rng, 2500, 6000)) * _decay(length, length)
    ping = sum(np.sin(2 * np.pi * bell * k * _time(length)) for k in (1, 1.52, 2.31)) * _decay(length, length / 2)
    return np.asarray(y + rng.uniform(0.1, 0.6) * ping)


def _rimshot(rng: Generator) -> Sound:
    length, low, high = log_uniform(rng, 0.03, 0.15), log_uniform(rng, 250, 700), log_uniform(rng, 900, 2800)
    t = _time(1.2 * length)
    y = (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) * _decay(1.2 * length, length)
    return np.asarray(y + rng.uniform(0.1, 1) * _noise(rng, 1.2 * length, 800, 9000) * _decay(1.2 * length, 0.02))


def _clave(rng: Generator) -> Sound:
    length = log_uniform(rng, 0.04, 0.2)
    return np.asarray(
        np.sin(2 * np.pi * log_uniform(rng, 1400, 3400) * _time(1.2 * length)) * _decay(1.2 * length, length)
    )


def _cowbell(rng: Generator) -> Sound:
    length, pitch = log_uniform(rng, 0.1, 0.8), log_uniform(rng, 420, 900)
    t = _time(1.2 * length)
    pulses = np.sign(np.sin(2 * np.pi * pitch * t)) + np.sign(np.sin(2 * np.pi * pitch * rng.uniform(1.4, 1.6) * t))
    return _filtered(pulses, "bandpass", (pitch, pitch * rng.uniform(3, 8))) * _decay(1.2 * length, length)


def _shaker(rng: Generator) -> Sound:
    rise, fall = log_uniform(rng, 0.01, 0.08), log_uniform(rng, 0.02, 0.12)
    t = _time(rise + 5 * fall)
    envelope = np.where(t < rise, (t / rise) ** 2, np.exp(-(t - rise) / fall))
    return (
        _noise(rng, rise + 5 * fall, log_uniform(rng, 2500, 6000), log_uniform(rng, 8000, 18000))[: len(t)] * envelope
    )


def _noise_only(rng: Generator) -> Sound:
    seconds, colour = log_uniform(rng, 0.3, 3.0), float(rng.choice([0, 0.5, 1]))
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * SR)))
    y = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 20) ** colour)
    if rng.random() < 0.5:
        y = _filtered(y, str(rng.choice(["lowpass", "highpass"])), log_uniform(rng, 500, 8000))
    return y * (_decay(seconds, seconds * rng.uniform(0.7, 5))[: len(y)])


def _oscillator(rng: Generator, hertz: Sound, envelope: Sound, kind: str) -> Sound:
    phase = _phase(hertz)
    if kind == "fm":
        ratio = float(rng.choice([0.5, 1, 1, 2, 2, 3, 4, 5, 7]))
        index = rng.uniform(0.5, 6) * envelope ** rng.uniform(0.3, 2)
        return np.asarray(np.sin(phase + index * np.sin(ratio * phase)))
    partials = [k for k in range(1, 40) if k * hertz.max() < 0.45 * SR] or [1]
    if kind == "saw":
        return np.asarray(sum(np.sin(k * phase) / k for k in partials))
    if kind == "pulse":
        width = rng.uniform(0.1, 0.5)
        return np.asarray(sum(np.sin(np.pi * k * width) * np.cos(k * phase) / k for k in partials))
    if kind == "triangle":
        return np.asarray(sum(np.cos(k * phase) / k**2 for k in partials if k % 2))
    return np.asarray(np.sin(phase))


def _voice(
    rng: Generator,
    pitches: tuple[int, int],
    kinds: tuple[str, ...],
    attack: tuple[float, float],
    hold: tuple[float, float],
    release: tuple[float, float],
    detune: float = 0.0,
    vibrato: float = 0.0,
    chord: bool = False,
    filtered: float = 0.5,
) -> Sound:
    """One key, or a chord, of a synthesizer.

    `pitches` are MIDI notes; `attack`, `hold` and `release` ranges in seconds; `detune` in semitones between two
    oscillators; `vibrato` in semitones; `filtered` the chance of a low-pass filter that follows the envelope.
    """
    rise, stay, fall = log_uniform(rng, *attack), log_uniform(rng, *hold), log_uniform(rng, *release)
    t = _time(min(rise + stay + fall, 4.0))
    envelope = np.minimum(t / rise, 1) * np.where(t < rise + stay, 1, 10 ** (-3 * (t - rise - stay) / fall))
    root, kind, y = rng.integers(pitches[0], pitches[1] + 1), str(rng.choice(kinds)), np.zeros(len(t))
    bend = vibrato * rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(4, 7) * t) * np.minimum(t / 0.5, 1)
    for step in CHORDS[int(rng.integers(len(CHORDS)))] if chord else (0,):
        for side in (-0.5, 0.5) if detune else (0.0,):
            hertz = _hertz(root + step + side * detune * rng.uniform(0.2, 1) + bend)
            y += _oscillator(rng, hertz, envelope, kind)
    if rng.random() < filtered:
        dull = _filtered(y, "lowpass", log_uniform(rng, 300, 4000))
        y = dull + (y - dull) * envelope ** rng.uniform(1, 4)
    return np.asarray(y * envelope)


_RICH = ("saw", "pulse", "fm")
_ALL = ("sine", "triangle", "saw", "pulse", "fm")


def _lead(rng: Generator) -> Sound:
    return _voice(rng, (52, 88), _ALL, (0.002, 0.05), (0.3, 1.5), (0.05, 0.4), detune=0.2, vibrato=0.4)


def _pad(rng: Generator) -> Sound:
    return _voice(rng, (40, 72), _ALL, (0.2, 1.0), (0.8, 2.0), (0.5, 2.0), detune=0.3, chord=rng.random() < 0.7)


def _stab(rng: Generator) -> Sound:
    return _voice(rng, (45, 72), _RICH, (0.001, 0.01), (0.03, 0.2), (0.1, 0.6), detune=0.2, chord=True)


def _pluck(rng: Generator) -> Sound:
    return _voice(rng, (45, 84), _ALL, (0.001, 0.005), (0.005, 0.03), (0.15, 0.9), filtered=0.8)


def _synth_bass(rng: Generator) -> Sound:
    return _voice(rng, (26, 46), _RICH, (0.001, 0.02), (0.1, 0.8), (0.05, 0.5), detune=0.1, filtered=0.7)


def _brass(rng: Generator) -> Sound:
    return _voice(rng, (43, 76), ("saw", "fm"), (0.03, 0.15), (0.2, 1.5), (0.08, 0.4), detune=0.1, filtered=1.0)


def _strings(rng: Generator) -> Sound:
    return _voice(rng, (40, 84), ("saw", "fm"), (0.08, 0.5), (0.5, 2.0), (0.2, 1.0), detune=0.25, vibrato=0.3)


def _winds(rng: Generator) -> Sound:
    y = _voice(rng, (52, 90), ("sine", "triangle", "pulse", "fm"), (0.03, 0.15), (0.2, 1.5), (0.05, 0.3), vibrato=0.5)
    breath = _filtered(rng.standard_normal(len(y)), "bandpass", (800, 8000)) * (np.abs(y) + 0.02)
    return np.asarray(y + rng.uniform(0, 0.3) * breath)


def _organ(rng: Generator) -> Sound:
    seconds, hertz = log_uniform(rng, 0.4, 2.5), float(_hertz(rng.integers(40, 80)))
    t = _time(seconds)
    bars = sum(rng.random() ** 2 * np.sin(2 * np.pi * hertz * k * t) for k in (0.5, 1, 1.5, 2, 3, 4, 5, 6, 8))
    fade = np.minimum(1, np.minimum(t / 0.008, (seconds - t) / 0.03))
    return np.asarray(bars * fade * (1 + rng.uniform(0, 0.3) * np.sin(2 * np.pi * rng.uniform(1, 7) * t)))


def _bell(rng: Generator) -> Sound:
    length, hertz = log_uniform(rng, 0.8, 3.5), log_uniform(rng, 250, 2000)
    t, ratio = _time(length), float(rng.choice([1.4, 2.76, 3.5, 1.41, 2.4, 5.4])) * rng.uniform(0.95, 1.05)
    index = rng.uniform(1, 6) * _decay(length, length)
    return np.asarray(
        np.sin(2 * np.pi * hertz * t + index * np.sin(2 * np.pi * hertz * ratio * t)) * _decay(length, length)
    )


def _electric_piano(rng: Generator) -> Sound:
    length, hertz = log_uniform(rng, 0.6, 3.0), float(_hertz(rng.integers(36, 85)))
    t = _time(length)
    body = np.sin(2 * np.pi * hertz * t + rng.uniform(0.2, 2) * _decay(length, length) * np.sin(2 * np.pi * hertz * t))
    tine = np.sin(2 * np.pi * hertz * float(rng.choice([7, 14])) * t) * _decay(length, length / 6)
    return np.asarray((body + rng.uniform(0, 0.4) * tine) * _decay(length, length))


def _electric_guitar(rng: Generator) -> Sound:
    """A plucked string by Karplus and Strong (1983), through an amplifier that clips."""
    period = int(SR / _hertz(rng.integers(40, 77)))
    string, blocks = rng.standard_normal(period), []
    keep = rng.uniform(0.985, 0.999)
    for _ in range(int(log_uniform(rng, 0.5, 2.5) * SR / period)):
        blocks.append(string)
        string = keep * 0.5 * (string + np.roll(string, 1))
    y = np.concatenate(blocks)
    return _filtered(np.tanh(log_uniform(rng, 2, 60) * y / np.abs(y).max()), "lowpass", log_uniform(rng, 2000, 6000))


RECIPES: dict[str, tuple[Callable[[Generator], Sound], str]] = {  # and what such a sound is called beside its class
    "kick": (_kick, "electronic"),
    "tom": (_tom, "electronic"),
    "conga": (_conga, "electronic"),
    "snare": (_snare, "electronic"),
    "clap": (_clap, "electronic"),
    "closed hat": (partial(_hat, (0.025, 0.14), (3500, 10000)), "hi-hat electronic"),
    "open hat": (partial(_hat, (0.3, 1.4), (3000, 9000)), "hi-hat electronic"),
    "crash": (_crash, "electronic"),
    "ride": (_ride, "electronic"),
    "rimshot": (_rimshot, "electronic"),
    "clave": (_clave, "electronic"),
    "cowbell": (_cowbell, "electronic"),
    "shaker": (_shaker, "electronic"),
    "noise": (_noise_only, ""),
    "synth lead": (_lead, "lead"),
    "synth pad": (_pad, "pad"),
    "synth stab": (_stab, "stab"),
    "synth pluck": (_pluck, "pluck"),
    "synth bass": (_synth_bass, ""),
    "brass": (_brass, "synthesized"),
    "strings": (_strings, "synthesized"),
    "winds": (_winds, "synthesized"),
    "organ": (_organ, "synthesized"),
    "bell": (_bell, "fm"),
    "electric piano": (_electric_piano, "fm"),
    "electric guitar": (_electric_guitar, "distorted"),
}

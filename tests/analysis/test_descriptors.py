"""Each descriptor must order two sounds that differ in what it is named after."""

import dataclasses
import math

import numpy as np
import pytest

from cratedig.analysis.descriptors import Descriptors, describe
from cratedig.analysis.onsets import onset_strength, onset_times
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.types import FloatArray
from tests.analysis.synth import cadence, drum_loop, kick, noise, tone


def of(y: FloatArray, side: FloatArray | None = None) -> Descriptors:
    spectrum = Spectrum(y)
    return describe(spectrum, onset_times(onset_strength(spectrum)), y, side)


def slow(y: FloatArray, seconds: float) -> FloatArray:
    """Fade in."""
    faded: FloatArray = y * np.minimum(1, np.arange(len(y)) / (seconds * SR)).astype(np.float32)
    return faded


def reverb(y: FloatArray, seconds: float) -> FloatArray:
    """Ring out with decaying noise."""
    room = noise(seconds, 6.9 / seconds, seed=3)
    size = len(y) + len(room) - 1
    wet = np.fft.irfft(np.fft.rfft(y, size) * np.fft.rfft(room, size), size)
    rung: FloatArray = (np.pad(y, (0, size - len(y))) + 0.3 * wet / np.abs(wet).max()).astype(np.float32)
    return rung


IN_DECIBELS = {"warmth", "boominess", "punch"}
PAIRS = {
    "brightness": (tone(220, 1, 30), tone(220, 1, 2)),
    "warmth": (tone(220, 1, 3), noise(1)),
    "noisiness": (noise(1), tone(440, 1)),
    "tonality": (tone(440, 1), noise(1)),
    "attack": (tone(220, 1, decay=3), slow(tone(220, 1), 0.3)),
    "punch": (noise(0.5, 40), noise(0.5)),
    "decay": (tone(220, 2, decay=2), tone(220, 2, decay=20)),
    "boominess": (kick(), noise(0.2, 20)),
    "roughness": (tone(440, 1, 1) + tone(470, 1, 1), tone(440, 1, 1) + tone(660, 1, 1)),
    "reverberance": (reverb(noise(0.1, 40), 2.0), reverb(noise(0.1, 40), 0.2)),
    "density": (drum_loop(160, 8), cadence(0, "", 70)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_more_of_it_is_a_higher_value(name: str) -> None:
    more, less = (getattr(of(y), name) for y in PAIRS[name])
    assert more > (less + 3 if name in IN_DECIBELS else 1.2 * less)


@pytest.mark.parametrize("name", sorted({field.name for field in dataclasses.fields(Descriptors)} - {"width"}))
def test_level_changes_nothing(name: str) -> None:
    y = reverb(tone(196, 0.5, 12, 6), 0.4)
    assert getattr(of(y * np.float32(0.05)), name) == pytest.approx(getattr(of(y), name), rel=0.02, abs=0.02)


def test_width() -> None:
    left, right = noise(0.5, seed=1), noise(0.5, seed=2)
    assert of(left).width == 0
    assert of(left, np.zeros_like(left)).width == 0
    assert of(0.5 * (left + right), 0.5 * (left - right)).width == pytest.approx(0.5, abs=0.05)


def test_decay_and_reverberance_are_in_seconds() -> None:
    decaying = tone(440, 3, decay=6.9 / 1.5)  # 60 dB in 1.5 s
    assert of(decaying).decay == pytest.approx(0.75, abs=0.05)
    assert of(decaying).reverberance == pytest.approx(1.5, abs=0.2)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 2000, SR])
@pytest.mark.parametrize("level", [0.0, 0.5, 1e-6, 1e6])
def test_any_length_and_level_gives_numbers(n: int, level: float) -> None:
    for y in (np.full(n, level, np.float32), level * noise(1)[:n]):
        assert all(math.isfinite(value) for value in dataclasses.astuple(of(y)))

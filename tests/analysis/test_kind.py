import numpy as np
import pytest

from cratedig.analysis.kind import Kind, estimate_kind
from cratedig.analysis.onsets import onset_strength, onset_times
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.analysis.tempo import estimate_tempo
from cratedig.types import FloatArray
from tests.analysis.synth import cadence, drum_loop, noise, tone


def kind_of(y: FloatArray, duration_s: float | None = None) -> Kind:
    duration_s = duration_s or len(y) / SR
    spectrum = Spectrum(y)
    strength = onset_strength(spectrum)
    tempo = estimate_tempo(strength, duration_s)
    return estimate_kind(spectrum, onset_times(strength), duration_s, tempo.score if tempo else 0.0)


@pytest.mark.parametrize("y", [drum_loop(120, 4), drum_loop(93, 8), drum_loop(174, 16), cadence(2, "m")])
def test_loops(y: FloatArray) -> None:
    assert kind_of(y).name == "loop"


@pytest.mark.parametrize("y", [noise(0.3, 20), tone(55, 0.73, decay=6), tone(440, 2.31, decay=1), noise(1.37, 3)])
def test_one_shots(y: FloatArray) -> None:
    assert kind_of(y).name == "one-shot"


def test_a_long_bed_is_a_texture() -> None:
    bed = noise(12.34) * np.linspace(0.5, 1, int(12.34 * SR), dtype=np.float32)
    assert kind_of(bed).name == "texture"
    assert kind_of(bed, 7200.0).name == "texture"


def test_a_song_is_no_loop() -> None:
    assert kind_of(drum_loop(120, 64), 200.0).name == "texture"


@pytest.mark.parametrize("y", [np.zeros(SR, np.float32), np.ones(1, np.float32)])
def test_silence_and_one_sample_are_one_shots(y: FloatArray) -> None:
    kind = kind_of(y)
    assert kind.name == "one-shot"
    assert 0.5 <= kind.confidence <= 1

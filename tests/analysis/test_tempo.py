import numpy as np
import pytest

from cratedig.analysis.onsets import MAX_ONSETS, onset_strength, onset_times
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.analysis.tempo import Tempo, estimate_tempo
from cratedig.types import FloatArray
from tests.analysis.synth import drum_loop, noise, place, tone


def tempo_of(y: FloatArray, duration_s: float | None = None) -> Tempo | None:
    return estimate_tempo(onset_strength(Spectrum(y)), duration_s or len(y) / SR)


@pytest.mark.parametrize("bpm", [70, 84.5, 90, 100, 112, 120, 127.3, 133, 140, 150, 160, 174])
@pytest.mark.parametrize("beats", [8, 16])
def test_the_tempo_of_a_cut_loop_is_exact(bpm: float, beats: int) -> None:
    tempo = tempo_of(drum_loop(bpm, beats))
    assert tempo is not None
    octave = min((tempo.bpm, tempo.bpm * 2, tempo.bpm / 2), key=lambda value: abs(value - bpm))
    assert octave == pytest.approx(bpm, rel=0.001)
    if 85 <= bpm <= 150:
        assert tempo.bpm == octave


@pytest.mark.parametrize("bpm", [92, 110, 125, 140])
@pytest.mark.parametrize("tail_s", [0.17, 0.9])
def test_a_tail_or_silence_does_not_mislead(bpm: float, tail_s: float) -> None:
    loop = drum_loop(bpm, 12)
    with_tail = np.concatenate((loop, noise(tail_s, 8) * 0.2))
    late = np.concatenate((np.zeros(int(0.3 * SR), np.float32), loop))
    for y in (with_tail, late):
        tempo = tempo_of(y)
        assert tempo is not None
        assert pytest.approx(bpm, rel=0.01) in [tempo.bpm, tempo.alternative]


def test_the_other_octave_is_named() -> None:
    tempo = tempo_of(drum_loop(87, 16))
    assert tempo is not None
    assert tempo.alternative / tempo.bpm in {0.5, 2.0}
    assert {round(tempo.bpm), round(tempo.alternative)} >= {87}


def test_confidence_is_higher_for_drums_than_for_noise() -> None:
    drums, hiss = tempo_of(drum_loop(124, 16)), tempo_of(noise(7.77))
    assert drums is not None
    assert drums.confidence > 0.8
    assert hiss is None or hiss.confidence < 0.6


@pytest.mark.parametrize("y", [np.zeros(1), np.zeros(SR), np.full(SR, 0.5)], ids=["one sample", "silence", "constant"])
def test_what_never_starts_has_no_tempo(y: FloatArray) -> None:
    assert tempo_of(y.astype(np.float32)) is None


def test_onsets_are_found_to_within_20_ms() -> None:
    y = np.zeros(4 * SR, np.float32)
    truth = np.array([0.0, 0.31, 0.9, 1.0, 1.777, 2.5, 3.2])
    for at in truth:
        place(y, noise(0.2, 30), float(at))
    found = onset_times(onset_strength(Spectrum(y)))
    assert len(found) == len(truth)
    assert np.abs(found - truth).max() < 0.02


def test_a_steady_tone_has_one_onset() -> None:
    y = np.concatenate((np.zeros(SR // 2, np.float32), tone(220, 3)))
    assert onset_times(onset_strength(Spectrum(y))) == pytest.approx([0.5], abs=0.02)


def test_onsets_are_bounded() -> None:
    y = np.zeros(60 * SR, np.float32)
    for i in range(900):
        place(y, noise(0.03, 100), i / 15)
    assert len(onset_times(onset_strength(Spectrum(y)))) == MAX_ONSETS

import numpy as np
import pytest

from cratedig.analysis.loudness import measure_loudness, true_peak
from cratedig.analysis.spectrum import SR, Spectrum
from tests.analysis.synth import noise, tone


def sine(hz: float, amplitude: float, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * SR)) / SR)).astype(np.float32)


@pytest.mark.parametrize(("amplitude", "lufs"), [(1.0, -3.01), (0.1, -23.01), (0.01, -43.01)])
def test_a_997_hz_sine_has_the_standard_level(amplitude: float, lufs: float) -> None:
    y = sine(997, amplitude, 3)
    assert measure_loudness(Spectrum(y), y).lufs == pytest.approx(lufs, abs=0.1)


def test_two_equal_channels_are_three_db_louder_than_mono() -> None:
    y = sine(997, 0.1, 3)
    assert measure_loudness(Spectrum(y), y, np.zeros_like(y)).lufs == pytest.approx(-20, abs=0.1)


def test_quiet_passages_are_gated() -> None:
    y = np.concatenate((sine(997, 0.1, 3), sine(997, 0.001, 9)))
    assert measure_loudness(Spectrum(y), y).lufs == pytest.approx(-23, abs=0.3)


def test_a_short_hit_counts_as_padded_to_400_ms() -> None:
    y = sine(997, 0.1, 0.1)
    padded = np.concatenate((y, np.zeros(int(0.3 * SR), np.float32)))
    assert measure_loudness(Spectrum(y), y).lufs == pytest.approx(-29, abs=0.5)
    assert measure_loudness(Spectrum(padded), padded).lufs == pytest.approx(-29, abs=0.5)


@pytest.mark.parametrize("n", [1, SR])
def test_silence(n: int) -> None:
    y = np.zeros(n, np.float32)
    loudness = measure_loudness(Spectrum(y), y)
    assert loudness.lufs == pytest.approx(-120, abs=11)
    assert loudness.true_peak_db == -120


def test_the_true_peak_lies_between_the_samples() -> None:
    y = (0.5 * np.sin(2 * np.pi * SR / 4 * np.arange(SR) / SR + np.pi / 4)).astype(np.float32)
    assert 20 * np.log10(np.abs(y).max()) == pytest.approx(-9.03, abs=0.01)
    assert true_peak(y) == pytest.approx(-6.02, abs=0.1)


def test_the_true_peak_is_never_below_the_highest_sample() -> None:
    for seed in range(5):
        y = noise(0.3, seed=seed)
        assert true_peak(y) >= 20 * np.log10(np.abs(y).max()) - 1e-6


def test_the_louder_channel_peaks() -> None:
    left, right = tone(220, 0.5), np.zeros(SR // 2, np.float32)
    loudness = measure_loudness(Spectrum(0.5 * left), 0.5 * (left + right), 0.5 * (left - right))
    assert loudness.true_peak_db == pytest.approx(true_peak(left), abs=0.01)

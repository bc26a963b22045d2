import numpy as np
import pytest

from cratedig.analysis.root import estimate_root, root_of_hz
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.types import FloatArray
from tests.analysis.synth import cadence, noise, tone


@pytest.mark.parametrize("midi", range(24, 97, 6))
@pytest.mark.parametrize("cents", [-45, 0, 30])
def test_a_note_to_within_ten_cents(midi: int, cents: int) -> None:
    hz = 440 * 2 ** ((midi - 69 + cents / 100) / 12)
    root = estimate_root(Spectrum(tone(hz, 0.8, decay=2)))
    assert root is not None
    assert 1200 * np.log2(root.hz / hz) == pytest.approx(0, abs=10)
    assert root.confidence > 0.8


@pytest.mark.parametrize("seconds", [0.08, 0.15, 0.4])
def test_short_notes_too(seconds: float) -> None:
    root = estimate_root(Spectrum(tone(196, seconds)))
    assert root is not None
    assert root.midi == 55


def test_a_missing_fundamental_is_heard() -> None:
    t = np.arange(SR) / SR
    y = sum(np.sin(2 * np.pi * 110 * k * t) for k in (2, 3, 4, 5)).astype(np.float32) * 0.2  # type: ignore[union-attr]
    root = estimate_root(Spectrum(y))
    assert root is not None
    assert root.hz == pytest.approx(110, rel=0.01)


def test_an_offset_does_not_matter() -> None:
    root = estimate_root(Spectrum(tone(98, 0.5) + np.float32(0.5)))
    assert root is not None
    assert root.midi == 43


@pytest.mark.parametrize(
    "y",
    [noise(0.5), noise(0.1, 50), cadence(0, ""), np.zeros(SR, np.float32), np.ones(1, np.float32)],
    ids=["noise", "hat", "chords", "silence", "one sample"],
)
def test_what_holds_no_note_has_no_root(y: FloatArray) -> None:
    assert estimate_root(Spectrum(y)) is None


def test_naming_a_frequency() -> None:
    root = root_of_hz(441.0, 0.9)
    assert (root.midi, round(root.cents, 1)) == (69, 3.9)

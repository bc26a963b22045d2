import numpy as np
import pytest

from cratedig.analysis.key import NAMES, camelot, estimate_key
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.types import FloatArray
from tests.analysis.synth import cadence, drum_loop, noise


@pytest.mark.parametrize("name", NAMES)
def test_a_cadence_gives_its_key(name: str) -> None:
    key = estimate_key(Spectrum(cadence(NAMES.index(name) % 12, "m" if name.endswith("m") else "")))
    assert key is not None
    assert key.name == name


def test_a_cadence_a_third_of_a_semitone_off_gives_the_same_key() -> None:
    y = cadence(9, "m")
    stretched = np.interp(np.arange(0, len(y), 2 ** (33 / 1200)), np.arange(len(y)), y).astype(np.float32)
    key = estimate_key(Spectrum(stretched))
    assert key is not None
    assert key.name == "Am"


@pytest.mark.parametrize(
    "y",
    [noise(4), drum_loop(120, 8), np.zeros(SR, np.float32), np.ones(1, np.float32)],
    ids=["noise", "drums", "silence", "one sample"],
)
def test_unpitched_sounds_have_no_key(y: FloatArray) -> None:
    assert estimate_key(Spectrum(y)) is None


def test_camelot_is_the_wheel() -> None:
    assert [camelot(key) for key in ("C", "Am", "G", "Em", "F", "Dm", "B", "G#m", "F#", "D#m")] == [
        "8B", "8A", "9B", "9A", "7B", "7A", "1B", "1A", "2B", "2A",
    ]  # fmt: skip
    assert len({camelot(key) for key in NAMES}) == 24


def test_camelot_of_no_key() -> None:
    with pytest.raises(ValueError, match="not in"):
        camelot("H")

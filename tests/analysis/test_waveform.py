import numpy as np
import pytest

from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.analysis.waveform import COLUMNS, draw, pack, unpack
from tests.analysis.synth import noise, tone


@pytest.mark.parametrize("n", [1, 100, 22_400, 3 * SR])
def test_a_picture_is_1400_bytes_of_any_length(n: int) -> None:
    assert len(pack(draw(Spectrum(noise(3)[:n])))) == COLUMNS * 4 == 1400


def test_packing_keeps_peaks_and_colours() -> None:
    picture = draw(Spectrum(tone(220, 1, decay=3)))
    back = unpack(pack(picture))
    assert np.abs(back.peaks - picture.peaks).max() <= 1 / 255
    assert np.abs(back.colours - picture.colours).max() <= 1 / 255


def test_peaks_follow_the_sound() -> None:
    y = np.concatenate((tone(220, 1), np.zeros(SR, np.float32)))
    peaks = draw(Spectrum(y)).peaks
    assert peaks.max() == 1
    assert peaks[: COLUMNS // 2 - 2].min() > 0.8
    assert peaks[COLUMNS // 2 + 2 :].max() < 0.02


@pytest.mark.parametrize(("hz", "band"), [(60, 0), (700, 1), (8000, 2)])
def test_colours_tell_low_from_high(hz: float, band: int) -> None:
    colours = draw(Spectrum(tone(hz, 1, 1))).colours
    assert (colours[10:-10].argmax(axis=1) == band).all()


def test_silence_is_dark() -> None:
    picture = draw(Spectrum(np.zeros(SR, np.float32)))
    assert not picture.peaks.any()
    assert np.isfinite(picture.colours).all()


@pytest.mark.parametrize("size", [0, 1399, 1401])
def test_other_bytes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=str(size)):
        unpack(bytes(size))

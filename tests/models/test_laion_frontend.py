"""LAION-CLAP's front end, held against the numbers that laion_clap itself gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cratedig.audio.content import open_sound
from cratedig.models.laion import frontend
from cratedig.models.laion.frontend import SR, WINDOW_S, fill, log_mel, mel_filters, picture, quantise, stretch
from cratedig.types import FloatArray
from tests.models.laion_golden import BANDS, FRAMES, GOLDEN
from tests.models.laion_sounds import FILES, sound, write_files


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return dict(zip(FILES, write_files(tmp_path_factory.mktemp("sounds")), strict=True))


def window_of(file: Path) -> FloatArray:
    (window,) = open_sound(file).windows(SR, WINDOW_S)
    return window.y


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_spectrogram_of_laion_clap(name: str, files: dict[str, Path], golden: dict[str, Any]) -> None:
    own = log_mel(fill(quantise(window_of(files[name]))))[FRAMES, BANDS]
    np.testing.assert_allclose(own, golden["mel"][name], atol=0.02)


def test_one_sample_less_is_heard(files: dict[str, Path], golden: dict[str, Any]) -> None:
    """The trap: a second at 44.1 kHz becomes 48,001 samples, which fit nine times into the window, not ten."""
    y = window_of(files["one sample more than soxr gives"])
    assert len(y) == 48_001
    own = log_mel(fill(quantise(y[:-1])))[FRAMES, BANDS]
    assert np.abs(own - golden["mel"]["one sample more than soxr gives"]).max() > 1


def test_another_filter_bank_is_heard(
    files: dict[str, Path], golden: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap: a bare feature extractor of the hub begins at 0 Hz."""
    monkeypatch.setattr(frontend, "FMIN_HZ", 0.0)
    mel_filters.cache_clear()
    own = log_mel(fill(quantise(window_of(files["half a second"]))))[FRAMES, BANDS]
    mel_filters.cache_clear()
    assert np.abs(own - golden["mel"]["half a second"]).max() > 1


def test_quantising_cuts_towards_zero_and_clips() -> None:
    y = np.array([0, 0.99999, -0.99999, 2, -2, 1.4 / 32767, -1.6 / 32767], np.float32)
    np.testing.assert_allclose(quantise(y) * 32767, [0, 32766, -32766, 32767, -32767, 1, -1], atol=1e-3)


@pytest.mark.parametrize(("n", "times"), [(1, 480_000), (160_000, 3), (160_001, 2), (240_001, 1), (480_000, 1)])
def test_a_sound_is_repeated_as_often_as_it_fits(n: int, times: int) -> None:
    filled = fill(np.ones(n, np.float32))
    assert filled.shape == (480_000,)
    assert filled.sum() == n * times
    assert filled[: n * times].all()


def test_filters_are_slaney_s() -> None:
    """Triangles of unit area over frequency, from 50 Hz to 14 kHz."""
    filters = mel_filters()
    hz = np.arange(513) * SR / 1024
    assert filters.shape == (513, 64)
    assert (filters[(hz < 50) | (hz > 14_000)] == 0).all()
    np.testing.assert_allclose(filters[:, 45:].sum(0) * SR / 1024, 1, atol=0.05)


def test_stretching_keeps_a_line_and_its_ends() -> None:
    line = np.linspace(0, 1, 1001, dtype=np.float32)[:, None].repeat(64, axis=1)
    stretched = stretch(line)
    assert stretched.shape == (1024, 64)
    np.testing.assert_allclose(stretched[4:-4, 0], np.linspace(0, 1, 1024)[4:-4], atol=1e-4)
    np.testing.assert_allclose(stretched[[0, -1], 0], [0, 1], atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 513, 480_000, 500_000])
def test_a_picture_has_one_shape(n: int) -> None:
    made = picture(sound(n, SR, 1))
    assert made.shape == (1024, 64)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


def test_silence_is_the_floor() -> None:
    np.testing.assert_allclose(picture(np.zeros(1000, np.float32)), -100, atol=1e-3)

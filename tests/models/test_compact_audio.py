"""The built-in model's ears: shapes, determinism, bad input, and sounds that anyone would name alike."""

from __future__ import annotations

import numpy as np
import pytest

from cratedig.models.base import EmbeddingModel
from cratedig.models.compact.frontend import HOP, MAX_FRAMES, N_MELS, SR, WINDOW_S, log_mel, prepare
from cratedig.models.compact.model import CompactModel
from cratedig.types import FloatArray
from tests.models import sounds


@pytest.fixture(scope="module")
def model() -> CompactModel:
    return CompactModel.load()


def test_is_an_embedding_model(model: CompactModel) -> None:
    assert isinstance(model, EmbeddingModel)
    assert model.info.name == "compact"
    assert set(model.info.calibration) == {"text", "audio"}


def test_vectors_are_unit_float32(model: CompactModel) -> None:
    vectors = model.embed_audio([sounds.kick(), sounds.hat(), sounds.pad()])
    assert vectors.shape == (3, model.info.dim)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_empty_batch(model: CompactModel) -> None:
    assert model.embed_audio([]).shape == (0, model.info.dim)


def test_equal_sounds_have_equal_vectors_in_any_batch(model: CompactModel) -> None:
    alone = model.embed_audio([sounds.kick()])[0]
    among = model.embed_audio([sounds.pad(), sounds.kick(), sounds.hat()])[1]
    again = CompactModel.load().embed_audio([sounds.kick()])[0]
    assert np.array_equal(alone, among)
    assert np.array_equal(alone, again)


@pytest.mark.parametrize(
    "y",
    [
        np.zeros(1, np.float32),
        np.ones(1, np.float32),
        np.zeros(int(WINDOW_S * SR), np.float32),
        np.ones(int(WINDOW_S * SR), np.float32),
        np.full(100, 1e-9, np.float32),
        np.full(1000, 1e30, np.float32),
        np.eye(1, 64_000, 32_000, dtype=np.float32)[0],
        np.tile(np.array([1, -1], np.float32), 16_000),
    ],
    ids=["one zero", "one one", "silence", "DC", "near silence", "huge", "one click", "highest tone"],
)
def test_odd_sounds_have_finite_unit_vectors(model: CompactModel, y: FloatArray) -> None:
    vector = model.embed_audio([y])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_level_and_leading_silence_change_nothing(model: CompactModel) -> None:
    y = sounds.snare()
    plain, quiet, late = model.embed_audio([y, 0.05 * y, np.concatenate([np.zeros(8000, np.float32), y])])
    assert plain @ quiet == pytest.approx(1, abs=1e-4)
    assert plain @ late > 0.98


def test_input_is_not_changed(model: CompactModel) -> None:
    y = sounds.snare()
    before = y.copy()
    model.embed_audio([y])
    assert np.array_equal(y, before)


@pytest.mark.parametrize(
    ("sound", "right", "wrong"),
    [
        ("kick", "kick", ["snare", "closed hat", "synth pad", "white noise", "crash"]),
        ("snare", "snare", ["kick", "synth pad", "piano", "bass"]),
        ("hat", "closed hat", ["kick", "tom", "synth pad", "bass", "drum loop"]),
        ("pad", "synth pad", ["kick", "snare", "closed hat", "white noise", "drum loop"]),
        ("noise", "white noise", ["kick", "synth pad", "piano", "bass guitar"]),
    ],
)
def test_names_of_plain_sounds(model: CompactModel, sound: str, right: str, wrong: list[str]) -> None:
    vector = model.embed_audio([getattr(sounds, sound)()])[0]
    cosines = model.embed_text([right, *wrong]) @ vector
    assert cosines[0] > cosines[1:].max()


def test_dark_and_bright_are_heard(model: CompactModel) -> None:
    snare = sounds.snare()
    spectrum = np.fft.rfft(snare)
    spectrum[np.fft.rfftfreq(len(snare), 1 / SR) > 900] = 0
    plain, muffled = model.embed_audio([snare, np.fft.irfft(spectrum, len(snare)).astype(np.float32)])
    dark, bright = model.embed_text(["dark muffled snare", "bright crisp snare"])
    assert (dark - bright) @ (muffled - plain) > 0.05


def test_prepare_trims_and_normalises() -> None:
    y = np.zeros(SR, np.float32)
    y[8000:8400] = 0.25
    heard = prepare(y)
    assert heard.max() == 1
    assert len(heard) == 400 + 64


def test_prepare_of_silence_is_one_zero() -> None:
    assert prepare(np.zeros(10, np.float32)).tolist() == [0]


def test_long_sounds_are_cut_to_the_window() -> None:
    assert len(prepare(np.ones(5 * SR, np.float32))) == WINDOW_S * SR


def test_log_mel_of_a_full_scale_sine_peaks_near_one_in_its_band() -> None:
    t = np.arange(SR) / SR
    mel = log_mel(np.sin(2 * np.pi * 1000 * t).astype(np.float32))
    assert mel.shape == (1 + SR // HOP, N_MELS)
    assert mel[50].max() == pytest.approx(1, abs=0.03)
    assert 20 <= int(mel[50].argmax()) <= 30  # 1 kHz is 15 of 54 mel


def test_log_mel_fits_the_tower() -> None:
    assert len(log_mel(np.ones(int(WINDOW_S * SR), np.float32))) <= MAX_FRAMES
    assert not log_mel(np.zeros(1, np.float32)).any()

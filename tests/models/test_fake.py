"""The model the tests stand on keeps the protocol's promises."""

from __future__ import annotations

import numpy as np
import pytest

from cratedig.models.fake import FakeModel
from cratedig.types import FloatArray

MODEL = FakeModel.load()
INFO = MODEL.info


def sine(hz: float, n: int = INFO.sr) -> FloatArray:
    return np.sin(2 * np.pi * hz * np.arange(n, dtype=np.float32) / INFO.sr)


@pytest.mark.parametrize("n", [1, 2, 100, 4000, 8000])
def test_any_length_gives_a_unit_vector(n: int) -> None:
    (vector,) = MODEL.embed_audio([np.random.default_rng(n).standard_normal(n, dtype=np.float32)])
    assert (vector.shape, vector.dtype) == ((INFO.dim,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_silence_gives_a_finite_vector() -> None:
    assert np.isfinite(MODEL.embed_audio([np.zeros(100, np.float32)])).all()


def test_a_batch_is_its_members() -> None:
    batch = [sine(hz, n) for hz, n in ((100, 8000), (900, 17), (3000, 400))]
    assert np.array_equal(MODEL.embed_audio(batch), np.concatenate([MODEL.embed_audio([y]) for y in batch]))


def test_a_word_is_closest_to_the_tone_it_means() -> None:
    tones = MODEL.embed_audio([sine(hz) for hz in (150, 600, 2500)])
    words = MODEL.embed_text(["deep", "middle", "bright"])
    assert words.shape == (3, INFO.dim)
    assert (words @ tones.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_text_knows_no_case_and_no_order() -> None:
    texts = MODEL.embed_text(["deep bright", "BRIGHT Deep", "", "unknown words", "\ud800\0"])
    assert np.allclose(texts[0], texts[1])
    assert np.allclose(np.linalg.norm(texts, axis=1), 1.0)


def test_unknown_words_are_told() -> None:
    assert MODEL.unknown_words("deep rumbling BRIGHT sound") == ["rumbling", "sound"]


def test_the_calibration_has_both_kinds() -> None:
    assert set(INFO.calibration) == {"text", "audio"}

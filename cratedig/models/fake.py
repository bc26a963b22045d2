"""A tiny deterministic model for tests: it hears only how bright a sound is, and reads only three words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cratedig.types import Calibration, FloatArray, ModelInfo

__all__ = ["FakeModel"]

BANDS_HZ = (0, 100, 200, 400, 800, 1600, 3200, 4000)
WORDS = {"deep": 100.0, "middle": 600.0, "bright": 2500.0}
SR = 8000


class FakeModel:
    """Energy in seven bands up to 4 kHz as a unit vector; a word stands for a tone of its frequency."""

    @classmethod
    def load(cls) -> FakeModel:
        """Return the model; there is nothing to read."""
        return cls()

    @property
    def info(self) -> ModelInfo:
        """See `EmbeddingModel.info`."""
        return ModelInfo(
            name="fake",
            dim=len(BANDS_HZ) - 1,
            sr=SR,
            window_s=1.0,
            weights_sha256="0" * 64,
            preprocessing="1",
            calibration={"text": Calibration(8.0, 0.5), "audio": Calibration(8.0, 0.5)},
        )

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        """See `EmbeddingModel.embed_audio`."""
        return np.stack([_bands(y) for y in batch])

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        """See `EmbeddingModel.embed_text`."""
        click = np.eye(1, SR, dtype=np.float32)[0]  # every frequency alike: what unknown words sound like
        return np.stack([_bands(sum((_tone(word) for word in text.lower().split()), click)) for text in texts])

    def unknown_words(self, text: str) -> list[str]:
        """See `EmbeddingModel.unknown_words`."""
        return [word for word in text.lower().split() if word not in WORDS]


def _tone(word: str) -> FloatArray:
    t = np.arange(SR, dtype=np.float32) / SR
    return np.sin(2 * np.pi * WORDS.get(word, 0.0) * t, dtype=np.float32)


def _bands(y: FloatArray) -> FloatArray:
    power = np.abs(np.fft.rfft(y, n=SR)) ** 2
    hz = np.fft.rfftfreq(SR, 1 / SR)
    energy = np.histogram(hz, bins=BANDS_HZ, weights=power)[0] + 1e-9
    return np.asarray(energy / np.linalg.norm(energy), dtype=np.float32)

"""The one protocol behind every embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from cratedig.types import FloatArray, ModelInfo

__all__ = ["EmbeddingModel"]


@runtime_checkable
class EmbeddingModel(Protocol):
    """Text and audio to unit vectors in one space.

    A model owns its sample rate, its window and everything between waveform and network (trimming, padding,
    normalisation, mel). Loading is cheap: the audio tower is loaded by the first `embed_audio`, the text tower by
    the first `embed_text`. Both are deterministic: equal input gives equal vectors on any thread count and, to float
    rounding, in any batch.
    """

    @property
    def info(self) -> ModelInfo:
        """Name, sizes and identity of the vector space."""
        ...

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        """Embed windows of sound.

        Parameters
        ----------
        batch : sequence of ndarray, shape (n_i,), float32
            Mono waveforms at ``info.sr``, each 1 to ``info.window_s * info.sr`` finite samples.

        Returns
        -------
        ndarray, shape (len(batch), info.dim), float32
            Unit vectors.
        """
        ...

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed queries; shape (len(texts), info.dim), float32, unit vectors."""
        ...

    def unknown_words(self, text: str) -> list[str]:
        """Words of a query that say nothing to the model, in lower case; none where it reads any text."""
        ...

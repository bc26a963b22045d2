"""Models beside the fake one, to change a library to."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from cratedig.models.fake import FakeModel
from cratedig.types import FloatArray, ModelInfo


class OtherModel(FakeModel):
    """Hears as the fake model does, and calls its bands differently."""

    @property
    def info(self) -> ModelInfo:
        return dataclasses.replace(super().info, name="other")

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        return np.ascontiguousarray(super().embed_audio(batch)[:, ::-1])

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        return np.ascontiguousarray(super().embed_text(texts)[:, ::-1])


class NewerFake(FakeModel):
    """The fake model after an update: other weights under the same name."""

    @property
    def info(self) -> ModelInfo:
        return dataclasses.replace(super().info, weights_sha256="1" * 64)

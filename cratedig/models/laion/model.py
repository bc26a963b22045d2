"""An installed LAION-CLAP at run time: numpy front end, two ONNX towers. Neither torch nor the network is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cratedig.models.laion.frontend import PREPROCESSING, SR, WINDOW_S, picture
from cratedig.models.laion.manifest import Manifest, Variant
from cratedig.types import FloatArray, ModelInfo

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["LaionModel", "info_of"]


class LaionModel:
    """A LAION-CLAP whose towers were exported by `cratedig model add`.

    Parameters
    ----------
    folder : Path
        Holds the towers and the tokenizer.
    manifest : Manifest
        What it is.
    variant : str
        Empty for towers in float32, ``int8`` for towers whose weights are 8-bit numbers.
    """

    def __init__(self, folder: Path, manifest: Manifest, variant: Variant = "") -> None:
        self._folder = folder
        self._suffix = f".{variant}.onnx" if variant else ".onnx"
        self._info = info_of(manifest, variant)

    @property
    def info(self) -> ModelInfo:
        """Name, sizes and identity of the vector space."""
        return self._info

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        """Embed windows of sound one by one: on a processor a batch is no faster.

        Parameters
        ----------
        batch : sequence of ndarray, shape (n_i,), float32
            Mono waveforms at 48 kHz, each 1 to 480,000 samples.

        Returns
        -------
        ndarray, shape (len(batch), info.dim), float32
            Unit vectors: those of laion_clap.
        """
        rows = [self._audio_tower.run(None, {"picture": picture(y)})[0] for y in batch]
        return np.stack(rows) if rows else np.empty((0, self._info.dim), np.float32)

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed queries, up to 77 tokens of each; shape (len(texts), info.dim), float32, unit vectors."""
        rows = [self._text_tower.run(None, {"ids": self._tokens(text)})[0] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self._info.dim), np.float32)

    def unknown_words(self, text: str) -> list[str]:  # noqa: ARG002
        """None: the tokenizer reads any text in pieces."""
        return []

    @cached_property
    def _audio_tower(self) -> onnxruntime.InferenceSession:
        return _session(self._folder / f"audio{self._suffix}")

    @cached_property
    def _text_tower(self) -> onnxruntime.InferenceSession:
        return _session(self._folder / f"text{self._suffix}")

    @cached_property
    def _tokens(self) -> Callable[[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
        from tokenizers import Tokenizer  # noqa: PLC0415 - indexing never needs it

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        return lambda text: np.array(tokenizer.encode(text).ids, dtype=np.int64)


def info_of(manifest: Manifest, variant: Variant) -> ModelInfo:
    """Identity of a variant: the checkpoint's hash, and the name, as other towers give slightly other vectors."""
    return ModelInfo(
        name=f"{manifest.name}:{variant}" if variant else manifest.name,
        dim=manifest.dim,
        sr=SR,
        window_s=WINDOW_S,
        weights_sha256=manifest.sha256,
        preprocessing=PREPROCESSING,
        calibration=manifest.calibration,
    )


def _session(path: Path) -> onnxruntime.InferenceSession:
    import onnxruntime  # noqa: PLC0415 - only what is used is loaded

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the indexer runs a process per core
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

"""The network that teaches what sounds have in common beyond their class: aiSFX, trained on libraries of sound effects.

The package `aisfx` brings its weights (CC-BY-4.0); of its network only the convolutions are needed, and they are short
enough to stand here. Ma and Lerch, "Representation Learning for the Automatic Indexing of Sound Effects Libraries",
ISMIR 2022.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import librosa
import numpy as np
import soxr
import torch
import torch.nn.functional as fn
from numpy import _core
from numpy.typing import NDArray
from torch import Tensor

from cratedig.models.compact.frontend import SR, prepare
from train.corpus import Corpus

BATCH = 32
_SR, _N_FFT, _HOP, _N_MELS, _FRAMES = 44100, 2048, 1024, 96, 100
_LOUDEST = 9.457798957824707  # of the log-mel pictures that the network was trained on


class Teacher:
    """Vectors of aiSFX for the first two seconds of a sound."""

    def __init__(self) -> None:
        self.weights = _read_weights()

    def embed(self, corpus: Corpus) -> NDArray[np.float32]:
        """Vectors of all clips as they are, shape (n_clips, 512)."""
        n = len(corpus.clips)
        parts = [range(at, min(at + BATCH, n)) for at in range(0, n, BATCH)]
        pictures = (np.stack([picture_of(corpus.waveform(i)) for i in part]) for part in parts)
        return np.concatenate([self.forward(part) for part in pictures])

    @torch.inference_mode()
    def forward(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors of pictures, shape (n, 100, 96)."""
        x = torch.from_numpy(pictures)[:, None].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            for block in (1, 2, 3, 4):
                for layer in (1, 2):
                    x = self._layer(x, f"embedding_net.conv_block{block}.", layer)
                x = fn.max_pool2d(x, 2) if block < 4 else x
        return np.asarray(x.float().mean(3).amax(2).numpy())

    def _layer(self, x: Tensor, block: str, layer: int) -> Tensor:
        norm = [self.weights[f"{block}bn{layer}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
        x = fn.conv2d(x, self.weights[f"{block}conv{layer}.weight"], padding=1)
        return fn.relu(fn.batch_norm(x, *norm))


def taught_vectors(corpus: Corpus, cache: Path) -> NDArray[np.float32]:
    """The teacher's vectors of a corpus, computed once (about three minutes)."""
    path = cache / "taught.npy"
    if not path.exists():
        np.save(path, Teacher().embed(corpus))
    return np.asarray(np.load(path), dtype=np.float32)


def picture_of(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel picture as aiSFX's own code makes it with librosa, shape (100, 96)."""
    y = soxr.resample(prepare(y), SR, _SR)
    y = np.pad(y / max(float(np.abs(y).max()), 1e-6), (0, max(0, _N_FFT - len(y))))
    mel = librosa.feature.melspectrogram(
        y=y, sr=_SR, n_fft=_N_FFT, hop_length=_HOP, n_mels=_N_MELS, norm=1.0, fmin=0, fmax=_SR / 2, htk=True
    )
    out = np.zeros((_FRAMES, _N_MELS), dtype=np.float32)
    found = np.log10(mel.T[:_FRAMES] * 1e4 + 1) / _LOUDEST
    out[: len(found)] = found
    return out


def _read_weights() -> dict[str, Tensor]:
    package = find_spec("aisfx")
    if package is None or package.origin is None:
        raise SystemExit("The teacher is not installed: pip install --no-deps aisfx==0.1.2")
    counts = [(_core.multiarray.scalar, "numpy.core.multiarray.scalar"), np.dtype, np.dtypes.Int64DType]
    with torch.serialization.safe_globals(counts):
        weights, _ = torch.load(Path(package.origin).parent / "models" / "checkpoint.pth", map_location="cpu")
    return dict(weights)

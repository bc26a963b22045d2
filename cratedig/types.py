"""The value types that every part of cratedig speaks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Calibration", "Content", "FloatArray", "IdArray", "ModelInfo", "QueryKind"]

FloatArray: TypeAlias = NDArray[np.float32]
IdArray: TypeAlias = NDArray[np.int64]
QueryKind: TypeAlias = Literal["text", "audio"]
SILENCE_PEAK = 1e-4  # -80 dBFS


@dataclass(frozen=True, slots=True)
class Content:
    """The audio itself, wherever its files are.

    Attributes
    ----------
    hash : str
        BLAKE2b-160, hex, of sample rate, channel count and the interleaved float32 little-endian samples.
    sr : int
        Sample rate of the file in Hz.
    channels, frames : int
        Shape of the decoded samples; a frame is one sample of every channel.
    peak : float
        Highest absolute sample; full scale is 1.
    """

    hash: str
    sr: int
    channels: int
    frames: int
    peak: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sr

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear: never above -80 dBFS."""
        return self.peak < SILENCE_PEAK


@dataclass(frozen=True, slots=True)
class Calibration:
    """Maps a cosine to the match that people see, 0 to 1: ``1 / (1 + exp(-slope * (cosine - midpoint)))``.

    Text and audio vectors lie on different cones, so each query kind of each model has its own
    (Platt scaling, fitted on labelled pairs of held-out sources).
    """

    slope: float
    midpoint: float

    def score(self, cosine: float) -> float:
        """Match between 0 and 1 for a cosine between -1 and 1."""
        return float(self.scores(np.float32(cosine)))

    def scores(self, cosines: FloatArray | np.float32) -> FloatArray:
        """Match of each cosine."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.slope * (cosines - self.midpoint))), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a library must know about the model that made its vectors.

    Attributes
    ----------
    name : str
        Registry name, such as ``compact``.
    dim : int
        Length of a vector.
    sr : int
        Sample rate in Hz that `embed_audio` takes.
    window_s : float
        Longest stretch of sound in one vector, in seconds.
    weights_sha256 : str
        Hash of the weights, hex.
    preprocessing : str
        Version of everything between waveform and network; a change makes other vectors.
    calibration : dict
        Cosine to match, per query kind. Not part of the identity: it changes no vector.
    """

    name: str
    dim: int
    sr: int
    window_s: float
    weights_sha256: str
    preprocessing: str
    calibration: dict[QueryKind, Calibration] = field(compare=False)

    @property
    def key(self) -> str:
        """Short identity of the vector space: equal keys mean comparable vectors."""
        identity = f"{self.name}\0{self.dim}\0{self.weights_sha256}\0{self.preprocessing}"
        return f"{self.name}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"

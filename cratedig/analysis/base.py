"""What goes into an analysis, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Generic, Literal, TypeAlias, TypeVar

from cratedig.analysis.descriptors import Descriptors
from cratedig.analysis.kind import KindName
from cratedig.analysis.loudness import Loudness
from cratedig.analysis.root import Root
from cratedig.audio.chunks import NOTHING, Embedded
from cratedig.types import FloatArray

__all__ = ["VERSION", "Analysis", "Fact", "SoundToAnalyse", "Source"]

VERSION = 1
"""Raised when the same sound would be measured differently: stored analyses of another version are stale."""

Source: TypeAlias = Literal["embedded", "name", "estimated"]
T_co = TypeVar("T_co", covariant=True)
NOWHERE = PurePath()


@dataclass(frozen=True, slots=True, eq=False)
class SoundToAnalyse:
    """One decoded sound, and what its file says.

    Attributes
    ----------
    y : ndarray, shape (n,), float32
        Mean of the channels; its first minute is enough.
    sr : int
        Sample rate in Hz.
    duration_s : float
        Length of the whole sound in seconds.
    side : ndarray, shape (n,), float32, optional
        Half of left minus right of a stereo sound.
    path : PurePath
        Where the file is, for what its name says.
    embedded : Embedded
        What the file says about itself.
    """

    y: FloatArray
    sr: int
    duration_s: float
    side: FloatArray | None = None
    path: PurePath = NOWHERE
    embedded: Embedded = NOTHING


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value, where it comes from, and how sure it is: 0 to 1."""

    value: T_co
    source: Source
    confidence: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that is measured about a sound; None where nothing can be said.

    Attributes
    ----------
    kind : str
        One-shot, loop or texture.
    bpm : float
        Tempo in beats per minute.
    bpm_alternative : float
        The likelier of its half and double.
    key : str
        Such as ``A#m``; see `cratedig.analysis.key.camelot`.
    root : Root
        Root note of a one-shot.
    onsets_s : tuple of float
        Where hits and notes begin, in seconds.
    loudness : Loudness
    descriptors : Descriptors
    picture : bytes
        From `cratedig.analysis.waveform.pack`.
    """

    kind: Fact[KindName]
    bpm: Fact[float] | None
    bpm_alternative: float | None
    key: Fact[str] | None
    root: Fact[Root] | None
    onsets_s: tuple[float, ...]
    loudness: Loudness
    descriptors: Descriptors
    picture: bytes

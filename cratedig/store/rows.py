"""What goes into the store and what comes out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from cratedig.types import Content, FloatArray, IdArray

__all__ = [
    "AnalysisRow",
    "FailedFile",
    "FileRow",
    "FileStamp",
    "HitRow",
    "IndexedFile",
    "LibraryCounts",
    "Measured",
    "ModelRow",
    "Pack",
    "SegmentVector",
    "SoundRow",
    "Sounding",
    "VectorRows",
    "pack_vector",
    "unpack_vectors",
]

VECTOR_DTYPE = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A path as bytes (`os.fsencode`), with the size and time that tell whether the file has changed."""

    path: bytes
    size: int
    mtime_ns: int

    @property
    def text(self) -> str:
        """Path as Python shows it; undecodable bytes are surrogates."""
        return os.fsdecode(self.path)


@dataclass(frozen=True, slots=True)
class Pack:
    """The folder a sample came in with."""

    path: bytes
    name: str


@dataclass(frozen=True, slots=True)
class SegmentVector:
    """A window of a content and its unit vector, shape (dim,)."""

    start_s: float
    end_s: float
    vector: FloatArray


@dataclass(frozen=True, slots=True)
class AnalysisRow:
    """What is measured about a content: the columns of the table analysis. See `cratedig.analysis.base.Analysis`."""

    version: int
    kind: str
    kind_source: str
    kind_confidence: float
    bpm: float | None
    bpm_alternative: float | None
    bpm_source: str | None
    bpm_confidence: float | None
    key: str | None
    key_source: str | None
    key_confidence: float | None
    root_hz: float | None
    root_midi: int | None
    root_cents: float | None
    root_source: str | None
    root_confidence: float | None
    lufs: float
    true_peak_db: float
    onsets: str
    brightness: float
    warmth: float
    noisiness: float
    tonality: float
    attack: float
    punch: float
    decay: float
    boominess: float
    roughness: float
    width: float
    reverberance: float
    density: float


@dataclass(frozen=True, slots=True)
class Measured:
    """An analysis and the packed waveform picture that came with it."""

    analysis: AnalysisRow
    waveform: bytes


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file that was read.

    `segments` is empty when the content is silent or already embedded, `measured` is None when it is silent or already
    measured.
    """

    stamp: FileStamp
    pack: Pack
    content: Content
    segments: tuple[SegmentVector, ...]
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that is not readable as audio, and why."""

    stamp: FileStamp
    pack: Pack
    reason: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file the library knows."""

    id: int
    stamp: FileStamp
    missing: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model as the library knows it; see `cratedig.types.ModelInfo`."""

    id: int
    key: str
    name: str
    dim: int
    sr: int
    window_s: float


@dataclass(frozen=True, slots=True)
class HitRow:
    """What a result shows about one segment."""

    segment_id: int
    content_id: int
    content_hash: str
    path: bytes
    pack: str
    start_s: float
    end_s: float
    duration_s: float
    kind: str | None
    bpm: float | None
    key: str | None
    favourite: bool


@dataclass(frozen=True, slots=True)
class SoundRow:
    """A readable file that is there, with what is known of its sound; the tempo is the user's or measured."""

    path: bytes
    pack: bytes
    content_id: int
    content_hash: str
    duration_s: float
    kind: str | None
    bpm: float | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Sounding:
    """What playing a content in a session needs to know: loudness, true peak, and root note as MIDI number."""

    lufs: float
    true_peak_db: float
    root_midi: int | None


@dataclass(frozen=True, slots=True)
class VectorRows:
    """Segment ids, shape (n,), and their unit vectors, shape (n, dim)."""

    ids: IdArray
    vectors: FloatArray


@dataclass(frozen=True, slots=True)
class LibraryCounts:
    """The numbers of `cratedig status`."""

    files: int
    contents: int
    silent: int
    segments: int
    hours: float
    failed: int
    missing: int
    packs: int


def pack_vector(vector: FloatArray) -> bytes:
    """Little-endian float16 bytes of a vector."""
    return vector.astype(VECTOR_DTYPE).tobytes()


def unpack_vectors(blobs: list[bytes], dim: int) -> FloatArray:
    """Inverse of `pack_vector` for many; shape (len(blobs), dim)."""
    return np.frombuffer(b"".join(blobs), dtype=VECTOR_DTYPE).reshape(-1, dim).astype(np.float32)

"""Small real libraries: tones indexed with the fake model, or vectors put into the store as they are."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from cratedig.models.fake import FakeModel
from cratedig.store.rows import AnalysisRow, FailedFile, FileStamp, IndexedFile, ModelRow, Pack, SegmentVector
from cratedig.store.store import Store
from cratedig.types import Content, FloatArray
from indexer.events import Event
from indexer.pipeline import IndexRequest, index

SR = 44_100
NOBODY = 65534
INFO = FakeModel().info


def tone(hz: float, seconds: float = 0.2) -> FloatArray:
    """A mono sine at `SR`; 0 Hz is silence."""
    t = np.arange(int(seconds * SR)) / SR
    return (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def write_tone(path: Path, hz: float, seconds: float = 0.2) -> Path:
    """Write a 16-bit WAV of one tone; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(os.fsencode(path), tone(hz, seconds), SR, "PCM_16", format="WAV")
    return path


def run_index(store: Store, *paths: Path, reembed: bool = False) -> list[Event]:
    """Index with the fake model in this process; no path means every known root."""
    request = IndexRequest([str(path) for path in paths], "fake", jobs=1, reembed=reembed)
    return list(index(store, request, lambda: False))


def make_library(folder: Path, samples: Path) -> Store:
    """Index `samples` into a new library in `folder`; returns it open."""
    store = Store.create_or_open(folder)
    run_index(store, samples)
    return store


def stored_library(folder: Path) -> tuple[Store, ModelRow]:
    """Make a library that serves the fake model and is still empty."""
    store = Store.create_or_open(folder)
    model = store.register_model(INFO)
    store.serve_model(model)
    return store, model


def unit_vectors(n: int, seed: int = 0, dim: int = INFO.dim) -> FloatArray:
    """Random unit vectors on the float16 grid; shape (n, dim)."""
    y = np.random.default_rng(seed).standard_normal((n, dim))
    rounded: FloatArray = (y / np.linalg.norm(y, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    return rounded


def content(name: str, seconds: float = 0.5, peak: float = 0.5) -> Content:
    """A content whose hash follows from `name`."""
    return Content(hashlib.blake2b(name.encode(), digest_size=20).hexdigest(), 48_000, 2, int(seconds * 48_000), peak)


def indexed(
    path: bytes | str, sound: Content, vectors: FloatArray | Sequence[FloatArray] = (), pack: str = "/packs/one"
) -> IndexedFile:
    """A file as the indexer hands it over, with one segment of half a second a vector."""
    segments = tuple(SegmentVector(i / 2, i / 2 + 0.5, vector) for i, vector in enumerate(vectors))
    return IndexedFile(stamp(path), Pack(pack.encode(), pack.rpartition("/")[2]), sound, segments)


def analysis(**measures: object) -> AnalysisRow:
    """An analysis in which only `measures` say something."""
    numbers: dict[str, object] = {column.name: 0.0 for column in dataclasses.fields(AnalysisRow)}
    optional = {name: None for name in numbers if name.startswith(("bpm", "key", "root"))}
    texts = {"version": 1, "kind": "one-shot", "kind_source": "estimated", "onsets": "[]"}
    return AnalysisRow(**{**numbers, **optional, **texts, **measures})  # type: ignore[arg-type]


def failed(path: bytes | str, reason: str = "0 bytes", pack: str = "/packs/one") -> FailedFile:
    """A file that could not be read, as the indexer hands it over."""
    return FailedFile(stamp(path), Pack(pack.encode(), pack.rpartition("/")[2]), reason)


def stamp(path: bytes | str, size: int = 1000, mtime_ns: int = 1) -> FileStamp:
    """A path with the size and time of a file that need not be there."""
    return FileStamp(path if isinstance(path, bytes) else os.fsencode(path), size, mtime_ns)


def save(store: Store, model: ModelRow, *files: IndexedFile | FailedFile) -> list[bool]:
    """Store files in one transaction; returns which were recognised as moved."""
    with store.transaction():
        return [save_one(store, model, file) for file in files]


def save_one(store: Store, model: ModelRow, file: IndexedFile | FailedFile) -> bool:
    """Store one file inside a transaction; returns whether it was recognised as moved."""
    if isinstance(file, IndexedFile):
        return store.files.save(file, model)
    store.files.save_failure(file)
    return False


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Act as a user whom permissions bind: root writes everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)

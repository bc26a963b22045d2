"""Looking after a library: check it, forget parts of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cratedig.audio.content import open_sound
from cratedig.errors import AudioError
from cratedig.store.rows import FileStamp, ModelRow
from cratedig.store.store import Store
from cratedig.vectors.snapshot import load_cache, refresh_cache

__all__ = ["Problem", "forget", "verify"]

AGAIN = "Run: cratedig forget {path}, then index it again."
UNIT_TOLERANCE = 5e-3  # float16 rounding of a unit vector stays well below


@dataclass(frozen=True, slots=True)
class Problem:
    """Something `verify` found, and the command or act that mends it."""

    what: str
    remedy: str


def verify(store: Store, *, decode: bool) -> Iterator[Problem]:
    """Check the database against itself, every cached vector against the store, and every file against the disk.

    With `decode`, each file is read again and its audio compared with what was indexed.
    """
    for problem in store.problems():
        yield Problem(f"database: {problem}", "Restore a copy of the library, or move it aside and index again.")
    for model in store.models:
        yield from _verify_vectors(store, model)
    for row, content in store.files.present():
        path = row.stamp.text
        if (what := _changed(row.stamp)) is not None:
            yield Problem(f"{path}: {what}", "Run: cratedig index")
        elif decode and (what := _sounds_different(row.stamp, content.hash)) is not None:
            yield Problem(f"{path}: {what}", AGAIN.format(path=shlex.quote(path)))


def _verify_vectors(store: Store, model: ModelRow) -> Iterator[Problem]:
    rebuild = "Run: cratedig rebuild"
    index = load_cache(store, model)
    if index is None:
        yield Problem("search cache: missing, damaged or of another library", rebuild)
    ids = store.segments.ids(model)
    held = ids[:0] if index is None else index.ids
    if index is not None and not np.array_equal(np.sort(held), ids):
        yield Problem("search cache: behind the library", rebuild)
    for rows in store.segments.vectors(ids, model):
        length = np.linalg.norm(rows.vectors, axis=1)
        damaged = rows.ids[~(np.abs(length - 1) < UNIT_TOLERANCE)].tolist()
        for hit in store.segments.hits((i, -1) for i in damaged).values():
            path = os.fsdecode(hit.path)
            yield Problem(f"database: a vector of {path} is damaged", AGAIN.format(path=shlex.quote(path)))
        if index is not None:
            both = np.isin(rows.ids, held)
            differ = np.any(index.vectors(rows.ids[both]) != rows.vectors[both], axis=1)
            if differ.any():
                yield Problem(f"search cache: {differ.sum()} vectors differ from the library's", rebuild)
    for stamp, _ in store.files.not_embedded(model):
        yield Problem(f"{stamp.text}: can be heard, and has no vector", "Run: cratedig index")


def _changed(stamp: FileStamp) -> str | None:
    try:
        status = os.stat(stamp.path)  # noqa: PTH116
    except OSError as error:
        return error.strerror or type(error).__name__
    same = (status.st_size, status.st_mtime_ns) == (stamp.size, stamp.mtime_ns)
    return None if same else "changed since it was indexed"


def _sounds_different(stamp: FileStamp, content_hash: str) -> str | None:
    try:
        same = open_sound(Path(stamp.text)).content.hash == content_hash
    except (AudioError, OSError) as error:
        return str(error)
    return None if same else "its audio differs from what was indexed, though size and time are the same"


def forget(store: Store, path: str) -> int:
    """Drop a folder or file from the library, not from the disk; returns the number of files dropped."""
    with store.writing():
        with store.transaction():
            dropped = store.files.forget(os.fsencode(path))
            store.measures.rescale()
        for model in store.models:
            refresh_cache(store, model)
    return dropped

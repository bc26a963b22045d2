"""The FAISS cache on disk: opened by comparing it with the store, thrown away when in doubt.

A file is one padded line of JSON (library, model, CRC-32 of the rest) and the serialised index. Ids are never reused
and their vectors never change, so an index is right when its ids are the store's.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from cratedig.errors import LibraryError
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import IdArray
from cratedig.vectors.base import VectorIndex
from cratedig.vectors.flat import PIECE_BYTES, FlatIndex

__all__ = ["load_cache", "open_index", "rebuild_cache", "refresh", "refresh_cache", "save_cache"]

WORTH_SAVING = 1000  # fewer changes than this are made again faster than the file is written
PART_LIFE_S = 3600.0
HEADER_BYTES = 256


def open_index(store: Store, model: ModelRow) -> FlatIndex:
    """Return the index of all the model's vectors, from the cache as far as it is right, else from the store."""
    index = load_cache(store, model) or FlatIndex(model.dim)
    changed = refresh(index, store, model)
    if changed >= WORTH_SAVING:
        with contextlib.suppress(LibraryError):  # a search need not fail because the disk is full
            save_cache(index, store, model)
    return index


def refresh_cache(store: Store, model: ModelRow) -> None:
    """Leave a cache on disk that holds exactly the store's vectors."""
    cached = load_cache(store, model)
    index = cached or FlatIndex(model.dim)
    if refresh(index, store, model) or cached is None:
        save_cache(index, store, model)


def rebuild_cache(store: Store, model: ModelRow) -> int:
    """Make the cache from the store alone; returns its number of vectors."""
    index = FlatIndex(model.dim)
    refresh(index, store, model)
    save_cache(index, store, model)
    return len(index.ids)


def refresh(index: VectorIndex, store: Store, model: ModelRow) -> int:
    """Bring an index up to the store; returns how many vectors were removed or added."""
    wanted, held = store.segments.ids(model), index.ids
    gone: IdArray = np.setdiff1d(held, wanted, assume_unique=True)
    new: IdArray = np.setdiff1d(wanted, held, assume_unique=True)
    if len(gone):
        index.remove(gone)
    index.reserve(len(new))
    for rows in store.segments.vectors(new, model):
        index.add(rows.ids, rows.vectors)
    return len(gone) + len(new)


def load_cache(store: Store, model: ModelRow) -> FlatIndex | None:
    """Read the cache; None when it is missing, torn, damaged, of another library or of another model."""
    try:
        with store.paths.cache(model.key).open("rb") as file:
            if file.read(HEADER_BYTES) != _header(store, model, _crc32(file)):
                return None
            file.seek(HEADER_BYTES)
            index = FlatIndex.read(file)
    except (OSError, ValueError):
        return None
    return index if index.dim == model.dim and np.diff(np.sort(index.ids)).all() else None


def save_cache(index: FlatIndex, store: Store, model: ModelRow) -> None:
    """Write the cache so that a reader sees the old file or the new one, never a part.

    Raises
    ------
    LibraryError
        The disk refused. The library itself is unharmed: the cache can be made again at any time.
    """
    target = store.paths.cache(model.key)
    try:
        target.parent.mkdir(exist_ok=True)
        with _replacing(target) as file:
            file.write(bytes(HEADER_BYTES))
            index.write(file)
            file.seek(HEADER_BYTES)
            header = _header(store, model, _crc32(file))
            file.seek(0)
            file.write(header)
    except OSError as error:
        raise LibraryError(
            f"The search cache {target} could not be written ({error.strerror}).",
            "Nothing is lost: free some space, then run: cratedig rebuild",
        ) from None
    _tidy(target.parent, {target, *(store.paths.cache(row.key) for row in store.models)})


def _tidy(folder: Path, kept: set[Path]) -> None:
    """Remove caches of models that are gone, and parts that a killed process left."""
    for other in folder.iterdir():
        with contextlib.suppress(OSError):  # another process may be tidying too
            left_over = other.suffix == ".part" and time.time() - other.stat().st_mtime > PART_LIFE_S
            if left_over or (other.suffix == ".faiss" and other not in kept):
                other.unlink()


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `target` when the block ends well, and is gone when it does not."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _crc32(file: BinaryIO) -> int:
    """Checksum from here to the end."""
    crc = 0
    while piece := file.read(PIECE_BYTES):
        crc = zlib.crc32(piece, crc)
    return crc


def _header(store: Store, model: ModelRow, crc32: int) -> bytes:
    """One line of JSON, padded: its length must be known before the checksum is."""
    facts = json.dumps({"library": store.uuid, "model": model.key, "crc32": crc32})
    return facts.encode().ljust(HEADER_BYTES - 1) + b"\n"

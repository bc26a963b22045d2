"""The map: a library's sounds in two dimensions, alike ones side by side.

The whole is drawn by t-SNE, in a process of its own while the library is already in use. Sounds that come later are put
among their nearest neighbours: nothing else moves. A library that has doubled is drawn again, from the places it had.

    python -m indexer.map LIBRARY_FOLDER
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from filelock import FileLock, Timeout

from cratedig.errors import CratedigError, LibraryBusyError
from cratedig.store.places import Directions, PlaceRows
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import FloatArray

if TYPE_CHECKING:
    from openTSNE import TSNEEmbedding

__all__ = ["FEWEST", "MapProgress", "Work", "due", "is_drawing", "start", "update"]

Work: TypeAlias = Literal["all", "new"]

FEWEST = 30  # sounds: fewer are a list, not a map
GROWN = 2.0
NEIGHBOURS = 10
SOUNDS_PER_BLOCK = 256  # bounds the memory of comparing new sounds with all old ones

# As openTSNE advises, but half its later rounds: they only spread the map. Seeded: equal libraries have equal maps.
SEED = 7
PERPLEXITY = 30.0
EARLY_ROUNDS, ROUNDS, STEP = 250, 250, 25
EARLY_EXAGGERATION, EARLY_MOMENTUM, MOMENTUM = 12, 0.5, 0.8
WORTH_FFT = 1000  # sounds: below, the Barnes-Hut tree is faster


@dataclass(frozen=True, slots=True)
class MapProgress:
    """Rounds of drawing done, of how many; `sounds` are on the map in the end."""

    done: int
    total: int
    sounds: int


def due(store: Store) -> Work | None:
    """Tell what the map needs: to be drawn, new sounds on it, or nothing."""
    model = store.model
    if model is None:
        return None
    counts = store.places.counts(model)
    if counts.sounds < FEWEST or counts.sounds == counts.drawn:
        return None
    if counts.sounds > GROWN * counts.drawn:
        return "all"
    return "new" if counts.placed < counts.sounds else None


def start(store: Store) -> subprocess.Popen[bytes] | None:
    """Bring the map up to date in a process of low priority that outlives this one; None: there is nothing to do."""
    if due(store) is None or is_drawing(store):
        return None
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "indexer.map", store.paths.root],
        stdin=silent,
        stdout=silent,
        stderr=silent,
        start_new_session=True,
        creationflags=flags,
    )


def update(store: Store, cancelled: Callable[[], bool], *, again: bool = False) -> Generator[MapProgress, None, None]:
    """Bring the map up to date; with `again`, draw all of it. What is done when cancelled is not kept.

    Raises
    ------
    LibraryBusyError
        Another process is drawing it.
    CratedigError
        What draws it is not installed.
    """
    with _alone(store):
        work = "all" if again else due(store)
        while work is not None and not cancelled():
            model = store.model
            if model is None:
                return
            if work == "all":
                yield from _draw(store, model, cancelled)
            else:
                yield _add(store, model)
            work = due(store)  # sounds may have come meanwhile


def is_drawing(store: Store) -> bool:
    """Whether some process is at the map now."""
    try:
        with _alone(store):
            return False
    except LibraryBusyError:
        return True


@contextlib.contextmanager
def _alone(store: Store) -> Iterator[None]:
    lock = FileLock(store.paths.map_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusyError(
            f"The map of {store.paths.root} is being drawn already.", "See how far it is with: cratedig map"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _draw(store: Store, model: ModelRow, cancelled: Callable[[], bool]) -> Iterator[MapProgress]:
    """Draw the whole map."""
    directions = store.places.directions(model)
    n = len(directions.ids)
    if n < FEWEST:
        return
    total = EARLY_ROUNDS + ROUNDS
    yield MapProgress(0, total, n)
    embedding = _embedding(directions.vectors, _before(directions, store.places.read()))
    for done in range(0, total, STEP):
        early = done < EARLY_ROUNDS
        exaggeration, momentum = (EARLY_EXAGGERATION, EARLY_MOMENTUM) if early else (None, MOMENTUM)
        embedding.optimize(STEP, exaggeration=exaggeration, momentum=momentum, inplace=True)
        if cancelled():
            return
        yield MapProgress(done + STEP, total, n)
    store.places.replace(PlaceRows(directions.ids, np.asarray(embedding, np.float32)), model)


def _embedding(vectors: FloatArray, before: FloatArray | None) -> TSNEEmbedding:
    """Prepare t-SNE of unit vectors, shape (n, dim), from places they had, shape (n, 2), or from their main axes."""
    try:
        from openTSNE import TSNEEmbedding, initialization  # noqa: PLC0415  (1.5 s)
        from openTSNE.affinity import PerplexityBasedNN  # noqa: PLC0415
    except ImportError as error:
        raise CratedigError(
            f"The map needs openTSNE, which cannot be loaded ({error}).", "pip install openTSNE"
        ) from None
    jobs = max(1, (os.cpu_count() or 1) // 2)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    affinities = PerplexityBasedNN(vectors, perplexity, n_jobs=jobs, random_state=SEED)
    if before is None:
        start = initialization.pca(vectors, random_state=SEED)
    else:
        start = initialization.jitter(initialization.rescale(before.astype(np.float64)), random_state=SEED)
    method = "fft" if len(vectors) > WORTH_FFT else "bh"
    return TSNEEmbedding(start, affinities, n_jobs=jobs, random_state=SEED, negative_gradient_method=method)


def _before(directions: Directions, places: PlaceRows) -> FloatArray | None:
    """Where each sound was, or would have been put; None without a map."""
    if not len(places.ids):
        return None
    new = _places_of_new(directions, places)
    ids = np.concatenate((places.ids, new.ids))
    xy = np.concatenate((places.xy, new.xy))
    return xy[np.argsort(ids)][np.isin(np.sort(ids), directions.ids)]


def _add(store: Store, model: ModelRow) -> MapProgress:
    """Put new sounds among their neighbours."""
    new = _places_of_new(store.places.directions(model), store.places.read())
    store.places.add(new, model)
    return MapProgress(1, 1, len(new.ids))


def _places_of_new(directions: Directions, places: PlaceRows) -> PlaceRows:
    """Give each sound without a place the median of its nearest neighbours' places."""
    old = np.isin(directions.ids, places.ids)
    known, new = directions.vectors[old], directions.vectors[~old]
    xy = places.xy[np.isin(places.ids, directions.ids)]
    k = min(NEIGHBOURS, len(known))
    found = [np.empty((0, 2), np.float32)]
    for i in range(0, len(new), SOUNDS_PER_BLOCK):
        cosines = new[i : i + SOUNDS_PER_BLOCK] @ known.T
        nearest = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        found.append(np.median(xy[nearest], axis=1).astype(np.float32))
    return PlaceRows(directions.ids[~old], np.concatenate(found))


def main() -> None:
    """Bring the map of a library up to date, when nobody else does."""
    if hasattr(os, "nice"):
        os.nice(10)
    with contextlib.suppress(CratedigError), Store.open(Path(sys.argv[1])) as store:
        for _ in update(store, lambda: False):
            pass


if __name__ == "__main__":
    main()

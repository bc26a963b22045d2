"""The map: what it takes to draw, how true it is to the vectors, and how still it stands.

    .venv/bin/python -m benchmarks.map ../shared/corpus

Vectors are those of the built-in model for the sounds of the training corpus. More sounds than it has are made by
mixing a vector with one of its 20 nearest. Each size is drawn in a library of its own through `indexer.map`, as
indexing does; then a tenth more sounds are put on it, and it is drawn again.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import TypedDict

import numpy as np
from sklearn.manifold import trustworthiness

from benchmarks.eval_library import CACHE, corpus_part, embed
from benchmarks.record import report, write_flag
from cratedig.models import registry
from cratedig.store.rows import FileStamp, IndexedFile, ModelRow, Pack, SegmentVector
from cratedig.store.store import Store
from cratedig.types import Content, FloatArray, IdArray
from indexer.map import update

SEED = 7
SIZES = (5_000, 20_000, 100_000)
NEIGHBOURS = 10
ASKED = 1000  # sounds whose neighbours are looked up
TRUSTED = 4000  # sounds among which trustworthiness is taken: its cost is their square
FEW = 100  # new sounds
ALIKE = 20


class Drawing(TypedDict):
    """Cost of an update of the map."""

    seconds: float
    cpu_seconds: float


def real_vectors(corpus: Path) -> FloatArray:
    """Unit vectors of all sounds of the corpus, kept for the next time."""
    model = registry.load("compact")
    kept = CACHE / f"map-{model.info.key}.npy"
    if not kept.exists():
        parts = (corpus_part(corpus, part) for part in ("train", "validation", "test"))
        np.save(kept, np.concatenate([embed(model, [sound.y for sound in sounds]) for sounds in parts]))
    vectors: FloatArray = np.load(kept)
    return vectors


def many_vectors(real: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    """Choose `n` vectors; where there are not as many, mix each with one of its nearest."""
    if n <= len(real):
        return real[rng.permutation(len(real))[:n]]
    nearest = np.argpartition(-(real @ real.T), ALIKE, axis=1)[:, :ALIKE]
    chosen = rng.integers(0, len(real), n)
    share = rng.uniform(0, 0.5, (n, 1)).astype(np.float32)
    mixed = (1 - share) * real[chosen] + share * real[nearest[chosen, rng.integers(0, ALIKE, n)]]
    mixed += rng.normal(0, 0.02, mixed.shape)
    unit: FloatArray = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def put(store: Store, model: ModelRow, vectors: FloatArray, first: int) -> None:
    """Store sounds of one segment each, numbered from `first`."""
    with store.transaction():
        for number, vector in enumerate(vectors, first):
            content = Content(f"{number:040x}", 44_100, 2, 30_000, 0.9)
            stamp = FileStamp(f"/samples/{number}.wav".encode(), 1000, 1)
            segments = (SegmentVector(0.0, 0.68, vector),)
            store.files.save(IndexedFile(stamp, Pack(b"/samples", "samples"), content, segments), model)


def timed(store: Store, *, again: bool = False) -> Drawing:
    """Bring the map up to date."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in update(store, lambda: False, again=again):
        pass
    return {"seconds": round(time.perf_counter() - wall, 1), "cpu_seconds": round(time.process_time() - cpu, 1)}


def kept_neighbours(vectors: FloatArray, xy: FloatArray, asked: IdArray) -> float:
    """Share of the nearest sounds by vector that are among the nearest on the map."""
    shares = []
    for i in asked.tolist():
        by_vector = np.argpartition(-(vectors @ vectors[i]), NEIGHBOURS + 1)[: NEIGHBOURS + 1]
        on_map = np.argpartition(np.square(xy - xy[i]).sum(axis=1), NEIGHBOURS + 1)[: NEIGHBOURS + 1]
        shares.append((len(np.intersect1d(by_vector, on_map)) - 1) / NEIGHBOURS)
    return round(float(np.mean(shares)), 3)


def moved(before: FloatArray, after: FloatArray) -> dict[str, float]:
    """How far sounds moved, as shares of the width of the map before."""
    way = np.linalg.norm(after - before, axis=1) / np.ptp(before, axis=0).max()
    return {"median": round(float(np.median(way)), 3), "p95": round(float(np.percentile(way, 95)), 3)}


def measure(real: FloatArray, n: int, folder: Path) -> dict[str, object]:
    """Draw, add and draw again."""
    rng = np.random.default_rng(SEED)
    vectors = many_vectors(real, n + n // 10, rng)
    info = registry.load("compact").info
    with Store.create_or_open(folder) as store:
        model = store.register_model(info)
        store.serve_model(model)
        put(store, model, vectors[:n], 0)
        first = timed(store)
        drawn = store.places.read().xy
        put(store, model, vectors[n : n + FEW], n)
        few = timed(store)
        put(store, model, vectors[n + FEW :], n + FEW)
        tenth = timed(store)
        with_new = store.places.read().xy
        again = timed(store, again=True)
        redrawn = store.places.read().xy
    asked, trusted = rng.permutation(n)[:ASKED], rng.permutation(n)[:TRUSTED]
    new = np.arange(n, n + n // 10)[:ASKED]
    return {
        "drawing": first,
        f"adding_{FEW}": few,
        "adding_a_tenth": tenth,
        "drawing_again": again,
        "kept_neighbours": kept_neighbours(vectors[:n], drawn, asked),
        "kept_neighbours_of_added": kept_neighbours(vectors, with_new, new),
        "kept_neighbours_by_chance": round(NEIGHBOURS / n, 4),
        "trustworthiness": round(trustworthiness(vectors[trusted], drawn[trusted], n_neighbors=NEIGHBOURS), 3),
        "moved_by_adding": moved(drawn, with_new[:n]),
        "moved_by_drawing_again": moved(with_new, redrawn),
    }


def main() -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    write_flag(parser)
    arguments = parser.parse_args()
    real = real_vectors(arguments.corpus)
    figures: dict[str, object] = {"seed": SEED, "real_vectors": len(real)}
    for n in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures[f"{n}_sounds"] = measure(real, n, Path(folder))
    figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report("map", figures, write=arguments.write)


if __name__ == "__main__":
    main()

"""A library of 100,000 segments: text to results, cold start, opening, rebuild, and bytes a sound.

    .venv/bin/python -m benchmarks.query

The library is real (SQLite, FAISS cache, the built-in model's text tower); its vectors are seeded random unit
vectors, which cost a search exactly what real ones do.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import report, write_flag
from cratedig.models import registry
from cratedig.store.rows import AnalysisRow, FileStamp, IndexedFile, Measured, Pack, SegmentVector
from cratedig.store.store import Store
from cratedig.types import Content, FloatArray
from cratedig.vectors.snapshot import open_index, rebuild_cache
from search.engine import SearchEngine, SearchRequest
from search.parse import parse_query

SEED = 7
FILES_PER_PACK = 250
QUERIES = (
    "dusty kick",
    "bright closed hat",
    "warm pad",
    "distorted 808",
    "vinyl noise",
    "short rimshot",
    "female vocal chop",
    "riser",
    "deep sub bass",
    "gritty snare",
)
FILTERS = {"": "", ", a pack": 'pack:"Vendor 000"', ", a tempo": "bpm:~118..124", ", a slider": "bright:70.. len:..2"}


def build(store: Store, sounds: int) -> None:
    """Fill a library with `sounds` contents of one file and one segment each."""
    info = registry.load("compact").info
    model = store.register_model(info)
    store.serve_model(model)
    rng = np.random.default_rng(SEED)
    for start in range(0, sounds, FILES_PER_PACK):
        vectors = rng.standard_normal((FILES_PER_PACK, info.dim), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        with store.transaction():
            for i in range(FILES_PER_PACK):
                store.files.save(_sound(start + i, vectors[i]), model)
    with store.transaction():
        store.measures.rescale()


def _sound(number: int, vector: FloatArray) -> IndexedFile:
    pack = f"/samples/Vendor {number // FILES_PER_PACK:04} Pack"
    path = f"{pack}/One Shots/sound number {number:06} 24bit.wav"
    content = Content(f"{number:040x}", 44100, 2, 30_000, 0.9)
    stamp = FileStamp(path.encode(), 180_000, 1_700_000_000_000_000_000 + number)
    segments = (SegmentVector(0.0, 0.68, vector),)
    return IndexedFile(stamp, Pack(pack.encode(), Path(pack).name), content, segments, _measured(number))


def _measured(number: int) -> Measured:
    """Measures of a loop whose tempo, key and descriptors depend on its number; a waveform picture of full size."""
    names = [column.name for column in dataclasses.fields(AnalysisRow)]
    values: dict[str, Any] = {name: number * prime % 99_991 / 7 for prime, name in enumerate(names, start=7919)}
    values |= {f"{fact}_source": "estimated" for fact in ("kind", "bpm", "key", "root")}
    values |= {"version": 1, "kind": "loop", "bpm": 60.0 + number % 120, "key": ("Am", "C", "F#m")[number % 3]}
    values |= {"root_midi": 33, "onsets": json.dumps([round(0.4838 * beat, 4) for beat in range(16)])}
    return Measured(AnalysisRow(**values), bytes(range(200)) * 7)


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """Wall-clock time of each run, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return taken


def spread(taken: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"median": round(statistics.median(taken), 2), "p95": round(float(np.percentile(taken, 95)), 2)}


def measure_warm(store: Store, rounds: int) -> dict[str, dict[str, float]]:
    """Text to results in one process, with and without a filter."""
    engine = SearchEngine(store, registry.load("compact"))
    taken: dict[str, list[float]] = {}
    for text in QUERIES:
        for name, filters in FILTERS.items():
            query, wanted = parse_query(f"{text} {filters}")
            request = SearchRequest(query, filters=wanted)
            taken.setdefault(name, []).extend(milliseconds(partial(engine.search, request), rounds))
    return {f"text_to_results_ms{name}": spread(of_name) for name, of_name in taken.items()}


def cold_search(library: Path) -> None:
    """Run one `cratedig search` in a new process."""
    command = (Path(sys.executable).with_name("cratedig"), "search", "dusty kick", "--library", library)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


PEAK = """
import sys
from pathlib import Path
from cratedig.store.store import Store
from cratedig.vectors.snapshot import open_index, rebuild_cache
with Store.open(Path(sys.argv[1])) as store:
    rebuild_cache(store, store.model)
    open_index(store, store.model)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak_memory_mb(library: Path) -> float | None:
    """Most memory that rebuilding and opening take, in a process of their own; None where /proc does not tell."""
    if not Path("/proc/self/status").exists():
        return None
    done = subprocess.run([sys.executable, "-c", PEAK, library], check=True, stdout=subprocess.PIPE, text=True)
    return round(int(done.stdout) / 1000, 1)


def main() -> None:
    """Build, measure, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sounds", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    write_flag(parser)
    options = parser.parse_args()
    library = Path(tempfile.mkdtemp(prefix="cratedig-benchmark-"))
    try:
        with Store.create_or_open(library) as store:
            build(store, options.sounds)
            store.truncate_log()
            model = store.model
            if model is None:
                raise RuntimeError("the library has no model")
            rebuild = milliseconds(lambda: rebuild_cache(store, model), 5)
            opening = milliseconds(lambda: open_index(store, model), 10)
            warm = measure_warm(store, options.rounds)
            vector_bytes = 2 * model.dim
        cold = milliseconds(lambda: cold_search(library), 10)
        memory = peak_memory_mb(library)
        database = (library / "library.db").stat().st_size
    finally:
        shutil.rmtree(library)
    figures = {
        "seed": SEED,
        "sounds": options.sounds,
        **warm,
        "cold_search_ms": spread(cold),
        "open_index_ms": spread(opening),
        "rebuild_cache_ms": spread(rebuild),
        "peak_memory_mb": memory,
        "store_bytes_a_sound_without_vector": round(database / options.sounds - vector_bytes),
    }
    report("query", figures, write=options.write)


if __name__ == "__main__":
    main()

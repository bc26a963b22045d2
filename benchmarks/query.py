"""A library of 100,000 sounds: thirty queries over the whole language, cold start, opening, rebuild, and memory.

    .venv/bin/python -m benchmarks.query

The library is real (SQLite, FAISS cache, the built-in model's text tower); its vectors are seeded random unit
vectors, which cost a search exactly what real ones do. Names, measures, tags and what a user keeps are made up as
libraries have them. Each query is timed from the line to twenty hits, by the clock and by the processor: on a busy
machine the clock shows the others' work, too.
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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.record import report, write_flag
from cratedig.analysis.key import NAMES
from cratedig.models import registry
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import AnalysisRow, FileStamp, IndexedFile, Measured, Pack, SegmentVector
from cratedig.store.store import Store
from cratedig.store.tags import Proposal, Source
from cratedig.types import Content, FloatArray
from cratedig.vectors.snapshot import open_index, rebuild_cache
from search.engine import SearchEngine, SearchRequest
from search.parse import parse_line

SEED = 7
FILES_PER_PACK = 250
NOUNS = """
kick snare clap hat closed_hat open_hat crash ride tom rimshot shaker tambourine conga cowbell bass sub reese lead pad
pluck stab chord arp piano rhodes organ strings cello violin guitar brass trumpet flute vocal choir riser downlifter
impact whoosh sweep vinyl noise glitch laser
"""
ADJECTIVES = """
dusty dark bright warm deep hard soft punchy tight fat thin dirty clean lofi analog vintage modern wet dry short long
big huge tiny wide metallic wooden glassy gritty smooth
"""
SOURCES: tuple[Source, ...] = ("heard", "measured", "path")
QUERIES = """
dusty kick
bright closed hat with reverb
kick OR snare OR clap
pad -dark -noisy
deep sub bass len:..2
warm pad bpm:~87
riser key:~Am kind:loop
tom note:F1
gritty snare bright:70.. decay:..30
vocal chop pack:"Vendor 0012"
glitch path:loops
shaker tag:shaker fav:yes
impact -tag:kick added:7d
bass kind:loop OR len:5.. licence:unknown
"punchy kick"
pluck in:night used:no dup:no
dusty kikc 808
kind:loop bpm:118..124 key:8A
tag:dusty tag:kick
name:kick -name:dusty
like:{loop}
like:{shot} darker punchier -reverb
like:{shot} like:{loop} warmer
like:{shot} by:timbre
like:{loop} by:rhythm=2,pitch
like:{shot} by:envelope,meaning kind:one-shot
fits:{loop}
fits:{loop} deep bass kind:loop
warm pad explore:60
kind:loop explore:100
""".strip().splitlines()
REFERENCES = {"loop": f"{3:040x}", "shot": f"{0:040x}"}


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
                store.files.save(_sound(start + i, vectors[i], rng), model)
    with store.transaction():
        store.measures.rescale()
    decide(store, sounds)


def _sound(number: int, vector: FloatArray, rng: np.random.Generator) -> IndexedFile:
    pack = f"/samples/Vendor {number // FILES_PER_PACK:04} Pack"
    noun, adjective = rng.choice(NOUNS.split()), rng.choice(ADJECTIVES.split())
    bpm, key = int(rng.integers(70, 180)), str(rng.choice(NAMES))
    loop = bool(rng.random() < 0.4)
    path = f"{pack}/{'Loops' if loop else 'One Shots'}/{noun}/VP_{adjective.title()}{noun.title()}_{number % 250:03}"
    path += f"_{bpm}bpm_{key}.wav" if loop else ".wav"
    seconds = float(rng.gamma(2, 2) + 0.1)
    content = Content(f"{number:040x}", 44100, 2, int(44100 * seconds), 0.9)
    stamp = FileStamp(path.encode(), 180_000, 1_700_000_000_000_000_000 + number)
    segments = (SegmentVector(0.0, min(seconds, 5.0), vector),)
    measured = _measured(rng, bpm if loop else None, key if loop else None)
    return IndexedFile(stamp, Pack(pack.encode(), Path(pack).name), content, segments, measured)


def _measured(rng: np.random.Generator, bpm: int | None, key: str | None) -> Measured:
    """Measures of a loop, or of a one-shot when there is no tempo, and a waveform picture of full size."""
    values: dict[str, Any] = dict.fromkeys((column.name for column in dataclasses.fields(AnalysisRow)), 0.9)
    values |= dict(zip(DESCRIPTORS, rng.gamma(2.0, 1.0, len(DESCRIPTORS)).tolist(), strict=True))
    values |= {f"{fact}_source": "estimated" for fact in ("kind", "bpm", "key", "root")}
    values |= {"version": 1, "kind": "one-shot" if bpm is None else "loop", "bpm": bpm, "key": key}
    onsets = [0.0] if bpm is None else [round(30 / bpm * beat, 4) for beat in range(16) if rng.random() < 0.7]
    values |= {"root_midi": int(rng.integers(24, 84)) if bpm is None else None, "onsets": json.dumps(onsets)}
    return Measured(AnalysisRow(**values), rng.integers(0, 256, 1400, np.uint8).tobytes())


def decide(store: Store, sounds: int) -> None:
    """Propose ten tags a sound, favour and collect some, set some tempi."""
    rng = np.random.default_rng(SEED + 1)
    terms = [*NOUNS.split(), *ADJECTIVES.split()]
    with store.transaction():
        for start in range(1, sounds + 1, FILES_PER_PACK):
            ids = list(range(start, start + FILES_PER_PACK))
            chosen = rng.permuted(np.tile(np.arange(len(terms)), (FILES_PER_PACK, 1)), axis=1)[:, :10]
            proposals = (
                Proposal(i, terms[term], SOURCES[place % 3], 0.9 - place / 20, place < 5)
                for i, row in zip(ids, chosen, strict=True)
                for place, term in enumerate(row)
            )
            store.tags.replace(ids, proposals, "benchmark")
    hashes = [f"{number:040x}" for number in range(0, sounds, 50)]
    store.user.favour(hashes)
    store.user.collect("Night", hashes[::2])
    store.user.set_tempo(dict.fromkeys(hashes[::4], 120.0))


def milliseconds(work: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Time of each run, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        start = clock()
        work()
        taken.append(1000 * (clock() - start))
    return taken


def spread(taken: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"median": round(statistics.median(taken), 2), "p95": round(float(np.percentile(taken, 95)), 2)}


def measure_warm(store: Store, rounds: int) -> dict[str, Any]:
    """Line to hits in one process, for each query, and the longest of them."""
    engine = SearchEngine(store, registry.load("compact"), names_share=0.25)

    def ask(line: str) -> None:
        engine.search(SearchRequest.of(parse_line(line), 20))

    asked = {line: partial(ask, line.format(**REFERENCES)) for line in QUERIES}
    clock = {line: spread(milliseconds(work, rounds)) for line, work in asked.items()}
    processor = {line: spread(milliseconds(work, rounds, time.process_time)) for line, work in asked.items()}
    return {
        "line_to_hits_ms": clock,
        "line_to_hits_processor_ms": processor,
        "longest_p95_ms": max(row["p95"] for row in clock.values()),
        "longest_p95_processor_ms": max(row["p95"] for row in processor.values()),
        "memory_mb": round(memory_mb(), 1),
    }


def memory_mb() -> float:
    """Memory of this process, with everything that the queries keep in it."""
    return float(psutil.Process().memory_info().rss) / 1e6


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

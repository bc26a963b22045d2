"""How fast a library that is embedded and measured is tagged: sounds a second, from evidence to rows in the database.

    python -m benchmarks.tag_speed --sounds 100000 --write

Vectors of the corpus, each a little off so that no two are the same: as much is heard in them as in real sounds. Random
measures, and names as packs write them. The first run tags a library that was never tagged, the others one that was.
Then verdicts: how long proposals take to follow, and how many sounds had to be tagged again.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.record import report, write_flag
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.paths import default_models
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import AnalysisRow, FileStamp, IndexedFile, Measured, ModelRow, Pack, SegmentVector
from cratedig.store.store import Store
from cratedig.types import Content
from indexer.tagging import library_vocabulary, tag
from train.corpus import open_corpus
from train.tag_features import vectors_of
from train.tag_thresholds import CACHE, CORPUS

NAMES = ("Kick", "SNR", "ClosedHat", "Oh", "perc loop", "Bass C", "synth pad Am 120", "FX riser", "vox chop", "atmos")
WORDS = ("dark", "Dusty", "01", "hard", "take", "wet", "mono", "Rx", "short", "old")
FILES_PER_FOLDER = 100
RUNS = 3
OFF = 0.3  # length of what is added to a unit vector
VERDICTS: tuple[tuple[str, int], ...] = (("snare", 1), ("snare", 20), ("my thing", 5))  # sounds to accept a term for


def fill(store: Store, model: ModelRow, n: int, seed: int) -> None:
    """Store `n` sounds of one segment each."""
    rng = np.random.default_rng(seed)
    corpus = vectors_of(open_corpus(CORPUS, CACHE), model.name, default_models(), CORPUS, CACHE)
    off = rng.standard_normal((n, model.dim)) * OFF / np.sqrt(model.dim)
    vectors = (corpus[rng.integers(len(corpus), size=n)] + off).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    measures = rng.random((n, len(DESCRIPTORS)))
    with store.transaction():
        for i in range(n):
            pack = f"/library/Vendor - Pack {i // 1000}"
            name = f"{NAMES[i % 10]}_{WORDS[i // 10 % 10]}_{i}.wav"
            path = f"{pack}/Folder {i // FILES_PER_FOLDER}/{name}".encode()
            content = Content(f"{i:040x}", 48_000, 1, 24_000, 0.5)
            measured = Measured(_analysis(measures[i].tolist()), b"")
            segments = (SegmentVector(0.0, 0.5, vectors[i]),)
            file = IndexedFile(FileStamp(path, 1, 1), Pack(pack.encode(), pack[9:]), content, segments, measured)
            store.files.save(file, model)
        store.measures.rescale()


def _analysis(descriptors: list[float]) -> AnalysisRow:
    optional = {column.name: None for column in dataclasses.fields(AnalysisRow) if "None" in str(column.type)}
    known = {"version": 1, "kind": "one-shot", "kind_source": "estimated", "kind_confidence": 0.9, "onsets": "[]"}
    levels = {"lufs": -20.0, "true_peak_db": -1.0}
    return AnalysisRow(**optional, **known, **levels, **dict(zip(DESCRIPTORS, descriptors, strict=True)))  # type: ignore[arg-type]


def _verdict(store: Store, model: EmbeddingModel, term: str, n: int) -> dict[str, str | float]:
    """Accept a term for `n` sounds, and let proposals follow."""
    store.user.decide([(sound.hash, term) for sound in store.tags.sounds(store.tags.audible()[:n])], "accepted")
    wall, processor = time.perf_counter(), time.process_time()
    tagged = tag(store, model, library_vocabulary(store, None))
    seconds = {"s": round(time.perf_counter() - wall, 2), "cpu_s": round(time.process_time() - processor, 2)}
    return {"term": term, "accepted": n, "tagged_again": tagged, **seconds}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    write_flag(parser)
    args = parser.parse_args()
    model = registry.load("compact")
    runs = []
    with tempfile.TemporaryDirectory() as folder, Store.create_or_open(Path(folder)) as store:
        row = store.register_model(model.info)
        store.serve_model(row)
        fill(store, row, args.sounds, args.seed)
        vocabulary = library_vocabulary(store, None)
        for _ in range(RUNS):
            wall, processor = time.perf_counter(), time.process_time()
            tag(store, model, vocabulary, again=True)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            runs.append({"sounds_per_s": round(args.sounds / wall), "per_cpu_s": round(args.sounds / processor)})
        verdicts = [_verdict(store, model, term, n) for term, n in VERDICTS]
    figures = {"model": model.info.key, "sounds": args.sounds, "seed": args.seed, "runs": runs, "verdicts": verdicts}
    report("tag-speed", figures, write=args.write)


if __name__ == "__main__":
    main()

"""Near duplicates: how many re-encoded, louder, resampled and trimmed copies are found, and what else is.

    .venv/bin/python -m benchmarks.duplicates --part test

Sounds of held-out sources are written as 24-bit WAV, and some of them once more in each way. `found` is the share of
copies in the group of their original, by way. `others` counts the pairs of different recordings in one group; a library
of drum machines holds recordings that no listener tells apart, so they are listed to be judged by ear.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
import soxr

from benchmarks.eval_library import Labelled, Sound, corpus_part
from benchmarks.eval_retrieval import CORPUS
from benchmarks.record import report, write_flag
from cratedig.models.compact.frontend import SR
from cratedig.store.store import Store
from indexer.pipeline import IndexRequest, index
from search.duplicates import near_duplicates

SEED = 13
COPIED = 150
SHOWN = 30
RATE = 44_100


def _wav(file: Path, y: Sound, sr: int = RATE, subtype: str = "PCM_24") -> None:
    sf.write(file.with_suffix(".wav"), y, sr, subtype=subtype)


def _trimmed(file: Path, y: Sound) -> None:
    loud = np.flatnonzero(np.abs(y) > 1e-3 * np.abs(y).max())
    _wav(file, y[loud[0] : loud[-1] + 1])


WAYS: Mapping[str, Callable[[Path, Sound], None]] = {
    "mp3": lambda file, y: sf.write(file.with_suffix(".mp3"), y, RATE),
    "ogg": lambda file, y: sf.write(file.with_suffix(".ogg"), y, RATE),
    "16 bit": lambda file, y: _wav(file, y, subtype="PCM_16"),
    "6 dB down": lambda file, y: _wav(file, 0.5 * y),
    "48 kHz": lambda file, y: _wav(file, np.asarray(soxr.resample(y, RATE, 48_000)), 48_000),
    "trimmed": _trimmed,
    "padded": lambda file, y: _wav(file, np.pad(y, (0, RATE // 20))),
}


def write_library(folder: Path, sounds: Sequence[Labelled]) -> None:
    """Write every sound, and some of them in every way; a copy is named after its original."""
    rng = np.random.default_rng(SEED)
    copied = set(rng.permutation(len(sounds))[:COPIED].tolist())
    for i, sound in enumerate(sounds):
        y = np.asarray(soxr.resample(sound.y, SR, RATE), dtype=np.float32)
        y *= 0.9 / max(float(np.abs(y).max()), 1e-6)
        _wav(folder / f"{i:05} {sound.cls} original", y)
        if i in copied:
            for way, write in WAYS.items():
                write(folder / f"{i:05} {sound.cls} {way}", y)


def measure(folder: Path, sounds: Sequence[Labelled]) -> dict[str, Any]:
    """Index and look for near duplicates."""
    samples = folder / "samples"
    samples.mkdir()
    write_library(samples, sounds)
    with Store.create_or_open(folder / "library") as store:
        for _ in index(store, IndexRequest([str(samples)], "compact", jobs=2), lambda: False):
            pass
        model = store.model
        if model is None:
            raise RuntimeError("the library has no model")
        groups = near_duplicates(store, model)
    found: Counter[str] = Counter()
    others = []
    for group in groups:
        names = [Path(row.stamp.text).stem for row, _ in (group.keep, *group.others)]
        numbers = {name[:5] for name in names if name.endswith("original")}
        found.update(name.split(" ", 2)[2] for name in names if name[:5] in numbers)
        others += [f"{names[0]} / {name}" for name in names[1:] if name[:5] != names[0][:5]]
    shares = {way: round(100 * sum(n for name, n in found.items() if name.endswith(way)) / COPIED, 1) for way in WAYS}
    return {"sounds": len(sounds), "copied": COPIED, "found": shares, "others": len(others), "such_as": others[:SHOWN]}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    write_flag(parser)
    options = parser.parse_args()
    sounds = [s for s in corpus_part(CORPUS, options.part, limit_per_class=40) if len(s.y) > 0.03 * SR]
    with tempfile.TemporaryDirectory(prefix="cratedig-duplicates-") as folder:
        figures = measure(Path(folder), sounds)
    report("duplicates", {"seed": SEED, "part": options.part, **figures}, write=options.write)


if __name__ == "__main__":
    main()

"""From path to stored vector: files a second on all cores, the share of each stage, and peak memory.

    .venv/bin/python -m benchmarks.index_speed

Makes its own files: WAV, 24-bit, stereo, 44.1 kHz, 0.2-2 s. The whole run is `cratedig index` in a process of its own;
the shares come from the same stages run one after the other on one core.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import soundfile

from benchmarks.record import report, write_flag
from cratedig.audio.content import open_sound
from cratedig.models import registry
from cratedig.models.compact.frontend import log_mel, prepare
from cratedig.store.rows import FileStamp, IndexedFile, Pack, SegmentVector
from cratedig.store.store import Store
from indexer.measure import measure

SEED = 7
SR = 44_100
POLL_S = 0.5
STAGES = ("decode_and_hash", "resample_and_window", "mel", "network", "measure", "store")


def write_files(folder: Path, count: int) -> list[Path]:
    """Decaying noise bursts, each with its own seed, length and brightness."""
    paths = []
    for number in range(count):
        rng = np.random.default_rng((SEED, number))
        frames = int(SR * rng.uniform(0.2, 2.0))
        y = rng.standard_normal((frames, 2)) * np.geomspace(0.3, 0.003, frames)[:, None]
        path = folder / f"pack {number // 200:03}" / f"{number:05}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, y, SR, "PCM_24")
        paths.append(path)
    return paths


def whole_run(folder: Path, library: Path, jobs: int) -> dict[str, float]:
    """`cratedig index --json`, with the memory of its processes sampled while it runs."""
    command = [Path(sys.executable).with_name("cratedig"), "index", folder, "--library", library]
    command += ["--jobs", str(jobs), "--json"]
    started = time.perf_counter()
    said = library.with_suffix(".jsonl")
    with said.open("w") as output, subprocess.Popen([str(part) for part in command], stdout=output) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _memory_mb(process.pid))
            time.sleep(POLL_S)
    seconds = time.perf_counter() - started
    last = json.loads(said.read_text().splitlines()[-1])
    return {
        "jobs": jobs,
        "files_per_s_with_start": round(last["indexed"] / seconds, 1),
        "files_per_s": round(last["indexed"] / last["seconds"], 1),
        "peak_memory_mb": round(peak, 1),
    }


def _memory_mb(pid: int) -> float:
    """Sum of the unique memory of a process and its children: shared libraries count once at most."""
    total = 0.0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            total += process.memory_full_info().uss
    except psutil.NoSuchProcess:
        pass
    return total / 1e6


def shares(paths: list[Path], library: Path) -> dict[str, float]:
    """CPU milliseconds a file of each stage on one core."""
    model = registry.load("compact")
    model.embed_audio([np.ones(model.info.sr, dtype=np.float32)])
    spent = dict.fromkeys(STAGES, 0.0)
    with Store.create_or_open(library) as store:
        row = store.register_model(model.info)
        for path in paths:
            clock = time.process_time()
            sound = open_sound(path)
            clock = _add(spent, "decode_and_hash", clock)
            windows = list(sound.windows(model.info.sr, model.info.window_s))
            clock = before_mel = _add(spent, "resample_and_window", clock)
            for window in windows:
                log_mel(prepare(window.y))
            clock = mel = _add(spent, "mel", clock)
            vectors = model.embed_audio([window.y for window in windows])
            clock = _add(spent, "network", clock)
            spent["network"] -= mel - before_mel  # the model makes its own mel again
            measured = measure(sound, path)
            clock = _add(spent, "measure", clock)
            segments = tuple(SegmentVector(w.start_s, w.end_s, v) for w, v in zip(windows, vectors, strict=True))
            pack = Pack(os.fsencode(path.parent), path.parent.name)
            with store.transaction():
                stamp = FileStamp(os.fsencode(path), 1, 1)
                store.files.save(IndexedFile(stamp, pack, sound.content, segments, measured), row)
            _add(spent, "store", clock)
    return {name: round(1000 * seconds / len(paths), 3) for name, seconds in spent.items()}


def _add(spent: dict[str, float], stage: str, since: float) -> float:
    now = time.process_time()
    spent[stage] += now - since
    return now


def main() -> None:
    """Build, measure, write down."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as `cratedig` does, and inherited by the process that measures stages
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=4000)
    write_flag(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cratedig-benchmark-") as temporary:
        base = Path(temporary)
        (base / "samples").mkdir()
        paths = write_files(base / "samples", options.files)
        runs = [whole_run(base / "samples", base / f"library {jobs}", jobs) for jobs in (1, os.cpu_count() or 1)]
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            stages = fresh.apply(shares, (paths[:500], base / "library of stages"))
    total = sum(stages.values())
    figures = {
        "seed": SEED,
        "files": options.files,
        "runs": runs,
        "stage_cpu_ms_a_file": stages,
        "stage_share": {name: round(value / total, 3) for name, value in stages.items()},
    }
    report("index-speed", figures, write=options.write)


if __name__ == "__main__":
    main()

"""LAION-CLAP as run here beside laion_clap as shipped: the same files, machine and minute, from file to vector.

    python -m benchmarks.laion_speed ENVIRONMENT --write

ENVIRONMENT is one with laion_clap in it (`make clap` makes .venv-clap); this Python needs torch, onnx and onnxscript.
The weights are random: what is measured is time, and how far the towers are from what the processor can do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.record import report, write_flag
from cratedig.audio.content import open_sound
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.models.laion.frontend import SR as MODEL_SR
from cratedig.models.laion.frontend import WINDOW_S, picture
from cratedig.models.laion.install import add
from cratedig.models.laion.manifest import read_manifest
from tests.models.laion_sounds import sound
from tests.models.laion_toy import BASE, PATCH, TINY, Sizes, random_weights, save_checkpoint, write_tokenizer

TOWERS = {"HTSAT-tiny": TINY, "HTSAT-base": BASE}
SECONDS = (0.5, 3.0, 10.0, 30.0)
SR, FILES, ROUNDS = 44_100, 8, 3
PEAK = (
    "import time, numpy as np; a = np.random.rand(1024, 1024).astype('f4'); a @ a; best = 9.0\n"
    "for _ in range(30):\n"
    "    start = time.perf_counter(); a @ a; best = min(best, time.perf_counter() - start)\n"
    "print(2 * 1024**3 / best / 1e9)"
)


class Shipped:
    """laion_clap in a process of its own."""

    def __init__(self, environment: Path, folder: Path, tower: str) -> None:
        script = Path(__file__).with_name("laion_shipped.py")
        command = [environment / "bin" / "python", script, folder / "reference.pt", folder, tower]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def seconds(self, files: Sequence[str], threads: int) -> float:
        """Wall seconds for a list of files."""
        requests, answers = self.process.stdin, self.process.stdout
        if requests is None or answers is None:
            raise RuntimeError("no pipes")
        requests.write(json.dumps({"threads": threads, "files": files}) + "\n")
        requests.flush()
        return float(json.loads(answers.readline())[0])

    def stop(self) -> None:
        """End it."""
        self.process.communicate()


class Here:
    """The model of cratedig in as many processes as there are threads, as the indexer runs it."""

    def __init__(self, name: str, models: Path) -> None:
        self.name, self.models = name, models
        self.pools = {n: ProcessPoolExecutor(n, get_context("spawn")) for n in (1, 2)}

    def seconds(self, files: Sequence[str], threads: int) -> float:
        """Wall seconds for a list of files."""
        work = [(self.name, str(self.models), file) for file in files]
        start = time.perf_counter()
        list(self.pools[threads].map(embed, work))
        return time.perf_counter() - start

    def stop(self) -> None:
        """End the processes."""
        for pool in self.pools.values():
            pool.shutdown()


@cache
def loaded(name: str, models: str) -> EmbeddingModel:
    """One model a process."""
    return registry.load(name, Path(models))


def embed(work: tuple[str, str, str]) -> int:
    """Embed all windows of a file; returns how many."""
    name, models, file = work
    model = loaded(name, models)
    return len(model.embed_audio([window.y for window in open_sound(Path(file)).windows(MODEL_SR, WINDOW_S)]))


def write_files(folder: Path) -> dict[float, list[str]]:
    """Eight files of each length, 16 bits, 44.1 kHz."""
    made: dict[float, list[str]] = {}
    for seconds in SECONDS:
        for i in range(FILES):
            path = folder / f"{seconds}-{i}.wav"
            soundfile.write(path, sound(int(seconds * SR), SR, i), SR, "PCM_16")
            made.setdefault(seconds, []).append(str(path))
    return made


def install(tower: str, environment: Path, folder: Path) -> dict[str, float]:
    """Add a random checkpoint of this size, its int8 towers, and the weights for laion_clap."""
    models, name = folder / "models", tower.lower().replace("htsat", "laion")
    checkpoint = save_checkpoint(folder / f"{name}.pt", random_weights(TOWERS[tower]))
    tokenizer = write_tokenizer(folder / "tokenizer", TINY.n_tokens)
    models.mkdir(exist_ok=True)
    link = models / "reference-environment"
    if not link.exists():
        link.symlink_to(environment.absolute())
        (environment / "complete").touch()
    start = time.perf_counter()
    list(add(name, models, checkpoint, tokenizer))
    seconds = time.perf_counter() - start
    list(add(f"{name}:int8", models))
    list(add(f"{name}:reference", models, checkpoint))
    checkpoint.unlink()
    checks = {key: round(value, 6) for key, value in read_manifest(models / name).checks.items()}
    return {"add_s": round(seconds, 1), **checks}


def compare(tower: str, environment: Path, folder: Path, files: dict[float, list[str]]) -> dict[str, Any]:
    """Files a second of three systems, in rounds that take turns; the best round of each."""
    models, name = folder / "models", tower.lower().replace("htsat", "laion")
    systems: dict[str, Shipped | Here] = {
        "laion_clap": Shipped(environment, models / name, tower),
        "float32": Here(name, models),
        "int8": Here(f"{name}:int8", models),
    }
    rows: dict[str, Any] = {}
    for seconds in SECONDS:
        for threads in (1, 2):
            best = dict.fromkeys(systems, np.inf)
            for _ in range(ROUNDS):
                for key, system in systems.items():
                    best[key] = min(best[key], system.seconds(files[seconds], threads))
            rows[f"{seconds:g} s, {threads} threads"] = {
                **{key: round(FILES / value, 2) for key, value in best.items()},
                "float32_times": round(best["laion_clap"] / best["float32"], 2),
                "int8_times": round(best["laion_clap"] / best["int8"], 2),
            }
    for system in systems.values():
        system.stop()
    return rows


def towers_alone(tower: str, folder: Path) -> dict[str, float]:
    """Milliseconds of processor time of the parts for one window, one thread; and text."""
    models, name = folder / "models", tower.lower().replace("htsat", "laion")
    y = sound(3 * MODEL_SR, MODEL_SR, 0)
    parts = {"front_end_ms": _cpu_ms(lambda: picture(y))}
    for key, full in (("float32", name), ("int8", f"{name}:int8")):
        model = registry.load(full, models)
        parts[f"{key}_window_ms"] = _cpu_ms(lambda model=model: model.embed_audio([y]))
        parts[f"{key}_text_ms"] = _cpu_ms(lambda model=model: model.embed_text(["dusty kick with tape hiss"]))
    gflop = gigaflop(TOWERS[tower])
    peak = float(subprocess.run([sys.executable, "-c", PEAK], env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                                capture_output=True, text=True, check=True).stdout)  # fmt: skip
    own = gflop / (parts["float32_window_ms"] - parts["front_end_ms"]) * 1000
    return {**parts, "gflop": round(gflop, 1), "gflop_per_s": round(own), "sgemm_gflop_per_s": round(peak),
            "share_of_sgemm": round(own / peak, 2)}  # fmt: skip


def gigaflop(sizes: Sizes) -> float:
    """Multiplications and additions of one window in the audio tower's matrix products."""
    total = 2.0 * (sizes.image // PATCH) ** 2 * PATCH**2 * sizes.width
    for stage, depth in enumerate(sizes.depths):
        tokens, width = (sizes.image // PATCH >> stage) ** 2, sizes.width << stage
        total += depth * (24 * tokens * width**2 + 4 * tokens * sizes.window**2 * width)
        if stage < len(sizes.depths) - 1:
            total += 2 * (tokens / 4) * (4 * width) * (2 * width)
    return total / 1e9


def _cpu_ms(work: Any) -> float:  # noqa: ANN401
    work()
    best = np.inf
    for _ in range(7):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return round(float(best) * 1000, 1)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", type=Path, help="environment with laion_clap")
    parser.add_argument("--tower", choices=list(TOWERS), action="append", help="only this one")
    write_flag(parser)
    args = parser.parse_args()
    figures: dict[str, Any] = {
        "what": f"{FILES} files each, files a second from file to vector, best of {ROUNDS} rounds"
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "files").mkdir()
        files = write_files(folder / "files")
        for tower in args.tower or TOWERS:
            installed = install(tower, args.environment, folder)
            figures[tower] = {
                "files_per_s": compare(tower, args.environment, folder, files),
                "one_thread": towers_alone(tower, folder),
                "installed": installed,
            }
    report("laion-speed", figures, write=args.write)


if __name__ == "__main__":
    main()

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
from typing import Any, NamedTuple

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
SR, FILES, ROUNDS = 44_100, 6, 3
PEAK = (
    "import time, numpy as np; a = np.random.rand(1024, 1024).astype('f4'); a @ a; best = 9.0\n"
    "for _ in range(30):\n"
    "    start = time.perf_counter(); a @ a; best = min(best, time.perf_counter() - start)\n"
    "print(2 * 1024**3 / best / 1e9)"
)


class Times(NamedTuple):
    """Seconds for a window of ten seconds, from file to vector."""

    wall: float
    cpu: float


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

    def run(self, files: Sequence[str], threads: int) -> Times:
        """Embed a list of files; it hears ten seconds of each."""
        requests, answers = self.process.stdin, self.process.stdout
        if requests is None or answers is None:
            raise RuntimeError("no pipes")
        requests.write(json.dumps({"threads": threads, "files": files}) + "\n")
        requests.flush()
        wall, cpu = json.loads(answers.readline())
        return Times(wall / len(files), cpu / len(files))

    def stop(self) -> None:
        """End it."""
        self.process.communicate()


class Here:
    """The model of cratedig in as many processes as there are threads, as the indexer runs it."""

    def __init__(self, name: str, models: Path) -> None:
        self.name, self.models = name, models
        self.pools = {n: ProcessPoolExecutor(n, get_context("spawn")) for n in (1, 2)}

    def run(self, files: Sequence[str], threads: int) -> Times:
        """Embed a list of files, all windows of each."""
        work = [(self.name, str(self.models), file) for file in files]
        start = time.perf_counter()
        windows, cpu = zip(*self.pools[threads].map(embed, work), strict=True)
        return Times((time.perf_counter() - start) / sum(windows), sum(cpu) / sum(windows))

    def stop(self) -> None:
        """End the processes."""
        for pool in self.pools.values():
            pool.shutdown()


@cache
def loaded(name: str, models: str) -> EmbeddingModel:
    """One model a process."""
    return registry.load(name, Path(models))


def embed(work: tuple[str, str, str]) -> tuple[int, float]:
    """Embed all windows of a file; returns how many, and the processor seconds."""
    name, models, file = work
    model = loaded(name, models)
    start = time.process_time()
    n = len(model.embed_audio([window.y for window in open_sound(Path(file)).windows(MODEL_SR, WINDOW_S)]))
    return n, time.process_time() - start


def write_files(folder: Path) -> dict[float, list[str]]:
    """`FILES` files of each length, 16 bits, 44.1 kHz."""
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
    """Windows a second, and processor time of one, of three systems in rounds that take turns; the best of each."""
    models, name = folder / "models", tower.lower().replace("htsat", "laion")
    systems: dict[str, Shipped | Here] = {
        "laion_clap": Shipped(environment, models / name, tower),
        "float32": Here(name, models),
        "int8": Here(f"{name}:int8", models),
    }
    rows: dict[str, Any] = {}
    for seconds in SECONDS:
        for threads in (1, 2):
            best = dict.fromkeys(systems, Times(np.inf, np.inf))
            for _ in range(ROUNDS):
                for key, system in systems.items():
                    best[key] = Times(*np.minimum(best[key], system.run(files[seconds], threads)))
            rows[f"{seconds:g} s, {threads} threads"] = _beside(best)
    for system in systems.values():
        system.stop()
    return rows


def _beside(best: dict[str, Times]) -> dict[str, Any]:
    """Figures of one length, and how many times as fast as laion_clap by the clock and by processor time."""
    shipped = best["laion_clap"]
    return {
        "windows_per_s": {key: round(1 / times.wall, 2) for key, times in best.items()},
        "cpu_ms": {key: round(1000 * times.cpu, 1) for key, times in best.items()},
        "times": {key: round(shipped.wall / best[key].wall, 2) for key in ("float32", "int8")},
        "cpu_times": {key: round(shipped.cpu / best[key].cpu, 2) for key in ("float32", "int8")},
    }


def towers_alone(tower: str, folder: Path, shipped_ms: float) -> dict[str, float]:
    """Milliseconds of processor time of the parts for one window, one thread; and text.

    `times_at_the_limit` is how many times as fast as laion_clap a tower were whose every operation ran as fast as the
    processor's own matrix product.
    """
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
            "share_of_sgemm": round(own / peak, 2),
            "times_at_the_limit": round(shipped_ms * peak / gflop / 1000, 2)}  # fmt: skip


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
        "what": f"{FILES} files each, for a window of ten seconds of any of them; best of {ROUNDS} rounds; of 30 s"
        " laion_clap hears one window, drawn at random, cratedig all five"
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "files").mkdir()
        files = write_files(folder / "files")
        for tower in args.tower or TOWERS:
            installed = install(tower, args.environment, folder)
            rows = compare(tower, args.environment, folder, files)
            shipped_ms = rows["10 s, 1 threads"]["cpu_ms"]["laion_clap"]
            figures[tower] = {
                "from_file_to_vector": rows,
                "one_thread": towers_alone(tower, folder, shipped_ms),
                "installed": installed,
            }
    report("laion-speed", figures, write=args.write)


if __name__ == "__main__":
    main()

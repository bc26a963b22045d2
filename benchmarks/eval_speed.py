"""What a vector costs: decoded waveforms of one second to vectors, text queries, loading.

Processor time, so that a busy machine changes it little.

    python -m benchmarks.eval_speed --write
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.record import report, write_flag
from cratedig.models.compact.frontend import SR, log_mel, prepare
from cratedig.models.compact.model import WEIGHTS, CompactModel

ROUNDS, PER_ROUND = 7, 60
COLD = (
    "import time, numpy; a = time.perf_counter(); from cratedig.models.compact.model import CompactModel;"
    "b = time.perf_counter(); m = CompactModel.load(); c = time.perf_counter(); m.embed_text(['dusty kick']);"
    "print(b - a, c - b, time.perf_counter() - c)"
)


def milliseconds(work: Callable[[], object]) -> float:
    """Best of some rounds, processor time."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(PER_ROUND):
            work()
        rounds.append((time.process_time() - start) / PER_ROUND * 1000)
    return round(min(rounds), 3)


def cold() -> dict[str, float]:
    """Import beyond numpy, loading, first text query in a fresh process; wall time, best of five."""
    rows = []
    for _ in range(5):
        out = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True).stdout
        rows.append([float(x) * 1000 for x in out.split()])
    best = np.min(rows, axis=0)
    return {name: round(float(ms), 1) for name, ms in zip(("import", "load", "first_text"), best, strict=True)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    write_flag(parser)
    args = parser.parse_args()
    model = CompactModel.load()
    y = np.random.default_rng(0).standard_normal(SR).astype(np.float32)
    heard = prepare(y)
    model.embed_audio([y])
    model.embed_text(["dusty kick"])
    whole = milliseconds(lambda: model.embed_audio([y]))
    figures = {
        "what": "one second of sound at 32 kHz, one process, one thread",
        "ms": {
            "trim": milliseconds(lambda: prepare(y)),
            "mel": milliseconds(lambda: log_mel(heard)),
            "waveform_to_vector": whole,
            "text": milliseconds(lambda: model.embed_text(["dusty kick"])),
        },
        "files_per_second_per_core": round(1000 / whole),
        "cold_ms": cold(),
        "bytes_shipped": sum(path.stat().st_size for path in WEIGHTS.iterdir()),
    }
    report("model-speed", figures, write=args.write)


if __name__ == "__main__":
    main()

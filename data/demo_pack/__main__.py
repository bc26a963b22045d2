"""Build the demo pack: ``python -m data.demo_pack OUT_DIR``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from data.demo_pack import build


def main() -> None:
    """Parse the command line, build, and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m data.demo_pack", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to fill; made if missing")
    parser.add_argument("--seed", type=int, default=7, help="same seed, same bytes")
    arguments = parser.parse_args()
    start = time.perf_counter()
    truths = build(arguments.out, arguments.seed)
    minutes = sum(truth.duration_s for truth in truths) / 60
    took_s = time.perf_counter() - start
    print(f"{len(truths)} sounds, {minutes:.1f} minutes of audio in {arguments.out} ({took_s:.1f} s)")


if __name__ == "__main__":
    main()

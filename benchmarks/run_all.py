"""Run every benchmark that needs no corpus, and write down the results.

.venv/bin/python -m benchmarks.run_all
"""

from __future__ import annotations

import subprocess
import sys

SCRIPTS = ("decode", "index_speed", "query", "drawing", "app", "install_size")


def main() -> None:
    """Run them one after the other: they measure the same cores."""
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{script}", "--write"], check=True)


if __name__ == "__main__":
    main()

"""Where and on what code a figure was measured, and writing it down."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["machine", "report", "write_flag"]

RESULTS = Path(__file__).parent / "results"


def write_flag(parser: argparse.ArgumentParser) -> None:
    """Add ``--write``."""
    parser.add_argument("--write", action="store_true", help="write the figures to benchmarks/results/")


def machine() -> dict[str, str | int | None]:
    """Date, commit (marked when the tree has changes), processor, cores and Python."""
    cpuinfo = Path("/proc/cpuinfo")
    names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line] if cpuinfo.exists() else []
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"),
        "commit": _commit(),
        "cpu": names[0].partition(":")[2].strip() if names else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def report(name: str, figures: Mapping[str, object], *, write: bool) -> None:
    """Print figures and, when asked to, write them to ``benchmarks/results/NAME.json``."""
    text = json.dumps({"machine": machine(), **figures}, indent=2)
    print(text)
    if write:
        (RESULTS / f"{name}.json").write_text(text + "\n")


def _commit() -> str | None:
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=RESULTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return git.stdout.strip() or None

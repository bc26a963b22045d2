"""Short runs that differ in one thing: `python -m train.ablations NAME...` (all, without names).

Every run has the same few steps, so figures say which way a choice points, not what a full run reaches. Judged on
the validation sources; appends to benchmarks/results/model-ablations.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.record import machine
from train.config import Config
from train.train import RUNS, train

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "model-ablations.json"
BASE = Config("ablation", steps=350, batch=128, ema=0.98)
CHOICES: dict[str, dict[str, Any]] = {
    "base": {},
    "base, another seed": {"seed": 1},
    "permissive sources only": {"permissive_only": True},
    "files split at random, not sources": {"random_split": True},
    "no effects": {"treated_share": 0.0, "sibling_share": 0.0},
    "no rivals, no siblings": {"rival_share": 0.0, "sibling_share": 0.0},
    "no sound-sound term": {"sound_weight": 0.0},
    "no sentence term": {"sentence_weight": 0.0},
    "no class prompts": {"prompt_weight": 0.0},
    "narrow: 16-32-64-128": {"channels": (16, 32, 64, 128), "folded": 256},
    "wide: 32-64-128-256": {"channels": (32, 64, 128, 256), "folded": 512},
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(CHOICES))
    for name in parser.parse_args().names:
        out = RUNS / "ablations" / "".join(c if c.isalnum() else "-" for c in name)
        config = replace(BASE, **CHOICES[name])
        train(config, out)
        last = json.loads((out / "log.jsonl").read_text().splitlines()[-1])
        _record({"name": name, "change": CHOICES[name], "seed": config.seed, **last})


def _record(row: dict[str, Any]) -> None:
    before = json.loads(RESULTS.read_text())["runs"] if RESULTS.exists() else []
    runs = [run for run in before if run["name"] != row["name"]] + [row]
    about = f"Equal short runs ({BASE.steps} steps of {BASE.batch} sounds), last step, validation sources."
    RESULTS.write_text(json.dumps({"machine": machine(), "about": about, "runs": runs}, indent=2) + "\n")


if __name__ == "__main__":
    main()

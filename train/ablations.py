"""Short runs that differ in one thing: `python -m train.ablations NAME...` (all, without names).

Every run has the same few steps, so figures say which way a choice points, not what a full run reaches. The two
General MIDI fonts stay out of training beside the validation sources: figures that begin with `apart_` are theirs, and
cover 24 classes where validation covers 13. Appends to benchmarks/results/model-ablations.json.
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
FONTS = ("Debian fluid-soundfont-gm", "Debian musescore-general-soundfont")
BASE = Config("ablation", steps=350, batch=128, ema=0.98, held_out=FONTS)
CHOICES: dict[str, dict[str, Any]] = {
    "base": {},
    "base, another seed": {"seed": 1},
    "padding: zero": {"padding": "zero"},
    "padding: repeat": {"padding": "repeat"},
    "padding: repeat to 500 ms": {"padding": "repeat to 500 ms"},
    "window: 1.1 s": {"window": 112},
    "hop: 20 ms": {"hop": 2},
    "bands: 48": {"bands": 48},
    "words: learnt from scratch": {"distilled": False, "sentence_weight": 0.0, "shift_penalty": 0.0},
    "no sentence term": {"sentence_weight": 0.0},
    "no effects": {"treated_share": 0.0, "sibling_share": 0.0},
    "rendered sounds": {"rendered": True},
    "a teacher": {"teacher_weight": 1.0},
    "rendered sounds and a teacher": {"rendered": True, "teacher_weight": 1.0},
    "no rivals": {"rival_share": 0.0},
    "no sound-sound term": {"sound_weight": 0.0},
    "no class prompts": {"prompt_weight": 0.0},
    "narrow: 16-32-64-128": {"channels": (16, 32, 64, 128), "folded": 256},
    "another source's sound of the class under it": {"layered_share": 0.5},
    "another source's band levels": {"restyled_share": 0.5},
    "drum loops under other loops": {"drummed_share": 0.5},
    "permissive sources only": {"permissive_only": True},
    "wide: 32-64-128-256": {"channels": (32, 64, 128, 256), "folded": 512},
    "files split at random, not sources": {"random_split": True, "held_out": ()},
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
    about = (
        f"Equal short runs ({BASE.steps} steps of {BASE.batch} sounds), last step; apart_: the two General MIDI fonts."
    )
    RESULTS.write_text(json.dumps({"machine": machine(), "about": about, "runs": runs}, indent=2) + "\n")


if __name__ == "__main__":
    main()
